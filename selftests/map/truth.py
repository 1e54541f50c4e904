# SPDX-License-Identifier: GPL-2.0
"""What two processes have in common, and how: by maps, pagemap and kpageflags, without the tool."""

import functools
import os
import struct

from common.target import PAGE, smaps

PRESENT, SWAPPED, FRAME = 1 << 63, 1 << 62, (1 << 55) - 1
# Bits of kpageflags.
ANON, HUGE, KSM, ZERO_PAGE = 12, 17, 21, 24
# Where a mapping says by its name what it is, whichever way it is mapped.
OBJECTS = [(b"/SYSV", "sysv-shm"), (b"/memfd:", "memfd"), (b"/dev/shm/", "posix-shm"),
           (b"/dev/zero (deleted)", "shared-anon"), (b"/anon_hugepage", "hugetlb"),
           (b"anon_inode:[ipcshow-ring]", "ipcshow-ring"), (b"/dev/ipcshow", "ipcshow-ring"),
           (b"anon_inode:[", "device"), (b"[v", "kernel")]


def sort_of(vma):
    for begin, mechanism in OBJECTS:
        if vma["name"].startswith(begin):
            return mechanism
    if not vma["name"].startswith(b"/"):
        return "fork"
    return "file-shared" if vma["perm"][3] == "s" else "file-private"


def flags_of(frame, file):
    return struct.unpack("Q", os.pread(file, 8, frame * 8))[0]


def sorts_of(vma):
    # The kpageflags of 6.12 take each anonymous page for one of KSM. There smaps counts those.
    return {sort_of(vma), "ksm"} if vma.get("KSM", PAGE) else {sort_of(vma)}


def mechanism(flags, sorts, may_be_ksm):
    if flags >> KSM & 1 and may_be_ksm:
        return "ksm"
    if flags >> ANON & 1:
        return "fork"
    for choice in ("sysv-shm", "memfd", "posix-shm", "shared-anon", "ipcshow-ring", "device",
                   "kernel"):
        if choice in sorts:
            return choice
    if flags >> HUGE & 1:
        return "hugetlb"
    return "file-shared" if "file-shared" in sorts else "file-private"


def frames(pid):
    """Of each page that is resident, how it is mapped; and what is swapped out."""
    resident, swapped = {}, set()
    with open(f"/proc/{pid}/pagemap", "rb") as file:
        for vma in smaps(pid):
            nr = (vma["end"] - vma["start"]) // PAGE
            file.seek(vma["start"] // PAGE * 8)
            for entry in struct.unpack(f"{nr}Q", file.read(nr * 8)):
                if entry & PRESENT and entry & FRAME:
                    resident.setdefault(entry & FRAME, set()).update(sorts_of(vma))
                elif entry & SWAPPED and sort_of(vma) in ("fork", "file-private"):
                    swapped.add(entry & FRAME)
    return resident, swapped


@functools.cache
def shared(a, b):
    """Bytes by mechanism, and what is swapped out. Both stand still."""
    (of_a, swap_a), (of_b, swap_b) = frames(a), frames(b)
    found = {}
    with open("/proc/kpageflags", "rb", buffering=0) as file:
        for frame in of_a.keys() & of_b.keys():
            flags = flags_of(frame, file.fileno())
            if not flags >> ZERO_PAGE & 1:
                by = mechanism(flags, of_a[frame] | of_b[frame],
                               "ksm" in of_a[frame] & of_b[frame])
                found[by] = found.get(by, 0) + PAGE
    return found, len(swap_a & swap_b) * PAGE
