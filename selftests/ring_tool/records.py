# SPDX-License-Identifier: GPL-2.0
"""What goes in comes out."""

import contextlib
import hashlib
import os
import random
import signal
import struct
import subprocess
import threading
import time

from common.ktap import Skip, expect, expect_equal
from common.target import ENVIRONMENT, PATIENCE, SECONDS, read, wait_until, write

from .place import PIPE, TOOL, ended, line, pass_through, place, say

BACKINGS = {"memfd": [], "module": ["--module"]}


def need(backing):
    if backing == "module" and not os.path.exists("/dev/ipcshow"):
        raise Skip("no module")


def check_lines(backing):
    need(backing)
    with place(*BACKINGS[backing]) as here:
        for data in (b"", b"\n", b"a\n", b"a\nb\n\n\nc\n", b"\0\xff\n" * 3,
                     b"".join(b"%d\n" % n for n in range(20000))):
            expect_equal(pass_through(here, data), data, "lines")
        expect_equal(pass_through(here, b"a\nno newline"), b"a\nno newline\n", "a last line")
        expect_equal(pass_through(here, b"a\0b\n\0", ["-0"], ["--null"]), b"a\0b\n\0", "NULs")


def binary(records):
    return b"".join(struct.pack("<I", len(record)) + record for record in records)


def check_binary(backing):
    need(backing)
    every = bytes(range(256))
    records = [b"", every, b"", b"\n", every * 8, b"x" * 8184, b"", *[every[:n] for n in range(64)]]
    with place("--size", "16K", *BACKINGS[backing]) as here:
        expect_equal(pass_through(here, binary(records), ["--binary"], ["-b"]), binary(records))
        expect_equal(pass_through(here, b"one\n\nthree\n", [], ["-b"]),
                     binary([b"one", b"", b"three"]), "from lines")


def check_cut_binary():
    whole = binary([b"one", b"two"])
    for cut in (1, 3, 4, 5, 8):
        with place() as here:
            consumer, producer = here.consume("-b"), here.produce("-b")
            ended(producer, 1, b"ipcshow-ring: standard input: it ends in the middle of record 3\n",
                  stdin=whole + binary([b"12345"])[:cut])
            expect_equal(ended(consumer), whole, "what came before")


def check_too_long():
    longest = (16 << 10) // 2 - 8
    for over in (0, 1, 200000):
        with place("--size", "16384") as here:
            consumer, producer = here.consume(), here.produce()
            data = b"one\ntwo\n" + b"x" * (longest + over)
            complaint = b""
            if over:
                complaint = (f"ipcshow-ring: standard input: line 3 is longer than the ring can "
                             f"take, which is {longest} bytes\n").encode()
            # It need not read all of it.
            try:
                ended(producer, bool(over), complaint, stdin=data)
            except BrokenPipeError:
                pass
            expect_equal(ended(consumer), data + b"\n" if not over else b"one\ntwo\n", "output")


def shuffled(seed, count):
    """Records of random sizes, many of them small."""
    chance = random.Random(seed)
    noise = chance.randbytes(1 << 16)
    for number in range(count):
        size = chance.randrange(chance.choice((1, 9, 64, 700)))
        start = chance.randrange(len(noise) - size)
        record = noise[start:start + size] + b"%d" % number
        yield struct.pack("<I", len(record)) + record


def check_wrap(backing, count, *options):
    """So many times around the ring; both sides as fast as they can."""
    need(backing)
    sent, got = hashlib.sha256(), hashlib.sha256()
    with place("--size", "16K", *BACKINGS[backing]) as here:
        consumer = here.consume("-b", *options)
        producer = here.produce("-b", *options)

        def feed():
            some = b""
            for record in shuffled(1, count):
                some += record
                if len(some) > 1 << 16:
                    sent.update(some)
                    producer.stdin.write(some)
                    some = b""
            sent.update(some)
            producer.stdin.write(some)
            producer.stdin.close()

        feeder = threading.Thread(target=feed)
        feeder.start()
        while some := consumer.stdout.read(1 << 20):
            got.update(some)
        feeder.join()
        expect_equal(got.hexdigest(), sent.hexdigest(), "checksum")
        expect_equal((consumer.wait(SECONDS), producer.wait(SECONDS)), (0, 0), "status")


