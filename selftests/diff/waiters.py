# SPDX-License-Identifier: GPL-2.0
"""Futexes that are waited on in less usual ways."""

import json
import os
import platform
import subprocess
import sys

from common.ktap import Failed, Skip, expect, expect_equal
from common.target import ENVIRONMENT, PAGE, SCALE, Target, built, read, wait_until

from . import tool

PLACE = "/tmp/waiters"

# Waits on two words at once, of which the file's second page has one.
WAITV = f"""
import ctypes, mmap
libc = ctypes.CDLL(None, use_errno=True)
shared = mmap.mmap(0, {2 * PAGE})
own = ctypes.c_uint32(0)
there = ctypes.addressof(ctypes.c_char.from_buffer(shared)) + {PAGE}
class Wait(ctypes.Structure):
    _fields_ = [("value", ctypes.c_uint64), ("address", ctypes.c_uint64),
                ("flags", ctypes.c_uint32), ("reserved", ctypes.c_uint32)]
waits = (Wait * 2)(Wait(0, ctypes.addressof(own), 2 | 128), Wait(0, there, 2))
print("ready", flush=True)
libc.syscall(449, waits, 2, 0, None, 0)
"""


def start(*command):
    """Two, each with the same file as its standard input, that sleep in a futex call."""
    with open(PLACE, "wb") as file:
        file.truncate(2 * PAGE)
    targets = [Target(["sh", "-c", 'exec "$@" <>' + PLACE, "sh", *command]) for _ in range(2)]
    for target in targets:
        wait_until(lambda pid=target.pid: b"futex" in read(f"/proc/{pid}/wchan"), "it waits")
    return targets


def expect_both_wait(targets):
    a, b = targets
    expect_told(tool.table("channels", a.pid, b.pid), a, b)
    end(targets)


def expect_told(rows, a, b):
    told = [row for row in rows if row["kind"] == "futex"]
    expect_equal([(row["name"], sorted((end["task"], end["tid"], end["role"]) for end in row["ends"]))
                  for row in told],
                 [(f"{PLACE} +0x{PAGE:x}", [(0, a.pid, "waits"), (1, b.pid, "waits")])], "futexes")


def end(targets):
    for target in targets:
        target.end()
    os.unlink(PLACE)


def check_32_bit():
    if not os.path.exists(built("diff/wait32")):
        raise Skip("made for x86-64")
    try:
        targets = start(built("diff/wait32"))
    except OSError as error:
        raise Skip(f"this kernel runs no 32-bit programs: {error}") from error
    expect_both_wait(targets)


def start_waitv():
    release = tuple(map(int, platform.release().split(".")[:2]))
    if release < (5, 16):
        raise Skip("this kernel has no futex_waitv()")
    return start(sys.executable, "-c", WAITV)


def check_waitv():
    expect_both_wait(start_waitv())


# What one survey may take longer for all who do not answer, and what else takes time.
PATIENCE = 3 + 20 * SCALE


def timed(*command):
    """What it says, in good time; and its process is gone then."""
    # Where it hangs, it may be that it cannot be killed before those who do not answer.
    popen = subprocess.Popen([*map(str, command), "--json"], env=ENVIRONMENT,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        output, complaint = popen.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired as problem:
        popen.kill()
        raise Failed(f"{command} takes too long") from problem
    expect_equal((popen.returncode, complaint), (0, b""), f"status, stderr of {command}")
    return json.loads(output)


def check_silent(by):
    """Who waits with memory that never comes is not waited for, and takes nothing from others."""
    if by == "fuse":
        subprocess.run(["modprobe", "-q", "fuse"], env=ENVIRONMENT, check=False, timeout=30)
    a, b = waiters = start_waitv()
    silent = []
    try:
        for what in "list", "word":
            silent.append(Target([built("diff/silent"), by, what], wait=False))
            try:
                silent[-1].hear(b"ready")
            except Failed as problem:
                if silent[-1].popen.wait() == 77:
                    raise Skip(f"this kernel has no {by}") from problem
                raise
        told = timed("ipcshow-diff", "--channels", a.pid, b.pid, *(one.pid for one in silent))
        pair, = [pair for pair in told["pairs"] if (pair["a"], pair["b"]) == (0, 1)]
        expect_told(pair["channels"]["rows"], a, b)
        told = timed("ipcshow-map", "--all")
        expect([channel for channel in told["channels"] if channel["kind"] == "futex" and
                {(end["pid"], end["role"]) for end in channel["ends"]} >=
                {(a.pid, "waits"), (b.pid, "waits")}], "they are not on the map")
        pids = {process["pid"] for process in told["processes"]}
        expect(pids >= {one.pid for one in silent}, "the silent ones are not on the map")
    finally:
        for one in silent:
            one.end()
        end(waiters)


def register(checks):
    checks.add("futex: waited on by 32-bit programs", check_32_bit)
    checks.add("futex: waited on with others at once", check_waitv)
    for by in "userfaultfd", "fuse":
        checks.add(f"futex: memory that never comes: {by}", check_silent, by)
