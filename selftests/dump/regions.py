# SPDX-License-Identifier: GPL-2.0
"""Names and counters of areas: what the zoo announced and what smaps says."""

import collections
import functools
import struct

from common.ktap import Skip, expect, expect_equal
from common.target import PAGE, built, number, read, smaps

from .tool import Zoo, expect_tiled, process, span

# By the zoo's name: kind, and for some the NAME, in which {} is a fact of the zoo's.
KINDS = {
    "code": "code", "rodata": "rodata", "data": "data", "bss": "bss", "tls": "tls",
    "lib-code": "lib-code", "lib-rodata": "lib-rodata", "lib-data": "lib-data",
    "lib-bss": "lib-bss", "lib-tls": "tls", "heap": "heap", "malloc-mmap": "anon",
    "stack": "stack", "vdso": ("vdso", "[vdso]"), "vvar": ("vvar", "{name}"),
    "anon": "anon", "anon-untouched": "anon", "anon-exec": "anon",
    "anon-named": ("anon", "zoo named"), "guard": "reserved",
    "none-touched": "reserved", "guard-pages": "anon", "sparse": "anon", "locked": "anon",
    "zero": "anon", "zero-huge": "anon", "lazyfree": "anon", "ksm": "anon",
    "file-private-ro": ("file-private", "{path}"), "file-private-rw": ("file-private", "{path}"),
    "file-shared-ro": ("file-shared", "{path}"), "file-shared-rw": ("file-shared", "{path}"),
    "file-past-end": ("file-private", "{path}"),
    "file-deleted": ("file-private", "{path} (deleted)"),
    "dev-zero-private": "anon", "dev-zero-shared": ("shared-anon", None),
    "device": ("device", "{path}"), "sysv": ("sysv-shm", "key 0x{key:0>8} id {id}"),
    "sysv-private": ("sysv-shm", "key 0x00000000 id {id}"), "sysv-removed": "sysv-shm",
    "posix": ("posix-shm", "{object}"), "memfd": ("memfd", "zoo memfd"),
    "memfd-private": ("memfd", "zoo memfd"), "twice": ("memfd", "zoo twice"),
    "twice-again": ("memfd", "zoo twice"), "secret": "device",
    "shared-anon-1": ("shared-anon", None), "shared-anon-2": ("shared-anon", None),
    "shared-anon-3": ("shared-anon", None), "hugetlb-private": "hugetlb",
    "hugetlb-shared": "hugetlb", "hugetlb-memfd": ("memfd", "zoo hugetlb"),
    "huge": "anon", "huge-parts": "anon", "huge-half-ro": "anon", "huge-half-rw": "anon",
    "huge-locked": "anon", "huge-shmem": ("memfd", "zoo huge"),
    "huge-shmem-parts": ("memfd", "zoo huge"), "swapped": "anon",
    "swapped-shmem": ("memfd", "zoo swapped"), "swapped-shmem-private": ("memfd", "zoo swapped"),
    "swapped-shmem-ro": ("memfd", "zoo swapped"), "stack-thread": "stack",
    "stack-own": "stack", "stack-guard": "guard", "thread-tls": "tls",
    "signal-stack": "altstack", "cow": "anon", "cow-huge": "anon", "cow-hugetlb": "hugetlb",
    "shared-hugetlb-forked": "hugetlb",
    "shared-anon-forked": ("shared-anon", None), "shared-anon-untouched": ("shared-anon", None),
}

# Columns that smaps has too; bytes here, kB there.
SMAPS = {
    "rss": "Rss", "pss": "Pss", "shared_clean": "Shared_Clean", "shared_dirty": "Shared_Dirty",
    "private_clean": "Private_Clean", "private_dirty": "Private_Dirty", "anonymous": "Anonymous",
    "lazyfree": "LazyFree", "swap": "Swap", "locked": "Locked", "pss_dirty": "Pss_Dirty",
    "ksm": "KSM",
}
# Whoever else maps a page, it counts the same.
WHOEVER_SHARES = ("rss", "anonymous", "lazyfree", "swap", "ksm")
COLUMNS = "+VMA-START,OBJECT,KEY,SHMID,DELETED," + ",".join(SMAPS).upper().replace("_", "-")


@functools.cache
def zoo():
    return Zoo().stop()


@functools.cache
def zoo_process():
    return process("-o", COLUMNS, zoo().pid)


def areas_between(areas, start, end):
    """Those with a byte in it."""
    return [area for area in areas if span(area)[0] < end and span(area)[1] > start]


def where(name, start, end, facts):
    """A stack is announced with the TLS that lies in it; a variable on it is not."""
    if name in ("stack-thread", "stack-own"):
        here = int(facts["here"], 16)
        return here, here + 1
    return start, end


def check_named(keeper, areas, name):
    wanted = KINDS[name]
    kind, told = wanted if isinstance(wanted, tuple) else (wanted, ...)
    found = keeper.find(name)
    if not found:
        raise Skip(keeper.skipped.get(name, "the zoo has none"))
    for _, start, end, facts in found:
        start, end = where(name, start, end, facts)
        hits = areas_between(areas, start, end)
        expect(hits, "no area at", hex(start))
        for area in hits:
            expect_equal(area["kind"], kind, f"kind at {area['start']} ({area['name']})")
            if told is not ...:
                expect_equal(area["name"], told and told.format(**facts), "name")
            if "tid" in facts:
                expect_equal(area["tid"], int(facts["tid"]), "thread")


def check_zoo(name):
    check_named(zoo(), zoo_process()["areas"], name)


def first(name):
    found = zoo().find(name)
    if not found:
        raise Skip(zoo().skipped.get(name, "the zoo has none"))
    return areas_between(zoo_process()["areas"], *found[0][1:3])[0]


