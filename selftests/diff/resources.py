# SPDX-License-Identifier: GPL-2.0
"""Resources against kcmp(2), and one address space in its three forms."""

import ctypes
import fcntl
import functools
import json
import os
import platform
import pty
import termios

from common.ktap import expect, expect_equal
from common.target import Target, USER, built, read, run, state, tids, wait_until

from . import tool
from .pair import Pair
from .programs import children

PTRACE_SEIZE = 0x4206
SYS_KCMP = {"x86_64": 312, "aarch64": 272}[platform.machine()]
KCMP = {"mm": 1, "files": 2, "fs": 3, "sighand": 4, "io-context": 5, "sysv-undo": 6}
NAMESPACES = {"ns-cgroup": "cgroup", "ns-ipc": "ipc", "ns-mnt": "mnt", "ns-net": "net",
              "ns-pid": "pid", "ns-user": "user", "ns-uts": "uts", "ns-time": "time"}

# Words of pair_task.c, and what they mean, beside what kcmp says.
CLONES = {
    (): {"files": "independent", "io-context": "none", "sysv-undo": "none"},
    ("files", "fs"): {"files": "same", "fs": "same", "mm": "independent"},
    ("fs",): {"files": "independent", "fs": "same"},
    ("vm",): {"mm": "same", "sighand": "independent"},
    ("vm", "sighand", "files"): {"mm": "same", "sighand": "same", "files": "same"},
    ("io-context", "undo-list"): {"io-context": "independent", "sysv-undo": "independent"},
    ("io-context", "io", "undo-list", "sysvsem"): {"io-context": "same", "sysv-undo": "same"},
    ("newuts", "newipc", "newcgroup"): {"ns-uts": "independent", "ns-net": "same"},
    ("newnet", "newns", "newpid"): {"ns-net": "independent", "ns-uts": "same"},
}


@functools.cache
def libc():
    return ctypes.CDLL(None, use_errno=True)


def same_by_kcmp(resource, a, b):
    result = libc().syscall(SYS_KCMP, a, b, KCMP[resource], 0, 0)
    expect(result >= 0, "kcmp:", os.strerror(ctypes.get_errno()))
    return result == 0


def verdicts(pids):
    return {row["resource"]: row["verdict"]
            for row in tool.table("resources", pids["A"], pids["B"])}


def expect_as_kcmp(pids, told, has):
    for resource in KCMP:
        same = same_by_kcmp(resource, pids["A"], pids["B"])
        verdict = told[resource]
        # kcmp calls it equal where neither has one: two have nothing in common there.
        if resource in ("io-context", "sysv-undo") and resource not in has:
            expect(same, "kcmp of what neither has:", resource)
            expect_equal(verdict, "none", resource)
        else:
            expect_equal(verdict, "same" if same else "independent", resource)


def expect_as_links(pids, told):
    for resource, name in NAMESPACES.items():
        links = {os.readlink(f"/proc/{pid}/ns/{name}") for pid in pids.values()}
        expect_equal(told[resource], "same" if len(links) == 1 else "independent", resource)


def check_clone(words):
    made = Pair("clone", *words)
    told = verdicts(made.pids)
    has = {{"io-context": "io-context", "undo-list": "sysv-undo"}.get(word) for word in words}
    expect_as_kcmp(made.pids, told, has)
    expect_as_links(made.pids, told)
    expect_equal(told["relation"], "related", "parent and child")
    expect_equal(told["thread-group"], "independent", "thread group")
    for resource, verdict in CLONES[words].items():
        expect_equal(told[resource], verdict, resource)
    made.end()


def check_one_space(words, mechanism):
    """Threads, vfork, CLONE_VM: all of it is the same."""
    made = Pair(*words)
    told, = tool.document(made.pids["A"], made.pids["B"])["pairs"]
    expect_equal(told["space"], "same", "space")
    areas = [row for row in told["areas"]["rows"] if row["kind"] != "registers"]
    expect(len(areas) > 10, "few areas")
    for row in areas:
        expect_equal((row["space"], row["verdict"]), ("same", "same"), f"{row}")
        expect_equal(row["mechanism"], [mechanism], f"{row}")
        expect_equal((row["only_a"], row["only_b"], row["different"]), (0, 0, 0), f"{row}")
    for row in tool.areas(made.pids["A"], made.pids["B"], pages=True):
        parts = [part for part in row["ranges"] or [] if part["what"] == "same"]
        expect_equal(sum(part["bytes"] for part in parts), row["same"] or 0, f"ranges of {row}")
        expect_equal([part["start_a"] for part in parts], [part["start_b"] for part in parts],
                     "where they are")
    expect_equal(verdicts(made.pids)["mm"], "same", "mm")
    registers = [row for row in told["areas"]["rows"] if row["kind"] == "registers"]
    expect_equal({row["verdict"] for row in registers}, {"independent"}, "registers")
    made.end()


