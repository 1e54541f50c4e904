# SPDX-License-Identifier: GPL-2.0
"""Two tasks in situations that are known: what pair.c says of them, and what pagemap says."""

import functools
import json
import re
import struct

from common.ktap import Skip, expect
from common.target import PAGE, Target, built, stop

PRESENT, SWAPPED, FRAME = 1 << 63, 1 << 62, (1 << 55) - 1
ZERO_PAGE = 1 << 24     # of kpageflags


class Truth:
    """An area that both have, and what is true of its pages: letters as in pair.h."""

    def __init__(self, said):
        self.name, self.verdict = said["truth"], said["verdict"]
        self.mechanism = {word for word in said["mechanism"].split("+") if word != "none"}
        self.letters = "".join(int(count) * letter
                               for count, letter in re.findall(r"(\d+)(\S)", said["pages"]))
        self.spans = {}

    def count(self, letters):
        """In bytes."""
        return sum(letter in letters for letter in self.letters) * PAGE


class Pair(Target):
    """@pids by task; @truths, @fds, @joined, @apart, @skipped by name."""

    def __init__(self, *situation, **more):
        super().__init__([built("pair"), *situation], word=rb'\{"ready": true\}', **more)
        self.pids, self.truths, self.fds, self.joined, self.skipped = {}, {}, {}, {}, {}
        self.apart = []
        said = [json.loads(line) for line in self.said.splitlines() if line.startswith("{")]
        for line in said:
            self._take(line)
        for line in said:
            if "area" in line and line["area"] in self.truths:
                spans = self.truths[line["area"]].spans
                spans[line["task"]] = line["start"], line["start"] + line["size"]

    def _take(self, line):
        if "pid" in line:
            self.pids[line["task"]] = line["pid"]
        elif "truth" in line:
            self.truths[line["truth"]] = Truth(line)
        elif "fd" in line:
            ends = self.fds.setdefault(line["fd"], {"A": [], "B": []})
            ends[line["task"]].append(line["number"])
        elif "joined" in line:
            self.joined[line["joined"]] = line["kind"], line["id"]
        elif "apart" in line:
            self.apart.append(line["apart"])
        elif "skip" in line:
            self.skipped[line["skip"]] = line["reason"]

    def truth(self, name):
        if name in self.skipped:
            raise Skip(self.skipped[name])
        expect(name in self.truths, "the pair says nothing of", name)
        return self.truths[name]

    def stop_both(self):
        stop(self.pids["B"])
        return self.stop()


@functools.cache
def pair(*situation):
    """One for all checks."""
    return Pair(*situation)


# ---- pagemap: the second method ----

def entries(pid, span):
    with open(f"/proc/{pid}/pagemap", "rb") as file:
        file.seek(span[0] // PAGE * 8)
        return struct.unpack(f"{(span[1] - span[0]) // PAGE}Q",
                             file.read((span[1] - span[0]) // PAGE * 8))


def is_zero_page(frame):
    with open("/proc/kpageflags", "rb") as file:
        file.seek(frame * 8)
        return bool(struct.unpack("Q", file.read(8))[0] & ZERO_PAGE)


def pages_of(pid, span):
    """A thing that two pages have in common if they are one; None: not resident."""
    found = []
    for entry in entries(pid, span):
        if entry & PRESENT:
            zero = is_zero_page(entry & FRAME)
            found.append(("zero",) if zero else ("frame", entry & FRAME))
        else:
            found.append(("swap", entry & FRAME) if entry & SWAPPED else None)
    return found


def letter(a, b):
    """Of two pages at the same place of what both map."""
    if a == b:
        return {"zero": "Z", "frame": "S", "swap": "W"}[a[0]] if a else "N"
    resident = [bool(page and page[0] == "frame") for page in (a, b)]
    return {(True, True): "D", (True, False): "A", (False, True): "B",
            (False, False): "N"}[tuple(resident)]
