# SPDX-License-Identifier: GPL-2.0
"""How fast the time-stamp counter of this processor runs, which emulated ones have, too."""

import ctypes
import mmap
import platform
import time

# rdtsc; shl $32, %rdx; or %rdx, %rax; ret
READ = bytes.fromhex("0f31 48c1e220 4809d0 c3")
SECONDS = 0.05
TRIES = 20


def reader():
    """A function that reads it."""
    code = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(READ)
    function = ctypes.CFUNCTYPE(ctypes.c_uint64)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    # It lives as long as what it is in.
    function.code = code
    return function


def look(read):
    """The counter, and the time in ns: of several readings that with the least between the two."""
    best = None
    for _ in range(TRIES):
        before = time.monotonic_ns()
        count = read()
        after = time.monotonic_ns()
        if not best or after - before < best[0]:
            best = after - before, count, (before + after) // 2
    return best[1:]


def kilohertz():
    """Or 0: this processor has none, or no code may be made here."""
    if platform.machine() != "x86_64":
        return 0
    try:
        read = reader()
    except OSError:
        return 0
    count, when = look(read)
    time.sleep(SECONDS)
    count_then, then = look(read)
    return (count_then - count) * 10**6 // (then - when)
