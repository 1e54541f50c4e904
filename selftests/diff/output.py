# SPDX-License-Identifier: GPL-2.0
"""The forms of the output: JSON by its schema, text, many tasks; and tasks that never hold still."""

import time

from common.ktap import expect, expect_equal
from common.target import Target, built, run

from . import tool
from .pair import Pair, pair
from .tool import SCHEMA, overlap, span

CHURN_SECONDS = 6


def pids(situation):
    return pair(situation).pids.values()


def check_valid(situation, *options):
    SCHEMA.expect_valid(tool.document(*options, *pids(situation)))


def check_all_columns():
    for option, title in (("--areas", "Areas (--areas)"), ("--resources", "Resources (--resources)"),
                          ("--channels", "Channels (--channels)")):
        names = tool.columns()[title]
        told = tool.document(option, "-o", ",".join(names), *pids("fork"))
        SCHEMA.expect_valid(told)
        rows, = [table["rows"] for key, table in told["pairs"][0].items() if key == option[2:]]
        expect(rows, "no rows of", option)
        for row in rows:
            expect(set(name.lower().replace("-", "_") for name in names) - {"common", "name_a"} <=
                   set(row) | {"name"}, "columns are missing:", row)


def check_text():
    """Three tables, the verdicts of known rows in a line of their own."""
    told = tool.text(*pids("fork"))
    for title in ("Areas: ", "Resources: ", "Channels: "):
        expect_equal(told.count("\n" + title), 1, title)
    lines = [line.split() for line in told.splitlines()]
    shared = [line for line in lines if line[:1] == ["shared-anon"] and "shared" in line]
    cow = [line for line in lines if line[:1] == ["anon"] and "copy-on-write" in line]
    # Those of pair_fork.c and of pair_anon.c, as they were made.
    expect_equal(len([line for line in shared if line[1:8] ==
                      ["32K", "32K", "0", "0", "0", "0", "32K"]]), 1, "untouched shared memory")
    expect_equal(len([line for line in shared if line[1:8] ==
                      ["32K", "32K", "8K", "0", "8K", "0", "16K"]]), 1, "touched by both")
    expect(["anon", "32K", "32K", "20K", "0", "0", "12K", "0", "independent", "copy-on-write",
            "fork"] in cow, "what B wrote to:", cow)


def check_no_blanks():
    for options in (), ("-p",), ("-p", "--color=always"), ("-p", "-o", "+KIND-B,RANGES"):
        lines = tool.text("--areas", *options, *pids("fork")).splitlines()
        expect_equal([line for line in lines if line.endswith(" ")], [], f"with {options}")


def check_raw():
    _, rows = tool.raw(*pids("fork"))
    expect(len(rows) > 20, "few rows")
    for part in ("areas", "resources", "channels"):
        columns = tool.columns()[f"{part.capitalize()} (--{part})"]
        heading, _ = tool.raw(f"--{part}", "-o", ",".join(columns), *pids("fork"))
        expect_equal(len(heading), len(columns), f"fields of {part}")


def check_same_both_ways():
    """A and B, B and A."""
    first, second = [tool.areas(*order) for order in (list(pids("strangers")),
                                                      list(pids("strangers"))[::-1])]

    def essence(row, a, b):
        return (str(row[f"start_{a}"]), str(row[f"start_{b}"]), row["same"], row[f"only_{a}"],
                row[f"only_{b}"], row["different"], row["untouched"], row["verdict"],
                tuple(row["mechanism"]))
    expect_equal(sorted(essence(row, "b", "a") for row in second),
                 sorted(essence(row, "a", "b") for row in first), "the other way round")


def check_everybody():
    """Strangers of one program: code and libraries are the page cache's, the rest their own."""
    for row in tool.areas(*pids("strangers")):
        if row["kind"] == row["kind_b"] and row["kind"] in ("code", "lib-code", "rodata"):
            expect_equal((row["space"], row["verdict"], row["mechanism"]),
                         ("independent", "shared", ["file-private"]), f"{row}")
        elif row["kind"] in ("heap", "stack", "tls", "bss", "lib-bss"):
            expect_equal((row["verdict"], row["same"], row["mechanism"]),
                         ("independent", 0, []), f"{row}")
        elif row["kind"] in ("vdso", "vvar"):
            # Touched or not, it is what the kernel has for all.
            expect_equal((row["verdict"], row["mechanism"]), ("shared", ["kernel"]), f"{row}")


def check_many():
    """The matrix is that of the pairs."""
    targets = [Target([built("dump/target")]) for _ in range(6)]
    numbers = [target.stop().pid for target in targets]
    told = tool.document(*numbers)
    SCHEMA.expect_valid(told)
    expect_equal([task["pid"] for task in told["tasks"]], numbers, "tasks")
    expect_equal([len(row) for row in told["shared"]], [6] * 6, "the matrix")
    for a in range(6):
        for b in range(a):
            expect_equal(told["shared"][a][b], told["shared"][b][a], "shared, both ways")
    two, = tool.document(numbers[1], numbers[4])["pairs"]
    expect_equal(told["shared"][1][4], two["shared"], "shared, of two and among six")
    same = sum(row["same"] or 0 for row in two["areas"]["rows"])
    expect_equal(two["shared"], same, "the sum of the areas")
    expect_equal({told[matrix][task][task] for matrix in ("shared", "channels")
                  for task in range(6)}, {None}, "the diagonals")
    for target in targets:
        target.end()


def check_parts(*situations):
    """More mappings of one thing than a call of the module takes."""
    both = [pid for situation in situations for pid in pair(situation).stop_both().pids.values()]
    ended = run(built("diff/parts"), *both)
    expect_equal((ended.returncode, ended.stderr), (0, b""), ended.stdout.decode())


def check_churn():
    """Pages that one frees and the other is given are never shared."""
    made = Pair("churn")
    truth, until, rounds, seen = made.truth("churn"), time.monotonic() + CHURN_SECONDS, 0, 0
    while time.monotonic() < until:
        for row in tool.areas(*made.pids.values()):
            if overlap(span(row, "a"), truth.spans["A"]) or \
                    overlap(span(row, "b"), truth.spans["B"]):
                expect_equal((row["same"], row["mechanism"]), (0, []), f"{row}")
                expect(row["verdict"] in ("independent", None), row)
                seen += row["only_a"] + row["only_b"] + row["different"]
        rounds += 1
    expect(rounds > 1 and seen, f"{seen} bytes seen in {rounds} rounds")
    made.end()


def register(checks):
    checks.add("JSON: the schema is one", SCHEMA.check)
    for situation in ("fork", "strangers", "channels", "huge", "swap", "ksm"):
        checks.add(f"JSON: {situation} is valid", check_valid, situation, "-p")
    checks.add("JSON: every column is valid", check_all_columns)
    checks.add("text: known rows", check_text)
    checks.add("text: no blanks behind a row", check_no_blanks)
    checks.add("raw: as many fields as columns", check_raw)
    checks.add("the same both ways", check_same_both_ways)
    checks.add("areas that everybody has", check_everybody)
    checks.add("many tasks", check_many)
    for situations in (("fork",), ("strangers",), ("huge",), ("swap",), ("ksm",),
                       ("fork", "strangers", "huge")):
        checks.add(f"in parts: {', '.join(situations)}", check_parts, *situations)
    checks.add("pages that come and go", check_churn)
