# SPDX-License-Identifier: GPL-2.0
"""--watch: what appeared, grew and vanished; and its end."""

import fcntl
import json
import os
import pty
import select
import signal
import subprocess
import time

from common.ktap import Failed, expect, expect_equal
from common.target import ENVIRONMENT, SECONDS, Target, stands_at_pipe, wait_until

from . import tool
from .memory import family

# Grows when it is told to.
GROWING = """
import mmap
fd = os.open("/dev/shm/growing", os.O_RDWR | os.O_CREAT, 0o600)
os.ftruncate(fd, 1 << 20)
memory = mmap.mmap(fd, 1 << 20)
memory[:65536] = b"x" * 65536
print("ready", flush=True)
sys.stdin.readline()
memory[:131072] = b"x" * 131072
"""


class Watch:
    """The tool, from which documents come one by one."""

    def __init__(self, *arguments, shell=""):
        command = ["sh", "-c", shell + 'exec "$@"', "sh"] if shell else []
        self.popen = subprocess.Popen([*command, "ipcshow-map", "-w", "0.3", *arguments],
                                      env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def next(self):
        line = self.popen.stdout.readline()
        if not line:
            raise Failed(f"it ended: {self.popen.communicate()[1]!r}")
        return json.loads(line)

    def until(self, condition, what):
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            told = self.next()
            if condition(told):
                return told
        raise Failed(f"waited in vain until {what}")

    def end(self):
        """Its status, when it is interrupted."""
        self.popen.send_signal(signal.SIGINT)
        rest, complaint = self.popen.communicate(timeout=SECONDS)
        expect_equal((self.popen.returncode, complaint), (0, b""), "status and stderr")
        for line in rest.splitlines():
            json.loads(line)


def growing():
    target = tool.named(b"growing", GROWING)
    return target


def check_changes():
    one = growing()
    watch = Watch("--json", "-m", "posix-shm")
    first = watch.next()
    expect("gone" not in first, "something is gone at first")
    two = growing()

    def tie(told, where="ties"):
        found = [tie for tie in told[where] if {tie["a"], tie["b"]} == {one.pid, two.pid}]
        return found[0] if found else {"change": None}
    # It may be new before all of it is touched.
    told = watch.until(lambda told: tie(told)["change"] == "new", "there is a tie")
    if tie(told)["shared"] != 65536:
        told = watch.until(lambda told: tie(told).get("shared") == 65536, "it is touched")
    expect_equal(tie(told)["mechanisms"], {"posix-shm": 65536}, "memory of the new tie")
    for target in (one, two):
        target.popen.stdin.write(b"\n")
        target.popen.stdin.flush()
        target.hear(b"ready")
    told = watch.until(lambda told: tie(told).get("shared") == 131072, "it has grown")
    expect_equal((tie(told)["change"], tie(told)["before"] < 131072), ("grew", True), "the tie")
    told = watch.until(lambda told: tie(told)["change"] is None, "it holds still")
    two.end()
    told = watch.until(lambda told: told["gone"], "it is gone")
    tool.SCHEMA.expect_valid(told)
    expect_equal(tie(told, "gone")["change"], "gone", "the tie")
    watch.end()
    one.end()


# As much as it is told, in a segment of its own name.
SHARING = """
import mmap
fd = os.open("/dev/shm/top-{name}", os.O_RDWR | os.O_CREAT, 0o600)
os.ftruncate(fd, {size})
memory = mmap.mmap(fd, {size})
memory[:] = b"x" * {size}
"""


def pairs():
    """Two of them, the weaker with the lower PIDs."""
    return [tool.named(name.encode(), SHARING.format(name=name, size=size))
            for name, size in (("weak", 1 << 16), ("weak", 1 << 16), ("strong", 1 << 17),
                               ("strong", 1 << 17))]


def check_gone_order():
    """The strongest first, and no more of them than --top."""
    watched = ("-m", "posix-shm", "-w", "0.3")
    for top, wanted in ((["-t", "1"], [1 << 17]), ([], [1 << 17, 1 << 16])):
        made = pairs()
        watch = Watch("--json", *watched, *top)
        watch.next()
        watch.popen.send_signal(signal.SIGSTOP)
        for target in made:
            target.end()
        watch.popen.send_signal(signal.SIGCONT)
        told = watch.until(lambda told: told.get("gone"), "they are gone")
        expect_equal([tie["before"] for tie in told["gone"]], wanted, "what is gone")
        watch.end()


def check_top():
    """Of what changed, too, only the strongest are told."""
    with subprocess.Popen(["ipcshow-map", "-m", "posix-shm", "-w", "0.3", "-t", "1"],
                          env=ENVIRONMENT, stdout=subprocess.PIPE, bufsize=0) as popen:
        os.read(popen.stdout.fileno(), 65536)
        popen.send_signal(signal.SIGSTOP)
        made = pairs()
        popen.send_signal(signal.SIGCONT)
        said, deadline = b"", time.monotonic() + SECONDS
        while b"\nnew " not in said and time.monotonic() < deadline:
            said += os.read(popen.stdout.fileno(), 65536)
        popen.send_signal(signal.SIGINT)
        popen.communicate(timeout=SECONDS)
    for target in made:
        target.end()
    expect(b"; of 2 changes the strongest 1 are shown (--top)." in said, said)
    expect_equal([line.split()[0] for line in said.splitlines() if b"posix-shm" in line], [b"new"],
                 "changes")
    expect(b"strong" in said and b"weak" not in said, said)


def check_named_ends():
    """Who was there when it began may end."""
    one, two = growing(), growing()
    watch = Watch("--json", "-m", "posix-shm", "-p", str(two.pid))
    watch.next()
    two.end()
    watch.until(lambda told: told.get("gone"), "it is gone")
    watch.next()
    watch.end()
    one.end()


def check_blocks():
    """Not on a terminal: what changed only, under the time."""
    family()
    popen = subprocess.Popen(["ipcshow-map", "-w", "0.2", "-u", "1000", "--inside"],
                             env=ENVIRONMENT, stdout=subprocess.PIPE)
    said, deadline = b"", time.monotonic() + SECONDS
    while said.count(b" ties.") < 3 and time.monotonic() < deadline:
        said += os.read(popen.stdout.fileno(), 65536)
    popen.send_signal(signal.SIGINT)
    popen.communicate(timeout=SECONDS)
    expect_equal(popen.returncode, 0, "status")
    blocks = said.decode().split("\n\n20")
    expect("COMMAND-A" in said.decode().split("\n20")[0], "no table at first:", blocks[0])
    expect("COMMAND-A" not in said.decode().split("\n20")[1], "nothing changed:", said)
    expect(b"\033" not in said, "an escape code in what is no terminal")


def terminal_said(master, seconds):
    """What comes within that time, if anything does: at the end, the terminal is an error."""
    if not select.select([master], [], [], seconds)[0]:
        return b""
    try:
        return os.read(master, 65536)
    except OSError:
        return b""


def check_terminal():
    """Drawn again and again; it ends when it is told to, in the middle of a table or not."""
    for nr_drawn in 3, 1, 2:
        master, slave = pty.openpty()
        popen = subprocess.Popen(["ipcshow-map", "-w", "0.2", "-t", "2"], env=ENVIRONMENT,
                                 stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        said, deadline = b"", time.monotonic() + SECONDS
        while said.count(b"\033[H\033[2J") < nr_drawn and time.monotonic() < deadline:
            said += terminal_said(master, 1)
        popen.send_signal(signal.SIGTERM)
        popen.wait(timeout=SECONDS)
        rest = terminal_said(master, 0)
        os.close(master)
        expect(said.count(b"\033[H\033[2J") >= nr_drawn, "it is not drawn again:", said)
        expect_equal(popen.returncode, 0, f"after {said + rest!r}, the status")


def blocked():
    """The tool, in the middle of its first table, which nobody reads."""
    popen = subprocess.Popen(["ipcshow-map", "-w", "0.01", "--all"], env=ENVIRONMENT,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    fcntl.fcntl(popen.stdout, fcntl.F_SETPIPE_SZ, 4096)
    wait_until(lambda: stands_at_pipe(popen.pid), "it stands at the pipe")
    popen.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    expect_equal(popen.poll(), None, "after a signal, the status")
    return popen


def check_not_read():
    """What it writes is written whole, if somebody reads it; or it takes a second signal."""
    many = [Target(["sleep", "1000"], wait=False) for _ in range(16)]
    popen = blocked()
    said, complaint = popen.communicate(timeout=SECONDS)
    expect_equal((popen.returncode, complaint), (0, b""), "status and stderr, when it is read")
    expect(said.endswith(b"\n"), "a part of a table")
    popen = blocked()
    popen.send_signal(signal.SIGTERM)
    popen.wait(timeout=SECONDS)
    expect_equal(popen.returncode, -signal.SIGTERM, "after two signals, the status")
    popen.stdout.close()
    popen.stderr.close()
    for target in many:
        target.end()


def check_interrupted():
    """Without --watch, too: as if nothing caught the signal, and nothing is left half done."""
    many = Target(["sleep", "1000"], wait=False)
    popen = subprocess.Popen(["ipcshow-map", "--all", "--json"], env=ENVIRONMENT,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    popen.send_signal(signal.SIGINT)
    said, complaint = popen.communicate(timeout=SECONDS)
    expect(popen.returncode in (-signal.SIGINT, 0) and not complaint, popen.returncode, complaint)
    expect(not said or said.endswith(b"}\n"), "a part of a document")
    many.end()


def check_ignored():
    """A signal that is ignored from the start, as in the background of a script, stays ignored."""
    watch = Watch("--json", "-t", "1", shell="trap '' INT;")
    watch.next()
    watch.popen.send_signal(signal.SIGINT)
    for _ in range(3):
        watch.next()
    watch.popen.send_signal(signal.SIGTERM)
    watch.popen.communicate(timeout=SECONDS)
    expect_equal(watch.popen.returncode, 0, "status, after the signal that is not ignored")


def register(checks):
    for name, check in (("changes", check_changes), ("order of what is gone", check_gone_order),
                        ("top", check_top), ("one that is named ends", check_named_ends),
                        ("plain blocks", check_blocks),
                        ("on a terminal", check_terminal),
                        ("nobody reads it", check_not_read), ("interrupted", check_interrupted),
                        ("a signal is ignored", check_ignored)):
        checks.add(f"watch: {name}", check)
