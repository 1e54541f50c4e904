# SPDX-License-Identifier: GPL-2.0
"""System calls per message: what strace sees is what is said."""

import collections
import os
import re
import shutil
import tempfile

from common.ktap import Skip, expect, expect_equal
from common.target import run

from .tool import mechanisms

# Of each message, whatever comes first and whoever is faster.
EXACT = {
    "pipe": {"write": 1, "read": 1}, "fifo": {"write": 1, "read": 1},
    "vmsplice": {"vmsplice": 1, "read": 1}, "unix-stream": {"write": 1, "read": 1},
    "unix-dgram": {"sendto": 1, "recvfrom": 1}, "tcp": {"write": 1, "read": 1},
    "posix-mq": {"mq_timedsend": 1, "mq_timedreceive": 1}, "sysv-msg": {"msgsnd": 1, "msgrcv": 1},
    "eventfd": {"read": 2, "write": 2}, "io_uring": {"io_uring_enter": 2},
}

# Bytes of a message: the program itself reads other things.
WHOLE = {"pipe": 64, "tcp": 64}

CALL = r"^\d+ +(?:<\.\.\. )?(\w+)(?:\(| resumed>)"

ONCE, MORE = 10, 30


def seen(name, messages):
    """Calls by name, of a run with so many messages."""
    with tempfile.TemporaryDirectory() as directory:
        trace = os.path.join(directory, "trace")
        calls = ",".join(EXACT[name])
        ended = run("strace", "-f", "-qq", "-e", f"trace={calls}", "-e", "signal=none", "-o",
                    trace, "ipcshow-bench", "-J", "-m", messages, "-p", "64", "--between",
                    "processes", name)
        expect_equal(ended.returncode, 0, ended.stderr)
        with open(trace, encoding="ascii", errors="replace") as file:
            return collections.Counter(re.findall(pattern(name), file.read(), re.MULTILINE))


def pattern(name):
    """Where it begins; or, of those whose size is looked at, where it ends."""
    if name in WHOLE:
        return CALL + rf".*\) += {WHOLE[name]}$"
    return CALL.replace("(?:<\\.\\.\\. )?", "").replace("(?:\\(| resumed>)", "\\(")


def check_strace(name):
    """A message more, in each of the three runs that count messages: one way, there, and back."""
    if not shutil.which("strace"):
        raise Skip("there is no strace")
    few, many = seen(name, ONCE), seen(name, MORE)
    found = {call: (many[call] - few[call]) / (3 * (MORE - ONCE)) for call in EXACT[name]}
    expect_equal(found, EXACT[name], "calls that strace sees")


def check_exact():
    """A call that a stop interrupts is made again, once in a while: no more than 3 in 32 messages."""
    for name, calls in EXACT.items():
        found, wanted = mechanisms()[name]["syscalls"], sum(calls.values())
        expect(wanted <= found < wanted + 0.1, name, "has", found, "calls, not", wanted)


def check_traced_already():
    """Then there is no figure, but a reason."""
    with tempfile.TemporaryDirectory() as directory:
        ended = run("strace", "-f", "-qq", "-e", "trace=ptrace", "-o",
                    os.path.join(directory, "trace"), "ipcshow-bench", "-r", "-n", "-s", "-m", "3",
                    "-p", "8", "--between", "processes", "-o", "CALLS,UNCOUNTED,MESSAGES", "pipe")
    expect_equal((ended.returncode, ended.stdout),
                 (0, b"- ptrace:\\x20Operation\\x20not\\x20permitted 3\n"), ended.stderr)


def register(checks):
    checks.add("calls: exactly", check_exact)
    checks.add("calls: of who is traced already", check_traced_already)
    for name in ("pipe", "unix-dgram", "tcp", "posix-mq", "io_uring"):
        checks.add(f"calls: of {name}, as strace sees them", check_strace, name)