def check_threads():
    made = Pair("threads")
    told = verdicts(made.pids)
    for resource in ("mm", "files", "fs", "sighand", "thread-group", "session", "process-group"):
        expect_equal(told[resource], "same", resource)
    # A thread is made with CLONE_SYSVSEM, which makes the list.
    expect_as_kcmp(made.pids, told, ("sysv-undo",))
    made.end()


def check_exited():
    """A leader that has ended, named as the thread that it was: that is no refusal."""
    keeper = Target([built("zoo"), "leader-exits"])
    wait_until(lambda: state(keeper.pid) == "Z", "the leader has exited")
    thread, = (tid for tid in tids(keeper.pid) if tid != keeper.pid)
    told = verdicts({"A": keeper.pid, "B": thread})
    expect_equal({told[name] for name in ("files", "fs", "mm")}, {"exited"}, "verdicts")
    said = tool.text("--channels", keeper.pid, thread)
    expect("signals: none.\n" in said, "of what it sends, receives and cannot see:", said)
    keeper.end()


def row_of(resource, *pids):
    row, = [row for row in tool.table("resources", *pids) if row["resource"] == resource]
    return row["verdict"], row["proof"]


STATUS = {"Uid": ["uid", "euid", "suid", "fsuid"], "Gid": ["gid", "egid", "sgid", "fsgid"],
          "CapInh": ["inheritable"], "CapPrm": ["permitted"], "CapEff": ["effective"],
          "CapBnd": ["bounding"], "CapAmb": ["ambient"], "NoNewPrivs": ["no-new-privs"]}


def credentials(pid):
    """As the kernel prints them: numbers by name."""
    lines = dict(line.split(":", 1) for line in read(f"/proc/{pid}/status").decode().splitlines())
    numbers = {}
    for line, names in STATUS.items():
        numbers.update(zip(names, lines[line].split()))
    return {name: number.lstrip("0") or "0" for name, number in numbers.items()}


def check_credentials():
    """What differs is named, and nothing else is."""
    one = Target([built("dump/target")])
    other = Target(["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups",
                    "--no-new-privs", built("dump/target")])
    a, b = credentials(one.pid), credentials(other.pid)
    wanted = ", ".join(f"{name} {a[name]}/{b[name]}" for name in a if a[name] != b[name])
    expect("uid 0/1000, " in wanted and "no-new-privs 0/1" in wanted, "they are alike:", wanted)
    expect_equal(row_of("credentials", one.pid, other.pid), ("independent", wanted), "credentials")
    one.end()
    other.end()


def check_relation():
    """Parent and child, in either order; and two who have other parents."""
    made, other = Pair("clone"), Target([built("dump/target")])
    a, b = made.pids["A"], made.pids["B"]
    for pids in ((a, b), (b, a)):
        expect_equal(row_of("relation", *pids)[1], f"{a} is the parent of {b}", f"{pids}")
    expect_equal(row_of("relation", other.pid, b)[1], f"parents {os.getpid()} / {a}", "strangers")
    made.end()
    other.end()


def seize(pid):
    expect(libc().ptrace(PTRACE_SEIZE, pid, None, None) == 0, "ptrace:",
           os.strerror(ctypes.get_errno()))


def check_tracer():
    """Neither, one, both; and the tracer beside the one that it traces."""
    me, one, other = os.getpid(), *[Target([built("dump/target")]) for _ in range(2)]
    pids = one.pid, other.pid
    expect_equal(row_of("tracer", *pids)[0], "none", "neither is traced")
    seize(one.pid)
    expect_equal(row_of("tracer", *pids), ("independent", f"{me} traces {one.pid}"), "one")
    expect_equal(row_of("tracer", me, one.pid), ("related", f"{me} traces {one.pid}"), "tracer")
    seize(other.pid)
    expect_equal(row_of("tracer", *pids), ("same", f"{me} traces both"), "both")
    one.end()
    other.end()


def tracer_row_within(init):
    """Of processes 2 and 3 of the PID namespace of @init, as who is in it sees them."""
    ended = run("nsenter", "-t", init, "-p", "-m", "ipcshow-diff", "--resources", "--json", 2, 3)
    expect_equal(ended.returncode, 0, ended.stderr)
    told, = json.loads(ended.stdout)["pairs"]
    row, = [row for row in told["resources"]["rows"] if row["resource"] == "tracer"]
    return row["verdict"], row["proof"]


def check_tracer_outside():
    """We have no number in the namespace that they are looked at from."""
    shell = Target(["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
                    "sleep 1000 & sleep 1000 & echo ready; wait"])
    init, = children(shell.pid)
    sleepers = children(init)
    wait_until(lambda: all(read(f"/proc/{pid}/comm") == b"sleep\n" for pid in sleepers),
               "both sleep")
    outside = "a process outside of our PID namespace traces"
    expect_equal(tracer_row_within(init)[0], "none", "neither is traced")
    seize(sleepers[0])
    expect_equal(tracer_row_within(init), ("independent", f"{outside} 2"), "one")
    seize(sleepers[1])
    expect_equal(tracer_row_within(init), ("same", f"{outside} both"), "both")
    shell.end()


