# SPDX-License-Identifier: GPL-2.0
"""The tool that is tested, and who is on the map."""

from common.ktap import expect_equal
from common.schema import Schema
from common.target import Target, USER
from common.tool import Tool

SCHEMA = Schema("tools/map/ipcshow-map.schema.json")

_tool = Tool("ipcshow-map")
run, good, text, document, raw, columns = (_tool.run, _tool.good, _tool.text, _tool.document,
                                           _tool.raw, _tool.columns)

AS_USER = {"user": USER, "group": USER, "extra_groups": []}


def of(told, *pids):
    """The tie of two processes, or an empty one."""
    found = [tie for tie in told["ties"] if {tie["a"], tie["b"]} == set(pids)]
    expect_equal(len(found) <= 1, True, "one tie of two processes")
    return found[0] if found else {"shared": 0, "swap": 0, "mechanisms": {}, "channels": []}


def kinds(told, tie):
    return [told["channels"][link["channel"]]["kind"] for link in tie["channels"]]


# Python that calls itself @name, and does @more.
NAMED = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(15, bytes.fromhex(sys.argv[1]), 0, 0, 0)
{more}
print("ready", flush=True)
sys.stdin.read()
"""


def named(name, more="", **options):
    return Target(["/usr/bin/python3", "-S", "-c", NAMED.format(more=more), name.hex()], **options)
