# SPDX-License-Identifier: GPL-2.0
"""Three tasks with ends of one channel: what is true of two of them need not be of the third."""

import os
import signal

from common.ktap import expect_equal
from common.target import Target, await_states
from common.tool import Tool

from . import tool

PLACE = "/tmp/threesome"

# Two have one description of the file and of each end of the pipe, the third opens both itself.
OPENED = f"""
import os, signal
log = os.open("{PLACE}", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
reader, writer = os.pipe()
own = [f"/proc/{{os.getpid()}}/fd/{{writer}}", "{PLACE}"]
pids = [os.getpid()]
for opens in (False, True):
    ready = os.pipe()
    pid = os.fork()
    if not pid:
        if opens:
            files = [os.open(path, os.O_WRONLY) for path in own]
            for number in (log, reader, writer):
                os.close(number)
        os.close(ready[0])
        os.close(ready[1])
        signal.pause()
    pids.append(pid)
    os.close(ready[1])
    os.read(ready[0], 1)
    os.close(ready[0])
print(*pids, os.stat(reader).st_ino)
print("ready", flush=True)
signal.pause()
"""

# Two threads and another process that has one pipe with them.
THREADS = """
import os, signal, threading
reader, writer = os.pipe()
tids = []
for _ in range(2):
    up = threading.Event()
    def wait():
        tids.append(threading.get_native_id())
        up.set()
        signal.pause()
    threading.Thread(target=wait, daemon=True).start()
    up.wait()
child = os.fork()
if not child:
    signal.pause()
print(*tids, child, os.stat(reader).st_ino)
print("ready", flush=True)
signal.pause()
"""


def start(script):
    """The process, and the numbers that it says."""
    target = Target(["/usr/bin/python3", "-c", script])
    return target, *map(int, target.said.split()[:-1])


def rows(pids, kind, name):
    """Of each two, rows of that channel."""
    return {(two["a"], two["b"]): [row for row in two["channels"]["rows"]
                                   if (row["kind"], row["name"]) == (kind, name)]
            for two in tool.document("--channels", *pids)["pairs"]}


def on_map(name):
    """The channel as ipcshow-map has it: once, for all."""
    told, = (channel for channel in Tool("ipcshow-map").document("-m", "file")["channels"]
             if channel["name"] == name)
    return told


def check_same_description():
    """Only those who have one open file description have it in common."""
    target, one, other, third, pipe = start(OPENED)
    for kind, name in (("file", PLACE), ("pipe", f"pipe:[{pipe}]")):
        told = rows((one, other, third), kind, name)
        expect_equal({pair: ["same-open-file" in row["notes"] for row in found]
                      for pair, found in told.items()},
                     {(0, 1): [True], (0, 2): [False], (1, 2): [False]}, name)
    expect_equal("same-open-file" in on_map(PLACE)["notes"], False, "of all of them")
    os.kill(third, signal.SIGKILL)
    await_states(third, "Z")
    expect_equal("same-open-file" in on_map(PLACE)["notes"], True, "of all that are left")
    target.end()
    os.kill(other, signal.SIGKILL)
    os.unlink(PLACE)


def check_threads():
    """What two threads have by their one table joins both to a third, and them by the table only."""
    target, one, other, third, pipe = start(THREADS)
    found = {pair: len(two) for pair, two in
             rows((one, other, third), "pipe", f"pipe:[{pipe}]").items()}
    expect_equal(found, {(0, 1): 0, (0, 2): 1, (1, 2): 1}, "rows of the pipe")
    tables = rows((one, other, third), "descriptors", "one table of descriptors")
    expect_equal({pair: len(two) for pair, two in tables.items()},
                 {(0, 1): 1, (0, 2): 0, (1, 2): 0}, "rows of the table")
    target.end()
    os.kill(third, signal.SIGKILL)


def register(checks):
    checks.add("three: one open file description", check_same_description)
    checks.add("three: two threads of one table", check_threads)
