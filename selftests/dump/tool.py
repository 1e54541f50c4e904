# SPDX-License-Identifier: GPL-2.0
"""The tool that is tested, and a program that has one of everything to look at."""

import re

from common.ktap import expect, expect_equal
from common.target import Target, built, number, smaps
from common.tool import Tool


_tool = Tool("ipcshow-dump")
dump, good, text, document, listed_columns = (_tool.run, _tool.good, _tool.text, _tool.document,
                                              _tool.columns)


def process(*arguments, **more):
    """Of one process."""
    processes = document(*arguments, **more)["processes"]
    expect_equal(len(processes), 1, "processes")
    return processes[0]


def raw_rows(*arguments, **more):
    """Of --raw, as dictionaries by heading."""
    heading, rows = _tool.raw(*arguments, **more)
    return [dict(zip(heading, row)) for row in rows]


def span(area):
    return number(area["start"]), number(area["end"])


def original(told):
    """The bytes that a text of --raw or of JSON stands for."""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda match: bytes([int(match[1], 16)]), told.encode())


class Zoo(Target):
    """The program that has one of everything; @animals: (name, start, end, facts)."""

    def __init__(self, *shapes, program="zoo"):
        super().__init__([built(program), *shapes])
        self.animals, self.skipped = [], {}
        for line in self.said.splitlines():
            name, *rest = line.split(" ", 3)
            if name == "skip":
                self.skipped[rest[0]] = " ".join(rest[1:])
            elif rest:
                facts = dict(item.split("=", 1) for item in " ".join(rest[2:]).split()
                             if "=" in item)
                self.animals.append((name, number(rest[0]), number(rest[1]), facts))

    def find(self, name):
        return [animal for animal in self.animals if animal[0] == name]


def expect_tiled(areas, pid):
    """No byte of the address space is missing, told twice, or of other access."""
    position = iter(areas)
    for vma in smaps(pid, "maps"):
        at = vma["start"]
        while at < vma["end"]:
            area = next(position, None)
            expect(area, "nothing is told from", hex(at))
            expect_equal(area["start"], hex(at), "where an area begins")
            expect_equal(area["perm"], vma["perm"], f"access at {hex(at)}")
            at = number(area["end"])
            expect(at <= vma["end"], "an area is larger than its VMA:", area)
    expect(next(position, None) is None, "more areas than the address space has")
