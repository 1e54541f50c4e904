# SPDX-License-Identifier: GPL-2.0
"""What goes wrong: a clear message, the right status, and nothing lost."""

import json
import os
import re
import signal
import subprocess

from common.ktap import Failed, Skip, expect, expect_equal
from common.target import (ENVIRONMENT, PAGE, SECONDS, TOP, Target, USER, built, read, state,
                           wait_until, write)

from . import golden
from .race import MANY
from .tool import document, dump, process, text

NO_SUCH_PID = (1 << 22) - 1     # the kernel gives smaller ones
AS_USER = {"user": USER, "group": USER, "extra_groups": []}
YAMA = "/proc/sys/kernel/yama/ptrace_scope"


def pid():
    return golden.target().pid


def expect_refused(told_pid, reason, **more):
    """One line that names it and says why; the others are shown all the same."""
    run = dump("-r", told_pid, **more)
    expect_equal(run.returncode, 1, "status")
    expect_equal(run.stderr.decode(), f"ipcshow-dump: {told_pid}: {reason}\n", "stderr")
    expect_equal(run.stdout, b"", "stdout")


def check_no_such_process():
    expect_refused(NO_SUCH_PID, "no such process")
    expect_refused(2147483647, "no such process")


def check_zombie():
    with subprocess.Popen(["/bin/true"], env=ENVIRONMENT) as popen:
        wait_until(lambda: state(popen.pid) == "Z", "it is a zombie")
        expect_refused(popen.pid, "a zombie: it has exited and its address space is gone")


def check_kernel_thread():
    expect_equal(read("/proc/2/maps"), b"", "maps of process 2")
    expect_refused(2, "a kernel thread, which has no address space")


def check_not_permitted():
    expect_refused(pid(), "not permitted", **AS_USER)
    run = dump(pid(), **AS_USER)
    expect(str(golden.PLACE).encode() not in run.stdout + run.stderr, "something is told")


def check_others_shown():
    user = Target([built("dump/target")], **AS_USER)
    for form in ("--json", "--lines", "--raw", None):
        run = dump(*filter(None, [form]), NO_SUCH_PID, user.pid, 2, user.pid, pid(), **AS_USER)
        expect_equal(run.returncode, 1, f"status of {form}")
        lines = run.stderr.decode().splitlines()
        expect_equal([line.split(": ")[1] for line in lines],
                     [str(NO_SUCH_PID), "2", str(pid())], f"PIDs on stderr of {form}")
        expect(run.stdout.count(b"dump/target") > 4, f"{form} shows little of the others")
    told = json.loads(dump("--json", 2, user.pid, NO_SUCH_PID, **AS_USER).stdout)
    expect_equal([one["pid"] for one in told["processes"]], [user.pid], "processes")
    expect_equal([one["pid"] for one in told["errors"]], [2, NO_SUCH_PID], "errors")
    user.end()


def check_registers_refused():
    """One may look at it and may not attach to it."""
    if not os.path.exists(YAMA):
        raise Skip("this kernel has no Yama")
    user = Target([built("dump/target")], **AS_USER)
    before = read(YAMA).decode().strip()
    write(YAMA, "1")
    try:
        told = process(user.pid, **AS_USER)
        table = text(user.pid, **AS_USER)
    finally:
        write(YAMA, before)
    thread, = told["threads"]
    expect_equal((told["threads_refused"], thread["regs"]), (1, "refused"), "refused")
    expect_equal([thread[key] for key in ("ip", "sp", "tls", "where")], [None] * 4, "registers")
    expect("Not permitted to attach to 1 thread" in table.splitlines()[-1], table[-200:])
    expect(told["complete"] and told["totals"]["rss"] > PAGE, "areas are not told")
    expect_equal(process(user.pid, **AS_USER)["threads_refused"], 0, "refused, when permitted")
    user.end()


# ---- the command line ----

