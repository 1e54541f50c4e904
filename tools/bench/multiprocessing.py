# SPDX-License-Identifier: GPL-2.0
"""Python's own multiprocessing, measured as ipcshow-bench measures the rest.

It says "ready". Then, a trial a line on standard input: KIND MECHANISM SIZE BUDGET_NS COUNT COUNT_MAX CPU CPU. The answer is one line:
"ok MESSAGES ELAPSED_NS CPU_NS SENT RECEIVED TORN", with the times of round trips behind it, or "error WHY".
"""

import multiprocessing
import os
import sys
import time
from multiprocessing import resource_tracker, shared_memory

MARK_BEGIN, MARK_END = -0x6970, -0x6971
PARTS = 3

context = multiprocessing.get_context("fork")


def message(number, size):
    return number.to_bytes(8, "little") + bytes([number & 255]) * (size - 8)


class SharedMemory:
    """One place, and a semaphore each for full and for empty."""

    def __init__(self, size):
        self.memory = shared_memory.SharedMemory(create=True, size=size)
        self.size = size
        self.items, self.spaces = context.Semaphore(0), context.Semaphore(1)

    def send(self, content):
        self.spaces.acquire()
        self.memory.buf[:self.size] = content
        self.items.release()

    def receive(self, expected):
        self.items.acquire()
        right = self.memory.buf[:self.size] == expected
        self.spaces.release()
        return right

    def end(self):
        self.memory.close()
        self.memory.unlink()


class Queue:
    def __init__(self, size):
        self.queue = context.Queue(maxsize=max(2, min(64, (1 << 20) // size)))

    def send(self, content):
        self.queue.put(content)

    def receive(self, expected):
        return self.queue.get() == expected

    def end(self):
        self.queue.close()


class Pipe:
    def __init__(self, _size):
        self.reader, self.writer = context.Pipe(duplex=False)

    def send(self, content):
        self.writer.send(content)

    def receive(self, expected):
        return self.reader.recv() == expected

    def end(self):
        self.reader.close()
        self.writer.close()


class Manager:
    """A queue that the manager's process owns."""

    def __init__(self, size):
        self.manager = context.Manager()
        self.queue = self.manager.Queue(max(2, min(64, (1 << 20) // size)))

    def send(self, content):
        self.queue.put(content)

    def receive(self, expected):
        return self.queue.get() == expected

    def end(self):
        self.manager.shutdown()


KINDS = {"shm": SharedMemory, "queue": Queue, "pipe": Pipe, "manager": Manager}


def cpu_ns(helpers):
    """Of this process and those that help: the clock of a process is a number made of its PID."""
    return time.process_time_ns() + sum(time.clock_gettime_ns((~pid << 3) | 2) for pid in helpers)


class Side:
    """One process of a trial."""

    def __init__(self, kind, size, channels, barrier, counts):
        self.kind, self.size, self.channels = kind, size, channels
        self.barrier, self.counts = barrier, counts
        self.sent = self.received = self.torn = 0
        self.samples = []

    def send(self, channel):
        channel.send(message(self.sent, self.size))
        self.sent += 1

    def receive(self, channel):
        self.torn += not channel.receive(message(self.received, self.size))
        self.received += 1

    def work(self, sends, count):
        there, back = self.channels[0], self.channels[-1]
        if self.kind != "trips":
            for _ in range(count):
                (self.send if sends else self.receive)(there)
        elif sends:
            self.samples = []
            before = time.monotonic_ns()
            for _ in range(count):
                self.send(there)
                self.receive(back)
                after = time.monotonic_ns()
                self.samples.append(after - before)
                before = after
        else:
            for _ in range(count):
                self.receive(there)
                self.send(back)


def count_for(trips, ns, each, count_max):
    return min(max(int(ns / max(each, 1)), 5 if trips else 3), count_max)


def part_count(side, part, each, budget, count, count_max):
    if not part:
        return 1
    trips = side.kind == "trips"
    if part + 1 == PARTS:
        return count or count_for(trips, budget, each, count_max)
    share = budget / 10
    return 0 if count or each > share / 2 else count_for(trips, share, each, count_max)


def mark(what):
    try:
        os.close(what)
    except OSError:
        pass


def run_side(side, sends, answer, cpu, helpers, budget, count, count_max):
    if cpu >= 0:
        os.sched_setaffinity(0, {cpu})
    elapsed = used = each = 0
    if side.kind == "calls":
        side.work(sends, 1)
        side.barrier.wait()
        mark(MARK_BEGIN)
        side.work(sends, count)
        # A Queue's sender has a thread that may have more to do until all has come.
        if sends:
            side.barrier.wait()
        mark(MARK_END)
        if not sends:
            side.barrier.wait()
    else:
        for part in range(PARTS):
            if sends:
                side.counts.value = part_count(side, part, each, budget, count, count_max)
            side.barrier.wait()
            number = side.counts.value
            used, began = cpu_ns(helpers), time.monotonic_ns()
            side.work(sends, number)
            used = cpu_ns(helpers) - used
            side.barrier.wait()
            elapsed = time.monotonic_ns() - began
            each = elapsed / number if number else each
            side.barrier.wait()
        count = number
    answer.send((count, elapsed, used, side.sent, side.received, side.torn, side.samples))
    answer.close()


def trial(kind, mechanism, size, budget, count, count_max, *cpus):
    channels = [KINDS[mechanism](size) for _ in range(2 if kind == "trips" else 1)]
    helpers = [child.pid for child in multiprocessing.active_children()]
    side = Side(kind, size, channels, context.Barrier(2), context.Value("Q", lock=False))
    answers, processes = [], []
    for sends in (True, False):
        reader, writer = context.Pipe(duplex=False)
        processes.append(context.Process(target=run_side, args=(
            side, sends, writer, cpus[not sends], helpers if sends else [], budget, count,
            count_max)))
        answers.append(reader)
        processes[-1].start()
        writer.close()
    try:
        told = [answer.recv() for answer in answers]
    finally:
        for process in processes:
            process.join()
        for channel in channels:
            channel.end()
    (number, elapsed, cpu, *_, samples), other = told
    sums = [told[0][i] + other[i] for i in (3, 4, 5)]
    return [number, elapsed, cpu + other[2], *sums, *samples]


def main():
    # What it does to begin with is nobody's system calls.
    resource_tracker.ensure_running()
    print("ready", flush=True)
    for line in sys.stdin:
        kind, mechanism, *numbers = line.split()
        try:
            told = "ok " + " ".join(map(str, trial(kind, mechanism, *map(int, numbers))))
        except Exception as problem:    # pylint: disable=broad-except
            told = f"error {type(problem).__name__}: {problem}".replace("\n", " ")
        print(told, flush=True)


main()