def rows_within(init, kinds, *pids):
    """As who joins some namespaces of @init sees them, with /proc as it is here."""
    ended = run("nsenter", "-t", init, *kinds, "ipcshow-diff", "--resources", "--json", *pids)
    expect_equal(ended.returncode, 0, ended.stderr)
    told, = json.loads(ended.stdout)["pairs"]
    return {row["resource"]: row for row in told["resources"]["rows"]}


def check_unnamed_groups():
    """Two groups that have no name in our user namespace have one number there, and are two."""
    place = Target(["unshare", "-r", "sh", "-c", "echo ready; read line"])
    inside = "-U", "--preserve-credentials"
    shells = [Target(["setpriv", f"--regid={group}", f"--groups={group}", "nsenter", "-t", str(place.pid),
                      *inside, "sh", "-c", "echo ready; read line"]) for group in (4, 27)]
    told = rows_within(place.pid, inside, *[shell.pid for shell in shells])
    for name in ("groups", "credentials"):
        expect_equal(told[name]["verdict"], "independent", f"{name}: {told[name]['proof']}")
    for target in (*shells, place):
        target.end()


def check_many_groups():
    """However many they are, JSON has all, and a table says that it has not."""
    groups = [str(group) for group in range(100000, 102000)]
    one, other = [Target(["setpriv", "--groups=" + ",".join(groups), built("dump/target")]) for _ in range(2)]
    expect_equal(row_of("groups", one.pid, other.pid), ("equal", " ".join(groups)), "groups")
    line, = [line for line in tool.text("--resources", one.pid, other.pid).splitlines()
             if line.startswith("groups ")]
    expect(line.endswith("..."), "cut, and nothing says so:", line[-100:])
    heading, rows = tool.raw("--resources", one.pid, other.pid)
    word, = [row[heading.index("PROOF")] for row in rows if "groups" in row]
    expect_equal(word, r"\x20".join(groups), "groups in raw")
    one.end()
    other.end()


OTHERS = """
import subprocess
for group in "4", "27":
    subprocess.Popen(["setpriv", "--groups", group, "sh", "-c", "echo; read line"],
                     stdin=subprocess.PIPE, stdout=subprocess.PIPE).stdout.readline()
print("ready", flush=True)
input()
"""


def check_groups_elsewhere():
    """Where /proc is not of the PID namespace that we are in, it tells of others."""
    place = Target(["unshare", "--pid", "--fork", "--kill-child", "python3", "-c", OTHERS])
    init, = children(place.pid)
    for pid in (2, 3):
        expect(read(f"/proc/{pid}/status").count(b"\nGroups:\t \n"), "who has that PID here has groups")
    told = rows_within(init, ["-p"], 2, 3)["groups"]
    expect_equal((told["verdict"], told["proof"]), ("independent", "? / ?"), "groups")
    place.end()


class Terminal:
    """A new one, and whose it is to control."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        self.name = os.ttyname(self.slave).removeprefix("/dev/")

    def own(self):
        os.setsid()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)

    def close(self):
        os.close(self.master)
        os.close(self.slave)


def check_tty():
    """Two of one session, of two, and one that has none."""
    terminals = [Terminal() for _ in range(2)]
    one, other = [Pair("clone", preexec_fn=terminal.own) for terminal in terminals]
    without = Target([built("dump/target")], start_new_session=True)
    names = [terminal.name for terminal in terminals]
    expect_equal(row_of("tty", *one.pids.values()), ("same", names[0]), "of one session")
    expect_equal(row_of("tty", one.pid, other.pid), ("independent", " / ".join(names)), "of two")
    expect_equal(row_of("tty", one.pid, without.pid), ("independent", f"{names[0]} / none"),
                 "one has none")
    for target in (one, other, without):
        target.end()
    for terminal in terminals:
        terminal.close()


def register(checks):
    for words in CLONES:
        checks.add(f"resources: as kcmp: {' '.join(words) or 'fork'}", check_clone, words)
    checks.add("resources: two threads", check_threads)
    checks.add("resources: a thread that has ended", check_exited)
    checks.add("resources: credentials", check_credentials)
    checks.add("resources: relation", check_relation)
    checks.add("resources: tracer", check_tracer)
    checks.add("resources: tracer outside of the PID namespace", check_tracer_outside)
    checks.add("resources: groups without a name", check_unnamed_groups)
    checks.add("resources: many groups", check_many_groups)
    checks.add("resources: groups, and /proc is of elsewhere", check_groups_elsewhere)
    checks.add("resources: controlling terminal", check_tty)
    for words, mechanism in ((("threads",), "threads"), (("vfork",), "vfork"),
                             (("clone", "vm"), "clone-vm"), (("beside-vfork",), "clone-vm")):
        checks.add(f"one address space: {' '.join(words)}", check_one_space, words, mechanism)