WRONG = [
    ([], "no PID"), (["0"], "PID"), (["-5"], None), (["12x"], "12x"), (["1 "], "1 "), ([""], "''"),
    (["4294967297"], "4294967297"), (["99999999999999999999"], "99999"), (["0x10"], "0x10"),
    (["--nonsense", "1"], "nonsense"), (["-Z", "1"], "Z"), (["-o"], "o"),
    (["-o", "NOPE", "1"], "NOPE"), (["-o", "START,NOPE,END", "1"], "NOPE"),
    (["-o", "", "1"], "column"), (["-o", "+", "1"], "column"), (["-o", "START,", "1"], "column"),
    (["-t", "-o", "RSS", "1"], "RSS"), (["--summary", "-o", "START", "1"], "START"),
    (["--color=maybe", "1"], "maybe"), (["-J", "-r", "1"], "--raw"),
    (["--lines", "-J", "1"], "--lines"), (["-t", "--summary", "1"], "--summary"),
    (["--watch", "x", "1"], "x"), (["--watch", "0", "1"], "too often"), (["--watch=1", "1", "2"], "one"),
    (["--watch=1", "-J", "1"], "--watch"), (["--watch=1", "--no-pages", "1"], "--watch"),
    (["--html"], "--html"), (["--html", "x", "-r", "1"], "--html"),
    (["--html", "x", "-t", "1"], "--html"), (["--html", "x", "-o", "START", "1"], "--html"),
]


def check_usage():
    for arguments, word in WRONG:
        run = dump(*arguments)
        expect_equal((run.returncode, run.stdout), (2, b""), f"status and stdout of {arguments}")
        told = run.stderr.decode()
        expect("Usage: ipcshow-dump" in told, f"no usage with {arguments}:", told)
        expect(word is None or word in told, f"{word} is not named with {arguments}:", told)


def check_html(place="/tmp/html"):
    """A page is there when it is whole, or not at all, and what was there before stays."""
    os.makedirs(place, exist_ok=True)
    page = os.path.join(place, "page.html")
    run = dump("--html", os.path.join(place, "none", "page.html"), pid())
    expect_equal((run.returncode, run.stdout), (1, b""), "no directory")
    expect_equal(run.stderr.decode(), f"ipcshow-dump: {place}/none/page.html: "
                 "No such file or directory\n", "no directory")
    write(page, "before")
    run = dump("--html", page, NO_SUCH_PID)
    expect_equal((run.returncode, read(page)), (1, b"before"), "nobody to show")
    run = dump("--html", "/dev/full", pid())
    expect_equal((run.returncode, run.stderr.decode()),
                 (1, "ipcshow-dump: /dev/full: No space left on device\n"), "full")
    run = dump("--html", page, pid())
    expect_equal((run.returncode, run.stdout, run.stderr), (0, b"", b""), "a page")
    expect(read(page).endswith(b"</html>\n"), "not whole")
    expect_equal(os.listdir(place), ["page.html"], "left behind")
    expect(read(page).endswith(dump("--html", "/dev/stdout", pid()).stdout[-2000:]), "to a pipe")


def interrupt_page(place, number):
    """Whether the signal came in time: when the page was begun, and before it was whole."""
    with subprocess.Popen(["ipcshow-dump", "--html", os.path.join(place, "page.html"),
                           str(pid()), str(os.getpid())], env=ENVIRONMENT) as popen:
        while not os.listdir(place) and popen.poll() is None:
            pass
        popen.send_signal(number)
    if popen.returncode == 0:
        os.unlink(os.path.join(place, "page.html"))
    return popen.returncode == -number


