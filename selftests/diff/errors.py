# SPDX-License-Identifier: GPL-2.0
"""What goes wrong: one clear line, the right status, and no part that looks like a whole."""

import itertools
import json
import os
import subprocess
import sys
import tempfile
import time

from common.ktap import expect, expect_equal
from common.share import RING_KIB, TARGET_KIB, UserShare
from common.target import (ENVIRONMENT, PAGE, TOP, Target, USER, built, comm, end_all, read, state,
                           wait_until)

from . import tool
from .pair import pair

NO_SUCH_PID = (1 << 22) - 1     # the kernel gives smaller ones
AS_USER = {"user": USER, "group": USER, "extra_groups": []}

# Arguments, and what stderr must name. A and B stand for two tasks that there are.
WRONG = [
    ([], "two tasks"), (["A"], "two tasks"), (["A", "12x"], "12x"), (["A", ""], "''"),
    (["A", "0"], "0"), (["A", "-5"], None), (["A", "4294967297"], "4294967297"),
    (["A", "99999999999999999999"], "99999"), (["A", "A"], "twice"),
    (["--nonsense", "A", "B"], "nonsense"), (["-Z", "A", "B"], "Z"),
    (["-o", "NOPE", "A", "B"], "NOPE"), (["-o", "", "A", "B"], "column"),
    (["-o", "SAME,", "A", "B"], "column"), (["-J", "-r", "A", "B"], "--raw"),
    (["--color=maybe", "A", "B"], "maybe"), (["--html", "x", "-J", "A", "B"], "--html"),
    (["--html", "x", "--areas", "A", "B"], "--html"),
]


def tasks():
    pids = pair("fork").pids
    return str(pids["A"]), str(pids["B"])


def check_usage():
    names = dict(zip("AB", tasks()))
    for arguments, word in WRONG:
        ended = tool.diff(*[names.get(argument, argument) for argument in arguments])
        told = ended.stderr.decode()
        expect_equal((ended.returncode, ended.stdout), (2, b""), f"status, stdout of {arguments}")
        expect("Usage: ipcshow-diff" in told, f"no usage with {arguments}:", told)
        expect(word is None or word in told, f"{word} is not named with {arguments}:", told)


def check_usage_escaped():
    for arguments in (["\033[2J"], ["-o", "\033[2J\n", *tasks()], ["--\033[2J", *tasks()]):
        ended = tool.diff(*arguments)
        expect_equal(ended.returncode, 2, f"status of {arguments!r}")
        expect(b"\033" not in ended.stderr, "an escape code on stderr:", ended.stderr)


def expect_refused(arguments, line, **more):
    for form in ([], ["--json"]):
        ended = tool.diff(*form, *arguments, **more)
        expect_equal((ended.returncode, ended.stderr.decode(), ended.stdout),
                     (1, f"ipcshow-diff: {line}\n", b""), f"status, stderr, stdout of {form}")


def check_no_such_task():
    for order in ((tasks()[0], NO_SUCH_PID), (NO_SUCH_PID, tasks()[0])):
        expect_refused(order, f"{NO_SUCH_PID}: no such process")


def check_kernel_thread():
    expect_refused((tasks()[0], 2), "2: a kernel thread, which has no address space")


def check_zombie():
    with subprocess.Popen(["/bin/true"], env=ENVIRONMENT) as popen:
        wait_until(lambda: state(popen.pid) == "Z", "it is a zombie")
        expect_refused((tasks()[0], popen.pid),
                       f"{popen.pid}: a zombie: it has exited and its address space is gone")


def check_not_permitted():
    """Who may see one of them only, sees nothing of what it shares."""
    own = Target([built("dump/target")], **AS_USER)
    expect_refused((own.pid, tasks()[1]), f"{tasks()[1]}: not permitted", **AS_USER)
    expect_refused((tasks()[1], own.pid), f"{tasks()[1]}: not permitted", **AS_USER)
    other = Target([built("dump/target")], **AS_USER)
    told, = tool.document(own.pid, other.pid, **AS_USER)["pairs"]
    expect(told["shared"], "two of one's own share nothing")
    own.end()
    other.end()


def check_too_many():
    """More than a user may have open: it is said how many, before anything is compared."""
    targets = [Target([built("dump/target")], **AS_USER) for _ in range(4)]
    with UserShare(3 * TARGET_KIB + RING_KIB):
        expect_refused([target.pid for target in targets],
                       "too many tasks: 3 of these 4 are all that a user may have open at a time; "
                       "see the module parameters ring_user_kib and ring_total_kib", **AS_USER)
    for target in targets:
        target.end()


def check_full_disk():
    for form in (["--json"], ["-r"], [], ["-p"], ["-h"], ["-H"]):
        with open("/dev/full", "wb") as full:
            ended = tool.diff(*form, *tasks(), stdout=full)
        expect_equal((ended.returncode, ended.stderr),
                     (1, b"ipcshow-diff: write failed: No space left on device\n"),
                     f"status and stderr of {form}")


def check_vanishes():
    """Whenever it ends: the whole, or one line that names it, and nothing that looks whole."""
    whole = gone = step = 0
    survivor = Target([built("dump/target"), "-m", "2000"])
    while step < 6 or (not gone and step < 60):
        target = Target([built("dump/target"), "-m", "2000"])
        command = ["ipcshow-diff", "--json", str(survivor.pid), str(target.pid)]
        with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as popen:
            time.sleep(step % 6 * 0.12)
            target.end()
            told, complaint = popen.communicate()
        if popen.returncode:
            gone += 1
            expect_equal((popen.returncode, told), (1, b""), "status and stdout")
            expect_equal(complaint.count(b"\n"), 1, complaint)
            expect(str(target.pid).encode() in complaint, "it is not named:", complaint)
        else:
            whole += 1
            expect(told.rstrip().endswith(b"}") and not complaint, "no whole document")
        step += 1
    expect(gone, "it never ended too early")
    survivor.end()


