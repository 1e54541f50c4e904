# SPDX-License-Identifier: GPL-2.0
"""ipcshow-ring tee: one ring into several."""

import contextlib
import select
import signal
import subprocess
import time

from common.ktap import expect, expect_equal
from common.target import ENVIRONMENT, PATIENCE, SECONDS

from .place import PIPE, TOOL, Place, ended, line, say, scratch


@contextlib.contextmanager
def places(*names, options=()):
    with scratch() as directory, contextlib.ExitStack() as stack:
        here = []
        for name in names:
            one = Place(directory, *options, name=name)
            stack.callback(one.end)
            here.append(one)
        yield here


def tee(*arguments):
    # pylint: disable=consider-using-with
    return subprocess.Popen([TOOL, "tee", *arguments], env=ENVIRONMENT, stdout=PIPE, stderr=PIPE,
                            bufsize=0)


def check_copies():
    data = b"".join(b"%d\n" % n for n in range(5000))
    with places("in", "a", "b", options=["--size", "16K"]) as (source, one, other):
        consumers = [one.consume(), other.consume()]
        popen = tee(source.path, one.path, other.path, "-")
        ended_in = source.produce()
        outputs = []
        ended_in.stdin.write(data)
        ended_in.stdin.close()
        out, err = popen.communicate(timeout=SECONDS)
        outputs.append(out)
        outputs += [ended(consumer) for consumer in consumers]
        expect_equal((popen.returncode, err), (0, b""), "its status")
        for out in outputs:
            expect_equal(out, data, "a copy")


def check_drops():
    """One that ends is left out; the last ends it."""
    with places("in", "a", "b") as (source, one, other):
        consumers = [one.consume(), other.consume("--count", "2")]
        popen = tee("-q", source.path, one.path, other.path)
        producer = source.produce()
        source.await_state("running")
        for number in range(4):
            say(producer, b"%d\n" % number)
            expect_equal(consumers[0].stdout.readline(), b"%d\n" % number)
        expect_equal(ended(consumers[1]), b"0\n1\n")
        consumers[0].kill()
        out, err = popen.communicate(timeout=SECONDS)
        expect_equal((popen.returncode, out), (1, b""), "status when none is left")
        expect_equal(sorted(err.splitlines(True)),
                     sorted([line(other, "the consumer has left"), line(one, "the consumer died")]))
        ended(producer, 1, line(source, "the consumer has left; 4 records were produced"))


def check_death_is_seen(at_the_end):
    """Though there is room for all that comes: while it comes, and when it has come."""
    with places("in", "a") as (source, one):
        consumer = one.consume()
        popen = tee(source.path, one.path, "-")
        producer = source.produce()
        source.await_state("running")

        def passes_on():
            say(producer, b"1\n")
            expect_equal(popen.stdout.readline(), b"1\n")

        passes_on()
        if at_the_end:
            popen.send_signal(signal.SIGSTOP)
        consumer.kill()
        consumer.wait()
        if at_the_end:
            ended(producer)
            popen.send_signal(signal.SIGCONT)
        else:
            end = time.monotonic() + PATIENCE
            while not select.select([popen.stderr], [], [], 0)[0]:
                expect(time.monotonic() < end, "it says nothing")
                passes_on()
                time.sleep(0.02)
            ended(producer)
        err = popen.communicate(timeout=SECONDS)[1]
        expect_equal((popen.returncode, err), (1, line(one, "the consumer died")))


def check_source_dies():
    with places("in", "a") as (source, one):
        consumer = one.consume()
        popen = tee(source.path, one.path)
        producer = source.produce()
        source.await_state("running")
        say(producer, b"1\n")
        consumer.stdout.readline()
        producer.kill()
        out, err = popen.communicate(timeout=SECONDS)
        expect_equal((popen.returncode, out, err),
                     (1, b"", line(source, "the producer died after 1 records")))
        ended(consumer)


def check_smaller():
    """A record that fits into one ring and not into another."""
    with scratch() as directory:
        source, one = Place(directory, name="in"), Place(directory, "--size", "16K", name="a")
        try:
            consumer = one.consume()
            popen = tee(source.path, one.path)
            producer = source.produce()
            say(producer, b"1\n" + b"x" * 10000 + b"\n")
            err = popen.communicate(timeout=SECONDS)[1]
            expect_equal((popen.returncode, err),
                         (1, line(one, "a record is longer than its ring can take")))
            expect_equal(ended(consumer), b"1\n")
            expect(producer.wait(SECONDS) == 1, "the producer's status")
        finally:
            source.end()
            one.end()


def register(checks):
    for name, check in (("copies", check_copies), ("some end", check_drops),
                        ("the source dies", check_source_dies),
                        ("a smaller ring", check_smaller)):
        checks.add(f"tee: {name}", check)
    checks.add("tee: a death is seen", check_death_is_seen, False)
    checks.add("tee: a death is seen at the end", check_death_is_seen, True)