def check_millions(backing, count):
    """Millions of lines, each of which says which it is."""
    need(backing)
    with place(*BACKINGS[backing]) as here:
        with subprocess.Popen(["seq", str(count)], env=ENVIRONMENT, stdout=PIPE) as seq:
            producer = here.produce(stdin=seq.stdout, stdout=subprocess.DEVNULL)
            consumer = here.consume(stdin=subprocess.DEVNULL)
            with subprocess.Popen(["sha256sum"], env=ENVIRONMENT, stdin=consumer.stdout,
                                  stdout=PIPE) as summed:
                told = summed.communicate(timeout=120)[0]
        wanted = subprocess.run(f"seq {count} | sha256sum", shell=True, check=True,
                                stdout=PIPE, env=ENVIRONMENT).stdout
        expect_equal((producer.wait(SECONDS), consumer.wait(SECONDS), told), (0, 0, wanted))


def check_count():
    with place() as here:
        producer, consumer = here.pair(consumer=["--count", "3"])
        say(producer, b"1\n2\n3\n4\n")
        expect_equal(ended(consumer), b"1\n2\n3\n", "those that were asked for")
        # It is told without its asking.
        ended(producer, 1, line(here, "the consumer has left; 4 records were produced"))


def check_at_once():
    """A record does not wait for the next one, nor for the end."""
    with place() as here:
        producer, consumer = here.pair()
        for number in range(3):
            say(producer, b"%d\n" % number)
            expect_equal(consumer.stdout.readline(), b"%d\n" % number, "line")
        ended(producer)
        ended(consumer)


def check_overwrite(backing):
    """The exact number of those that were lost, and nothing torn."""
    need(backing)
    with place("--size", "16K", "--overwrite", *BACKINGS[backing]) as here:
        producer, consumer = here.pair(consumer=["--quiet"])
        consumer.send_signal(signal.SIGSTOP)
        producer.communicate(b"".join(b"%020d\n" % n for n in range(30000)), timeout=SECONDS)
        expect_equal(producer.returncode, 0, "the producer waits for nobody")
        consumer.send_signal(signal.SIGCONT)
        out, err = consumer.communicate(timeout=SECONDS)
        numbers = [int(word) for word in out.split()]
        expect_equal(numbers, sorted(set(numbers)), "in order, each once")
        expect_equal(numbers[-1], 29999, "the last")
        lost = 30000 - len(numbers)
        expect(lost > 20000, "lost", lost)
        expect_equal((consumer.returncode, err), (0, line(here, f"{lost} records were lost")))


def check_many(backing):
    """One consumer gets the records of all; those of each in order."""
    need(backing)
    with place("--many", *BACKINGS[backing]) as here:
        consumer = here.consume()
        producers = [here.produce() for _ in range(5)]
        here.await_state("running", 5)
        for index, producer in enumerate(producers):
            producer.stdin.write(b"".join(b"%d %d\n" % (index, n) for n in range(500)))
            producer.stdin.close()
        for producer in producers:
            expect_equal(producer.wait(SECONDS), 0, "status")
        # One that comes later, to the same consumer.
        producer = here.produce()
        ended(producer, stdin=b"5 0\n")
        here.broker.terminate()
        told = [tuple(map(int, row.split())) for row in ended(consumer).splitlines()]
        expect_equal(sorted(told), [(i, n) for i in range(5) for n in range(500)] + [(5, 0)])
        for index in range(5):
            expect_equal([n for i, n in told if i == index], list(range(500)), "order")


def check_many_busy():
    """Those that end are let go of, though another always has more than can be written."""
    with place("--many") as here, \
            subprocess.Popen(["yes"], env=ENVIRONMENT, stdout=PIPE,
                             stderr=subprocess.DEVNULL) as busy:
        consumer, stop = here.consume(), threading.Event()

        def read_slowly():
            while not stop.wait(0.002) and consumer.stdout.read(4096):
                pass

        reader = threading.Thread(target=read_slowly)
        reader.start()
        try:
            here.produce(stdin=busy.stdout)
            wait_until(lambda: any(row["full_waits"] for row in here.stat()), "the ring is full")
            for _ in range(3):
                ended(here.produce(), stdin=b"one\n")
            dead = here.produce()
            here.await_state("running", 2)
            dead.kill()
            begin = time.monotonic()
            wait_until(lambda: len(here.stat()) == 1, "only one is left")
            # There is a pause in it now and then, where the machine has others to run.
            expect(time.monotonic() - begin < PATIENCE, "too late")
        finally:
            stop.set()
            busy.kill()
            reader.join()


