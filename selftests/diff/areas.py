# SPDX-License-Identifier: GPL-2.0
"""Areas: what is said of each situation, against what was made."""

import functools

from common.ktap import expect, expect_equal
from common.target import PAGE, number, smaps

from . import tool
from .pair import pair
from .sums import expect_sums
from .tool import overlap, span
from .truths import SHIFTED, SITUATIONS

LETTERS = {"same": "S", "only-a": "A", "only-b": "B", "different": "D", "untouched": "N",
           "swap-same": "W", "swap-a": "N", "swap-b": "N", "unsettled": "?", "merged": "S"}
SUMS = ("same", "only_a", "only_b", "different", "untouched", "swap_same", "unsettled")

# What only B has at its place, A has in another area.
IN_ANOTHER = ("twice-one",)

# A page that one has twice, or many times, is one page that they share.
COUNTED_ONCE = {"ring": 4 * PAGE, "ksm": 2 * PAGE}

# What faces each other is not told of: one page may be anywhere.
MERGED = ("ksm-file", "ksm-file-once")


@functools.cache
def rows(situation):
    pids = pair(situation).stop_both().pids
    return tool.areas(pids["A"], pids["B"], pages=True)


def involved(situation, truth):
    """Rows in which it has a part, and of these those that say it of both."""
    found = [row for row in rows(situation)
             if overlap(span(row, "a"), truth.spans["A"]) or
             overlap(span(row, "b"), truth.spans.get("B"))]
    return found, [row for row in found if overlap(span(row, "a"), truth.spans["A"]) and
                   overlap(span(row, "b"), truth.spans.get("B"))]


def sums(found):
    return {name: sum(row[name] for row in found) for name in SUMS}


def check_counts(situation, name):
    truth = pair(situation).truth(name)
    found, joined = involved(situation, truth)
    told = sums(joined if truth.mechanism else found)
    wanted = {"same": COUNTED_ONCE.get(name, truth.count("S")), "unsettled": 0,
              "swap_same": truth.count("W")}
    for key, value in wanted.items():
        expect_equal(told[key], value, key)
    if truth.mechanism:
        # What private memory has not, it may come to have in common by another fork().
        wanted = {"only_a": truth.count("Aa"),
                  "only_b": 0 if name in IN_ANOTHER else truth.count("Bb"),
                  "different": truth.count("D"), "untouched": truth.count("Nn")}
        if name in SHIFTED:
            wanted["untouched"] = truth.count("N")
        for key, value in wanted.items():
            expect_equal(told[key], value, key)
    for side, letters in (("a", "AaD"), ("b", "D" if name in IN_ANOTHER else "BbD")):
        expect_equal(told[f"only_{side}"] + told["different"], truth.count(letters),
                     f"what only {side} has")


def check_verdict(situation, name):
    truth = pair(situation).truth(name)
    found, joined = involved(situation, truth)
    expect(found, "no row of", name)
    expect_equal({row["space"] for row in found}, {"independent"}, "address spaces")
    expect_equal({row["verdict"] for row in (joined if truth.mechanism else found)},
                 {truth.verdict}, "verdict")
    expect_equal({word for row in found for word in row["mechanism"]}, truth.mechanism,
                 "mechanism")


def check_ranges(situation, name):
    """Page by page."""
    truth = pair(situation).truth(name)
    found, joined = involved(situation, truth)
    pages = ["N"] * len(truth.letters)
    for row in joined if truth.mechanism else found:
        for part in row["ranges"]:
            side = "a" if part["start_a"] else "b"
            first = (number(part[f"start_{side}"]) - truth.spans[side.upper()][0]) // PAGE
            for page in range(first, first + part["bytes"] // PAGE):
                letter = LETTERS[part["what"]]
                # In rows of their own.
                pages[page] = "D" if {letter, pages[page]} == {"A", "B"} else letter
    wanted = truth.letters.translate(str.maketrans("abnZ", "ABNN"))
    expect_equal("".join(pages), wanted.replace("B", "N") if name in IN_ANOTHER else wanted, "pages")


def check_nothing_else(situation):
    """No area of one situation is joined to another's."""
    truths = [truth for truth in pair(situation).truths.values() if "B" in truth.spans]
    for row in rows(situation):
        a = {truth.spans["A"] for truth in truths if overlap(span(row, "a"), truth.spans["A"])}
        b = {truth.spans["A"] for truth in truths if overlap(span(row, "b"), truth.spans["B"])}
        expect(not (a and b) or a & b, "two situations are one:", row)
        expect(a or b or row["verdict"] != "shared" or row["mechanism"] in
               (["file-private"], ["kernel"]), "not made by anybody:", row)


def check_sums(situation):
    expect_sums(rows(situation))


# ---- where smaps is known to be wrong ----

def smaps_of(situation, name, task):
    truth = pair(situation).truth(name)
    for vma in smaps(pair(situation).pids[task]):
        if (vma["start"], vma["end"]) == truth.spans[task]:
            return vma["Shared_Clean"] + vma["Shared_Dirty"], \
                vma["Private_Clean"] + vma["Private_Dirty"]
    return None


def check_smaps_calls_it_private(situation, name):
    """One of them touched it: smaps says private, though both have attached it."""
    truth = pair(situation).truth(name)
    expect_equal(smaps_of(situation, name, "A"), (0, truth.count("A") // 1024), "smaps of A")
    expect_equal(smaps_of(situation, name, "B"), (0, truth.count("B") // 1024), "smaps of B")
    _, joined = involved(situation, truth)
    expect_equal({row["verdict"] for row in joined}, {"shared"}, "verdict")


def check_smaps_calls_it_shared():
    """A page that one process has mapped twice is shared with nobody."""
    truth = pair("fork").truth("own-twice-one")
    expect_equal(smaps_of("fork", "own-twice-one", "A"), (truth.count("a") // 1024, 0), "smaps")
    found, joined = involved("fork", truth)
    expect_equal((joined, {row["verdict"] for row in found}), ([], {"independent"}), "rows")


def register(checks):
    for situation, names in SITUATIONS.items():
        for name in names:
            checks.add(f"area: {situation}: {name}: counts", check_counts, situation, name)
            checks.add(f"area: {situation}: {name}: verdict", check_verdict, situation, name)
            if name not in (*SHIFTED, *COUNTED_ONCE, *MERGED):
                checks.add(f"area: {situation}: {name}: ranges", check_ranges, situation, name)
        checks.add(f"area: {situation}: nothing else is joined", check_nothing_else, situation)
        checks.add(f"area: {situation}: sums", check_sums, situation)
    # Of a driver's memory, pagemap tells nothing on some kernels.
    checks.add("area: fork: uring: counts", check_counts, "fork", "uring")
    checks.add("area: fork: uring: verdict", check_verdict, "fork", "uring")
    for name in ("file-shared", "sysv-shm", "posix-shm", "memfd"):
        for state in ("untouched", "by-a", "by-b"):
            checks.add(f"smaps says private: {name}-{state}", check_smaps_calls_it_private,
                       "strangers", f"{name}-{state}")
    for state in ("untouched", "by-a", "by-b"):
        checks.add(f"smaps says private: shared-anon-{state}", check_smaps_calls_it_private,
                   "fork", f"shared-anon-{state}")
    checks.add("smaps says shared: one's own, mapped twice", check_smaps_calls_it_shared)
