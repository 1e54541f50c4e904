# SPDX-License-Identifier: GPL-2.0
"""Whole outputs, as in golden/: of a program that is the same on every machine."""

import ctypes
import difflib
import functools
import os
import re
import shutil

from common.ktap import Failed, Skip, expect_equal
from common.target import TOP, Target, await_states, built, tids, write as write_file

from .tool import good

GOLDEN = os.path.join(TOP, "selftests", "golden")
PLACE = "/tmp/golden"
FIRST_PID = 7001
ADDR_NO_RANDOMIZE = 0x40000

# File below golden/, and the options.
OUTPUTS = {
    "text": [],
    "text-bytes": ["-b", "-n"],
    "raw": ["-r"],
    "raw-threads": ["-r", "-t"],
    "summary": ["--summary"],
    "no-pages": ["--no-pages"],
    "columns": ["-o", "KIND,PERM,TID,COMM,OFFSET,PATH,DELETED,FLAGS"],
    "color": ["--color=always", "-o", "START,SIZE,PERM,KIND,NAME"],
}


def prepare():
    """One CPU, and addresses as they come."""
    os.sched_setaffinity(0, {0})
    ctypes.CDLL(None).personality(ADDR_NO_RANDOMIZE)


@functools.cache
def target():
    """With PIDs that no other process has, so that columns are as wide as ever."""
    if not os.path.exists(built("dump/golden")):
        raise Skip("made for x86-64")
    os.makedirs(PLACE, exist_ok=True)
    # From a file system that has all of it in memory.
    shutil.copy(built("dump/golden"), f"{PLACE}/golden")
    for pid in range(FIRST_PID, FIRST_PID + 100, 10):
        write_file("/proc/sys/kernel/ns_last_pid", str(pid - 1))
        found = Target([f"{PLACE}/golden", "an argument"], env={}, preexec_fn=prepare)
        if found.pid % 10 == 1 and tids(found.pid) == [found.pid, found.pid + 1]:
            await_states(found.pid, "S")
            return found
        found.end()
    raise Failed("no PIDs in a row are to be had")


def blank(match):
    """As wide as it was."""
    return (match[1] or "") + "x" * len(match[2])


def normal(told, pid):
    """Without what depends on the kernel, the compiler, or who else maps the vdso."""
    told = re.sub(rf"\b{pid}\b", str(FIRST_PID), told)
    told = re.sub(rf"\b{pid + 1}\b", str(FIRST_PID + 1), told)
    told = re.sub(r"\bparent \d+", "parent N", told)
    told = re.sub(r"(?m)^  virtual .*$",
                  lambda line: re.sub(r"[0-9.]+[A-Z]?", "N", line[0]), told)
    told = re.sub(r"(?m)^.*\b(vdso|vvar)\b.*$", kernel_area, told)
    told = re.sub(r"(?<![0-9a-f])(0x)?(7ff[0-9a-f]{9})\b", blank, told)
    told = re.sub(r"(?<![0-9a-f])(0x)?(401[0-9a-f]{3})\b", blank, told)
    told = told.replace("[vvar_vclock]", "[vvar]")
    return re.sub(r"(?m)^(.*\bvvar\b.*\n)\1+", r"\1", told)


def kernel_area(line):
    """The kernel's own: as many, as large, and of such flags as it likes."""
    return " ".join(word if re.search("^[^,]*[a-z]{3}[^,]*$|^r-", word) else "N"
                    for word in line[0].split() if word != "within")


def compare(name):
    pid = target().pid
    found = normal(good(*OUTPUTS[name], pid).decode(), pid)
    with open(os.path.join(GOLDEN, name), encoding="utf-8") as file:
        wanted = file.read()
    expect_equal(found.count("\n") > 2, True, "there are lines")
    if found != wanted:
        raise Failed("\n".join(difflib.unified_diff(wanted.splitlines(), found.splitlines(),
                                                    f"golden/{name}", "found", lineterm="")))


def write(directory):
    pid = target().pid
    for name, options in OUTPUTS.items():
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            file.write(normal(good(*options, pid).decode(), pid))


def register(checks):
    for name, options in OUTPUTS.items():
        checks.add(f"golden: {' '.join(options) or 'no options'}", compare, name)
