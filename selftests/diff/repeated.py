# SPDX-License-Identifier: GPL-2.0
"""Areas that map one thing many times: rows in proportion to them, and right ones."""

import contextlib
import os
import struct
import sys

from common.ktap import expect, expect_equal
from common.target import PAGE, Target, number, read, wait_until, write

from . import tool
from .sums import expect_sums_of
from .tool import overlap, span

PLACE = "/dev/shm/repeated"
KSM = "/sys/kernel/mm/ksm/"

# Maps a file, or memory of its own, once for each word: of its pages, those that are "r" are read, and
# those that are "w" are written to. Then a child may come that takes some of the first away.
MAPPER = f"""
import ctypes, os, signal, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                      ctypes.c_long]
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
SHARED, PRIVATE, FIXED, ANON, MERGEABLE = 1, 2, 0x10, 0x20, 12
path, how, taken, *areas = sys.argv[1:]
size = {PAGE} * len(areas[0])
step = size + {PAGE}
place = libc.mmap(None, step * len(areas), 0, PRIVATE | ANON, -1, 0)
libc.munmap(place, step * len(areas))
file = os.open(path, os.O_RDWR) if how != "merge" else -1
for i, area in enumerate(areas):
    flags = FIXED | (SHARED if how == "shared" else PRIVATE) | (ANON if how == "merge" else 0)
    at = libc.mmap(place + i * step, size, 3, flags, file, 0)
    assert at == place + i * step
    if how == "merge":
        libc.madvise(at, size, MERGEABLE)
    for page, what in enumerate(area):
        byte = ctypes.c_ubyte.from_address(at + {PAGE} * page)
        if what == "r":
            byte.value
        elif what == "w":
            byte.value = 1 + page
if int(taken):
    child = os.fork()
    if not child:
        for i in range(int(taken)):
            libc.munmap(place + i * step, size)
        print("child", os.getpid(), hex(place), flush=True)
        signal.pause()
print("parent", os.getpid(), hex(place), flush=True)
signal.pause()
"""