def check_many_dies():
    with place("--many") as here:
        consumer = here.consume()
        one, other = here.produce(), here.produce()
        here.await_state("running", 2)
        say(one, b"a\n")
        expect_equal(consumer.stdout.readline(), b"a\n")
        one.kill()
        ended(other, stdin=b"b\n")
        here.broker.terminate()
        expect_equal(ended(consumer, 1, line(here, "the producer died after 1 records")), b"b\n")


def check_many_stats():
    """Who polls for many has slept, too."""
    with place("--many") as here:
        consumer, producer = here.consume("--stats"), here.produce()
        here.await_state("running")
        time.sleep(0.2)
        say(producer, b"one\n")
        expect_equal(consumer.stdout.readline(), b"one\n")
        wait_until(lambda: here.stat()[0]["empty_waits"], "it says so while it runs")
        ended(producer)
        here.broker.terminate()
        said = consumer.communicate(timeout=SECONDS)[1].decode()
        waits = int(said.split("; ")[1].split()[0])
        expect(waits > 0, said)


POOL = "/sys/kernel/mm/hugepages/hugepages-2048kB"


def pool(name):
    return int(read(f"{POOL}/{name}_hugepages"))


@contextlib.contextmanager
def huge_pages(number):
    """So many that nobody has yet. Where memory is in small pieces there may be fewer."""
    before = pool("nr")
    if number and os.path.exists("/proc/sys/vm/compact_memory"):
        write("/proc/sys/vm/compact_memory", "1")
    write(f"{POOL}/nr_hugepages", str(before - pool("free") + number))
    try:
        if pool("free") < number:
            raise Skip(f"the kernel finds memory for {pool('free')} huge pages")
        yield
    finally:
        write(f"{POOL}/nr_hugepages", str(before))


def check_no_huge():
    with huge_pages(0):
        with place("--huge") as here:
            consumer, producer = here.consume(), here.produce()
            ended(producer, 1, line(here, "not enough huge pages; see /proc/sys/vm/nr_hugepages"))
            consumer.kill()
            here.broker.terminate()
            ended(here.broker, stderr=line(
                here, "there are not enough huge pages at present, of which each ring needs 1: until "
                "there are, producers fail; see /proc/sys/vm/nr_hugepages"))


def check_huge():
    # One for each node that the ring may be on.
    with huge_pages(4), place("--huge") as here:
        expect_equal(pass_through(here, b"one\n"), b"one\n", "with huge pages")
        here.broker.terminate()
        ended(here.broker)


def check_stats():
    with place() as here:
        consumer = here.consume("--stats")
        producer = here.produce("--stats", "--no-spin")
        for popen, data in ((producer, b"one\ntwo\n"), (consumer, None)):
            said = popen.communicate(data, timeout=SECONDS)[1].decode()
            expect(said.startswith(f"{TOOL}: 2 records, 6 bytes in "), said)
            # Each thing once.
            expect_equal((said.count(" records"), said.count("bytes")), (2, 1), said)
            expect(said.endswith(" lost\n") and said.count("\n") == 1, said)


def register(checks):
    for backing in BACKINGS:
        for name, check in (("lines", check_lines), ("binary", check_binary),
                            ("overwrite", check_overwrite), ("many", check_many)):
            checks.add(f"records: {name}, {backing}", check, backing)
        checks.add(f"records: around the ring, {backing}", check_wrap, backing, 100000)
        checks.add(f"records: around the ring, no spin, {backing}", check_wrap, backing, 20000,
                   "--no-spin")
        checks.add(f"records: millions, {backing}", check_millions, backing, 1000000)
    for name, check in (("cut", check_cut_binary), ("too long", check_too_long),
                        ("count", check_count), ("at once", check_at_once),
                        ("one of many dies", check_many_dies),
                        ("one of many is busy", check_many_busy), ("no huge pages", check_no_huge),
                        ("huge pages", check_huge), ("statistics", check_stats),
                        ("statistics of many", check_many_stats)):
        checks.add(f"records: {name}", check)
