# SPDX-License-Identifier: GPL-2.0
"""Channels: what joins two tasks, with both ends, and what does not."""

import ctypes
import functools
import json
import os
import re
import subprocess
import time

from common.ktap import Skip, expect, expect_equal
from common.target import Target, run

from . import tool
from .pair import pair

JOINED = ["pipe", "fifo", "socketpair-stream", "socketpair-dgram", "socketpair-seqpacket",
          "unix-stream", "unix-abstract", "unix-seqpacket", "unix-dgram", "tcp", "tcp6", "udp",
          "udp-receiver", "udp-any-address", "udp-any-family",
          "eventfd", "epoll", "io-uring", "pty", "mqueue", "sysv-msg", "sysv-sem", "sysv-shm",
          "posix-sem", "futex", "file-flock", "file-posix-lock", "file-ofd-lock",
          "file-same-description"]
APART = ["two-pipes", "two-fifos", "two-socketpairs", "unix-third", "tcp-third",
        "udp-elsewhere", "udp-ipv6-only", "other-network",
        "other-network-udp", "two-eventfds", "two-epolls", "two-io-urings", "two-ptys",
        "two-files"]

# A reads, B writes.
ONE_WAY = ("pipe", "fifo")


@functools.cache
def rows(situation):
    # They sleep. A thread that is stopped waits for no futex.
    pids = pair(situation).pids
    return tool.table("channels", pids["A"], pids["B"])


def fds_of(row, task):
    return {fd for end in row["ends"] if end["task"] == task for fd in end["fds"]}


def by_descriptors(situation, name):
    """Rows with a descriptor of that name in each."""
    fds = pair(situation).fds[name]
    return [row for row in rows(situation)
            if fds_of(row, 0) & set(fds["A"]) and fds_of(row, 1) & set(fds["B"])]


def by_id(kind, number):
    return [row for row in rows("channels") if row["kind"] == kind and row["name"].split()[1] == str(number)]


def joined(situation, name):
    made = pair(situation)
    if name in made.skipped:
        raise Skip(made.skipped[name])
    kind, number = made.joined[name]
    if number >= 0:
        found = by_id(kind, number)
    elif name in made.fds:
        found = by_descriptors(situation, name)
    else:
        found = [row for row in rows(situation) if row["kind"] == kind]
    expect_equal([row["kind"] for row in found], [kind], f"channels of {name}")
    return found[0]


def check_joined(situation, name):
    row = joined(situation, name)
    pids = pair(situation).pids
    expect({end["pid"] for end in row["ends"]} >= set(pids.values()) or
           "last-used" in row["notes"], "not both ends:", row)
    for end in row["ends"]:
        expect_equal(end["comm"], ["pair", "pair-b"][end["task"]], "command of an end")
    if name in pair(situation).fds:
        for task in (0, 1):
            expect_equal(fds_of(row, task), set(pair(situation).fds[name]["AB"[task]]),
                         f"descriptors of task {task}")


def check_flow():
    for name in ONE_WAY:
        row = joined("channels", name)
        expect_equal(row["flow"], "A<-B", f"flow of {name}")
        expect_equal([(end["read"], end["write"]) for end in row["ends"]],
                     [(True, False), (False, True)], f"access of {name}")
    for name in ("tcp", "udp", "unix-stream", "pty", "mqueue"):
        expect_equal(joined("channels", name)["flow"], "A<->B", f"flow of {name}")
    for name in ("udp-receiver", "udp-any-address", "udp-any-family"):
        row = joined("channels", name)
        expect_equal(row["flow"], "A<-B", f"flow of {name}")
        expect_equal([end["role"] for end in row["ends"] if end["task"] == 1], ["sends"], name)


def check_apart(name):
    expect(name in pair("channels").apart, "the pair has none of", name)
    expect_equal(by_descriptors("channels", name), [], name)


def check_no_other():
    """Each row is of something that was made."""
    known = {joined("channels", name)["name"] for name in JOINED
             if name not in pair("channels").skipped}
    for row in rows("channels"):
        expect(row["kind"] in ("signal", "shared-anon") or row["name"] in known,
               "nobody made", row)
    anon = [row for row in rows("channels") if row["kind"] == "shared-anon"]
    expect(len(anon) <= 1, "more than the futex' memory:", anon)


def check_signals():
    pids = pair("channels").pids
    for one, other in ("A", "B"), ("B", "A"):
        signals = [row["flow"] for row in tool.table("channels", pids[one], pids[other])
                   if row["kind"] == "signal"]
        expect_equal(signals, ["A<-B", "A->B"], f"signals of {one} and {other}, in order")


