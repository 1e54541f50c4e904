# SPDX-License-Identifier: GPL-2.0
"""Each demo: what it must have proven, with the module, as a user, and without the module."""

import functools
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from common.ktap import expect, expect_equal
from common.target import TOP, USER, end_all, read, wait_until

from .tool import NAMES, demo, left_behind, schema

NUMBER, ADDRESS = r"\d+", r"[0-9a-f]{6,}"

# What must be among the proofs, line breaks apart; and rows that ipcshow must have shown.
PROOFS = {
    "shm": ["The consumer read what the producer wrote: 1 1 2 3 5 8.",
            "Page @ of # and page @ of # are physically one: 4096 bytes are the same",
            "It is a channel between them, with both ends found"],
    "race": ["With a mutex, the result is exact: 500000 expected, 500000 found.",
             "Without one, it is at most that: 500000 expected, # found.",
             "The counter at @ is in the program's bss, from @ to @."],
    "tls": ["The value of thread #, at @, lies in its own TLS block, from @ to @."] * 4,
    "fork": ["Of 64 pages, parent and child have 64 in common, and 0 were copied.",
             "Of 64 pages, parent and child have 54 in common, and 10 were copied."],
    "isolation": ["Behind @ are two physical pages, one of # and one of #."],
    "stack": ["The variable of thread # lies in that thread's own stack"] * 3 +
             ["Below the stack of thread # lies a guard without any access, from @ to @.",
              "That address, @, lies in the guard, from @ to @."],
    "registers": ["From outside, ipcshow sees 0x1111 in register", "sees 0x2222", "sees 0x3333",
                  "Each thread found its own value again: the registers were restored.",
                  "Meanwhile there were context switches"],
    "heap": ["The small block, at @, lies in the heap that brk() made, from @ to @.",
             "lies in memory of its own, by mmap(), of # bytes.",
             "the heap grew from # to # bytes.",
             "The heap area did not shrink, from # to # bytes", "The leak shows: # bytes",
             "The large block's memory went back to the system at once."],
    "segments": ["lies in an area that ipcshow calls " + kind for kind in
                 ("code", "rodata", "data", "bss", "heap", "anon", "stack", "tls", "lib-code")],
    "semaphore": ["Never were more than 2 inside", "in the order ABABABAB: strictly in turn.",
                  "lie on a page that is physically one in both.",
                  "Process # waits for its turn: ipcshow finds it asleep"],
    "mutex": ["No update was lost: 60000 expected, 60000 found.", "ipcshow finds # asleep",
              "The waiter got the mutex, and was told that its owner had died."],
    "server": ["Threads # and # have one address space and one table of open files.",
               "The threads counted together: 2 requests.",
               "Processes # and # have address spaces and tables of open files of their own.",
               "The page of the counter, at @, was copied",
               "Each process counted for itself, up to 1, and the server's own counter is 0."],
    "python": ["The child read what the parent wrote: 1 1 2 3 5 8.",
               "Page @ of # and page @ of # are physically one.",
               "With a lock, the result is exact: 50000 expected, 50000 found."] +
              ["in memory that Python allocates (anon), and not in the thread's TLS block"] * 3,
    "crash": ["Threads # and # have one address space.",
              "its main thread included: SIGSEGV ended it.",
              "Processes # and # have two address spaces, and share the page at @.",
              "The other process lives, and so does the memory that the two shared."],
    "queue": ["What was sent has arrived", "both its ends: pipe, A->B.", "they were copied.",
              "200 and 200 messages came, and each of them whole"],
    "pipe": ["What was sent has arrived", "both its ends: pipe, A->B.", "they were copied."],
    "socket": ["both its ends: unix-stream, A<->B.", "both its ends: tcp, A<->B."] +
              ["they were copied."] * 2,
    "mq": ["What was sent has arrived", "both its ends: mqueue, A->B.", "they were copied."],
    "sem": ["The waiter passed as often as there were posts: 3 times.",
            "ipcshow finds the POSIX semaphore in both.", "It is memory that both map",
            "it is 0 again.", "ipcshow finds it by who used it last"],
    "signal": ["What was sent has arrived", "both its ends: signal, A->B."],
    "manager": ["What one client set, the other got: 42.", "with both ends.",
                "Between the two clients there is none", "is in the manager's memory only"],
    "file": ["What was sent has arrived", "both its ends: file, A->B.", "they were copied."],
}

