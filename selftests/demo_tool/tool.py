# SPDX-License-Identifier: GPL-2.0
"""ipcshow-demo as the tests use it."""

import functools
import glob
import os
import re
import subprocess
import time

from common.ktap import Failed, expect
from common.schema import Schema
from common.target import ENVIRONMENT, SECONDS, Target, read
from common.tool import Tool

NAMES = ["shm", "race", "tls", "fork", "isolation", "stack", "registers", "heap", "segments",
         "semaphore", "mutex", "server", "python", "crash", "queue", "pipe", "socket", "mq", "sem",
         "signal", "manager", "file"]


class Demo(Tool):
    """However long it takes: what never ends is ended by selftests/run."""

    def run(self, *arguments, **more):
        return super().run(*arguments, timeout=None, **more)


demo = Demo("ipcshow-demo")
schema = Schema("tools/demo/ipcshow-demo.schema.json")

PAUSED = "Its processes wait for you to look at them; press Enter to go on."


class Paused(Target):
    """A demo whose processes wait; @said is what it has printed so far."""

    def __init__(self, *arguments, **more):
        super().__init__(["ipcshow-demo", "--pause", *arguments], wait=False, **more)
        self.said = ""
        self.until(PAUSED)

    def until(self, text):
        """Up to the next time that it says so; lines are folded."""
        deadline = time.monotonic() + SECONDS
        while text not in " ".join(self.said.split()):
            some = os.read(self.popen.stdout.fileno(), 65536).decode()
            expect(some and time.monotonic() < deadline, "it never says", text, self.said)
            self.said += some

    def press(self):
        self.said = ""
        self.popen.stdin.write(b"\n")
        self.popen.stdin.flush()

    def pid_of(self, who):
        """Of one that has spoken."""
        found = re.search(rf"^  {who} (\d+): ", self.said, re.MULTILINE)
        if not found:
            raise Failed(f"{who} has said nothing: {self.said}")
        return int(found[1])

    def address(self, words):
        """What comes in the place of #."""
        found = re.search(words.replace("#", "(?:0x)?([0-9a-f]{6,})"), " ".join(self.said.split()))
        if not found:
            raise Failed(f"nobody says {words}: {self.said}")
        return int(found[1], 16)


def descendants(pid):
    """PIDs of all that it has started, itself excluded."""
    parents = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            fields = read(path).rpartition(b")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(path.split("/")[2])] = int(fields[1])
    found = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return found - {pid}
        found |= more


@functools.cache
def queues():
    """Where message queues can be seen, or None."""
    directory = "/tmp/mqueues"
    os.makedirs(directory, exist_ok=True)
    done = subprocess.run(["mount", "-t", "mqueue", "none", directory], env=ENVIRONMENT,
                          stderr=subprocess.PIPE, check=False)
    return None if done.returncode else directory


def names():
    """Of all that demos could have made."""
    found = glob.glob("/dev/shm/*ipcshow-demo*") + glob.glob("/tmp/*ipcshow-demo*")
    if queues():
        found += [name for name in os.listdir(queues()) if "ipcshow-demo" in name]
    for kind in "shm", "sem", "msg":
        found += [f"{kind} {line.split()[1].decode()}" for line in
                  read(f"/proc/sysvipc/{kind}").splitlines()[1:]]
    return set(found)


# Other tests may have left System V objects.
there_before = functools.cache(names)


def left_behind():
    """Names of what demos have made and not removed."""
    return sorted(names() - there_before())