def check_idle():
    """A pipe that both only write to joins nobody; as ipcshow-map has it."""
    reader, writer = os.pipe()
    both = [subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=writer) for _ in range(3)]
    try:
        pids = [one.pid for one in both]
        told = tool.document("--channels", *pids)
        pipes = [[row["flow"] for row in two["channels"]["rows"] if row["kind"] == "pipe"]
                 for two in told["pairs"]]
        expect_equal(pipes, [[None]] * 3, "rows of the pipe")
        for key, number in (("channels", 0), ("idle_channels", 1)):
            expect_equal(told[key], [[None if a == b else number for b in range(3)]
                                     for a in range(3)], key)
        for two in told["pairs"]:
            said = two["channels"]["verdict"]
            expect(said.startswith("not joined; 1 that carries nothing between the two; "), said)
        expect("Channels that carry nothing between the two\n" in tool.text("--channels", *pids),
               "no matrix")
    finally:
        for one in both:
            one.kill()
            one.wait()
        os.close(reader)
        os.close(writer)


def check_same_description():
    for name, wanted in (("file-same-description", True), ("file-flock", False),
                         ("eventfd", True), ("mqueue", False)):
        expect_equal("same-open-file" in joined("channels", name)["notes"], wanted, name)


def check_locks():
    for name, word in (("file-flock", "flock"), ("file-posix-lock", "posix"),
                       ("file-ofd-lock", "ofd")):
        told = str(joined("channels", name)).lower()
        expect(word in told.replace(name, ""), "no word of a lock in", told)


SPANS = """
import fcntl, os, struct, sys, time
files = [os.open(sys.argv[1], os.O_RDWR | os.O_CREAT) for _ in range(2)]
for file, size in zip(files, (11, 2)):
    fcntl.fcntl(file, 37, struct.pack("hhqqi", fcntl.F_RDLCK, 0, 0, size, 0))  # F_OFD_SETLK
many = os.open(sys.argv[1] + "-many", os.O_RDWR | os.O_CREAT)
for i in range(int(sys.argv[2])):
    fcntl.lockf(many, fcntl.LOCK_EX, 1, i * 2)
os.dup(many)
print("ready", flush=True)
sys.stdin.read()
"""


def check_many_locks():
    """Each is told once, though what is said of one be a part of what is said of another."""
    place, many = "/tmp/locked", 1000
    locker = Target(["/usr/bin/python3", "-c", SPANS, place, str(many)])
    other = Target(["sh", "-c", f"exec 3<>{place} 4<>{place}-many; echo ready; read line"])
    told = {row["name"]: row["ends"][0]["detail"].split(", holds ")
            for row in tool.table("channels", locker.pid, other.pid) if row["kind"] == "file"}
    expect_equal([lock.rpartition(" ")[2] for lock in told[place]], ["0-10", "0-1"], "two of them")
    expect_equal([lock.rpartition(" ")[2] for lock in told[f"{place}-many"]],
                 [f"{i * 2}-{i * 2}" for i in range(many)], "many of them")
    for target in (locker, other):
        target.end()
    os.unlink(place)
    os.unlink(f"{place}-many")


LOCKER = """
import fcntl, os, random, sys, time
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
print("ready", flush=True)
while True:
    fcntl.lockf(file, fcntl.LOCK_EX)
    time.sleep(random.random() / 500)
    fcntl.lockf(file, fcntl.LOCK_UN)
    time.sleep(random.random() / 500)
"""


def check_locks_that_change():
    """A file that its users lock for a moment each joins them all the time."""
    place = "/tmp/locked-often"
    lockers = [Target(["/usr/bin/python3", "-c", LOCKER, place]) for _ in range(2)]
    for _ in range(10):
        told, = tool.document("--channels", *(locker.pid for locker in lockers))["pairs"]
        expect_equal([row["kind"] for row in told["channels"]["rows"] if row["name"] == place],
                     ["file"], told["channels"]["verdict"])
        expect("left out" not in told["channels"]["verdict"], told["channels"]["verdict"])
    for locker in lockers:
        locker.end()
    os.unlink(place)


def check_last_used():
    """The kernel keeps who used a queue or a set of semaphores last."""
    for name in ("sysv-msg", "sysv-sem"):
        row = joined("channels", name)
        expect("last-used" in row["notes"], name, "is said to join:", row)


