# SPDX-License-Identifier: GPL-2.0
"""Bytes by mechanism: as pagemap has them, however the processes are looked at."""

import functools
import os
import signal

from common.ktap import Skip, expect, expect_equal
from common.share import RING_KIB, TARGET_KIB, UserShare
from common.target import PAGE, Target, await_states, stop, wait_until

from diff.pair import Pair, pair
from diff.programs import children

from . import tool, truth

# What must be among what each situation makes.
SITUATIONS = {
    "fork": {"fork", "shared-anon", "file-private", "ipcshow-ring"},
    "strangers": {"file-shared", "sysv-shm", "posix-shm", "memfd", "file-private"},
    "huge": {"hugetlb", "fork"},
    "ksm": {"ksm"},
    "swap": {"fork"},
}
WEAK = {"file-private", "kernel"}
# Others look at them, too.
KEPT = ("fork", "strangers")
MIB = 1 << 20


def stopped(made):
    if made.skipped:
        raise Skip(next(iter(made.skipped.values())))
    made.stop_both()
    return made.pids["A"], made.pids["B"]


def pids(situation):
    return stopped(pair(situation))


def check_truth(situation):
    """All of it, to the byte."""
    made = pair(situation) if situation in KEPT else Pair(situation)
    a, b = stopped(made)
    wanted, swapped = truth.shared(a, b)
    told = tool.document("--all", "-p", f"{a},{b}", "--inside")
    tie = tool.of(told, a, b)
    # Of what the kernel and drivers lend, pagemap does not tell all.
    without = [{by: size for by, size in found.items() if by not in ("kernel", "device")}
               for found in (tie["mechanisms"], wanted)]
    expect_equal(without[0], without[1], "bytes by mechanism")
    expect_equal(tie["swap"], swapped, "swapped out")
    expect(SITUATIONS[situation] <= set(tie["mechanisms"]), "too few:", tie["mechanisms"])
    expect_equal(tie["shared"], sum(tie["mechanisms"].values()), "the sum")
    expect_equal(told["unsettled"], 0, "unsettled, of those that stand still")
    check_usual(tie["mechanisms"], tool.of(tool.document("-p", f"{a},{b}", "--inside"), a, b))
    if situation not in KEPT:
        os.kill(b, signal.SIGKILL)
        made.end()


def check_usual(every, tie):
    """What is shared on purpose is there without --all, the same; programs are not."""
    for by in set(every) - WEAK:
        # Of file-shared, what both only read is not worth a word.
        if by != "file-shared":
            expect_equal(tie["mechanisms"].get(by), every[by], f"{by} without --all")
    expect(not set(tie["mechanisms"]) & WEAK, "page cache of programs:", tie)


# The parent, and a child that has its address space. The child runs nothing of Python,
# whose thread state it would have in common with the parent.
CLONE_VM = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
stack = ctypes.create_string_buffer(1 << 16)
top = (ctypes.addressof(stack) + (1 << 16)) & ~15
pid = libc.clone(libc.pause, ctypes.c_void_p(top), {flags} | 17, None)
print("child", pid, flush=True)
"""


def check_one_space():
    parent = tool.named(b"clone", CLONE_VM.format(flags=0x100))
    child = int(parent.said.split("child ")[1].split()[0])
    for pid in (parent.pid, child):
        await_states(pid, "S")
    tie = tool.of(tool.document(), parent.pid, child)
    expect_equal(set(tie["mechanisms"]), {"clone-vm"}, "how they share it")
    resident, _ = truth.frames(parent.pid)
    expect(abs(tie["shared"] - len(resident) * PAGE) <= 16 * PAGE, tie["shared"], "of",
           len(resident) * PAGE)
    os.kill(child, signal.SIGKILL)
    parent.end()


def comparable(told, wanted):
    """Of those that stand still: which tie has what."""
    ties = {}
    for tie in told["ties"]:
        if {tie["a"], tie["b"]} <= wanted:
            names = sorted((told["channels"][link["channel"]]["kind"],
                            told["channels"][link["channel"]]["name"], link["flow"])
                           for link in tie["channels"])
            ties[tie["a"], tie["b"]] = tie["mechanisms"], tie["swap"], names
    return ties


# Children that have memory in common with the parent, and pipes with each other.
FAMILY = """
import mmap, signal
shared = mmap.mmap(-1, 1 << 20)
shared[:300000] = b"x" * 300000
data = bytearray(b"y" * (1 << 20))
ends = os.pipe()
pids = []
for i in range(9):
    pid = os.fork()
    if not pid:
        data[i << 16:i + 1 << 16] = b"z" * 65536
        print("child", os.getpid(), flush=True)
        signal.pause()
    pids.append(pid)
