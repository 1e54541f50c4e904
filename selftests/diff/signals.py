# SPDX-License-Identifier: GPL-2.0
"""Who may signal whom, beside the kernel's own answer: each of many tries it with each."""

import functools
import json
import os
import re
import signal

from common.ktap import expect, expect_equal
from common.target import TOP, USER, Target, read, run

from . import tool

OTHER = USER + 1
SIGNALLER = os.path.join(TOP, "selftests/diff/signaller")


def user(number):
    return ["setpriv", f"--reuid={number}", "--clear-groups"]


# How each becomes what it is called.
ACTORS = {
    "root": [],
    "root without capabilities": ["setpriv", "--bounding-set=-all", "--inh-caps=-all"],
    "user": user(USER),
    "the same user": user(USER),
    "other user": user(OTHER),
    "other user, by real ID": ["setpriv", f"--ruid={OTHER}", f"--euid={USER}", "--clear-groups"],
    "other user with CAP_KILL": [*user(OTHER), "--inh-caps=+kill", "--ambient-caps=+kill"],
    "user namespace": [*user(USER), "unshare", "--user"],
    "root of a user namespace": [*user(USER), "unshare", "--user", "--map-root-user"],
    "root of another's": [*user(OTHER), "unshare", "--user", "--map-root-user"],
    "PID namespace": ["unshare", "--pid", "--fork", "--kill-child"],
    "user in a PID namespace": [*user(USER), "unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child"],
    "user of our session": user(USER),
    "other user of our session": user(OTHER),
}


class Actor(Target):
    """One that sends signals; @pid is that of the program itself, not of what started it."""

    def __init__(self, name, becomes):
        super().__init__([*becomes, SIGNALLER], start_new_session="our session" not in name)
        self.name = name
        children = self.children()
        if children:
            self.pid, = children
        self.pid_namespace = os.readlink(f"/proc/{self.pid}/ns/pid")
        self.own_pids = re.search(r"^NSpid:(.*)$", read(f"/proc/{self.pid}/status").decode(), re.M)[1].split()

    def children(self):
        return [int(pid) for pid in read(f"/proc/{self.pid}/task/{self.pid}/children").split()]

    def pid_of(self, other):
        """As it sees it; or nothing."""
        if self.pid_namespace == other.pid_namespace:
            return int(other.own_pids[-1])
        return other.pid if len(self.own_pids) == 1 else None

    def send(self, other, number):
        """Whether it may."""
        pid = self.pid_of(other)
        if pid is None:
            return False
        self.popen.stdin.write(b"%d %d\n" % (pid, number))
        self.popen.stdin.flush()
        return self.hear(b"yes|no") == "yes\n"

    def may(self, other):
        """The kernel's answer, in our words; empty: no."""
        if self.send(other, 0):
            return "may send"
        return "may send CONT only" if self.send(other, signal.SIGCONT) else ""


@functools.cache
def actors():
    return [Actor(name, becomes) for name, becomes in ACTORS.items()]


def roles(pair):
    """What is said of both directions."""
    said = {}
    for row in pair["channels"]["rows"]:
        if row["kind"] == "signal":
            sender, = (end for end in row["ends"] if end["role"] != "receives")
            said[sender["task"]] = sender["role"]
    return said.get(pair["a"], ""), said.get(pair["b"], "")


def check_each_two():
    made = actors()
    pairs = tool.document("--channels", *(actor.pid for actor in made))["pairs"]
    expect_equal(len(pairs), len(made) * (len(made) - 1) // 2, "pairs")
    seen = set()
    for pair in pairs:
        a, b = made[pair["a"]], made[pair["b"]]
        wanted = a.may(b), b.may(a)
        expect_equal(roles(pair), wanted, f"{a.name} to {b.name}, and back")
        seen.update(wanted)
    expect_equal(seen, {"", "may send", "may send CONT only"}, "all answers that there are")


def check_without_names():
    """Where users have no names, who looks takes none for another, nor for the same."""
    one, = (actor for actor in actors() if actor.name == "user namespace")
    enter = [*user(USER), "nsenter", f"--user=/proc/{one.pid}/ns/user", "--preserve-credentials"]
    other = Actor("the same user there", enter)
    expect_equal(one.may(other), "may send", "the kernel's answer")
    ended = run(*enter, "ipcshow-diff", "--json", "--channels", one.pid, other.pid)
    expect_equal((ended.returncode, ended.stderr), (0, b""), "status and stderr")
    pair, = json.loads(ended.stdout)["pairs"]
    expect_equal(roles(pair), ("cannot be told", "cannot be told"), "roles")
    expect("; signals: cannot be told (both ways)" in pair["channels"]["verdict"],
           pair["channels"]["verdict"])


def register(checks):
    checks.add("signals: who may send them to whom", check_each_two)
    checks.add("signals: users without names", check_without_names)