class Mapper:
    """One of the two, stopped: where its areas are, and which page is where."""

    def __init__(self, said, areas, taken=0):
        self.pid = int(said[1])
        self.pages = len(areas[0])
        self.spans = {}
        for i in range(taken, len(areas)):
            start = number(said[2]) + i * (self.pages + 1) * PAGE
            self.spans[start] = start + self.pages * PAGE

    def frames(self):
        """By area, of each page its frame's number, or 0."""
        with open(f"/proc/{self.pid}/pagemap", "rb", buffering=0) as file:
            return {start: [entry & ((1 << 55) - 1) if entry >> 63 else 0 for entry in
                            struct.unpack(f"{self.pages}Q",
                                          os.pread(file.fileno(), 8 * self.pages,
                                                   start // PAGE * 8))]
                    for start in self.spans}


def start(how, areas, taken=0):
    """A target, and it and its child, if there is to be one."""
    target = Target([sys.executable, "-c", MAPPER, PLACE, how, str(taken), *areas],
                    word=b"parent [^\n]*")
    said = target.said
    if taken and "child" not in said:
        said += target.hear(b"child [^\n]*")
    lines = dict((line.split()[0], line.split()) for line in said.splitlines())
    return target, [Mapper(lines[who], areas, taken if who == "child" else 0)
                    for who in ("parent", "child") if who in lines]


@contextlib.contextmanager
def two(how, of_a, of_b=None, taken=0):
    with open(PLACE, "wb") as file:
        file.write(b"x" * PAGE * len(of_a[0]))
    targets, mappers = [], []
    try:
        for areas in (of_a, of_b):
            if areas:
                target, some = start(how, areas, taken)
                targets.append(target)
                mappers += some
        yield mappers
    finally:
        for mapper in mappers[1:] if taken else []:
            os.kill(mapper.pid, 9)
        for target in targets:
            target.end()
        os.unlink(PLACE)


# Of its pages, by letter: both have it since the fork; who has another since, or has dropped it; who never had it.
# Then the parent has what was one area in parts: to read only where the letter is large, and not at all at "-".
PARTED = f"""
import ctypes, os, signal, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                      ctypes.c_long]
for call in libc.munmap, libc.madvise, libc.mprotect:
    call.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int][:2 if call is libc.munmap else 3]
PRIVATE, ANON, DONTNEED, NOHUGEPAGE = 2, 0x20, 4, 15
pages = sys.argv[1]
size = {PAGE} * len(pages)
# With a gap beside it, so that it is one with nothing else.
place = libc.mmap(None, size + 2 * {PAGE}, 0, PRIVATE | ANON, -1, 0) + {PAGE}
libc.mprotect(place, size, 3)
libc.madvise(place, size, NOHUGEPAGE)
def each(letters, what):
    for page, letter in enumerate(pages):
        if letter in letters:
            what(place + page * {PAGE})
def write(at):
    ctypes.c_ubyte.from_address(at).value = 1
def drop(at):
    libc.madvise(at, {PAGE}, DONTNEED)
each("SsDdAaBb-", write)
child = os.fork()
if child:
    each("Dd", write)
    each("Bb", drop)
    for letter in "SDABN":
        each(letter, lambda at: libc.mprotect(at, {PAGE}, 1))
    each("-", lambda at: libc.munmap(at, {PAGE}))
else:
    each("Aa", drop)
print("parent" if child else "child", os.getpid(), hex(place), flush=True)
signal.pause()
"""


def rows_of(a, b):
    """In which some of theirs are."""
    return [row for row in tool.areas(a.pid, b.pid, pages=True)
            if any(mapper.spans.get(start) == end for mapper, (start, end) in
                   ((a, span(row, "a") or (0, 0)), (b, span(row, "b") or (0, 0))))]


def count(frames_a, frames_b):
    """What is to be said of two areas, page by page; what only one has, may be in another of its rows."""
    told = {"same": 0, "different": 0, "untouched": 0}
    for a, b in zip(frames_a, frames_b):
        if bool(a) == bool(b):
            told["untouched" if not a else "same" if a == b else "different"] += PAGE
    return told


def expect_rows(a, b):
    """
    Each row is right; who has a page that the other has, too, is in a row that says so; and there are not
    many more than areas. Gives the verdicts.
    """
    rows = rows_of(a, b)
    frames = a.frames(), b.frames()
    in_common = {frame for area in frames[0].values() for frame in area if frame} & \
                {frame for area in frames[1].values() for frame in area if frame}
    seen, sharing = [set(), set()], [set(), set()]
    for row in rows:
        spans = span(row, "a"), span(row, "b")
        for side in (0, 1):
            if spans[side]:
                seen[side].add(spans[side][0])
                if row["same"]:
                    sharing[side].add(spans[side][0])
        if all(spans):
            wanted = count(frames[0][spans[0][0]], frames[1][spans[1][0]])
            expect_equal({key: row[key] for key in wanted}, wanted, f"{spans}")
    expect_sums_of(rows, "a", *frames)
    expect_sums_of(rows, "b", *reversed(frames))
    for side, mapper in enumerate((a, b)):
        expect_equal(seen[side], set(mapper.spans), "areas that are shown")
        expect_equal(sharing[side],
                     {start for start, pages in frames[side].items() if in_common & set(pages)},
                     "areas that are said to share")
    expect(len(rows) <= 2 * (len(a.spans) + len(b.spans)), len(rows), "rows of", len(a.spans),
           "and", len(b.spans), "areas")
    return {row["verdict"] for row in rows}


def check_shared():
    with two("shared", ["r"] * 300, ["r"] * 200) as (a, b):
        expect_equal(expect_rows(a, b), {"shared"}, "verdicts")


def check_very_many():
    with two("shared", ["w"] * 3000, ["w"] * 3000) as (a, b):
        expect_equal(expect_rows(a, b), {"shared"}, "verdicts")


def check_few():
    """So few that each is shown with each."""
    with two("shared", ["w."] * 4, [".w"] * 4) as (a, b):
        expect_equal(len(rows_of(a, b)), 16, "rows")
        expect_rows(a, b)


def check_partly_there():
    """Who has a page is not in the same place in both."""
    of_a = ["wwww"] * 12 + ["ww.."] * 2 + ["...."] * 3 + ["wr.."]
    of_b = ["...."] * 9 + ["rww."] + ["wwww"] * 4 + ["w..r"] * 2 + ["w..."]
    with two("private", of_a, of_b) as (a, b):
        expect_rows(a, b)
    with two("shared", of_a, of_b) as (a, b):
        expect_equal(expect_rows(a, b), {"shared"}, "verdicts")


def check_forked():
    """What a fork() left to both is in the same place, and not as many as others come before it."""
    with two("private", ["ww."] * 30, taken=7) as (a, b):
        verdicts = expect_rows(a, b)
        expect("copy-on-write" in verdicts, verdicts)


class Parted:
    """One of the two of PARTED: which pages are where, in areas that were one once."""

    def __init__(self, said, letters):
        self.pid, self.start = int(said[1]), number(said[2])
        with open(f"/proc/{self.pid}/pagemap", "rb", buffering=0) as file:
            entries = struct.unpack(f"{len(letters)}Q",
                                    os.pread(file.fileno(), 8 * len(letters),
                                             self.start // PAGE * 8))
        self.frames = [entry & ((1 << 55) - 1) if entry >> 63 else 0 for entry in entries]

    def of(self, start, end):
        return self.frames[(start - self.start) // PAGE:(end - self.start) // PAGE]

    def is_of(self, place):
        return place and self.start <= place[0] < self.start + len(self.frames) * PAGE


def check_parted():
    """An area of one that faces several of the other, and in part none."""
    letters = "sssdabn" + "SSDABBN" + "sab" + "---" + "bsd"
    target = Target([sys.executable, "-c", PARTED, letters], word=b"parent [^\n]*")
    said = target.said if "child" in target.said else target.said + target.hear(b"child [^\n]*")
    lines = {line.split()[0]: line.split() for line in said.splitlines()}
    a, b = (Parted(lines[who], letters) for who in ("parent", "child"))
    try:
        for one, other, sides in (a, b, "ab"), (b, a, "ba"):
            rows = [row for row in tool.areas(one.pid, other.pid, pages=True)
                    if one.is_of(span(row, "a")) or other.is_of(span(row, "b"))]
            expect_equal(len(rows), 4, "rows")
            frames = [{start: it.of(start, end) for start, end in
                       {span(row, side) for row in rows if span(row, side)}}
                      for it, side in ((one, "a"), (other, "b"))]
            expect_sums_of(rows, "a", *frames)
            expect_sums_of(rows, "b", *reversed(frames))
            parent, child = (f"only_{side}" for side in sides)
            told = {number(row[f"start_{sides[0]}"]): row for row in rows}
            wanted = {0: (1, 1 + 3), 7: (1, 2), 14: (1, 1), 20: (0, 1)}
            expect_equal({(start - a.start) // PAGE: (row[parent] // PAGE, row[child] // PAGE)
                          for start, row in told.items()}, wanted, "what only one has, by row")
            # Nothing is in it, but it is at one place.
            beside = (a.start - PAGE, a.start)
            empty, = (row for row in tool.areas(one.pid, other.pid)
                      if overlap(span(row, "a"), beside) or overlap(span(row, "b"), beside))
            expect_equal((span(empty, "a"), empty["verdict"]), (span(empty, "b"), "independent"), "beside it")
    finally:
        os.kill(b.pid, 9)
        target.end()


def check_merged():
    """Pages that KSM merges are the same wherever they are."""
    was = read(KSM + "run").decode(), read(KSM + "sleep_millisecs").decode()
    with two("merge", ["w"] * 40, ["w"] * 30) as (a, b):
        try:
            write(KSM + "sleep_millisecs", "0")
            write(KSM + "run", "1")
            wait_until(lambda: len({page[0] for mapper in (a, b)
                                    for page in mapper.frames().values()}) == 1, "they are merged")
            expect_equal(expect_rows(a, b), {"copy-on-write"}, "verdicts")
        finally:
            write(KSM + "run", was[0])
            write(KSM + "sleep_millisecs", was[1])


def register(checks):
    checks.add("repeated: shared by all", check_shared)
    checks.add("repeated: very many", check_very_many)
    checks.add("repeated: few", check_few)
    checks.add("repeated: pages that only some have", check_partly_there)
    checks.add("repeated: after a fork", check_forked)
    checks.add("repeated: merged", check_merged)
    checks.add("repeated: several that face one", check_parted)