SEMAPHORES = """
import ctypes, sys
libc = ctypes.CDLL(None)
class Operation(ctypes.Structure):
    _fields_ = [("number", ctypes.c_ushort), ("by", ctypes.c_short), ("flags", ctypes.c_short)]
semid = int(sys.argv[1])
print("ready", flush=True)
for line in sys.stdin:
    assert not libc.semop(semid, ctypes.byref(Operation(int(line), 1, 0)), 1)
    print("done", flush=True)
"""


def check_times_of_semaphores():
    """The time is of the set: of one of several semaphores it is the latest that may be."""
    libc = ctypes.CDLL(None, use_errno=True)
    for number, wanted in ((1, r"at [-0-9]+ [:0-9]+"), (2, r"at [-0-9]+ [:0-9]+ or earlier")):
        semid = libc.semget(0, number, 0o600)
        expect(semid >= 0, "semget:", os.strerror(ctypes.get_errno()))
        users = [Target(["/usr/bin/python3", "-c", SEMAPHORES, str(semid)]) for _ in range(2)]
        for semaphore, user in zip(range(number), users):
            time.sleep(1.5)     # the clock of the kernel's times has whole seconds
            user.popen.stdin.write(b"%d\n" % semaphore)
            user.popen.stdin.flush()
            user.hear(b"done")
        rows_of_set = [row for row in tool.table("channels", *(user.pid for user in users))
                       if row["kind"] == "sysv-sem" and row["name"].split()[1] == str(semid)]
        row, = rows_of_set
        expect_equal([bool(re.fullmatch(wanted, end["detail"])) for end in row["ends"]],
                     [True] * number, row["ends"])
        for user in users:
            user.end()
        libc.semctl(semid, 0, 0)    # IPC_RMID


def check_unread():
    """What /proc does not tell where it has processes only is not taken for what there is not."""
    pids = pair("channels").pids
    ended = run("unshare", "--mount", "sh", "-c",
                'mount -t proc -o subset=pid proc /proc && exec ipcshow-diff --json --channels "$@"',
                "sh", pids["A"], pids["B"])
    expect_equal((ended.returncode, ended.stderr), (0, b""), "status and stderr")
    told, = json.loads(ended.stdout)["pairs"]
    expect("; some System V queues or semaphores cannot be read" in told["channels"]["verdict"],
           told["channels"]["verdict"])
    details = [end["detail"] or "" for row in told["channels"]["rows"] if row["kind"] == "file"
               for end in row["ends"]]
    expect([detail for detail in details if "holds POSIX lock" in detail and
            "whether it waits for a lock cannot be told" in detail], details)


def check_futex():
    row = joined("channels", "futex")
    expect_equal([end["role"] for end in row["ends"] if end["task"] == 1], ["waits"], "B")


def check_futex_pi():
    """The word of such a lock says who owns it."""
    row = joined("pi", "futex-pi")
    roles = {end["task"]: (end["role"], end["tid"]) for end in row["ends"]}
    expect_equal(roles[0], ("owns lock", pair("pi").pids["A"]), "A")
    expect_equal(roles[1][0], "waits for lock", "B")
    expect_equal(row["flow"], "A->B", "who is to wake whom")


def check_ring_ends():
    """A ring for records goes one way, whoever could read or write its file."""
    check_joined("fork", "ring-ends")
    row = joined("fork", "ring-ends")
    expect_equal({end["task"]: (end["role"], end["read"], end["write"]) for end in row["ends"]},
                 {0: ("produces", False, True), 1: ("consumes", True, False)}, "ends")
    expect_equal(row["flow"], "A->B", "flow")


def register(checks):
    for name in JOINED:
        checks.add(f"channel: {name}", check_joined, "channels", name)
    for name in APART:
        checks.add(f"no channel: {name}", check_apart, name)
    checks.add("channel: ring", check_joined, "fork", "ring")
    checks.add("channel: both ends of a ring", check_ring_ends)
    checks.add("channel: io_uring that both have mapped", check_joined, "fork", "uring")
    checks.add("channel: memfd", check_joined, "strangers", "memfd-sealed")
    for name, check in (("flow", check_flow), ("no other", check_no_other),
                        ("signals", check_signals), ("one that carries nothing", check_idle),
                        ("open files", check_same_description),
                        ("locks", check_locks), ("many locks", check_many_locks),
                        ("locks that change", check_locks_that_change),
                        ("last used", check_last_used),
                        ("times of semaphores", check_times_of_semaphores),
                        ("what cannot be read", check_unread),
                        ("a futex that one waits on", check_futex),
                        ("a lock that one owns", check_futex_pi)):
        checks.add(f"channels: {name}", check)
