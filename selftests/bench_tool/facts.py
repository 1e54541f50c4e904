# SPDX-License-Identifier: GPL-2.0
"""What is said of each mechanism: that it is there, its copies, and what a crash does."""

from common.ktap import Failed, expect, expect_equal

from .tool import SCHEMA, everything, mechanisms

# Name: copies, proof, whether a size is needed, directions, network.
FACTS = {
    "posix-shm": (0, "same-page", True, "any", False),
    "sysv-shm": (0, "same-page", True, "any", False),
    "memfd": (0, "same-page", True, "any", False),
    "shared-anon": (0, "same-page", True, "any", False),
    "file-mmap": (0, "same-page", True, "any", False),
    "file-msync": (0, "same-page", True, "any", False),
    "ring-memfd": (0, "same-page", True, "one-way", False),
    "ring-kernel": (0, "same-page", True, "one-way", False),
    "pipe": (2, "different-pages", False, "one-way", False),
    "fifo": (2, "different-pages", False, "one-way", False),
    "vmsplice": (1, "different-pages", False, "one-way", False),
    "unix-stream": (2, "different-pages", False, "two-way", False),
    "unix-dgram": (2, "different-pages", False, "two-way", False),
    "unix-seqpacket": (2, "different-pages", False, "two-way", False),
    "tcp": (2, "different-pages", False, "two-way", True),
    "udp": (2, "different-pages", False, "two-way", True),
    "posix-mq": (2, "different-pages", True, "any", False),
    "sysv-msg": (2, "different-pages", False, "any", False),
    "eventfd": (0, "same-page", True, "any", False),
    "futex": (0, "same-page", True, "any", False),
    "posix-sem": (0, "same-page", True, "any", False),
    "sysv-sem": (0, "same-page", True, "any", False),
    "sigqueue": (0, "same-page", True, "any", False),
    "process_vm_readv": (1, "different-pages", False, "any", False),
    "io_uring": (2, "different-pages", False, "two-way", False),
    "file": (2, "different-pages", False, "any", False),
    "sqlite": (5, "different-pages", False, "any", False),
    "manager-list": (4, "different-pages", False, "any", False),
    "manager-dict": (4, "different-pages", False, "any", False),
    "queue": (4, "different-pages", False, "any", False),
    "thread-mutex": (0, "one-space", True, "any", False),
    "thread-spinlock": (0, "one-space", True, "any", False),
    "thread-semaphore": (0, "one-space", True, "any", False),
    "thread-atomic": (0, "one-space", True, "any", False),
    "thread-nothing": (0, "one-space", True, "any", False),
    "python-shm": (0, None, True, "any", False),
    "python-queue": (4, None, False, "any", False),
    "python-pipe": (4, None, False, "any", False),
    "python-manager": (8, None, False, "any", False),
}

# What becomes of the receiver and of the sender, and whether another sender can go on.
CRASHES = {
    "pipe": ("told", "told", False), "unix-stream": ("told", "told", False),
    "tcp": ("told", "told", False), "io_uring": ("told", "told", False),
    "ring-memfd": ("told", "told", False), "ring-kernel": ("told", "told", False),
    "unix-dgram": ("waits", "told", True), "posix-mq": ("waits", "waits", True),
    "sysv-msg": ("waits", "waits", True), "posix-shm": ("waits", "waits", True),
    "eventfd": ("waits", "waits", True), "sysv-sem": ("waits", "waits", True),
    "manager-list": ("waits", "waits", True), "file": ("polls", "polls", True),
    # Who died has the lock for ever.
    "queue": ("told", "told", False),
}


def check_all_there():
    expect_equal(list(mechanisms()), list(FACTS), "mechanisms")
    expect_equal({name for name, row in mechanisms().items() if row["missing"]}, set(),
                 "missing, with all that this machine has")


def check_schema():
    SCHEMA.check()
    SCHEMA.expect_valid(everything())


def check_facts():
    for name, (copies, _, size, directions, network) in FACTS.items():
        row = mechanisms()[name]
        expect_equal((row["copies"], row["needs_size"], row["directions"], row["network"]),
                     (copies, size, directions, network), name)
        expect(row["copies_reason"] and row["help"], name, "has no reason")
        expect_equal(row["safe"], name != "thread-nothing", f"{name} is safe")


def check_proofs():
    """The module saw both buffers of each, but Python's."""
    for name, fact in FACTS.items():
        row = mechanisms()[name]
        expect_equal(row["proof"], fact[1], f"proof of {name} ({row['unproven']})")
        expect_equal(row["unproven"] is None, row["proof"] is not None, f"{name}: unproven")


def check_crashes():
    for name, wanted in CRASHES.items():
        crash = mechanisms()[name]["crash"]
        expect(crash, name, "was not tried")
        expect_equal((crash["receiver"], crash["sender"], crash["replaced"]), wanted, name)
        expect_equal(crash["delivered"], crash["sent"], f"messages that {name} kept")
        survives = wanted[:2] == ("told", "told") or wanted[2]
        expect_equal((crash["survives"], mechanisms()[name]["survives_crash"]), (survives,) * 2,
                     f"{name} survives")


def check_crashes_all():
    """But for threads, which end with their process, and Python's."""
    for name, row in mechanisms().items():
        tried = not name.startswith(("thread-", "python-"))
        expect_equal(row["crash"] is not None, tried, f"a crash of {name} was tried")
        if tried and "failed" in (row["crash"]["receiver"], row["crash"]["sender"]):
            raise Failed(f"{name}: {row['crash']}")


def register(checks):
    for name, check in (("all mechanisms are there", check_all_there),
                        ("the JSON follows its schema", check_schema),
                        ("copies, size, directions, network", check_facts),
                        ("copies are proven", check_proofs), ("crashes", check_crashes),
                        ("a crash was tried of each", check_crashes_all)):
        checks.add(f"facts: {name}", check)