# Rows of the other programs, as patterns.
ROWS = {
    "shm": r"posix-shm .* 4K +4K shared +posix-shm", "race": r"bss .* same +threads",
    "tls": r" tls .* thread \d+ workers", "fork": r"256K +216K +40K copy-on-write fork",
    "isolation": r"anon .* 4K +0 +4K independent", "stack": r"guard +\d+ thread \d+ overflow",
    "registers": r"\d+ threads +S ", "heap": r"rw-p heap", "segments": r"r-xp code .*ipcshow-demo",
    "semaphore": r"futex +A<-B", "mutex": r"futex +A->B", "server": r"mm +same",
    "python": r"posix-shm .* shared", "queue": r"pipe +A->B .*sender.*receiver",
    "pipe": r"pipe +A->B .*sender.*receiver", "socket": r"tcp +A<->B 127\.0\.0\.1",
    "mq": r"mqueue +A->B", "sem": r"sysv-sem ", "signal": r"signal +A->B to \d+",
    "manager": r"unix-stream A<->B .*writer.*manager", "file": r"file +A->B /tmp",
}


@functools.cache
def shown():
    """What each prints, when it has; two at a time, of which most wait most of the time."""
    pool = ThreadPoolExecutor(2)
    return {name: pool.submit(demo.text, name) for name in NAMES}


def as_pattern(proof):
    return re.escape(proof).replace("\\#", NUMBER).replace("@", ADDRESS)


def check_proofs(name):
    printed = shown()[name].result()
    told, summary = " ".join(printed.split()).rsplit(" Demos: 1. ", 1)
    expect("Contradictions: 0. Not shown: 0. Failures: 0." in summary, summary)
    for word in ("NOT SO:", "Not shown:", "Failed:"):
        expect(word not in told, word, told)
    expect("Textbook: " in told, "no textbook:", told)
    proofs = [re.split(r" (?:Proof:|\$|[a-z]+ \d+:) ", part)[0]
              for part in told.split("Proof: ")[1:]]
    for proof in set(PROOFS[name]):
        found = [part for part in proofs if re.search(as_pattern(proof), part)]
        expect(len(found) >= PROOFS[name].count(proof), "not proven:", proof, proofs)
    if name in ROWS:
        expect(re.search(rf"^    .*{ROWS[name]}", printed, re.MULTILINE), "no row", ROWS[name],
               printed)


def check_summary():
    told = demo.text("fork")
    expect_equal(told.splitlines()[-1], "Demos: 1. Proofs: 4. Contradictions: 0. Not shown: 0. "
                 "Failures: 0.", "the last line")
    expect("\033" not in told, "colours though nobody asked for them")
    expect("\033" in demo.text("--color", "isolation"), "no colours though they were asked for")


def check_json():
    document = demo.document("crash", "sem")
    schema.expect_valid(document)
    expect_equal([(one["name"], one["status"]) for one in document["demos"]],
                 [("crash", "proven"), ("sem", "proven")], "demos")
    expect_equal((document["areas"], document["mechanisms"]), (None, None), "tables")
    expect_equal({said["type"] for one in document["demos"] for said in one["said"]},
                 {"textbook", "action", "proof"}, "what was said")


def check_as_user():
    """Their own processes are theirs to look at."""
    names = ["shm", "fork", "registers", "sem", "mq"]
    document = demo.document(*names, user=USER, group=USER, extra_groups=[])
    expect_equal({one["name"]: one["status"] for one in document["demos"]},
                 {name: "proven" for name in names}, "status as a user")


def expect_incomplete(document, why):
    """All are carried out, nothing is contradicted, and it is said what stays open."""
    for one in document["demos"]:
        said = [entry["text"] for entry in one["said"] if entry["type"] == "missing"]
        expect_equal(one["status"], "incomplete", one["name"])
        expect(why in said[0] and len(said) > 1, one["name"], "says", said)
        # That is what "Not shown:" before it says.
        expect(not any("stays open" in text for text in said), said)


def check_unreadable():
    os.chmod("/dev/ipcshow", 0o600)
    try:
        expect_incomplete(demo.document("pipe", user=USER, group=USER, extra_groups=[]),
                          "You may not use /dev/ipcshow")
    finally:
        os.chmod("/dev/ipcshow", 0o666)


def check_all_incomplete(names):
    document = demo.document(*names)
    schema.expect_valid(document)
    expect_equal([one["name"] for one in document["demos"]], names, "demos")
    expect_incomplete(document, "The module is not loaded")


def check_no_module():
    end_all()
    wait_until(lambda: read("/sys/module/ipcshow/refcnt") == b"0\n", "nobody uses the module")
    subprocess.run(["rmmod", "ipcshow"], check=True, timeout=30)
    try:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(check_all_incomplete, (NAMES[::2], NAMES[1::2])))
    finally:
        module = os.path.join(TOP, "build", os.uname().release, "ipcshow.ko")
        subprocess.run(["insmod", module], check=True, timeout=30)
    expect_equal(left_behind(), [], "what is left behind")


def register(checks):
    for name in NAMES:
        checks.add(f"demo: {name}", check_proofs, name)
    for name, check in (("summary, colours", check_summary), ("JSON", check_json),
                        ("as a user", check_as_user), ("unreadable device", check_unreadable)):
        checks.add(name, check)