VICTIMS = {"kill": ["sleep", "1000"], "exec": ["sh", "-c", "read line; exec sleep 1000"]}


def interfered(number, survivor, by, first):
    """Its end, if it got as far as that call; and whether the victim was hit before the last."""
    victim = Target(VICTIMS[by], wait=False)
    wait_until(lambda: comm(victim.pid).decode() == VICTIMS[by][0], "the victim runs")
    pids = [victim.pid, survivor.pid] if first else [survivor.pid, victim.pid]
    ended = tool.diff("--json", *pids, env={
        "LD_PRELOAD": built("diff/interfere.so"), "INTERFERE_AT": str(number),
        "INTERFERE_PID": str(victim.pid), "INTERFERE_BY": by})
    was_hit = state(victim.pid) == "Z" or comm(victim.pid).decode() != VICTIMS[by][0]
    victim.end()
    return ended, victim.pid, was_hit


def check_vanishes_at_each_call(by, first):
    """Before whichever call of the module it goes: one line. But for the first task before the
    last call, which is about the other."""
    survivor, number, whole = Target([built("dump/target")]), 0, []
    while True:
        number += 1
        ended, pid, was_hit = interfered(number, survivor, by, first)
        if not was_hit:
            break
        if not ended.returncode:
            whole.append(number)
            continue
        expect_equal((ended.returncode, ended.stdout), (1, b""), f"status, stdout at {number}")
        expect_equal(ended.stderr.count(b"\n"), 1, ended.stderr)
        expect(str(pid).encode() in ended.stderr, f"it is not named at {number}:", ended.stderr)
    expect_equal(ended.returncode, 0, "status when nobody interferes")
    expect(number > 10, "few calls:", number)
    # An execve() before the call that opens it does no harm.
    wanted = set(range(1, (3 if first else 5) + 1)) if by == "exec" else set()
    expect(set(whole) <= wanted | ({number - 1} if first else set()), "whole at calls", whole,
           "of", number - 1)
    survivor.end()


# Maps a file, and when it is told to, maps it otherwise: then it has another name.
TURNING = f"""
import ctypes, os, signal, sys
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                      ctypes.c_long]
SHARED, PRIVATE, FIXED = 1, 2, 0x10
file = os.open(sys.argv[1], os.O_RDWR)
at = libc.mmap(None, {PAGE}, 3, SHARED, file, 0)
print(hex(at), flush=True)
sys.stdin.readline()
libc.mmap(at, {PAGE}, 3, PRIVATE | FIXED, file, 0)
with open("/proc/self/comm", "w") as name:
    name.write("turned")
signal.pause()
"""


def turning(path):
    return Target([sys.executable, "-c", TURNING, path], word=b"0x[0-9a-f]+")


def verdict_when_turned(number, path, other):
    """On what it maps, when it maps it otherwise before that call of the module, or None if it does not."""
    target = turning(path)
    ended = tool.diff("--json", "--areas", target.pid, other.pid, env={
        "LD_PRELOAD": built("diff/interfere.so"), "INTERFERE_AT": str(number),
        "INTERFERE_PID": str(target.pid), "INTERFERE_BY": "exec"})
    expect_equal(ended.returncode, 0, ended.stderr)
    told, = json.loads(ended.stdout)["pairs"]
    row, = [row for row in told["areas"]["rows"] if row["start_a"] == target.said.strip()]
    was_turned = comm(target.pid) == b"turned"
    target.end()
    return str(row["verdict"]) if was_turned else None


def check_turns_private():
    """Private, nothing, shared: nothing is claimed if it was one thing first and then the other."""
    found = []
    with tempfile.NamedTemporaryFile() as file:
        file.truncate(PAGE)
        other = turning(file.name)
        # The calls before that only open what is looked at.
        while verdict := verdict_when_turned(len(found) + 5, file.name, other):
            found.append(verdict)
        other.end()
    kinds = [kind for kind, _ in itertools.groupby(found)]
    expect_equal(kinds, ["independent", "None", "shared"], f"verdicts {found}")


def check_no_module():
    # Some have a ring.
    end_all()
    wait_until(lambda: read("/sys/module/ipcshow/refcnt") == b"0\n", "nobody uses the module")
    subprocess.run(["rmmod", "ipcshow"], check=True, timeout=30)
    try:
        ended = tool.diff(1, os.getpid())
        expect_equal((ended.returncode, ended.stdout), (1, b""), "status and stdout")
        expect_equal(ended.stderr.count(b"\n"), 1, "lines on stderr")
        expect(b"not loaded" in ended.stderr, ended.stderr)
    finally:
        module = os.path.join(TOP, "build", os.uname().release, "ipcshow.ko")
        subprocess.run(["insmod", module], check=True, timeout=30)
    expect(read("/proc/modules").startswith(b"ipcshow "), "the module is not back")


def register(checks):
    for name, check in (("usage", check_usage), ("usage, escaped", check_usage_escaped),
                        ("no such task", check_no_such_task),
                        ("a kernel thread", check_kernel_thread), ("a zombie", check_zombie),
                        ("not permitted", check_not_permitted),
                        ("too many tasks", check_too_many), ("full disk", check_full_disk),
                        ("a task vanishes", check_vanishes)):
        checks.add(f"error: {name}", check)
    checks.add("what is mapped becomes private before each call", check_turns_private)
    checks.add("error: the first execs before each call", check_vanishes_at_each_call, "exec",
               True)
    checks.add("error: the second is killed before each call", check_vanishes_at_each_call,
               "kill", False)
