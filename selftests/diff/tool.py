# SPDX-License-Identifier: GPL-2.0
"""The tool that is tested."""

import functools
import json

from common.ktap import expect_equal
from common.schema import Schema
from common.target import number, run

SCHEMA = Schema("tools/diff/ipcshow-diff.schema.json")


def diff(*arguments, **more):
    """Run it; whatever it says and however it ends."""
    return run("ipcshow-diff", *arguments, **more)


def good(*arguments, **more):
    """Its output; it must succeed and complain of nothing."""
    ended = diff(*arguments, **more)
    expect_equal((ended.returncode, ended.stderr), (0, b""), f"status and stderr of {arguments}")
    return ended.stdout


def text(*arguments, **more):
    return good(*arguments, **more).decode()


def document(*arguments, **more):
    return json.loads(good("--json", *arguments, **more))


@functools.cache
def columns():
    """--list-columns: a list of names under each title."""
    lists, title = {}, None
    for line in text("-H").splitlines():
        if line.startswith("  "):
            lists[title].append(line.split()[0])
        elif line:
            title = line.rstrip(":")
            lists[title] = []
    return lists


def areas(*tasks, pages=False):
    """Of two tasks, with all that is known of them."""
    options = ["--areas", "-o", ",".join(columns()["Areas (--areas)"])] + ["-p"] * pages
    told, = document(*options, *tasks)["pairs"]
    return told["areas"]["rows"]


def table(name, *tasks):
    """Rows of "resources" or "channels"."""
    told, = document(f"--{name}", *tasks)["pairs"]
    return told[name]["rows"]


def span(row, side):
    """Where an area lies in "a" or "b"; nothing where it has no part there."""
    if row[f"start_{side}"] is None:
        return None
    return number(row[f"start_{side}"]), number(row[f"end_{side}"])


def overlap(one, other):
    return bool(one and other and one[0] < other[1] and other[0] < one[1])
