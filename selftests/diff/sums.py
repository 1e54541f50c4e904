# SPDX-License-Identifier: GPL-2.0
"""What only one of two has: each page in one row, whatever number of rows its area has."""

import collections

from common.ktap import expect, expect_equal
from common.target import PAGE, number

from .tool import span

OTHER = {"a": "b", "b": "a"}


def pages_of(row, side):
    """What --pages says of each page of one side."""
    for part in row["ranges"]:
        start = part[f"start_{side}"]
        if start is not None:
            for address in range(number(start), number(start) + part["bytes"], PAGE):
                yield address, part["what"]


def by_area(rows, side):
    areas = collections.defaultdict(list)
    for row in rows:
        if span(row, side) and row["only_a"] is not None:
            areas[span(row, side)].append(row)
    return areas


def expect_sum(rows, side):
    """Of one area. Gives what is said of its pages, by address."""
    what = f"only-{side}"
    told = collections.defaultdict(list)
    for row in rows:
        told_here = collections.Counter()
        for address, said in pages_of(row, side):
            told[address].append(said)
            told_here[said] += PAGE
        # Pages that may be anywhere are told apart from all others by where they are.
        expect(told_here[what] <= row[f"only_{side}"] <= told_here[what] + told_here["merged"],
               f"ranges say {told_here}, and not", row)
    for address, said in told.items():
        expect(what not in said or set(said) <= {what, "untouched"} and said.count(what) == 1,
               f"{address:x} is {said} in rows", rows)
    only = sum(row[f"only_{side}"] for row in rows)
    expect(only <= rows[0][f"rss_{side}"], f"{only} bytes only in {side}, which is more than",
           rows)
    return told


def expect_sums(rows):
    """Of all rows of two tasks, made with --pages."""
    for side in OTHER:
        for found in by_area(rows, side).values():
            expect_sum(found, side)


def expect_sums_of(rows, side, frames, others):
    """
    The same of areas whose pages are known, as frames by address, beside those of the other task: what is the
    same as another's page, or stands beside one in some row, is in no sum, and all others are.
    """
    elsewhere = {frame for pages in others.values() for frame in pages}
    for (start, _), found in by_area(rows, side).items():
        if start not in frames:
            continue
        told = expect_sum(found, side)
        resident = {start + i * PAGE: frame for i, frame in enumerate(frames[start]) if frame}
        wanted = {address for address, frame in resident.items()
                  if not {"same", "different"} & set(told[address]) and
                  not ("merged" in told[address] and frame in elsewhere)}
        expect_equal(sum(row[f"only_{side}"] for row in found), len(wanted) * PAGE,
                     f"what only {side} has of {start:x}, by pagemap")
        expect(not elsewhere & {resident[address] for address in wanted}, "some of it is in both:", found)
