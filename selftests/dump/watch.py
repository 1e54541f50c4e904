# SPDX-License-Identifier: GPL-2.0
"""--watch: a process that grows, and what is said of it."""

import atexit
import fcntl
import functools
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from common.ktap import expect, expect_equal
from common.target import ENVIRONMENT, SECONDS, Target, read, stands_at_pipe, wait_until

# Does what it is told, line by line.
GROWING = """
import mmap, os, sys
area = mmap.mmap(-1, 32 << 20)
file = os.memfd_create("growth")
os.truncate(file, 1 << 20)
print("ready", flush=True)
for line in sys.stdin:
    if line == "touch\\n":
        for page in range(0, 8 << 20, 4096):
            area[page] = 1
    elif line == "drop\\n":
        area.madvise(mmap.MADV_DONTNEED)
    elif line == "map\\n":
        more = mmap.mmap(file, 1 << 20)
    else:
        more.close()
    print("done", flush=True)
"""


class Watch:
    """ipcshow-dump --watch, whose output is read as it comes."""

    def __init__(self, *arguments, terminal=False, **more):
        ours, theirs = pty.openpty() if terminal else os.pipe()
        if terminal:
            # So wide that no name is folded.
            fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 50, 160, 0, 0))
        self.fd = ours
        self.popen = subprocess.Popen(["ipcshow-dump", "--watch", *map(str, arguments)],
                                      stdin=subprocess.DEVNULL, stdout=theirs,
                                      stderr=subprocess.PIPE, env=ENVIRONMENT, **more)
        atexit.register(self.popen.kill)
        os.close(theirs)
        self.told = ""

    def until(self, pattern):
        """What has been told when it is there."""
        deadline = time.monotonic() + SECONDS
        while not re.search(pattern, self.told, re.MULTILINE):
            left = deadline - time.monotonic()
            expect(left > 0 and select.select([self.fd], [], [], left)[0], "no", pattern, "in",
                   self.told)
            try:
                some = os.read(self.fd, 65536)
            except OSError:     # the other side of a terminal is gone
                some = b""
            expect(some, "ended without", pattern, "in", self.told)
            self.told += some.decode()
        found = re.search(pattern, self.told, re.MULTILINE)
        self.told = self.told[found.end():]
        return found

    def end(self, number=signal.SIGINT):
        self.popen.send_signal(number)
        return self.finish()

    def finish(self):
        status = self.popen.wait(SECONDS)
        os.close(self.fd)
        expect_equal(self.popen.stderr.read(), b"", "stderr")
        return status


def growing():
    return Target(["python3", "-c", GROWING])


def tell(target, word):
    target.popen.stdin.write(word + b"\n")
    target.popen.stdin.flush()
    target.hear(b"done")


def check_growth(terminal):
    """Memory that comes and goes is told, with how much; on a terminal, what came earlier stays."""
    target = growing()
    watch = Watch("0.2", target.pid, terminal=terminal)
    watch.until(rf"^.*{target.pid} after \d+ s: virtual .*, resident .*, swap 0\r?$")
    tell(target, b"touch")
    watch.until(r"\s32M\s+-\s+8M\s+\S+\s+\+8M\s+-\s+shared-anon")
    if terminal:
        watch.until(r"\s32M\s+-\s+8M\s+-\s+\+8M\s+-\s+shared-anon")
    tell(target, b"map")
    watch.until(r"\s1M\s+\+1M\s+0\s+-\s+-\s+new\s+memfd\s+growth")
    tell(target, b"drop")
    watch.until(r"\s32M\s+-\s+0\s+-\S+\s+-\s+-\s+shared-anon")
    tell(target, b"unmap")
    watch.until(r"\s-1M\s+-\s+-\s+-\s+gone\s+memfd\s+growth")
    expect_equal(watch.end(), 0, "status after SIGINT")
    target.end()


def check_ends():
    """Its end is the end."""
    target = growing()
    watch = Watch("0.1", target.pid)
    watch.until(rf"^{target.pid} after \d+ s")
    target.popen.kill()
    target.popen.wait()
    watch.until(rf"^{target.pid} has exited\n")
    expect_equal(watch.finish(), 0, "status")


def check_signals():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        watch = Watch("1000", os.getpid(), terminal=True)
        watch.until(r"after \d+ s")
        expect_equal(watch.end(number), 0, f"status after {number}")


def check_ignored():
    """What was told to ignore them, as by nohup, they do not end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        watch = Watch("0.1", os.getpid(),
                      preexec_fn=functools.partial(signal.signal, number, signal.SIG_IGN))
        watch.until(r"after \d+ s")
        watch.popen.send_signal(number)
        for _ in range(3):
            watch.until(r"after \d+ s")
        other = signal.SIGTERM if number == signal.SIGINT else signal.SIGINT
        expect_equal(watch.end(other), 0, f"status after {other}")


def at_full_pipe():
    """One whose output nobody reads."""
    watch = Watch("0.01", os.getpid())
    fcntl.fcntl(watch.fd, fcntl.F_SETPIPE_SZ, 4096)
    wait_until(lambda: stands_at_pipe(watch.popen.pid), "it stands at the pipe")
    return watch


def is_caught(pid, number):
    caught = re.search(rb"^SigCgt:\s+(\w+)$", read(f"/proc/{pid}/status"), re.MULTILINE)
    return int(caught[1], 16) >> number - 1 & 1


def check_full_pipe():
    """One signal lets it write what it is at, however long that takes; a second one does not."""
    watch = at_full_pipe()
    watch.popen.send_signal(signal.SIGINT)
    told = b""
    while some := os.read(watch.fd, 65536):
        told += some
    expect(told.endswith(b"\n"), "the end is cut:", told[-100:])
    expect_equal(watch.finish(), 0, "status after one")

    watch = at_full_pipe()
    watch.popen.send_signal(signal.SIGTERM)
    wait_until(lambda: not is_caught(watch.popen.pid, signal.SIGTERM), "the first is there")
    watch.popen.send_signal(signal.SIGTERM)
    expect_equal(watch.finish(), -signal.SIGTERM, "status after two")


def check_quiet():
    """Of what stays as it is there is one line a look."""
    target = growing()
    watch = Watch("0.1", target.pid)
    for _ in range(4):
        watch.until(rf"^{target.pid} after \d+ s: virtual [0-9.]+M, resident [0-9.]+M, swap 0\n")
    watch.end()
    target.end()


def register(checks):
    checks.add("watch: growth, on a terminal", check_growth, True)
    checks.add("watch: growth, in a file", check_growth, False)
    for function in (check_ends, check_signals, check_ignored, check_full_pipe, check_quiet):
        checks.add(f"watch: {function.__name__[6:]}", function)
