# SPDX-License-Identifier: GPL-2.0
"""That the situations are what they are meant to be: by pagemap, without the tool."""

from common.ktap import expect_equal

from .pair import letter, pages_of, pair

# Those whose pages lie at other places in A than in B.
SHIFTED = ("file-overlap", "file-side-by-side", "ksm")

SITUATIONS = {
    "fork": ["cow-untouched", "cow-b-wrote", "cow-a-wrote", "cow-both-wrote", "cow-added",
             "cow-moved", "cow-read-only", "cow-broken", "zeros", "wiped", "alike",
             "own-twice-one", "own-twice-other", "file-private-copied", "file-private",
             "shared-anon-untouched", "shared-anon-by-a", "shared-anon-by-b",
             "shared-anon-by-both", "shared-anon-read-only", "shared-anon-own",
             "twice-one", "twice-other", "ring"],
    "huge": ["huge-untouched", "huge-b-wrote", "huge-both-wrote", "hugetlb-cow",
             "hugetlb-shared", "hugetlb-untouched", "hugetlb-file", "hugetlb-memfd",
             "hugetlb-sysv"],
    "swap": ["swapped", "swapped-back"],
    "strangers": [f"{kind}-{state}" for kind in ("file-shared", "sysv-shm", "posix-shm", "memfd")
                  for state in ("untouched", "by-a", "by-b", "by-both")] +
                 ["file-overlap", "file-read-only", "file-unlinked", "file-private", "file-mixed",
                  "file-renewed", "file-side-by-side", "sysv-shm-removed", "sysv-shm-read-only",
                  "posix-shm-unlinked", "memfd-sealed"],
    "ksm": ["ksm", "not-ksm", "ksm-file", "ksm-file-once"],
}


def pages(truth, pids):
    return [pages_of(pids[task], truth.spans[task]) if task in truth.spans else []
            for task in "AB"]


def frames(found):
    return [page for page in found if page and page[0] == "frame"]


def check_places(situation, name):
    """Page by page."""
    truth = pair(situation).truth(name)
    a, b = pages(truth, pair(situation).pids)
    b = b or [None] * len(a)
    found = "".join(letter(*both) for both in zip(a, b, strict=True))
    expect_equal(found, truth.letters.translate(str.maketrans("abn", "ABN")), "pages")


def check_sums(situation, name):
    truth = pair(situation).truth(name)
    a, b = [frames(found) for found in pages(truth, pair(situation).pids)]
    wanted = [len(truth.letters.translate({ord(letter): None for letter in without}))
              for without in ("WBNbnZ", "WANanZ")]
    expect_equal([len(a), len(b)], wanted, "resident pages")
    expect_equal(len([page for page in a if page in b]), truth.letters.count("S"), "same pages")


def register(checks):
    for situation, names in SITUATIONS.items():
        for name in names:
            check = check_sums if name in SHIFTED else check_places
            checks.add(f"pagemap: {situation}: {name}", check, situation, name)
