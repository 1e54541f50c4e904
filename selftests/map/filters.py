# SPDX-License-Identifier: GPL-2.0
"""What the filters let through, and who may see whom."""

import os
import pwd

from common.ktap import expect, expect_equal
from common.target import Target, USER, built

from . import tool
from .memory import family, pids


def ends(told):
    return [(tie["a"], tie["b"]) for tie in told["ties"]]


def check_pid():
    one, other = pids("fork")
    told = tool.document("-p", str(one))
    expect(ends(told) and all(one in tie for tie in ends(told)), "ties of others:", ends(told))
    expect_equal([process["pid"] for process in told["processes"] if process["selected"]], [one],
                 "selected")
    expect_equal(ends(tool.document("-p", f"{one},{other}", "--inside")),
                 [tuple(sorted((one, other)))], "--inside")


def check_user():
    wanted = set(family())
    for name in (str(USER), pwd.getpwuid(USER).pw_name if has_name() else str(USER)):
        told = tool.document("-u", name, "--inside")
        expect_equal({pid for tie in ends(told) for pid in tie}, wanted, f"ties of {name}")
    told = tool.document("-u", "root", "--inside")
    expect(not {pid for tie in ends(told) for pid in tie} & wanted, "the user's are root's")


def has_name():
    try:
        return bool(pwd.getpwuid(USER))
    except KeyError:
        return False


def check_mechanism():
    one, other = pids("strangers")
    told = tool.document("-m", "memfd,posix-shm", "-p", f"{one},{other}", "--inside")
    tie = tool.of(told, one, other)
    expect_equal(set(tie["mechanisms"]), {"memfd", "posix-shm"}, "mechanisms")
    expect(set(tool.kinds(told, tie)) <= {"memfd", "posix-shm"}, tool.kinds(told, tie))
    told = tool.document("-m", "pipe")
    expect_equal([tie["mechanisms"] for tie in told["ties"] if tie["mechanisms"]], [], "memory")


def check_min():
    sizes = sorted(tie["shared"] for tie in tool.document("--all")["ties"])
    middle = sizes[len(sizes) // 2]
    told = tool.document("--all", "--min", str(middle))
    expect_equal(min(tie["shared"] for tie in told["ties"]), middle, "the least")
    expect_equal(tool.document("--min", "1T")["ties"], [], "ties of a tebibyte")


def check_top():
    every = tool.document()
    told = tool.document("-t", "3")
    expect_equal((len(told["ties"]), told["nr_ties"]), (3, every["nr_ties"]), "ties")
    strong = [tie["shared"] for tie in every["ties"] if set(tie["mechanisms"]) <=
              {"fork", "shared-anon", "posix-shm", "memfd", "sysv-shm"} and tie["mechanisms"]]
    expect_equal(strong, sorted(strong, reverse=True), "the strongest first")


CGROUPS = "/sys/fs/cgroup"


def check_cgroup():
    place = f"{CGROUPS}/map/inner"
    try:
        os.makedirs(place, exist_ok=True)
    except OSError:
        os.makedirs("/tmp/cgroup", exist_ok=True)
        if os.system("mount -t cgroup2 none /tmp/cgroup"):
            raise
        place = "/tmp/cgroup/map/inner"
        os.makedirs(place, exist_ok=True)
    two = [Target([built("dump/target")]) for _ in range(2)]
    for target in two:
        with open(f"{place}/cgroup.procs", "w", encoding="ascii") as file:
            file.write(str(target.pid))
    wanted = [tuple(sorted(target.pid for target in two))]
    for path in ("/map", "/map/inner", "/map/"):
        told = tool.document("--all", "-g", path, "--inside")
        expect_equal(ends(told), wanted, f"ties in {path}")
    expect_equal({process["cgroup"] for process in told["processes"] if process["selected"]},
                 {"/map/inner"}, "the cgroup")
    expect_equal(tool.run("--all", "-g", "/ma", "--inside").returncode, 1, "a cgroup of like name")
    for target in two:
        target.end()
    # Nobody is in it, but it is there.
    expect_equal(ends(tool.document("--all", "-g", "/map/inner")), [], "an empty cgroup")
    os.rmdir(place)


def check_unprivileged():
    """One's own, and how many others there are."""
    told = tool.document(**tool.AS_USER)
    expect_equal({process["pid"] for process in told["processes"]}, set(family()), "processes")
    every = tool.document()
    expect(told["not_permitted"] >= len(every["processes"]) - len(family()) - 2,
           "not permitted:", told["not_permitted"], "of", len(every["processes"]))
    expect(f"{told['not_permitted']} processes not permitted" in
           tool.text(**tool.AS_USER), "the table does not say so")
    expect(told["kernel_threads"] > 0 and every["not_permitted"] == 0, "kernel threads")


def register(checks):
    for name, check in (("PID", check_pid), ("user", check_user), ("mechanism", check_mechanism),
                        ("size", check_min), ("top", check_top), ("cgroup", check_cgroup),
                        ("who may see whom", check_unprivileged)):
        checks.add(f"filter: {name}", check)
