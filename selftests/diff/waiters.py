# SPDX-License-Identifier: GPL-2.0
"""Futexes that are waited on in less usual ways."""

import os
import platform
import sys

from common.ktap import Skip, expect_equal
from common.target import PAGE, Target, built, read, wait_until

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
    told = [row for row in tool.table("channels", a.pid, b.pid) if row["kind"] == "futex"]
    expect_equal([(row["name"], sorted((end["task"], end["tid"], end["role"]) for end in row["ends"]))
                  for row in told],
                 [(f"{PLACE} +0x{PAGE:x}", [(0, a.pid, "waits"), (1, b.pid, "waits")])], "futexes")
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


def check_waitv():
    release = tuple(map(int, platform.release().split(".")[:2]))
    if release < (5, 16):
        raise Skip("this kernel has no futex_waitv()")
    expect_both_wait(start(sys.executable, "-c", WAITV))


def register(checks):
    checks.add("futex: waited on by 32-bit programs", check_32_bit)
    checks.add("futex: waited on with others at once", check_waitv)
