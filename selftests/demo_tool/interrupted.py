# SPDX-License-Identifier: GPL-2.0
"""However it ends: no process, no name and no number is left."""

import os
import signal
import subprocess

from common.ktap import expect, expect_equal
from common.target import SECONDS, wait_until

from .tool import Paused, descendants, left_behind, queues


def check_signal(number, name):
    """To the program alone; those that it has started end with it."""
    queues()
    paused = Paused(name)
    started = descendants(paused.popen.pid)
    expect(len(started) >= 2, "it has started no more than", started)
    paused.popen.send_signal(number)
    expect_equal(paused.popen.wait(SECONDS), -number, "how it ended")
    if number == signal.SIGKILL:
        # Its child is told of its death by the kernel.
        wait_until(lambda: not left_behind() and
                   not any(os.path.exists(f"/proc/{pid}") for pid in started),
                   "those that it had started have ended")
    expect_equal([pid for pid in started if os.path.exists(f"/proc/{pid}")], [], "processes left")
    expect_equal(left_behind(), [], "names left")


def check_runner_killed(name):
    """Its own process killed: the program notices, clears away, and says so."""
    paused = Paused(name, stderr=subprocess.PIPE)
    runner, = [pid for pid in descendants(paused.popen.pid)
               if descendants(pid)]
    os.kill(runner, signal.SIGKILL)
    told = paused.popen.communicate(timeout=SECONDS)[1]
    expect_equal((paused.popen.returncode, told), (1, b"ipcshow-demo: mutex: Killed\n"),
                 "status, stderr")
    expect_equal(left_behind(), [], "names left")


def check_nothing_left():
    """After all that the checks before have run, and killed."""
    wait_until(lambda: not left_behind(), "all names are gone")


def register(checks):
    checks.add("nothing is left behind", check_nothing_left)
    for name in ("shm", "mq", "sem", "manager", "python", "server"):
        checks.add(f"interrupted: {name}", check_signal, signal.SIGINT, name)
    checks.add("terminated: fork", check_signal, signal.SIGTERM, "fork")
    checks.add("killed: mq", check_signal, signal.SIGKILL, "mq")
    checks.add("killed: shm", check_signal, signal.SIGKILL, "shm")
    checks.add("a demo's process is killed", check_runner_killed, "mutex")
