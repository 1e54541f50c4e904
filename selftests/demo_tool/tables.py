# SPDX-License-Identifier: GPL-2.0
"""Each cell of the two tables: against what is known, kcmp(), pagemap and maps."""

import ctypes
import functools
import json
import os
import re
import shutil

from common.ktap import Skip, expect, expect_equal
from common.target import Target, number

from .pages import frame, vma_of
from .tool import demo, schema

# (address space, memory) of two programs, of parent and child, of two threads.
CODE = ("independent", "shared"), ("independent", "shared"), ("same", "same")
DATA = ("independent", "independent"), ("independent", "copy-on-write"), ("same", "same")
THREADS = DATA[0], DATA[1], ("same", "own-reachable")
AREAS = {
    "code": CODE, "rodata": CODE, "data": DATA, "bss": DATA, "heap": DATA, "anon": DATA,
    "stack": THREADS, "tls": THREADS, "lib-code": CODE, "posix-shm": CODE,
    "registers": (("none", "own"),) * 3,
}
PAIRS = ("programs", "fork", "threads")

# kind, flow, same page; copies, size beforehand, network.
MECHANISMS = {
    "posix-shm": ("posix-shm", "A<->B", True, 0, True, False),
    "queue": ("pipe", "A->B", False, 4, False, False),
    "pipe": ("pipe", "A->B", False, 2, False, False),
    "unix-stream": ("unix-stream", "A<->B", False, 2, False, False),
    "tcp": ("tcp", "A<->B", False, 2, False, True),
    "posix-mq": ("mqueue", "A->B", False, 2, True, False),
    "posix-sem": ("posix-sem", "A<->B", None, 0, True, False),
    "sigqueue": ("signal", "A->B", None, 0, True, False),
    "manager-dict": ("unix-stream", "A<->B", False, 4, False, False),
    "file": ("file", "A->B", False, 2, False, False),
}

KCMP = {"x86_64": 312, "aarch64": 272}
KCMP_VM = 1

# What maps says of an area: access, and a part of its name, where it has one.
MAPS = {
    "code": ("r-xp", b"ipcshow-demo"), "rodata": ("r--p", b"ipcshow-demo"),
    "data": ("rw-p", b"ipcshow-demo"), "bss": ("rw-p", b""), "heap": ("rw-p", b"[heap]"),
    "anon": ("rw-p", b""), "stack": ("rw-p", b""), "tls": ("rw-p", b""),
    "lib-code": ("r-xp", b"libc"), "posix-shm": ("rw-s", b"/dev/shm/ipcshow-demo"),
}


@functools.cache
def one_space(a, b):
    """By the kernel's own word."""
    libc = ctypes.CDLL(None, use_errno=True)
    order = libc.syscall(KCMP[os.uname().machine], a, b, KCMP_VM, 0, 0)
    expect(order >= 0, "kcmp:", os.strerror(ctypes.get_errno()))
    return order == 0


class Tables:
    """The tables; while their processes wait, what other methods say of them is read."""

    def __init__(self):
        run = Target(["ipcshow-demo", "--tables", "--json", "--pause"], wait=False)
        said = self.read_areas(run.popen.stdout)
        self.areas = json.loads(said + "}")["areas"]
        self.found = {(row["area"], pair): self.look(row["area"], row[pair])
                      for row in self.areas for pair in PAIRS}
        rest = run.popen.communicate(b"\n")[0]
        self.status = run.popen.returncode
        self.document = json.loads(said + rest.decode())

    @staticmethod
    def read_areas(output):
        """Up to the pause, however long the demos before it take."""
        said = b""
        while not re.search(rb'\{"area":"registers".*\}\n\]$', said):
            some = os.read(output.fileno(), 65536)
            expect(some, "it ended too early:", said)
            said += some
        return said.decode()

    @staticmethod
    def look(area, cell):
        """Whether they have one address space; VMAs and frames of both."""
        sides = cell["a"], cell["b"]
        tids = [side["tid"] for side in sides]
        if area == "registers":
            return one_space(*tids), [], []
        addresses = [number(side["address"]) for side in sides]
        return (one_space(*tids), [vma_of(*where) for where in zip(tids, addresses)],
                [frame(*where) for where in zip(tids, addresses)])

    def cell(self, area, pair):
        row, = [row for row in self.areas if row["area"] == area]
        return row[pair]


tables = functools.cache(Tables)


def check_schema():
    schema.check()
    schema.expect_valid(tables().document)
    expect_equal(tables().status, 0, "status")
    expect_equal([row["area"] for row in tables().areas], list(AREAS), "areas")
    expect_equal([row["mechanism"] for row in tables().document["mechanisms"]], list(MECHANISMS),
                 "mechanisms")


def check_summary():
    """The demos that the table rests on have run, though they said nothing."""
    last = demo.text("--tables").splitlines()[-1]
    expect(re.match(r"Demos: 9\. Proofs: \d+\. Contradictions: 0\. Not shown: 0\. ", last), last)


def check_area(area, pair):
    """As it is known; and as others see it."""
    cell = tables().cell(area, pair)
    expect_equal((cell["space"], cell["memory"]), AREAS[area][PAIRS.index(pair)], "verdicts")
    same_space, vmas, frames = tables().found[area, pair]
    expect_equal(same_space, pair == "threads", "kcmp")
    if area == "registers":
        return
    for vma in vmas:
        perm, name = MAPS[area]
        expect_equal(vma["perm"], perm, "access")
        expect(name in vma["name"], "it is", vma["name"])
    expect(all(frames), "some are in no page table")
    expect_equal(frames[0] == frames[1], cell["memory"] in ("same", "shared"), "one frame")


def check_mechanism(name):
    row, = [row for row in tables().document["mechanisms"] if row["mechanism"] == name]
    kind, flow, same_page, *_ = MECHANISMS[name]
    expect_equal((row["kind"], row["flow"], row["same_page"], row["both_ends"]),
                 (kind, flow, same_page, True), "what was found")


def check_figures(name):
    """Those of ipcshow-bench."""
    if not shutil.which("ipcshow-bench"):
        raise Skip("there is no ipcshow-bench")
    row, = [row for row in tables().document["mechanisms"] if row["mechanism"] == name]
    expect_equal((row["copies"], row["needs_size"], row["network"]), MECHANISMS[name][3:],
                 "copies, size, network")
    expect(row["messages_per_s"] > 0 and row["gb_per_s"] > 0, "no speed:", row)
    # Who shares memory may, but need not, call the kernel; all others do.
    expect(row["syscalls"] is not None and (row["copies"] == 0 or row["syscalls"] >= 1),
           "system calls:", row)
    expect("kept" in row["crash"].split(","), "when one side dies:", row)


def register(checks):
    checks.add("tables: schema", check_schema)
    checks.add("tables: summary", check_summary)
    for area in AREAS:
        for pair in PAIRS:
            checks.add(f"table: {area}, {pair}", check_area, area, pair)
    for name in MECHANISMS:
        checks.add(f"table: {name}: found", check_mechanism, name)
        checks.add(f"table: {name}: measured", check_figures, name)