"""


@functools.cache
def family():
    """Of a user who has no other processes, all stopped."""
    parent = tool.named(b"family", FAMILY, **tool.AS_USER)
    wait_until(lambda: len(children(parent.pid)) == 9, "all children are there")
    pids_of_all = [parent.pid, *children(parent.pid)]
    for pid in pids_of_all:
        await_states(pid, "S")
        stop(pid)
    return pids_of_all


def check_in_blocks():
    """More processes than a user may have open at a time: several passes, the same answer."""
    wanted = set(family())
    whole = tool.document("--all", **tool.AS_USER)
    expect_equal(whole["passes"], 1, "passes, with room for all")
    expect_equal(len(comparable(whole, wanted)), 45, "ties of ten")
    # Fewer than there are; and all, but without what the module needs to compare them.
    for room in (8, 11):
        with UserShare(TARGET_KIB * room + RING_KIB):
            parts = tool.document("--all", **tool.AS_USER)
        expect(parts["passes"] > 1, "one pass, with room for", room)
        expect_equal(comparable(parts, wanted), comparable(whole, wanted), f"room for {room}")
        expect({process["pid"] for process in parts["processes"]} >= wanted, "some are missing")


def check_no_room():
    """Not even for two: an error, no empty map."""
    family()
    with UserShare(TARGET_KIB + RING_KIB):
        ended = tool.run("--json", **tool.AS_USER)
    expect_equal((ended.returncode, ended.stdout), (1, b""), "status and stdout")
    expect_equal(ended.stderr.count(b"\n"), 1, ended.stderr)
    expect(b"ring_user_kib" in ended.stderr, ended.stderr)


READER = """
import mmap, os
fd = os.open(sys.argv[2], os.O_{mode})
memory = mmap.mmap(fd, {size}, mmap.MAP_{map}, {prot})
total = sum(memory[at] for at in range(0, {size}, 4096))
"""


HOW = {"private": ("RDONLY", "PRIVATE", "mmap.PROT_READ"),
       "read": ("RDONLY", "SHARED", "mmap.PROT_READ"),
       "write": ("RDWR", "SHARED", "mmap.PROT_READ | mmap.PROT_WRITE")}


def mapping(path, size, how):
    """One that will say when it has read all of it."""
    mode, kind, prot = HOW[how]
    more = READER.format(mode=mode, map=kind, prot=prot, size=size)
    return Target(["/usr/bin/python3", "-S", "-c", tool.NAMED.format(more=more), b"cache".hex(),
                   path], wait=False)


def mappings(size):
    """A file by four, of which two map it alike."""
    path = f"/tmp/cache-{size}"
    with open(path, "wb") as file:
        file.write(bytes(size))
    return {who: mapping(path, size, how) for who, how in
            (("private", "private"), ("second", "private"), ("read", "read"), ("write", "write"))}


def check_page_cache():
    """Of what both only read, much counts, and little does not; what one can write always does."""
    sizes = 2 * MIB, MIB // 2
    made = [mappings(size) for size in sizes]
    every = [target for targets in made for target in targets.values()]
    for target in every:
        target.hear(b"ready")
        target.stop()
    told = tool.document()
    for size, targets in zip(sizes, made, strict=True):
        for one, other, by, only_read in (
                ("private", "second", "file-private", True),
                ("private", "read", "file-shared", True),
                ("private", "write", "file-shared", False),
                ("read", "write", "file-shared", False)):
            told_of = tool.of(told, targets[one].pid, targets[other].pid)["mechanisms"]
            what = f"{one} and {other}: {told_of}"
            if size > MIB:
                # What else they read is then told, too.
                expect(size <= told_of.get(by, 0) < size + MIB // 2, what, size)
            elif only_read:
                expect(by not in told_of, what)
            else:
                expect_equal(told_of.get(by), size, what)
        os.unlink(f"/tmp/cache-{size}")
    for target in every:
        target.end()


# All pages of some files.
PIECES = """
import mmap, os
memory = []
for path in sys.argv[2:]:
    fd = os.open(path, os.O_RDONLY)
    memory.append(mmap.mmap(fd, 0, mmap.MAP_PRIVATE, mmap.PROT_READ))
    sum(memory[-1][at] for at in range(0, len(memory[-1]), 4096))
"""


def check_pieces_of_cache():
    """Too little each, and together it counts; with one who has less of it, it does not."""
    size = 3 * MIB // 4
    paths = [f"/tmp/piece-{number}" for number in range(2)]
    for path in paths:
        with open(path, "wb") as file:
            file.write(bytes(size))
    every = [Target(["/usr/bin/python3", "-S", "-c", tool.NAMED.format(more=PIECES),
                     b"pieces".hex(), *some], wait=False) for some in (paths, paths, paths[:1])]
    for target in every:
        target.hear(b"ready")
        target.stop()
    told = tool.document()
    both, one, less = (target.pid for target in every)
    found = tool.of(told, both, one)["mechanisms"].get("file-private", 0)
    expect(2 * size <= found < 2 * size + MIB // 2, "two pieces:", found)
    expect(not any({tie["a"], tie["b"]} == {both, less} and "file-private" in tie["mechanisms"]
                   for tie in told["ties"]), "one piece is told of")
    for path in paths:
        os.unlink(path)
    for target in every:
        target.end()


def register(checks):
    for situation in SITUATIONS:
        checks.add(f"memory: {situation}", check_truth, situation)
    for name, check in (("one address space", check_one_space),
                        ("page cache that is only read", check_page_cache),
                        ("pieces of page cache", check_pieces_of_cache),
                        ("more than can be open", check_in_blocks),
                        ("no room", check_no_room)):
        checks.add(f"memory: {name}", check)
