# SPDX-License-Identifier: GPL-2.0
"""What goes wrong: one clear line, the right status; and processes that leave at any time."""

import ctypes
import errno
import functools
import itertools
import json
import os
import shutil
import subprocess
import time

from common.ktap import Skip, expect, expect_equal
from common.share import RING_KIB, TARGET_KIB, UserShare
from common.target import (ENVIRONMENT, TOP, USER, Target, built, comm, end_all, read, run,
                           state, wait_until)

from . import tool
from .memory import family

# Arguments, and what stderr must name.
WRONG = [
    (["x"], "x"), (["--nonsense"], "nonsense"), (["-Z"], "Z"), (["-o", "NOPE"], "NOPE"),
    (["-o", ""], "column"), (["-J", "-r"], "--raw"), (["--dot", "-J"], "--dot"),
    (["--svg", "a", "-J"], "--svg"), (["--svg", "a", "-w", "1"], "--watch"),
    (["--prometheus", "-J"], "--prometheus"), (["--prometheus", "-m", "pipe"], "--prometheus"),
    (["-p", "12x"], "12x"), (["-p", "1,,2"], "''"), (["-p", "0"], "0"), (["-t", "-1"], "-1"),
    (["-t", "1x"], "1x"), (["-u", "nobody-of-that-name"], "nobody-of-that-name"),
    (["-u", "4294967295"], "4294967295"), (["-m", "nope"], "nope"), (["-g", "a"], "'a'"),
    (["--min", "1X"], "1X"), (["--min", "99999999999999999999"], "99999"),
    (["--min", "18446744073709551615K"], "18446"), (["-w", "0"], "0"), (["-w", "x"], "x"),
    (["-w", "nan"], "nan"), (["--inside"], "--inside"), (["-o", "A", "--dot"], "--output"),
]


def check_usage():
    for arguments, word in WRONG:
        ended = tool.run(*arguments)
        told = ended.stderr.decode()
        expect_equal((ended.returncode, ended.stdout), (2, b""), f"status, stdout of {arguments}")
        expect("Usage: ipcshow-map" in told, f"no usage with {arguments}:", told)
        expect(word in told, f"{word} is not named with {arguments}:", told)


def check_usage_escaped():
    for arguments in (["\033[2J"], ["-o", "\033[2J\n"], ["-m", "\033[2J"], ["-u", "\033[2J"]):
        ended = tool.run(*arguments)
        expect_equal(ended.returncode, 2, f"status of {arguments!r}")
        expect(b"\033" not in ended.stderr, "an escape code on stderr:", ended.stderr)


def check_help():
    lines = tool.text("-h").splitlines()
    expect(len(lines) <= 40 and max(map(len, lines)) <= 100, "it does not fit a screen")


def ended_pid():
    """Of a process that there was, and is no more."""
    with subprocess.Popen(["true"], env=ENVIRONMENT) as popen:
        popen.wait()
    return popen.pid


def check_not_there():
    """What is asked for by name and is not there is no map without ties."""
    gone = ended_pid()
    for arguments, complaint in ((["-p", gone], f"{gone}: no such process"),
                                 (["-p", f"{os.getpid()},{gone}"], f"{gone}: no such process"),
                                 (["-p", 2], "2: a kernel thread, which has no address space"),
                                 (["-g", "/no\033such"], "/no\\x1bsuch: no such cgroup")):
        for form in ([], ["-J"], ["-w", "1"]):
            ended = tool.run(*form, *map(str, arguments))
            expect_equal((ended.returncode, ended.stdout, ended.stderr.decode()),
                         (1, b"", f"ipcshow-map: {complaint}\n"), f"with {form}, {arguments}")
    for arguments in (["-p", str(gone)], ["-g", "/nosuch"]):
        expect_equal(tool.run("--prometheus", *arguments).returncode, 1, "of --prometheus")
    ended = tool.run("-p", "1", **tool.AS_USER)
    expect_equal((ended.returncode, ended.stderr), (1, b"ipcshow-map: 1: not permitted\n"),
                 "as a user")


def check_full_disk():
    for form in ([], ["--json"], ["-r"], ["--dot"], ["--prometheus"], ["-h"], ["-H"]):
        with open("/dev/full", "wb") as full:
            ended = tool.run(*form, stdout=full)
        expect_equal((ended.returncode, ended.stderr),
                     (1, b"ipcshow-map: write failed: No space left on device\n"),
                     f"status and stderr of {form}")


CLONE_NEWNS = 0x20000


@functools.cache
def see_own_only():
    """From now on /proc shows a user nothing of others: few calls, and each can be hit."""
    expect_equal(ctypes.CDLL(None).unshare(CLONE_NEWNS), 0, "unshare()")
    for command in (["mount", "--make-rprivate", "/"],
                    ["mount", "-t", "proc", "-o", "hidepid=2", "proc", "/proc"]):
        subprocess.run(command, check=True, timeout=30)


VICTIMS = {"kill": ["sleep", "1000"], "exec": ["sh", "-c", "read line; exec sleep 1000"]}


def interfered(number, by):
    victim = Target(VICTIMS[by], wait=False, **tool.AS_USER)
    # For the tool to open, too.
    os.fchown(victim.popen.stdin.fileno(), USER, USER)
    wait_until(lambda: comm(victim.pid).decode() == VICTIMS[by][0], "the victim runs")
    ended = tool.run("--all", "--json", **tool.AS_USER, env={
        "LD_PRELOAD": built("diff/interfere.so"), "INTERFERE_AT": str(number),
        "INTERFERE_PID": str(victim.pid), "INTERFERE_BY": by})
    was_hit = state(victim.pid) == "Z" or comm(victim.pid).decode() != VICTIMS[by][0]
    victim.end()
    return ended, victim.pid, was_hit


