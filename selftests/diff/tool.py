# SPDX-License-Identifier: GPL-2.0
"""The tool that is tested."""

from common.schema import Schema
from common.target import number
from common.tool import Tool

SCHEMA = Schema("tools/diff/ipcshow-diff.schema.json")


_tool = Tool("ipcshow-diff")
diff, good, text, document, raw, columns = (_tool.run, _tool.good, _tool.text, _tool.document,
                                            _tool.raw, _tool.columns)


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
