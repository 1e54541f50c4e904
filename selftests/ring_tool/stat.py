# SPDX-License-Identifier: GPL-2.0
"""What ipcshow-ring stat says."""

import json
import os
import signal
import subprocess

from common.ktap import expect, expect_equal
from common.target import ENVIRONMENT, SECONDS, wait_until

from .place import PIPE, TOOL, ended, place, ring, say
from .records import BACKINGS, need


def check_stream(backing):
    need(backing)
    with place("--size", "64K", *BACKINGS[backing]) as here:
        producer, consumer = here.pair()
        say(producer, b"one\nthree\n")
        consumer.stdout.readline()
        wait_until(lambda: here.stat()[0]["taken"] == 2, "both were taken")
        row, = here.stat()
        wanted = {"state": "running", "producer": producer.pid, "consumer": consumer.pid,
                  "backing": backing, "mode": "single", "size": 65536, "used": 0, "records": 2,
                  "bytes": 8, "taken": 2, "rate": None, "lost": 0,
                  "producer_command": f"{TOOL} produce {here.path}",
                  "consumer_command": f"{TOOL} consume {here.path}"}
        expect_equal({key: row[key] for key in wanted}, wanted)

        # Neither answers, and it makes no difference.
        consumer.send_signal(signal.SIGSTOP)
        say(producer, b"x" * 100 + b"\n")
        wait_until(lambda: here.stat()[0]["used"], "something is in the ring")
        producer.send_signal(signal.SIGSTOP)
        expect_equal(here.stat()[0]["used"], 112, "bytes in use")
        producer.send_signal(signal.SIGCONT)
        ended(producer)
        here.await_state("ending")
        consumer.send_signal(signal.SIGCONT)
        ended(consumer)
        wait_until(lambda: here.stat() == [], "nobody is there")


def check_waiting():
    with place("--overwrite") as here:
        consumer = here.consume()
        here.await_state("waiting")
        row, = here.stat()
        expect_equal((row["consumer"], row["producer"], row["records"], row["mode"]),
                     (consumer.pid, None, None, "overwrite"))


def check_many_rows():
    with place() as here:
        for _ in range(6):
            here.consume()
            here.produce()
        here.await_state("running", 6)
        expect_equal(len({row["id"] for row in here.stat()}), 6, "numbers")


def check_forms():
    with place("--many") as here:
        expect_equal(ring.text("stat", here.path), "nobody is there\n")
        empty = json.loads(ring.good("stat", "-J", here.path))
        expect_equal(empty, {"version": 1, "backing": "memfd", "mode": "many", "size": 262144,
                             "streams": []})
        producer, consumer = here.pair()
        heading, row = ring.text("stat", here.path).splitlines()
        expect(heading.split()[:2] == ["STATE", "PRODUCER"] and "256K" in row, heading, row)
        expect_equal(ring.text("stat", "-n", "-o", "PRODUCER,SIZE", "-b", here.path).split(),
                     [str(producer.pid), "262144"])
        expect_equal(ring.text("stat", "--raw", "-o", "CONSUMER", here.path),
                     f"CONSUMER\n{consumer.pid}\n")
        expect("EMPTY-WAITS" in ring.text("stat", "-H"))
        expect_equal(ring.text("-H"), ring.text("stat", "-H"), "columns of all")
        with open("/dev/full", "wb") as full:
            said = ring.run("stat", here.path, stdout=full)
        expect_equal((said.returncode, said.stderr),
                     (1, b"ipcshow-ring: write failed: No space left on device\n"))


def check_watch():
    """Rates; and its end when the broker has ended."""
    with place() as here:
        producer, consumer = here.pair()
        with subprocess.Popen([TOOL, "stat", "--json", "--watch", "0.2", here.path],
                              env=ENVIRONMENT, stdout=PIPE, stderr=PIPE) as watch:
            first = json.loads(watch.stdout.readline())
            expect_equal(first["streams"][0]["rate"], None, "the first rate")
            say(producer, b"x\n" * 1000)
            rates = [json.loads(watch.stdout.readline())["streams"][0]["rate"] for _ in range(5)]
            expect(any(rate and 100 < rate <= 5001 for rate in rates), rates)
            here.broker.terminate()
            out, err = watch.communicate(timeout=SECONDS)
            expect_equal((watch.returncode, err), (0, b""), "its end")
        ended(producer)
        consumer.communicate(timeout=SECONDS)


def check_rates():
    """For people: with a suffix, as what they are of."""
    with place() as here:
        producer, consumer = here.pair(consumer=("-q",))
        with subprocess.Popen([TOOL, "stat", "--raw", "-n", "-o", "RATE,BYTE-RATE", "-w", "0.2",
                               here.path], env=ENVIRONMENT, stdout=PIPE) as watch:
            expect_equal(watch.stdout.readline(), b"- -\n", "the first")
            say(producer, b"x\n" * 30000)
            rates = [watch.stdout.readline().split()[0] for _ in range(5)]
            watch.kill()
        expect(any(rate.endswith((b"k", b"M")) for rate in rates), rates)
        producer.kill()
        consumer.kill()


def check_hostile_command():
    """What clients are called is not ours."""
    with place() as here:
        popen = subprocess.Popen(["\033[2J\n\"", "consume", here.path],     # pylint: disable=R1732
                                 executable=subprocess.check_output(
                                     ["which", TOOL], env=ENVIRONMENT).strip(),
                                 env=ENVIRONMENT)
        try:
            here.await_state("waiting")
            for form in ([], ["-r"], ["-J"]):
                expect("\033" not in ring.text("stat", *form, here.path), form)
            json.loads(ring.good("stat", "-J", here.path))
        finally:
            popen.kill()
            popen.wait()


def check_no_proc():
    with place() as here:
        here.consume()
        here.await_state("waiting")
        expect(os.path.exists(f"/proc/{here.stat()[0]['consumer']}"), "its PID")


def register(checks):
    for backing in BACKINGS:
        checks.add(f"stat: a stream, {backing}", check_stream, backing)
    for name, check in (("who waits", check_waiting), ("many rows", check_many_rows),
                        ("forms", check_forms), ("watch", check_watch), ("rates", check_rates),
                        ("hostile command line", check_hostile_command),
                        ("PID", check_no_proc)):
        checks.add(f"stat: {name}", check)
