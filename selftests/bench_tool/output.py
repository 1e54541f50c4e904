# SPDX-License-Identifier: GPL-2.0
"""Forms of the output."""

from common.ktap import expect, expect_equal
from common.target import SCALE

from .facts import FACTS
from .tool import bench

PIPE = ("-m", "5", "-p", "8,64", "--between", "processes", "pipe")


def check_lists():
    lists = bench.columns()
    expect_equal(lists["Mechanisms to name"], list(FACTS), "mechanisms")
    for title in ("Mechanisms", "Payloads (--sizes)"):
        expect_equal(len(lists[title]), len(set(lists[title])), title)


def check_columns():
    """Every column, alone and with the rest, in each form."""
    for sizes, title in (([], "Mechanisms"), (["-s"], "Payloads (--sizes)")):
        names = bench.columns()[title]
        heading, rows = bench.raw(*sizes, "-o", ",".join(names), *PIPE)
        expect_equal((heading, len(rows)), (names, 2 if sizes else 1), title)
        told = bench.document(*sizes, "-o", f"{names[0]},{names[0].lower()}", *PIPE)
        rows = told["results" if sizes else "mechanisms"]
        expect_equal([list(row.values()) for row in rows], [["pipe"]] * len(rows), title)


def check_more_columns():
    heading, _ = bench.raw("-o", "+HELP", *PIPE)
    default, _ = bench.raw(*PIPE)
    expect_equal(heading, default + ["HELP"], "columns")


def check_table():
    text = bench.text(*PIPE)
    limits, *noise, empty, heading, row = text.splitlines()
    expect(all(line.startswith("Not to be relied on: ") for line in noise), noise)
    expect(limits.startswith("Limits of this machine: ") and "memcpy 8B: " in limits, limits)
    name, copies, calls, *_ = row.split()
    expect_equal((empty, heading.split()[0], name, copies), ("", "MECHANISM", "pipe", "2"))
    # Where it is slow, a sleep comes in between now and then, and takes one more.
    if SCALE > 1:
        expect(2 <= float(calls) < 3, row)
    else:
        expect_equal(calls, "2", "calls")
    expect(all(len(line) <= 160 for line in (heading, row)), "it is wide:", text)
    bare, = bench.text("-n", "-o", "MECHANISM,COPIES,NET", *PIPE).splitlines()
    expect_equal(bare.split(), ["pipe", "2", "no"])


def check_noise():
    """Nothing is faster than a line of cache; where it seems so, that is said."""
    for _ in range(3):
        lines = bench.text("-p", "8", "-t", "5", "--between", "threads", "-b", "-o", "LINE",
                           "thread-atomic", "thread-nothing").splitlines()
        limits, *noise, _, _, one, other = lines
        expect("back" in limits and len(noise) <= 1, lines)
        if min(float(one), float(other)) < 1:
            expect("there and back, less than a line of cache did" in "".join(noise), lines)
        elif noise:
            expect("in half of the rounds" in noise[0], lines)


def check_small():
    """What is not nothing is not shown as nothing."""
    shown = bench.text("-n", "-s", "-o", "GB/S", "-m", "2", "-p", "8", "--between",
                       "processes", "file-msync").split()
    expect("0" not in shown and all(float(word) > 0 for word in shown), shown)


def check_units():
    """With units for people, and plain."""
    units = bench.text("-n", "-s", "-o", "PAYLOAD,P50,MSG/S", *PIPE).split()
    plain = bench.text("-n", "-s", "-b", "-o", "PAYLOAD,P50,MSG/S", *PIPE).split()
    expect_equal((units[0], units[1].lstrip("0123456789.") in ("ns", "us", "ms", "s"), plain[0]),
                 ("8B", True, "8"), "units")
    expect(all(float(word) > 0 for word in plain), plain)


def check_group():
    told = bench.document("-m", "3", "-p", "8", "--between", "processes", "@pipe", "queue",
                          "@queue")
    expect_equal([row["name"] for row in told["mechanisms"]],
                 ["pipe", "fifo", "vmsplice", "posix-mq", "sysv-msg", "queue"], "of groups")


def check_texts():
    expect(bench.text("--help").startswith("Usage: ipcshow-bench"), "no usage")
    expect(bench.text("--version").startswith("ipcshow-bench "), "no version")


def register(checks):
    for name, check in (("lists", check_lists), ("columns", check_columns),
                        ("more columns", check_more_columns), ("table", check_table),
                        ("noise", check_noise), ("small figures", check_small),
                        ("units", check_units), ("groups", check_group),
                        ("texts", check_texts)):
        checks.add(f"output: {name}", check)
