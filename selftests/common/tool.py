# SPDX-License-Identifier: GPL-2.0
"""A program that is tested, by its output."""

import functools
import json
import shutil

from .ktap import expect_equal
from .target import run


class Tool:
    """@name: as it is typed."""

    def __init__(self, name):
        if not shutil.which(name):
            raise SystemExit(f"{name}: not on PATH, where the tests look for it")
        self.name = name
        self.columns = functools.cache(self._columns)

    def run(self, *arguments, **more):
        """Whatever it says and however it ends."""
        return run(self.name, *arguments, **more)

    def good(self, *arguments, **more):
        """Its output; it must succeed and complain of nothing."""
        ended = self.run(*arguments, **more)
        expect_equal((ended.returncode, ended.stderr), (0, b""),
                     f"status and stderr of {arguments}")
        return ended.stdout

    def text(self, *arguments, **more):
        return self.good(*arguments, **more).decode()

    def document(self, *arguments, **more):
        return json.loads(self.good("--json", *arguments, **more))

    def raw(self, *arguments, **more):
        """Of --raw: the heading, and the rows, each with as many fields."""
        heading, *rows = [line.split(" ")
                          for line in self.text("--raw", *arguments, **more).splitlines()]
        for row in rows:
            expect_equal(len(row), len(heading), f"fields in {row}")
        return heading, rows

    def _columns(self):
        """--list-columns: a list of names under each title."""
        lists, title = {}, None
        for line in self.text("-H").splitlines():
            if line.startswith("  "):
                lists[title].append(line.split()[0])
            elif line:
                title = line.rstrip(":")
                lists[title] = []
        return lists