def check_html_interrupted(place="/tmp/html-interrupted"):
    os.makedirs(place, exist_ok=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        expect(any(interrupt_page(place, number) for _ in range(50)), "it is never in time")
        expect_equal(os.listdir(place), [], f"left behind after signal {number}")


def check_usage_escaped():
    for arguments in (["\033[2J"], ["-o", "\033[2J\n", "1"], ["--color=\033[2J", "1"]):
        run = dump(*arguments)
        expect_equal(run.returncode, 2, f"status of {arguments!r}")
        expect(b"\033" not in run.stderr, "an escape code on stderr:", run.stderr)
    run = dump("--\033[2J", "1")
    expect_equal(run.returncode, 2, "status of an unknown option")
    expect(b"\033" not in run.stderr, "an escape code on stderr:", run.stderr)


# ---- output that fails ----

FORMS = (["--json"], ["--lines"], ["-r"], [], ["--summary"], ["-t"])


def check_full_disk():
    for form in (*FORMS, ["-h"], ["-H"], ["-V"]):
        with open("/dev/full", "wb") as full:
            run = dump(*form, pid(), stdout=full)
        expect_equal(run.returncode, 1, f"status of {form}")
        expect_equal(run.stderr, b"ipcshow-dump: write failed: No space left on device\n",
                     f"stderr of {form}")


def check_closed_pipe():
    target = Target([built("dump/target"), "-m", "2000"])
    for form in FORMS[:4]:
        command = f"ipcshow-dump {' '.join(form)} {target.pid} | head -n 1; echo ${{PIPESTATUS[0]}}"
        run = subprocess.run(["bash", "-c", command], env=ENVIRONMENT, timeout=SECONDS,
                             capture_output=True, check=False)
        line, status = run.stdout.decode().splitlines()
        expect(line and int(status) not in (0, 126, 127), f"with {form}: '{line}', {status}")
    for form in FORMS[:3]:
        read_end, write_end = os.pipe()
        os.close(read_end)
        run = dump(*form, pid(), stdout=write_end)
        os.close(write_end)
        expect_equal(run.returncode, 1, f"status of {form}")
    target.end()


def check_closed_output():
    run = subprocess.run(["sh", "-c", f"exec ipcshow-dump {pid()} >&-"], env=ENVIRONMENT,
                         timeout=SECONDS, capture_output=True, check=False)
    expect_equal((run.returncode, run.stdout), (1, b""), "status, stdout")
    expect(b"Bad file descriptor" in run.stderr, run.stderr)


def check_killed_tool():
    """What it leaves behind is not taken for whole."""
    target = Target([built("dump/target"), "-m", str(MANY)])
    with subprocess.Popen(["ipcshow-dump", "--json", str(target.pid)], env=ENVIRONMENT,
                          stdout=subprocess.PIPE) as popen:
        told = os.read(popen.stdout.fileno(), 60000)
        popen.kill()
        told += popen.stdout.read()
    target.end()
    expect(len(told) > 1000, "nothing was written")
    try:
        json.loads(told)
    except ValueError:
        return
    raise Failed("a part of a document is valid JSON")


# ---- the module ----

def check_no_module():
    """The rest of the test does without what this one takes away."""
    subprocess.run(["rmmod", "ipcshow"], check=True, timeout=SECONDS)
    try:
        for form in ([], ["--json"]):
            run = dump(*form, os.getpid())
            expect_equal((run.returncode, run.stdout), (1, b""), "status and stdout")
            expect_equal(run.stderr.count(b"\n"), 1, "lines on stderr")
            for word in (b"not loaded", b"insmod", b"modprobe"):
                expect(word in run.stderr, word, "is not in", run.stderr)
    finally:
        module = os.path.join(TOP, "build", os.uname().release, "ipcshow.ko")
        subprocess.run(["insmod", module], check=True, timeout=SECONDS)
    expect_equal(len(document("-t", os.getpid())["processes"]), 1, "processes, with it again")


def check_device():
    """The module is loaded, and it is its file that is missing, or another."""
    os.rename("/dev/ipcshow", "/dev/ipcshow.saved")
    try:
        run = dump(os.getpid())
        found = re.search(rb"is missing; as root: (mknod -m 666 /dev/ipcshow c 10 \d+)\n$", run.stderr)
        expect(run.returncode == 1 and found and b"not loaded" not in run.stderr, run.stderr)
        with open("/dev/ipcshow", "wb"):
            pass
        run = dump(os.getpid())
        expect_equal((run.returncode, run.stderr.count(b"\n")), (1, 1), "of another file")
        expect(b"/dev/ipcshow: the module is loaded, but this file is not its device" in run.stderr,
               run.stderr)
        os.remove("/dev/ipcshow")
        # What it says is what helps.
        subprocess.run(found[1].split(), check=True, timeout=SECONDS)
        expect_equal(dump(os.getpid()).returncode, 0, "with the file made")
    finally:
        os.rename("/dev/ipcshow.saved", "/dev/ipcshow")


def register(checks):
    for name, function in (
            ("no such process", check_no_such_process), ("a zombie", check_zombie),
            ("a kernel thread", check_kernel_thread), ("not permitted", check_not_permitted),
            ("the others are shown", check_others_shown),
            ("registers refused", check_registers_refused), ("usage", check_usage), ("a page", check_html),
            ("a page, interrupted", check_html_interrupted),
            ("usage, escaped", check_usage_escaped), ("full disk", check_full_disk),
            ("closed pipe", check_closed_pipe), ("closed output", check_closed_output),
            ("the tool is killed", check_killed_tool), ("no device file", check_device)):
        checks.add(f"error: {name}", function)


def register_last(checks):
    checks.add("error: no module", check_no_module)