def check_identities():
    """Memory that all reads /dev/zero is told apart; what is mapped twice is the same."""
    objects = [first(f"shared-anon-{i}")["object"] for i in (1, 2, 3)]
    expect_equal(len(set(objects)), 3, "objects of three shared mappings")
    expect(None not in objects, "shared memory without an identity")
    expect_equal(first("twice")["object"], first("twice-again")["object"], "one memfd")


def check_sysv():
    facts = zoo().find("sysv")[0][3]
    area = first("sysv")
    expect_equal((area["shmid"], number(area["key"] or "-1")),
                 (int(facts["id"]), int(facts["key"], 16)), "id and key")


def check_deleted():
    expect_equal(first("file-deleted")["deleted"], True, "deleted")
    expect_equal(first("file-private-ro")["deleted"], False, "deleted")


# ---- to the byte ----

def elf_data(path):
    """Of the writable segment: address of .data's end, of .bss' end; and of the file's begin."""
    image = read(path)
    phoff, = struct.unpack_from("<Q", image, 32)
    size, count = struct.unpack_from("<HH", image, 54)
    loads = []
    for i in range(count):
        kind, flags, _, vaddr, _, filesz, memsz = struct.unpack_from("<IIQQQQQ", image,
                                                                     phoff + i * size)
        if kind == 1:
            loads.append((vaddr, filesz, memsz, flags & 2))
    vaddr, filesz, memsz, _ = [load for load in loads if load[3]][-1]
    return vaddr + filesz, vaddr + memsz, loads[0][0] & -PAGE


def check_bss(path, data_kind, bss_kind):
    vmas = [vma for vma in smaps(zoo().pid, "maps") if vma["name"] == path.encode()]
    data_end, bss_end, base = elf_data(path)
    bias = vmas[0]["start"] - base
    areas = zoo_process()["areas"]
    at = [i for i, area in enumerate(areas) if number(area["start"]) == bias + data_end]
    expect(at, ".bss does not begin at", hex(bias + data_end))
    expect_equal((areas[at[0] - 1]["kind"], areas[at[0]]["kind"]), (data_kind, bss_kind), "kinds")
    expect_equal(number(areas[at[0] - 1]["end"]), bias + data_end, "the end of .data")
    last = areas_between(areas, bias + bss_end - 1, bias + bss_end)[0]
    expect_equal(last["kind"], bss_kind, "kind of the end of .bss")
    expect_equal(number(last["end"]), (bias + bss_end + PAGE - 1) & -PAGE, "the end of .bss")


# ---- counters ----

def in_everybody():
    """What the tool and the test have mapped too: who shares it changes all the time."""
    return {vma["name"] for vma in smaps("self", "maps")} - {b""}


def check_sums_of_vmas():
    areas = process("-o", COLUMNS, zoo().pid)["areas"]
    sums = collections.defaultdict(lambda: collections.Counter(areas=0))
    for area in areas:
        total = sums[number(area["vma_start"])]
        total["areas"] += 1
        for column in SMAPS:
            total[column] += area[column]
    common = in_everybody()
    for vma in smaps(zoo().pid):
        total = sums[vma["start"]]
        for column, name in SMAPS.items():
            if name not in vma or (vma["name"] in common and column not in WHOEVER_SHARES):
                continue
            # A share in bytes is cut once in each area.
            slack = total["areas"] - 1 if column in ("pss", "pss_dirty", "locked") else 0
            kb = {total[column] // 1024, (total[column] + slack) // 1024}
            expect(vma[name] in kb, f"{name} of {vma['start']:x} {vma['name']}:",
                   f"{total[column]} bytes, in smaps {vma[name]} kB")


def check_totals():
    """Of a program that shares no file with others; there is still the vdso, for a page or two."""
    keeper = Zoo("image", "anon", "files", "shared", "swap", "stacks", program="dump/zoo-static")
    keeper.stop()
    totals = process(keeper.pid)["totals"]
    rollup = smaps(keeper.pid, "smaps_rollup")[0]
    vdso = sum(vma["Rss"] for vma in smaps(keeper.pid) if vma["name"] == b"[vdso]")
    for column in ("rss", "pss", "shared_clean", "shared_dirty", "private_clean",
                   "private_dirty", "swap", "locked"):
        slack = vdso if column == "pss" else 0
        expect(abs(totals[column] // 1024 - rollup[SMAPS[column]]) <= slack,
               f"{column}: {totals[column]} bytes, in smaps_rollup {rollup[SMAPS[column]]} kB")
    expect(totals["swap"] or "swapped" in keeper.skipped, "nothing is swapped out")
    keeper.end()


def check_tiles():
    expect_tiled(zoo_process()["areas"], zoo().pid)
    expect_equal(zoo_process()["totals"]["areas"], len(zoo_process()["areas"]), "areas")


def check_complete():
    found = {key: zoo_process()[key] for key in ("complete", "elf_unread", "threads_lost")}
    expect_equal(found, {"complete": True, "elf_unread": False, "threads_lost": False})


def register(checks):
    for name in KINDS:
        checks.add(f"area: {name}", check_zoo, name)
    checks.add("area: identities of shared memory", check_identities)
    checks.add("area: System V id and key as columns", check_sysv)
    checks.add("area: deleted file", check_deleted)
    checks.add("area: .bss to the byte, program", check_bss, built("zoo"), "data", "bss")
    checks.add("area: .bss to the byte, library", check_bss, built("libzoo.so"),
               "lib-data", "lib-bss")
    checks.add("area: they tile the address space", check_tiles)
    checks.add("counters: each VMA's as in smaps", check_sums_of_vmas)
    checks.add("counters: totals as in smaps_rollup", check_totals)
    checks.add("process: complete and read", check_complete)
