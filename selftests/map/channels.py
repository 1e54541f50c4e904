# SPDX-License-Identifier: GPL-2.0
"""Channels: each appears with both ends, and those that join nobody do not."""

import os
import subprocess

from common.ktap import expect, expect_equal

from diff.channels import APART, JOINED
from diff.pair import pair
from diff.programs import children

from . import tool

CROWD = 40


def told_of_pair():
    # They sleep. A thread that is stopped waits for no futex.
    made = pair("channels")
    told = tool.document("-p", f"{made.pids['A']},{made.pids['B']}", "--inside")
    return made, told, tool.of(told, *made.pids.values())


def check_joined():
    made, told, tie = told_of_pair()
    channels = [told["channels"][link["channel"]] for link in tie["channels"]]
    for name in JOINED:
        if name in made.skipped or name in ("sysv-msg", "sysv-sem"):
            continue
        kind, _ = made.joined[name]
        found = [channel for channel in channels if channel["kind"] == kind]
        expect(found, "no channel of kind", kind, "for", name)
        for channel in found:
            expect({end["pid"] for end in channel["ends"]} >= set(made.pids.values()),
                   "not both ends:", channel)
        if name in made.fds:
            expect([channel for channel in found if
                    all(set(made.fds[name][task]) &
                        {fd for end in channel["ends"] if end["pid"] == made.pids[task]
                         for fd in end["fds"]} for task in "AB")], "no descriptors of", name)


def check_apart():
    made, told, tie = told_of_pair()
    for name in APART:
        for link in tie["channels"]:
            ends = told["channels"][link["channel"]]["ends"]
            both = [set(made.fds[name][task]) & {fd for end in ends if end["pid"] == made.pids[task]
                                                  for fd in end["fds"]} for task in "AB"]
            expect(not all(both), name, "joins them:", ends)


def check_flow():
    made, told, tie = told_of_pair()
    swapped = made.pids["A"] > made.pids["B"]
    for link in tie["channels"]:
        if told["channels"][link["channel"]]["kind"] in ("pipe", "fifo"):
            expect_equal(link["flow"], "A->B" if swapped else "A<-B", "A reads, B writes")


PIPED = """
import signal
ends = os.pipe()
for i in range({children}):
    if not os.fork():
        signal.pause()
print("made", flush=True)
"""


def check_crowd():
    """What joins so many ties nobody; its channel is told all the same, and --all has it."""
    parent = tool.named(b"piped", PIPED.format(children=CROWD))
    pids = children(parent.pid)
    told = tool.document("-m", "pipe")
    expect(told["crowds"] >= 1, "no crowd of", CROWD)
    crowded = [channel for channel in told["channels"]
               if len({end["pid"] for end in channel["ends"]} & set(pids)) == CROWD]
    expect(crowded, "the channel is not told")
    numbers = [told["channels"].index(channel) for channel in crowded]
    expect(not [link for tie in told["ties"] for link in tie["channels"]
                if link["channel"] in numbers], "it ties:", told["ties"][:3])
    every = tool.document("-m", "pipe", "--all")
    expect_equal(every["crowds"], 0, "crowds with --all")
    expect(tool.kinds(every, tool.of(every, *pids[:2])), "nothing with --all")
    for pid in pids:
        os.kill(pid, 9)
    parent.end()


def check_one_way():
    """Both only write to one pipe, that of the test: no tie but with --all."""
    out = os.pipe()
    two = [subprocess.Popen(["sleep", "1000"], stdout=out[1]) for _ in range(2)]
    name = f"pipe:[{os.fstat(out[1]).st_ino}]"
    for options, wanted in (([], []), (["--all"], [name])):
        told = tool.document(*options)
        tie = tool.of(told, *[popen.pid for popen in two])
        expect_equal([told["channels"][link["channel"]]["name"] for link in tie["channels"]
                      if told["channels"][link["channel"]]["name"] == name], wanted, "the pipe")
    for popen in two:
        popen.kill()
        popen.wait()
    for descriptor in out:
        os.close(descriptor)


def register(checks):
    for name, check in (("both ends", check_joined), ("what does not join", check_apart),
                        ("flow", check_flow), ("a crowd", check_crowd),
                        ("what carries nothing", check_one_way)):
        checks.add(f"channels: {name}", check)
