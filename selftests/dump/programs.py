# SPDX-License-Identifier: GPL-2.0
"""Programs that nobody here wrote, and processes of unusual shape."""

import functools
import json
import os
import platform
import shutil
import socket
import threading

from common.ktap import Skip, expect, expect_equal
from common.target import (Target, await_states, built, comm, number, on_cpu, read, run, smaps,
                           state, tids, wait_until)

from . import regions
from .tool import Zoo, expect_tiled, process, span, text

PYTHON = """
import threading
def run(): threading.Event().wait()
for i in range(5): threading.Thread(target=run, daemon=True).start()
print("ready", flush=True)
input()
"""


# Linkers for arm64 put what is only read beside the code, in one segment.
SEGMENTS = ("code", "rodata", "data") if platform.machine() == "x86_64" else ("code", "data")

# As fast as it can: there is no time at which it does not.
GROWS = """
import ctypes
sbrk = ctypes.CDLL(None).sbrk
print("ready", flush=True)
while True: sbrk(4096)
"""


def by_kind(told, kind):
    return [area for area in told["areas"] if area["kind"] == kind]


def expect_program(pid, told):
    """What holds of every program that is at rest."""
    expect_equal(told["complete"], True, "complete")
    expect_tiled(told["areas"], pid)
    expect_equal([thread["tid"] for thread in told["threads"]], tids(pid), "threads")
    for thread in told["threads"]:
        expect_equal(thread["comm"].encode(), comm(thread["tid"]), "comm")
    exe = os.readlink(f"/proc/{pid}/exe")
    for kind in SEGMENTS:
        expect(by_kind(told, kind), "no", kind)
        expect_equal({area["name"].replace(" (relro)", "") for area in by_kind(told, kind)}, {exe},
                     f"files of {kind}")
    heap = [vma for vma in smaps(pid, "maps") if vma["name"] == b"[heap]"]
    # Where .bss and heap are one VMA, the heap is only the latter part of it.
    expect_equal([number(area["end"]) for area in by_kind(told, "heap")][-1:],
                 [vma["end"] for vma in heap][-1:], "the end of the heap")
    stack = [vma for vma in smaps(pid, "maps") if vma["name"] == b"[stack]"]
    expect_equal([span(area) for area in by_kind(told, "stack") if area["tid"] == pid],
                 [(vma["start"], vma["end"]) for vma in stack], "the main thread's stack")


def expect_pointers(told):
    """SP lies in the thread's stack, the TLS base in its TLS."""
    for thread in told["threads"]:
        for kind, pointer in (("stack", "sp"), ("tls", "tls")):
            at = number(thread[pointer])
            area, = [area for area in told["areas"] if span(area)[0] <= at < span(area)[1]]
            expect_equal((area["kind"], area["tid"]), (kind, thread["tid"]),
                         f"{pointer} of thread {thread['tid']} in {area['start']}")


def expect_threads(told):
    """Each thread has one stack and one TLS area, and they are the right ones."""
    expect_pointers(told)
    for kind in ("stack", "tls"):
        expect_equal(sorted(area["tid"] for area in by_kind(told, kind)),
                     [thread["tid"] for thread in told["threads"]], f"threads with {kind}")


def expect_guards(told, pid):
    """Right below each stack but the main one: so the stack is told to its lowest address."""
    for below, area in zip(told["areas"], told["areas"][1:]):
        if area["kind"] == "stack" and area["tid"] != pid:
            expect((below["kind"], below["tid"]) == ("guard", area["tid"]),
                   "below the stack at", area["start"], "lies", below)


