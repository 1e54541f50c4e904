# SPDX-License-Identifier: GPL-2.0
"""The tool that is tested, the processes that it looks at, and what /proc says of them."""

import atexit
import functools
import json
import os
import re
import select
import signal
import subprocess
import time

from .ktap import Failed, expect, expect_equal

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
BUILT = os.path.join(TOP, "build", "selftests")
PAGE = 4096
USER = 1000
SECONDS = 30

ENVIRONMENT = {key: os.environ[key] for key in ("PATH", "HOME", "IPCSHOW_VM")
               if key in os.environ}
ENVIRONMENT.update(LC_ALL="C.UTF-8", TERM="xterm")


def built(name):
    return os.path.join(BUILT, name)


# ---- the tool ----

def dump(*arguments, env=None, **more):
    """Run it; whatever it says and however it ends."""
    more.setdefault("stdout", subprocess.PIPE)
    more.setdefault("stderr", subprocess.PIPE)
    return subprocess.run(["ipcshow-dump", *map(str, arguments)], stdin=subprocess.DEVNULL,
                          env={**ENVIRONMENT, **(env or {})}, timeout=SECONDS, check=False, **more)


def good(*arguments, **more):
    """Its output; it must succeed and complain of nothing."""
    run = dump(*arguments, **more)
    expect_equal((run.returncode, run.stderr), (0, b""), f"status and stderr of {arguments}")
    return run.stdout


def text(*arguments, **more):
    return good(*arguments, **more).decode()


def document(*arguments, **more):
    return json.loads(good("--json", *arguments, **more))


def process(*arguments, **more):
    """Of one process."""
    processes = document(*arguments, **more)["processes"]
    expect_equal(len(processes), 1, "processes")
    return processes[0]


def raw_rows(*arguments, **more):
    """Of --raw, as dictionaries by heading."""
    heading, *rows = [line.split(" ") for line in text("--raw", *arguments, **more).splitlines()]
    for row in rows:
        expect_equal(len(row), len(heading), f"fields in {row}")
    return [dict(zip(heading, row)) for row in rows]


def listed_columns():
    """--list-columns: a list of names under each title."""
    lists, title = {}, None
    for line in text("-H").splitlines():
        if line.startswith("  "):
            lists[title].append(line.split()[0])
        elif line:
            title = line.rstrip(":")
            lists[title] = []
    return lists


def number(address):
    return int(address, 16)


def span(area):
    return number(area["start"]), number(area["end"])


def original(told):
    """The bytes that a text of --raw or of JSON stands for."""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda match: bytes([int(match[1], 16)]), told.encode())


# ---- processes to look at ----

@functools.cache
def _end_them():
    started = []

    def end():
        for popen in started:
            popen.kill()
            popen.wait()
    atexit.register(end)
    return started


class Target:
    """A process that says "ready" (or another word) when it is; ends with the test."""

    def __init__(self, command, word=b"ready", **more):
        more.setdefault("env", ENVIRONMENT)
        self.popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      **more)
        _end_them().append(self.popen)
        self.pid = self.popen.pid
        self.said = self._hear(word)

    def _hear(self, word):
        said, deadline = b"", time.monotonic() + SECONDS * 2
        while not re.search(rb"^" + word + rb"$", said, re.MULTILINE):
            if not select.select([self.popen.stdout], [], [],
                                 max(0, deadline - time.monotonic()))[0]:
                raise Failed(f"{self.popen.args} does not say {word}")
            some = os.read(self.popen.stdout.fileno(), 65536)
            expect(some, self.popen.args, "ended too early:", said)
            said += some
        return said.decode()

    def stop(self):
        os.kill(self.pid, signal.SIGSTOP)
        wait_until(lambda: all(state(tid) in "TZ" for tid in tids(self.pid)), "it stops")
        return self

    def go_on(self):
        os.kill(self.pid, signal.SIGCONT)

    def end(self):
        self.popen.kill()
        self.popen.wait()


class Zoo(Target):
    """The program that has one of everything; @animals: (name, start, end, facts)."""

    def __init__(self, *shapes, program="zoo"):
        super().__init__([built(program), *shapes])
        self.animals, self.skipped = [], {}
        for line in self.said.splitlines():
            name, *rest = line.split(" ", 3)
            if name == "skip":
                self.skipped[rest[0]] = " ".join(rest[1:])
            elif rest:
                facts = dict(item.split("=", 1) for item in " ".join(rest[2:]).split()
                             if "=" in item)
                self.animals.append((name, number(rest[0]), number(rest[1]), facts))

    def find(self, name):
        return [animal for animal in self.animals if animal[0] == name]


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


def state(pid):
    return read(f"/proc/{pid}/stat").rpartition(b")")[2].split()[0].decode()


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


def expect_tiled(areas, pid):
    """No byte of the address space is missing, told twice, or of other access."""
    position = iter(areas)
    for vma in smaps(pid, "maps"):
        at = vma["start"]
        while at < vma["end"]:
            area = next(position, None)
            expect(area, "nothing is told from", hex(at))
            expect_equal(area["start"], hex(at), "where an area begins")
            expect_equal(area["perm"], vma["perm"], f"access at {hex(at)}")
            at = number(area["end"])
            expect(at <= vma["end"], "an area is larger than its VMA:", area)
    expect(next(position, None) is None, "more areas than the address space has")
