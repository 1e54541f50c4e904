# SPDX-License-Identifier: GPL-2.0
"""The bar of a look that takes longer than a second: on a terminal, and nowhere else."""

import os
import pty
import re
import signal
import subprocess
import time

from common.ktap import Failed, expect, expect_equal
from common.target import ENVIRONMENT, SECONDS, await_states

from .memory import family

TRIES = 50


def has_begun(pid):
    try:
        return "/dev/ipcshow" in {os.readlink(f"/proc/{pid}/fd/{fd}")
                                  for fd in os.listdir(f"/proc/{pid}/fd")}
    except FileNotFoundError:
        return False


def held_up(stderr):
    """What it says when it is held up for more than a second, if it has not ended by then."""
    with subprocess.Popen(["ipcshow-map", "--raw"], env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=stderr) as popen:
        while not has_begun(popen.pid) and popen.poll() is None:
            pass
        if popen.poll() is None:
            popen.send_signal(signal.SIGSTOP)
            await_states(popen.pid, "TZ")
            time.sleep(1.2)
            popen.send_signal(signal.SIGCONT)
        output, complaint = popen.communicate(timeout=SECONDS)
    expect_equal(popen.returncode, 0, "status")
    return output, complaint


def read_all(fd):
    told = b""
    os.set_blocking(fd, False)
    while True:
        try:
            told += os.read(fd, 65536)
        except OSError:
            return told


def check_output(output):
    heading, *rows = [line.split(b" ") for line in output.splitlines()]
    expect(rows and {len(row) for row in rows} == {len(heading)}, "not only rows:", output)
    expect(b"\r" not in output and b"\033" not in output, "the bar is in the output:", output)


def check_terminal():
    family()
    for _ in range(TRIES):
        ours, theirs = pty.openpty()
        output, _ = held_up(theirs)
        told = read_all(ours)
        os.close(theirs)
        os.close(ours)
        check_output(output)
        if told:
            break
    else:
        raise Failed("it draws no bar")
    expect(re.match(rb"\r\[[#.]{30}\] +\d+% [a-z ]+\033\[K", told), "no bar:", told)
    expect(told.endswith(b"\r\033[K"), "it is not erased:", told)
    expect(b"\n" not in told, "it goes on in the next line:", told)


def check_no_terminal():
    family()
    for _ in range(3):
        output, complaint = held_up(subprocess.PIPE)
        check_output(output)
        expect_equal(complaint, b"", "stderr")


def register(checks):
    checks.add("progress: on a terminal", check_terminal)
    checks.add("progress: not elsewhere", check_no_terminal)