def check_python():
    target = Target(["/usr/bin/python3", "-c", PYTHON]).stop()
    told = process(target.pid)
    expect_program(target.pid, told)
    expect_threads(told)
    expect_equal(len(told["threads"]), 6, "threads")
    expect(any("libc.so" in area["name"] for area in by_kind(told, "lib-code")), "no libc")
    expect(any("libc.so" in area["name"] for area in by_kind(told, "lib-bss")), "no .bss of libc")
    expect_guards(told, target.pid)
    expect_equal(told["command"][:2], ["/usr/bin/python3", "-c"], "command")
    rollup = smaps(target.pid, "smaps_rollup")[0]
    # PSS depends on who else has the libraries.
    for column, name in (("rss", "Rss"), ("swap", "Swap")):
        expect_equal(told["totals"][column] // 1024, rollup[name], name)
    target.end()


def check_redis():
    if not shutil.which("redis-server"):
        raise Skip("there is no redis-server")
    target = Target(["redis-server", "--port", "0", "--unixsocket", "/tmp/redis.sock", "--save",
                     "", "--dir", "/tmp", "--daemonize", "no"],
                    word=rb".*(?:Ready to accept|ready to accept).*")
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect("/tmp/redis.sock")
        client.sendall(b"SET key value\r\n")
        expect_equal(client.recv(100), b"+OK\r\n", "answer")
    target.stop()
    told = process(target.pid)
    expect_program(target.pid, told)
    expect_threads(told)
    expect(len(told["threads"]) > 3, "few threads:", told["threads"])
    expect("bio_aof" in {thread["comm"] for thread in told["threads"]} or
           any(thread["comm"].startswith("bio_") for thread in told["threads"]), told["threads"])
    target.go_on()
    target.end()


# ---- unusual shapes ----

@functools.cache
def static_zoo():
    return Zoo("image", "stacks", program="dump/zoo-static").stop()


def check_static():
    told = process(static_zoo().pid)
    expect_program(static_zoo().pid, told)
    expect_threads(told)
    expect_equal([area for area in told["areas"] if area["kind"].startswith("lib-")], [],
                 "libraries of a static program")
    for name in ("code", "rodata", "data", "bss", "tls", "heap", "stack", "stack-thread",
                 "stack-own", "thread-tls", "signal-stack"):
        regions.check_named(static_zoo(), told["areas"], name)


def check_32_bit():
    if not os.path.exists(built("dump/small32")):
        raise Skip("made for x86-64")
    try:
        target = Target([built("dump/small32")])
    except OSError as error:
        raise Skip(f"this kernel runs no 32-bit programs: {error}") from error
    told = process(target.pid)
    expect_equal(told["compat"], True, "compat")
    expect_tiled(told["areas"], target.pid)
    image = read(built("dump/small32"))
    expect_equal(image[4], 1, "ELF class")
    kinds = [area["kind"] for area in told["areas"]]
    for kind in ("code", "data", "bss", "stack", "vdso"):
        expect(kind in kinds, "no", kind, "in", kinds)
    expect(sum(number(area["end"]) - number(area["start"])
               for area in by_kind(told, "bss")) >= 20000, "a small .bss")
    thread = told["threads"][0]
    code = [span(area) for area in by_kind(told, "code") + by_kind(told, "vdso")]
    expect(any(start <= number(thread["ip"]) < end for start, end in code), "IP", thread)
    expect_equal(by_kind(told, "stack")[0]["tid"], target.pid, "thread of the stack")
    target.end()


def check_leader_exited():
    keeper = Zoo("leader-exits")
    wait_until(lambda: state(keeper.pid) == "Z", "the leader has exited")
    await_states(keeper.pid, "ZS")
    told = process(keeper.pid)
    another = [tid for tid in tids(keeper.pid) if tid != keeper.pid][0]
    expect_equal((told["leader_exited"], told["complete"], told["pid"]),
                 (True, True, keeper.pid), "leader exited, complete, PID")
    expect_tiled(told["areas"], another)
    for name in ("stack-thread", "stack-guard"):
        regions.check_named(keeper, told["areas"], name)
    tls = [area for area in by_kind(told, "tls") if area["tid"] == another]
    expect_equal(len(tls), 1, "TLS areas of the thread that lives")
    expect_equal([(area["start"], area["end"], area["kind"], area["name"])
                  for area in process(another)["areas"]],
                 [(area["start"], area["end"], area["kind"], area["name"])
                  for area in told["areas"]], "areas by the other TID")
    expect_one_exited(told["sharing"], keeper.pid)
    keeper.end()


def expect_one_exited(sharing, tid):
    """Said once; all else is the other thread's, which is alone."""
    resources = {row["what"]: row["how"] for row in sharing if row["size"] is None}
    expect_equal([row["tids"] for row in sharing if row["how"] == "exited"], [[tid]], "exited")
    expect_equal(resources.pop("thread"), "exited", "what has exited")
    expect_equal(set(resources.values()), {"sole", "none", "private-by-construction"},
                 f"what is had of {sorted(resources)}")
    expect_equal({row["threads"] for row in sharing if row["what"] in resources}, {1}, "threads")


def check_both():
    """Two are both; three are all."""
    for threads, words in ((2, "both threads"), (3, "all 3 threads")):
        target = Target(["/usr/bin/python3", "-c", PYTHON.replace("range(5)", f"range({threads - 1})")])
        shown = text("--sharing", target.pid)
        expect(words in shown and "all 2" not in shown, words, "is not in", shown)
        target.end()


def check_guessed_stack(program):
    """A stack in the program's own memory has no guard: where it begins is a guess, and marked."""
    target = Target([built(program), "-s"])
    await_states(target.pid, "S")
    own = max(tids(target.pid))
    told, shown = process(target.pid), text("-t", "-n", "-o", "TID,STACK", target.pid)
    known = {thread["tid"]: thread["stack_known"] for thread in told["threads"]}
    guess = known.pop(own)
    expect_equal(known, {target.pid: "exact"}, "what is known of the main stack")
    expect(guess in ("from-sp", "at-most"), "what is known of its own:", guess)
    names = {area["tid"]: area["name"] for area in by_kind(told, "stack")}
    expect(names[own].endswith(f" ({guess.replace('-', ' ')})"), "no mark in", names)
    expect("(" not in names[target.pid], "a mark in", names)
    expect_equal([row["tids"] for row in told["sharing"] if "may begin" in (row["proof"] or "")],
                 [[own]], "threads with a doubt in PROOF")
    expect_equal([int(line.split()[0]) for line in shown.splitlines() if "~" in line], [own],
                 "threads with ~ in STACK")
    target.end()


@functools.cache
def vfork():
    """A child in its parent's memory, and a thread of the parent that waits for it: both told."""
    keeper = Zoo("vfork")
    waiting = int(keeper.find("state-uninterruptible")[0][3]["tid"])

    def children():
        return read(f"/proc/{keeper.pid}/task/{waiting}/children").split()
    wait_until(lambda: children() and state(waiting) == "D" and not on_cpu(waiting), "it waits")
    return process(keeper.pid), process(int(children()[0]))


def check_vfork():
    parent_told, child_told = vfork()
    expect_tiled(child_told["areas"], child_told["pid"])
    expect_equal(child_told["ppid"], parent_told["pid"], "parent")
    expect(child_told["mm"]["users"] >= 2, "users of the address space:", child_told["mm"])
    expect_equal(child_told["totals"]["size"], parent_told["totals"]["size"], "size")


def check_vfork_stacks():
    """The child runs on the stack of the thread that made it: it is the stack of both."""
    for told in vfork():
        expect_pointers(told)


def expect_heap_whole(told):
    """As the kernel has it: the mapping that the heap is in is the heap, to its end."""
    mappings = {area["vma_start"] for area in by_kind(told, "heap")}
    expect(mappings, "no heap")
    expect_equal({area["kind"] for area in told["areas"] if area["vma_start"] in mappings},
                 {"heap"}, "what lies in the mapping of the heap")


def check_growing_heap():
    target = Target(["/usr/bin/python3", "-c", GROWS])
    for _ in range(20):
        expect_heap_whole(process("-o", "+VMA-START", target.pid))
    target.end()


def check_own_heap():
    """The tool's own, which grows as it looks at it."""
    for _ in range(5):
        shown = run("bash", "-c", "exec ipcshow-dump --json -o +VMA-START $$")
        expect_heap_whole(json.loads(shown.stdout)["processes"][0])


def check_uninterruptible():
    """A parent waits for its child, and for no disk."""
    target = Target([built("dump/target"), "-v"])
    wait_until(lambda: state(target.pid) == "D", "it waits")
    expect(", in uninterruptible sleep\n" in text("-t", target.pid), text("-t", target.pid))
    target.end()


def check_self_seen():
    """The test itself, which runs meanwhile."""
    told = process(os.getpid())
    expect_equal((told["comm"].encode(), told["ppid"]), (comm(os.getpid()), os.getppid()), "comm")
    expect(threading.main_thread().native_id in {t["tid"] for t in told["threads"]}, "threads")


def register(checks):
    for name, function in (
            ("python3 with threads", check_python), ("redis-server", check_redis),
            ("a static program", check_static), ("a 32-bit program", check_32_bit),
            ("its leader has exited", check_leader_exited), ("a vfork", check_vfork),
            ("the stacks of a vfork", check_vfork_stacks),
            ("both threads", check_both), ("a parent that waits for a vfork", check_uninterruptible),
            ("a heap that grows", check_growing_heap), ("the tool's own heap", check_own_heap),
            ("the parent of the tool", check_self_seen)):
        checks.add(f"program: {name}", function)
    for name, program in (("a program", "target"), ("a static program", "target-static")):
        checks.add(f"program: the stack that {name} provides", check_guessed_stack,
                   f"dump/{program}")
