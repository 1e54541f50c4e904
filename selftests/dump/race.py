# SPDX-License-Identifier: GPL-2.0
"""Targets that end, or become another program, while they are looked at."""

import json
import os
import shutil
import signal
import subprocess
import time

from common.ktap import expect, expect_equal
from common.target import ENVIRONMENT, SCALE, SECONDS, Target, built, read, stands_at_pipe, wait_until

from .programs import GROWS
from .tool import dump, process, text

# Mappings, of which the records fill the ring and more. Kernels that check all of them at each call
# that makes one take a minute for these.
MANY = 24000 if SCALE < 5 else 3000
PLACE = "/tmp/race"


def names():
    os.makedirs(PLACE, exist_ok=True)
    return [shutil.copy(built("dump/target"), f"{PLACE}/{name}") for name in ("one", "other")]


def disturbed(disturb, *arguments):
    """The output of a dump during which something happens: it stands at a full pipe then."""
    with subprocess.Popen(["ipcshow-dump", *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, env=ENVIRONMENT) as popen:
        try:
            told = os.read(popen.stdout.fileno(), 100)
            wait_until(lambda: stands_at_pipe(popen.pid), "it stands at the pipe")
            disturb()
            rest, complaints = popen.communicate(timeout=SECONDS)
        finally:
            popen.kill()
    return told + rest, complaints, popen.returncode


def expect_incomplete(form, told, complaints, status, pid):
    expect_equal(status, 1, "status")
    expect(complaints.startswith(b"ipcshow-dump: %d: " % pid) and b"incomplete" in complaints,
           "stderr:", complaints)
    expect_equal(complaints.count(b"\n"), 1, "lines on stderr")
    if form == "--json":
        one, = json.loads(told)["processes"]
        expect_equal(one["complete"], False, "complete")
    elif form == "--lines":
        lines = [json.loads(line) for line in told.splitlines()]
        expect_equal([line["complete"] for line in lines if line["type"] == "end"], [False])
    expect(told.endswith(b"\n"), "the end is cut:", told[-100:])


def check_killed(form):
    target = Target([built("dump/target"), "-m", str(MANY)])

    def kill():
        target.popen.kill()
        target.popen.wait()
    told, complaints, status = disturbed(kill, form, str(target.pid))
    expect_incomplete(form, told, complaints, status, target.pid)


def check_exec(form):
    """No byte of the program that it has become."""
    one, other = names()
    target = Target([one, "-m", str(MANY), "-x", other])

    def execute():
        os.kill(target.pid, signal.SIGUSR1)
        wait_until(lambda: os.readlink(f"/proc/{target.pid}/exe") == other, "execve()")
    told, complaints, status = disturbed(execute, form, str(target.pid))
    expect_incomplete(form, told, complaints, status, target.pid)
    expect(b"/race/one" in told, "nothing of the first program")
    # The command line of the first one names the other.
    areas = b"\n".join(line for line in told.splitlines() if b'"command"' not in line)
    expect(b"/race/other" not in areas, "of both programs")
    target.end()


def of_one_program(told):
    """The programs that one dump speaks of."""
    found = {area["name"].split()[0] for area in told["areas"]
             if area["kind"] in ("code", "data", "rodata", "bss") and area["name"]}
    return {os.path.basename(name) for name in found}


def check_exec_in_a_loop():
    one, other = names()
    target = Target([one, "-u", "3000", "-x", other])
    whole = broken = 0
    deadline = time.monotonic() + 8
    while whole + broken < 5 or (time.monotonic() < deadline and whole + broken < 40):
        run = dump("--json", target.pid)
        told = json.loads(run.stdout)
        for one_told in told["processes"]:
            programs = of_one_program(one_told)
            expect(len(programs) <= 1, "of both programs:", programs)
            if one_told["complete"] and not programs:
                # execve() has made the address space, and has loaded nothing into it yet.
                files = [area["name"] for area in one_told["areas"] if "/" in (area["name"] or "")]
                expect_equal(files, [], "files of no program")
            elif one_told["complete"]:
                expect_equal(programs, {one_told["comm"]}, "program")
                # It gets its arguments when all of the program is mapped.
                expect_equal({os.path.basename(word) for word in one_told["command"][:1]} -
                             {one_told["comm"]}, set(), "command")
        complete = [one_told for one_told in told["processes"] if one_told["complete"]]
        expect_equal(run.returncode, 0 if complete else 1, "status")
        whole, broken = whole + len(complete), broken + (not complete)
    print(f"# {whole} dumps were complete, {broken} were not")
    expect(target.popen.poll() is None, "the target has ended")
    target.end()


def check_ends_in_a_loop():
    """Whenever it ends: a clear answer."""
    for delay in (0, 0.002, 0.01, 0.02, 0.03, 0.05, 0.08):
        target = Target([built("dump/target"), "-m", "400"])
        with subprocess.Popen(["ipcshow-dump", "--json", str(target.pid)], env=ENVIRONMENT,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as popen:
            time.sleep(delay)
            target.popen.kill()
            told, complaints = popen.communicate(timeout=SECONDS)
        complete = [one_told["complete"] for one_told in json.loads(told)["processes"]]
        expect_equal(popen.returncode, 0 if complete == [True] else 1, "status")
        expect_equal(complaints.count(b"\n"), popen.returncode, "lines on stderr")
        target.end()


# ---- mappings that change ----

SPINS = ["/bin/sh", "-c", "echo ready; while :; do :; done"]
TABLES = ([], ["--threads"], ["--sharing"], ["--summary"])
NOTE = "The mappings changed while they were read."


def check_unchanged():
    """It runs all the time, and maps nothing."""
    target = Target(SPINS)
    for form in TABLES:
        for _ in range(3):
            expect_equal(process(*form, target.pid)["changed"], False, f"changed, with {form}")
            expect(NOTE not in text(*form, target.pid), "a false alarm with", form)
    target.end()


def check_changed():
    """There is no time at which it does not."""
    target = Target(["/usr/bin/python3", "-c", GROWS])
    for form in TABLES:
        expect_equal(process(*form, target.pid)["changed"], True, f"changed, with {form}")
        expect(text(*form, target.pid).endswith(NOTE + "\n"), "no note with", form)
    target.end()


def check_changed_behind():
    """A mapping that is made below those that are being told is in none of them."""
    target = Target([built("dump/target"), "-m", str(MANY)])
    before = read(f"/proc/{target.pid}/maps")

    def map_one():
        os.kill(target.pid, signal.SIGUSR2)
        wait_until(lambda: read(f"/proc/{target.pid}/maps") != before, "it maps one more")
    told, complaints, status = disturbed(map_one, "--json", str(target.pid))
    one, = json.loads(told)["processes"]
    expect_equal((status, complaints), (0, b""), "status, stderr")
    expect_equal((one["complete"], one["changed"]), (True, True), "complete, changed")
    expect_equal(process(target.pid)["changed"], False, "changed, when it is at rest")
    target.end()


def register(checks):
    for form in ("--json", "--lines", "--raw"):
        checks.add(f"race: killed in the middle, {form}", check_killed, form)
    for form in ("--json", "--lines", "--raw"):
        checks.add(f"race: execve() in the middle, {form}", check_exec, form)
    checks.add("race: execve() at any time", check_exec_in_a_loop)
    checks.add("race: killed at any time", check_ends_in_a_loop)
    checks.add("race: mappings do not change", check_unchanged)
    checks.add("race: mappings change", check_changed)
    checks.add("race: mappings change behind the walk", check_changed_behind)
