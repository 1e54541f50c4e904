# SPDX-License-Identifier: GPL-2.0
"""The tool that is tested, and one run of all that most checks look at."""

import functools

from common.schema import Schema
from common.target import SECONDS
from common.tool import Tool

SCHEMA = Schema("tools/bench/ipcshow-bench.schema.json")

bench = Tool("ipcshow-bench")

# So that no time decides how much is done.
FEW = ("--messages", "12")


@functools.cache
def everything():
    """All mechanisms, with messages of 4 KiB, between processes and between threads."""
    return bench.document(*FEW, "-p", "4K", timeout=6 * SECONDS)


@functools.cache
def mechanisms():
    return {row["name"]: row for row in everything()["mechanisms"]}


def results(document, name):
    return [row for row in document["results"] if row["mechanism"] == name]
