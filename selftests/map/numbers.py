# SPDX-License-Identifier: GPL-2.0
"""A number in /proc that is that of a thread, where the tool asks the module for it."""

import json
import os

from common.ktap import Skip, expect, expect_equal
from common.target import built, run

from . import tool
from .metrics import samples

LAST_PID = "/proc/sys/kernel/ns_last_pid"

# Process 1 of a PID namespace has threads of the numbers that processes have in the /proc it sees.
THREADED = """
import json, os, subprocess, threading
done = threading.Event()
threads = [threading.Thread(target=done.wait) for _ in range(16)]
for thread in threads:
    thread.start()
numbers = [thread.native_id for thread in threads if os.path.exists(f"/proc/{thread.native_id}")]
told = []
for form in [["--all", "--json"], ["--prometheus", "--top", "0"]]:
    ended = subprocess.run(["ipcshow-map", *form], capture_output=True)
    told.append([ended.returncode, ended.stdout.decode(), ended.stderr.decode()])
print(json.dumps([numbers, *told]), flush=True)
os._exit(0)
"""

# Process 1 makes others, and a thread that takes the number of the one that is killed: before call
# number 1 of the module, and so on, until that is more than there are.
REPLACED = """
import itertools, json, os, subprocess, sys, threading, time
library, *form = sys.argv[1:]

def take(number):
    os.waitpid(number, 0)
    thread = None
    while not thread or thread.native_id != number:
        with open("/proc/sys/kernel/ns_last_pid", "w") as file:
            file.write(str(number - 1))
        thread = threading.Thread(target=done.wait)
        thread.start()

other = subprocess.Popen(["sleep", "1000"])
for call in itertools.count(1):
    done = threading.Event()
    victim = subprocess.Popen(["sleep", "1000"])
    taker = threading.Thread(target=take, args=[victim.pid])
    taker.start()
    ended = subprocess.run(["ipcshow-map", *form], capture_output=True, env={
        **os.environ, "LD_PRELOAD": library, "INTERFERE_AT": str(call),
        "INTERFERE_PID": str(victim.pid), "INTERFERE_BY": "thread"})
    with open(f"/proc/{victim.pid}/status") as file:
        was_hit = f"Tgid:\\t{victim.pid}\\n" not in file.read()
    victim.kill()
    taker.join()
    done.set()
    print(json.dumps([other.pid, victim.pid, ended.returncode, ended.stdout.decode(),
                      ended.stderr.decode()]), flush=True)
    if not was_hit:
        os._exit(0)
"""


def in_namespace(script, *arguments, mount=()):
    ended = run("unshare", "--pid", "--fork", *mount, "/usr/bin/python3", "-S", "-c", script,
                *arguments)
    expect_equal((ended.returncode, ended.stderr), (0, b""), "status and stderr in the namespace")
    return [json.loads(line) for line in ended.stdout.splitlines()]


def expect_once(text, number, by, where=""):
    """Each process is on the map once, and is not tied to itself; @number is not, or is another."""
    told = json.loads(text)
    pids = [process["pid"] for process in told["processes"]]
    expect_equal(pids, sorted(set(pids)), f"processes {where}")
    expect(1 in pids, "process 1 is not there", where)
    expect(not [tie for tie in told["ties"] if tie["a"] == tie["b"]], "tied to itself", where)
    for process in told["processes"]:
        expect(process["pid"] != number or process["comm"] == by, process, where)
    return told


def expect_one_series(text, where=""):
    """No measure of a process stands there twice."""
    series = [(name, *sorted(labels.items())) for name, labels, _ in samples(text)]
    expect_equal(len(series), len(set(series)), f"series {where}")


def check_other_proc():
    """In a namespace that has no /proc of its own."""
    (numbers, drawn, measured), = in_namespace(THREADED)
    expect(numbers, "no number is both a thread's and in /proc")
    for status, _, complaint in (drawn, measured):
        expect_equal((status, complaint), (0, ""), "status and stderr")
    told = expect_once(drawn[1], None, None)
    expect(not {process["pid"] for process in told["processes"]} & set(numbers),
           "threads are on the map:", numbers)
    expect(told["vanished"] >= len(numbers), told["vanished"], "of", numbers, "are missing")
    expect_one_series(measured[1])


def replaced(*form):
    if not os.path.exists(LAST_PID):
        raise Skip("this kernel lets nobody choose a PID")
    told = in_namespace(REPLACED, built("diff/interfere.so"), *form, mount=["--mount-proc"])
    expect(len(told) > 5, "few calls:", len(told))
    for call, (other, victim, status, text, complaint) in enumerate(told, 1):
        expect_equal((status, complaint), (0, ""), f"status and stderr at {call}")
        yield f"at {call}", other, victim, text


def check_replaced():
    """Before whichever call it becomes a thread's: no process stands for another."""
    for where, other, victim, text in replaced("--all", "--json"):
        told = expect_once(text, victim, "sleep", where)
        expect(other in [process["pid"] for process in told["processes"]], "one is missing", where)


def check_replaced_measured():
    for where, _, _, text in replaced("--prometheus"):
        expect_one_series(text, where)


def register(checks):
    checks.add("numbers: of another /proc", check_other_proc)
    checks.add("numbers: a thread's by now", check_replaced)
    checks.add("numbers: a thread's by now, measured", check_replaced_measured)
