# SPDX-License-Identifier: GPL-2.0
"""Who ends, however it ends, and what the other side says of it."""

import os
import select
import signal
import subprocess
import time

from common.ktap import expect, expect_equal
from common.target import SECONDS, wait_until

from .place import PIPE, ended, line, place, ring, say
from .records import BACKINGS, need


def check_producer_killed(backing):
    need(backing)
    with place(*BACKINGS[backing]) as here:
        producer, consumer = here.pair()
        say(producer, b"one\ntwo\n")
        expect_equal(consumer.stdout.readline(), b"one\n")
        wait_until(lambda: here.stat()[0]["records"] == 2, "both are committed")
        producer.kill()
        expect_equal(ended(consumer, 1, line(here, "the producer died after 2 records")),
                     b"two\n", "what it had committed")


def check_consumer_killed(backing):
    """While the producer waits for input, and while it waits for room."""
    need(backing)
    with place("--size", "16K", *BACKINGS[backing]) as here:
        producer, consumer = here.pair()
        say(producer, b"one\n")
        consumer.stdout.readline()
        consumer.kill()
        consumer.wait(SECONDS)
        ended(producer, 1, line(here, "the consumer died; 1 records were produced"))

        producer, consumer = here.produce(stdin=subprocess.PIPE), here.consume()
        here.await_state("running")
        consumer.send_signal(signal.SIGSTOP)
        os.set_blocking(producer.stdin.fileno(), False)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            try:
                os.write(producer.stdin.fileno(), b"x" * 99 + b"\n")
            except BlockingIOError:
                time.sleep(0.1)
        consumer.kill()
        said = producer.communicate(timeout=SECONDS)[1].decode()
        expect_equal(producer.returncode, 1, "status")
        expect("the consumer died; " in said and said.count("\n") == 1, said)


def check_kills(backing, times):
    """At some point in the middle of it: what came is a beginning of what was sent."""
    need(backing)
    for number in range(times):
        with place("--size", "16K", *BACKINGS[backing]) as here:
            with subprocess.Popen(["seq", "100000000"], stdout=PIPE) as seq:
                producer = here.produce(stdin=seq.stdout)
                consumer = here.consume(stdin=subprocess.DEVNULL)
                some = consumer.stdout.read(1)
                time.sleep(number % 7 * 0.02)
                producer.kill()
                out, err = consumer.communicate(timeout=SECONDS)
                seq.kill()
        rows = (some + out).splitlines()
        expect_equal(rows, [b"%d" % n for n in range(1, len(rows) + 1)], "a beginning")
        expect_equal((consumer.returncode, err),
                     (1, line(here, f"the producer died after {len(rows)} records")))


def check_broker_killed(backing):
    """Streams go on; who waits is told; the stale socket is no obstacle."""
    need(backing)
    with place(*BACKINGS[backing]) as here:
        producer, consumer = here.pair()
        waiting = here.consume()
        here.await_state("waiting")
        here.broker.kill()
        here.broker.wait()
        ended(waiting, 1, line(here, "ipcshow-ring create has ended"))
        say(producer, b"one\n")
        expect_equal(consumer.stdout.readline(), b"one\n")
        late = here.produce()
        ended(late, 1, line(here, "nobody listens there any more; ipcshow-ring create would"))

        here.start("create", *BACKINGS[backing])
        wait_until(lambda: not ring.run("stat", here.path).returncode, "there is a new broker")
        new = here.consume()
        ended(here.produce(), stdin=b"new\n")
        expect_equal(ended(new), b"new\n", "of the new broker")
        ended(producer, stdin=b"two\n")
        expect_equal(ended(consumer), b"two\n", "of the old one")


def check_broker_killed_early():
    """When it has brought two together, and they have not yet met."""
    with place() as here:
        producer = here.produce()
        here.await_state("waiting")
        producer.send_signal(signal.SIGSTOP)
        consumer = here.consume()
        here.await_state("opening")
        here.broker.kill()
        here.broker.wait()
        producer.send_signal(signal.SIGCONT)
        ended(producer, stdin=b"one\n")
        expect_equal(ended(consumer), b"one\n")


def check_line_of_progress():
    """What is said meanwhile stands on a line of its own."""
    with place("--many") as here:
        terminal, side = os.openpty()
        consumer = here.consume(stdout=subprocess.DEVNULL, stderr=side)
        os.close(side)
        one, other = here.produce(), here.produce()
        here.await_state("running", 2)
        said = b""

        def listen(until):
            nonlocal said
            end = time.monotonic() + SECONDS
            while until not in said and time.monotonic() < end:
                say(other, b"x\n")
                if select.select([terminal], [], [], 0.05)[0]:
                    said += os.read(terminal, 4096)

        listen(b" records/s")
        one.kill()
        listen(b"the producer died")
        expect(b"\r\x1b[Kipcshow-ring: " in said, said)
        consumer.kill()
        os.close(terminal)


def check_closed_output():
    """Quietly, and at once, though nothing is written."""
    with place() as here:
        producer, consumer = here.pair()
        say(producer, b"one\n")
        consumer.stdout.readline()
        consumer.stdout.close()
        consumer.stdout = None
        ended(consumer, 1)
        ended(producer, 1, line(here, "the consumer has left; 1 records were produced"))


def check_closed_output_of_empty_records():
    """It ends when it has written in vain, however many more are there."""
    count = 100000
    with place("--size", "1M") as here:
        producer, consumer = here.pair(consumer=["--stats"])
        consumer.send_signal(signal.SIGSTOP)
        say(producer, b"\n" * count)
        wait_until(lambda: here.stat()[0]["records"] == count, "all are in the ring")
        consumer.stdout.close()
        consumer.stdout = None
        consumer.send_signal(signal.SIGCONT)
        said = consumer.communicate(timeout=SECONDS)[1].decode()
        expect_equal(consumer.returncode, 1, "status")
        taken = int(said.split()[1])
        expect(0 < taken < count, said)


def check_full_disk():
    with open("/dev/full", "wb") as full, place() as here:
        consumer = here.consume(stdout=full)
        here.produce().communicate(b"one\n", timeout=SECONDS)
        ended(consumer, 1, b"ipcshow-ring: write failed: No space left on device\n")


def check_stopped():
    """SIGSTOP and SIGCONT do no harm."""
    with place("--size", "16K") as here:
        producer, consumer = here.pair()
        for _ in range(5):
            for popen in (producer, consumer):
                popen.send_signal(signal.SIGSTOP)
                time.sleep(0.02)
                popen.send_signal(signal.SIGCONT)
        ended(producer, stdin=b"one\n")
        expect_equal(ended(consumer), b"one\n")


def register(checks):
    for backing in BACKINGS:
        for name, check in (("producer killed", check_producer_killed),
                            ("consumer killed", check_consumer_killed),
                            ("broker killed", check_broker_killed)):
            checks.add(f"death: {name}, {backing}", check, backing)
        checks.add(f"death: at any time, {backing}", check_kills, backing, 5)
    for name, check in (("broker killed early", check_broker_killed_early),
                        ("line of progress", check_line_of_progress),
                        ("closed output", check_closed_output),
                        ("closed output of empty records", check_closed_output_of_empty_records),
                        ("full disk", check_full_disk), ("stopped", check_stopped)):
        checks.add(f"death: {name}", check)