def check_vanishes(by):
    """Before whichever call of the module it goes: the others are there, and it is not."""
    end_all()
    see_own_only()
    survivors = [Target([built("dump/target")], **tool.AS_USER).stop().pid for _ in range(2)]
    left_out = 0
    for number in itertools.count(1):
        ended, pid, was_hit = interfered(number, by)
        expect_equal((ended.returncode, ended.stderr), (0, b""), f"status, stderr at {number}")
        told = json.loads(ended.stdout)
        there = {process["pid"] for process in told["processes"]}
        expect(set(survivors) <= there and tool.of(told, *survivors)["shared"],
               "the others are not there at", number)
        if pid not in there:
            left_out += 1
            expect(told["vanished"] + told["zombies"] >= 1, "nobody is said to be missing")
            expect(pid not in {end for tie in told["ties"] for end in (tie["a"], tie["b"])},
                   "a tie of who is not there")
        if not was_hit:
            break
    expect(left_out, "it never ended too early")
    expect(number > 10, "few calls:", number)


def check_busy():
    """While processes come and go all the time."""
    churn = subprocess.Popen(["sh", "-c", "while :; do /bin/true & /bin/true; done"],
                             env=ENVIRONMENT, start_new_session=True)
    try:
        until = time.monotonic() + 3
        while time.monotonic() < until:
            expect(tool.document()["processes"], "nobody is there")
    finally:
        os.killpg(churn.pid, 9)
        churn.wait()


def failing(call, error):
    """For the tool: its call number @call of the module fails so."""
    return {"LD_PRELOAD": built("diff/interfere.so"), "INTERFERE_AT": str(call),
            "INTERFERE_BY": str(error)}


def expect_all_open(ended, where):
    """It is the map that cannot be drawn, or the device that cannot be opened once more."""
    expect_equal((ended.returncode, ended.stdout), (1, b""), f"status and stdout {where}")
    expect(ended.stderr.endswith(b": Too many open files in system\n") and
           ended.stderr.count(b"\n") == 1, ended.stderr, where)


def check_all_files_open():
    """What fails for want of a file of the system's is no process that one may not see, or left."""
    for form in ["--all"], ["--prometheus"]:
        for call in 3, 4, 5:
            ended = tool.run(*form, env=failing(call, errno.ENFILE))
            expect_all_open(ended, f"of {form} at {call}")


def check_all_files_open_in_blocks():
    """Nor where processes are opened again to compare them, some at a time."""
    family()
    with UserShare(TARGET_KIB * 8 + RING_KIB):
        for call in itertools.count(5, 15):
            ended = tool.run("--all", env=failing(call, errno.ENFILE), **tool.AS_USER)
            if not ended.returncode:
                break
            expect_all_open(ended, f"at {call}")
    expect(call > 100, "few calls:", call)


# Of two processes the first has left, and with the second something is wrong. As ipcshow.h has it.
FAILED = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
PIDS, SURVIVORS = 4, 8
device, survey, failed = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_size_t(99)
assert not library.ipcshow_device_open(ctypes.byref(device), 0)
subjects = (ctypes.c_uint32 * 4)(int(sys.argv[2]), 0, 1, 0)
err = library.ipcshow_survey_take(device, subjects, ctypes.c_size_t(2), PIDS | SURVIVORS,
                                  ctypes.byref(survey), ctypes.byref(failed))
print(err, failed.value)
"""


def check_who_failed():
    """It is told by its place among all who were asked for."""
    library = os.path.join(os.path.dirname(shutil.which("ipcshow-map")), "libipcshow.so")
    if not os.path.exists(library):
        raise Skip("the library is elsewhere")
    told = set()
    # Who has left is asked for in one call, and there are some before it.
    for call in range(3, 7):
        ended = run("/usr/bin/python3", "-S", "-c", FAILED, library, ended_pid(),
                    env=failing(call, errno.ENFILE))
        told.add(tuple(map(int, ended.stdout.split())))
    expect_equal(told, {(-errno.ENFILE, 0), (-errno.ENFILE, 1)}, "error, and whose")


def check_no_module():
    end_all()
    wait_until(lambda: read("/sys/module/ipcshow/refcnt") == b"0\n", "nobody uses the module")
    subprocess.run(["rmmod", "ipcshow"], check=True, timeout=30)
    for form in ([], ["--prometheus"]):
        ended = tool.run(*form)
        expect_equal((ended.returncode, ended.stdout), (1, b""), "status and stdout")
        expect(b"not loaded" in ended.stderr and ended.stderr.count(b"\n") == 1, ended.stderr)
    module = os.path.join(TOP, "build", os.uname().release, "ipcshow.ko")
    subprocess.run(["insmod", module], check=True, timeout=30)


def register(checks):
    for name, check in (("usage", check_usage), ("usage, escaped", check_usage_escaped),
                        ("help", check_help), ("not there", check_not_there),
                        ("full disk", check_full_disk),
                        ("a busy machine", check_busy),
                        ("all files are open", check_all_files_open),
                        ("all files are open, in blocks", check_all_files_open_in_blocks),
                        ("who failed", check_who_failed)):
        checks.add(f"error: {name}", check)
    # What comes from here on ends all that was started.
    for by in ("kill", "exec"):
        checks.add(f"one vanishes at each call: {by}", check_vanishes, by)
    checks.add("error: no module", check_no_module)
