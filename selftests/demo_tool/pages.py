# SPDX-License-Identifier: GPL-2.0
"""What demos say of pages, against pagemap, while their processes wait."""

import struct

from common.ktap import expect, expect_equal
from common.target import PAGE, smaps

from .tool import Paused

PRESENT, FRAME = 1 << 63, (1 << 55) - 1


def frame(pid, address):
    """The page frame behind an address; None: it is in no page table."""
    with open(f"/proc/{pid}/pagemap", "rb") as file:
        file.seek(address // PAGE * 8)
        entry, = struct.unpack("Q", file.read(8))
    return entry & FRAME if entry & PRESENT else None


def vma_of(pid, address):
    found = [vma for vma in smaps(pid, "maps") if vma["start"] <= address < vma["end"]]
    expect(found, f"{address:x} is nowhere in {pid}")
    return found[0]


def check_shm():
    paused = Paused("shm")
    written = frame(paused.pid_of("producer"), paused.address("map it at # and write"))
    read = frame(paused.pid_of("consumer"), paused.address("numbers at # and read"))
    expect(written and written == read, "pagemap has two frames:", written, read)
    paused.end()


def check_fork():
    paused = Paused("fork")
    start = paused.address("I write to 64 pages, at #,")
    pairs = [(frame(paused.pid_of("parent"), start + page * PAGE),
              frame(paused.pid_of("child"), start + page * PAGE)) for page in range(64)]
    expect(all(a and b for a, b in pairs), "some are in no page table")
    expect_equal([a == b for a, b in pairs], [False] * 10 + [True] * 54, "one frame")
    paused.end()


def check_isolation():
    paused = Paused("isolation")
    address = paused.address("At the same address, #,")
    frames = [frame(paused.pid_of(who), address) for who in ("first", "second")]
    expect(all(frames) and frames[0] != frames[1], "pagemap has", frames)
    paused.end()


def check_race():
    paused = Paused("race")
    address, pid = paused.address("to the counter at #,"), paused.pid_of("adder")
    expect_equal(vma_of(pid, address)["perm"], "rw-p", "where the counter is")
    paused.end()


def check_guard():
    """Of the stack that overflowed nothing is left; those of the threads before have guards."""
    paused = Paused("tls")
    pid = paused.pid_of("workers")
    address = paused.address("sets its value to 100, at #")
    stack = vma_of(pid, address)
    expect_equal((stack["perm"], vma_of(pid, stack["start"] - 1)["perm"]), ("rw-p", "---p"),
                 "a stack, and what is below it")
    paused.end()


def register(checks):
    for name, check in (("shm", check_shm), ("fork", check_fork), ("isolation", check_isolation),
                        ("race", check_race), ("tls", check_guard)):
        checks.add(f"pagemap: {name}", check)
