# SPDX-License-Identifier: GPL-2.0
"""--json and --lines against tools/dump/ipcshow-dump.schema.json."""

import json

from common.ktap import Failed, expect, expect_equal
from common.schema import Schema

from . import golden, hostile, regions
from .tool import document, dump, good, listed_columns, text

# In the order in which --lines has them, for one process.
TYPES = ["ipcshow-dump", "process", "area", "thread", "sharing", "end", "done"]

SCHEMA = Schema("tools/dump/ipcshow-dump.schema.json")


def expect_valid_lines(lines):
    for line in lines:
        name = "begin" if line["type"] == "ipcshow-dump" else line["type"]
        SCHEMA.expect_valid(line, f"line_{name}")


def all_columns(title):
    return ",".join(listed_columns()[title])


def lines_of(*arguments):
    return [json.loads(line) for line in text("--lines", *arguments).splitlines()]


def check_document():
    SCHEMA.expect_valid(document(golden.target().pid), "document")


def check_document_of_hostile():
    SCHEMA.expect_valid(document("-t", hostile.zoo().pid), "document")


def check_all_columns(title, key, *arguments):
    told = document(*arguments, "-o", all_columns(title), golden.target().pid)
    SCHEMA.expect_valid(told, "document")
    for row in told["processes"][0][key]:
        expect_equal(len(row), len(listed_columns()[title]), "members of a row")


def check_every_kind():
    """One area of each shape that the zoo has."""
    shapes = {}
    for area in regions.zoo_process()["areas"]:
        shapes[tuple([area["kind"]] + [value is None for value in area.values()])] = area
    expect(len(shapes) > 15, "too few kinds:", len(shapes))
    for area in shapes.values():
        SCHEMA.expect_valid(area, "area")


def check_lines():
    lines = lines_of("-o", all_columns("Areas"), golden.target().pid)
    expect_valid_lines(lines)
    order = list(dict.fromkeys(line["type"] for line in lines))
    expect_equal(order, TYPES, "types")
    # As a whole, too: each line is of one type and no other.
    SCHEMA.expect_valid(lines[0])
    SCHEMA.expect_valid(lines[-1])


def check_shared_and_private():
    """As in the table, and by their parts."""
    pid = golden.target().pid
    one, summed = document(pid)["processes"][0], document("--summary", pid)["processes"][0]
    for row in (*one["areas"], *summed["summary"], one["totals"]):
        for sum_of in ("shared", "private"):
            expect_equal(row[sum_of], row[sum_of + "_clean"] + row[sum_of + "_dirty"], sum_of)
        expect_equal(row["shared"] + row["private"], row["rss"], "both")


def check_lines_of_summary():
    lines = lines_of("--summary", golden.target().pid)
    expect_valid_lines(lines)
    expect("summary" in {line["type"] for line in lines}, "no summary")


def check_lines_equal_document():
    """What --lines says in lines is what --json says in one."""
    pid = golden.target().pid
    lines, whole = lines_of(pid), document(pid)["processes"][0]
    for kind in ("area", "thread"):
        rows = [{key: value for key, value in line.items() if key not in ("type", "pid")}
                for line in lines if line["type"] == kind]
        expect_equal(rows, whole[kind + "s"], kind)


def check_failures():
    run = dump("--json", golden.target().pid, 2)
    expect_equal(run.returncode, 1, "status")
    told = json.loads(run.stdout)
    SCHEMA.expect_valid(told, "document")
    expect_equal([error["pid"] for error in told["errors"]], [2], "errors")
    run = dump("--lines", 2)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    expect_valid_lines(lines)
    expect_equal(lines[-1], {"type": "done", "processes": 0, "failed": 1})


def check_schema_is_strict():
    """It would notice."""
    told = document("-t", golden.target().pid)
    for change in (lambda p: p.pop("pid"), lambda p: p.update(more=1),
                   lambda p: p["threads"][0].update(ip=17), lambda p: p.update(complete=None)):
        changed = json.loads(json.dumps(told))
        change(changed["processes"][0])
        expect(not SCHEMA.validator("document").is_valid(changed), "a wrong document is valid")


def check_cut_document():
    """No beginning of a document is one."""
    whole = good("--json", golden.target().pid).rstrip(b"\n")
    json.loads(whole)
    ends = {i for i, byte in enumerate(whole) if byte in b"\n}]"} | {0, len(whole) - 1}
    for end in ends:
        try:
            json.loads(whole[:end])
        except ValueError:
            continue
        raise Failed(f"the first {end} of {len(whole)} bytes are valid JSON")


def check_cut_lines():
    """Only the last line says that there are no more."""
    lines = good("--lines", golden.target().pid).splitlines()
    ends = [i for i, line in enumerate(lines) if json.loads(line)["type"] == "done"]
    expect_equal(ends, [len(lines) - 1], "lines of type done")


def register(checks):
    add = checks.add
    add("JSON: the schema is one", SCHEMA.check)
    add("JSON: a document is valid", check_document)
    add("JSON: one of hostile texts is valid", check_document_of_hostile)
    for title, key, *more in (("Areas", "areas"), ("Threads (--threads)", "threads", "-t"),
                              ("Summary (--summary)", "summary", "--summary"),
                              ("Sharing (--sharing)", "sharing", "--sharing")):
        add(f"JSON: every column of {key} is valid", check_all_columns, title, key, *more)
    add("JSON: every kind of area is valid", check_every_kind)
    add("JSON: failures are valid", check_failures)
    add("JSON: the schema notices mistakes", check_schema_is_strict)
    add("JSON: no part of a document is valid", check_cut_document)
    add("JSON: shared and private", check_shared_and_private)
    add("JSON lines: valid", check_lines)
    add("JSON lines: valid with --summary", check_lines_of_summary)
    add("JSON lines: the same as a document", check_lines_equal_document)
    add("JSON lines: a cut is seen", check_cut_lines)
