# SPDX-License-Identifier: GPL-2.0
"""The processes that the tools look at, and what /proc says of them."""

import atexit
import contextlib
import os
import re
import select
import signal
import subprocess
import time

from .ktap import Failed, expect

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
# As for selftests/run.
BUILT = os.environ.get("O") or os.path.join(TOP, "build", "selftests")
PAGE = 4096
USER = 1000
# What does not end by then never will: the machine may be busy.
SCALE = max(1, int(os.environ.get("IPCSHOW_TEST_SCALE", "1")))
SECONDS = 90 * SCALE
# Who is to end of its own accord gets so many seconds, and all of them together.
PATIENCE = 3 * SCALE

ENVIRONMENT = {key: os.environ[key] for key in ("PATH", "HOME", "IPCSHOW_VM")
               if key in os.environ}
ENVIRONMENT.update(LC_ALL="C.UTF-8", TERM="xterm")


def built(name):
    return os.path.join(BUILT, name)


def number(address):
    return int(address, 16)


def run(*command, env=None, **more):
    """Whatever it says and however it ends."""
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.PIPE)
    more.setdefault("timeout", SECONDS)
    return subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL,
                          env={**ENVIRONMENT, **(env or {})}, check=False, **more)


_started = []


@atexit.register
def end_all():
    """All that there are. Who ends when nobody speaks any more undoes what it did to the system."""
    for popen in _started:
        with contextlib.suppress(OSError):
            popen.stdin.close()
            popen.send_signal(signal.SIGCONT)
    deadline = time.monotonic() + PATIENCE
    for popen in _started:
        try:
            popen.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait()
    _started.clear()


class Target:
    """A process that says "ready" (or another word) when it is; ends with the test."""

    def __init__(self, command, word=b"ready", wait=True, **more):
        more.setdefault("env", ENVIRONMENT)
        self.popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      **more)
        _started.append(self.popen)
        self.pid = self.popen.pid
        self.said = self.hear(word) if wait else ""

    def hear(self, word):
        """What it says, until a line is @word."""
        said, deadline = b"", time.monotonic() + SECONDS * 2
        while not re.search(rb"^(" + word + rb")$", said, re.MULTILINE):
            if not select.select([self.popen.stdout], [], [],
                                 max(0, deadline - time.monotonic()))[0]:
                raise Failed(f"{self.popen.args} does not say {word}")
            some = os.read(self.popen.stdout.fileno(), 65536)
            expect(some, self.popen.args, "ended too early:", said)
            said += some
        return said.decode()

    def stop(self):
        stop(self.pid)
        return self

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def end(self):
        self.popen.kill()
        self.popen.wait()


def wait_until(condition, what):
    deadline = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise Failed(f"waited in vain until {what}")
        time.sleep(0.02)


# ---- what /proc says ----

def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, value):
    with open(path, "w", encoding="ascii") as file:
        file.write(value)


def tids(pid):
    return sorted(int(tid) for tid in os.listdir(f"/proc/{pid}/task"))


def stop(pid):
    os.kill(pid, signal.SIGSTOP)
    await_states(pid, "TZ")


def await_states(pid, states):
    """All of its threads; whoever is said to sleep or to stand may still be on its CPU."""
    wait_until(lambda: all(state(tid) in states and not on_cpu(tid) for tid in tids(pid)),
               f"process {pid} is in one of the states {states}")


def on_cpu(tid):
    return read(f"/proc/{tid}/syscall") == b"running\n"


def state(pid):
    return read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[0].decode()


def stands_at_pipe(pid):
    """It waits for somebody to read what it has written."""
    return state(pid) == "S" and b"pipe" in read(f"/proc/{pid}/wchan")


def comm(pid):
    return read(f"/proc/{pid}/comm")[:-1]


MAPS = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) (....) ([0-9a-f]+) \S+ \d+ *(.*)$")
SMAPS = re.compile(rb"^(\w+): +(\d+) kB$")


def smaps(pid, file="smaps"):
    """Dictionaries with start, end, perm, name, and the counters in kB."""
    vmas = []
    for line in read(f"/proc/{pid}/{file}").splitlines():
        head, count = MAPS.match(line), SMAPS.match(line)
        if head:
            vmas.append({"start": number(head[1]), "end": number(head[2]),
                         "perm": head[3].decode(), "offset": number(head[4]), "name": head[5]})
        elif count:
            vmas[-1][count[1].decode()] = int(count[2])
    return [vma for vma in vmas if vma["name"] != b"[vsyscall]"]
