# SPDX-License-Identifier: GPL-2.0
"""What goes wrong: one clear line, the right status, and nothing left behind."""

import glob
import os
import resource
import signal
import subprocess
import tempfile

from common.ktap import expect, expect_equal
from common.target import ENVIRONMENT, SECONDS, TOP, read, wait_until

from .tool import bench, everything

# Arguments, and what stderr must name.
WRONG = [
    (["nonsense"], "nonsense"), (["@nonsense"], "@nonsense"), (["pipe", ""], "''"), (["-p", "7"], "7"), (["-p", "0"], "0"),
    (["-p", "8,"], "''"), (["-p", "12"], "12"), (["-p", "2G"], "2G"), (["-p", "8X"], "8X"),
    (["-p", ",".join(str(8 * n) for n in range(1, 40))], "too many"), (["-t", "0"], "0"),
    (["-t", "1.5"], "1.5"), (["-t", "9999999"], "9999999"), (["-m", "0"], "0"),
    (["-m", "99999999999999999999"], "99999"), (["--between", "us"], "us"),
    (["-o", "NOPE"], "(-H lists them): 'NOPE'"), (["-o", "P50,"], "column"), (["-J", "-r"], "--raw"),
    (["--nonsense"], "nonsense"), (["-Z"], "Z"), (["-p"], "-p"), (["--plot", "x.pdf"], "x.pdf"),
    (["--plot", "png"], "png"), (["\033[2J"], "x1b"),
]


def check_usage():
    for arguments, word in WRONG:
        ended = bench.run(*arguments)
        told = ended.stderr.decode()
        expect_equal((ended.returncode, ended.stdout), (2, b""), f"status, stdout of {arguments}")
        expect("Usage: ipcshow-bench" in told, f"no usage with {arguments}:", told)
        expect(word in told and "\033" not in told, f"{word} is not named:", told)


def expect_failure(line, *arguments, **more):
    """At once: nothing is measured first."""
    ended = bench.run(*arguments, **more)
    expect_equal((ended.returncode, ended.stdout, ended.stderr.decode()),
                 (1, b"", f"ipcshow-bench: {line}\n"), f"with {arguments}")


def check_plot():
    for path in ("/nonexistent/plot.svg", "/proc/plot.png"):
        expect_failure(f"{path}: No such file or directory", "--plot", path)
    with tempfile.TemporaryDirectory(suffix=".svg") as directory:
        expect_failure(f"{directory}: Is a directory", "--plot", directory)
        path = os.path.join(directory, "plot.svg")
        expect_failure("gnuplot: there is no such program on PATH, which --plot needs", "--plot",
                       path, env={"PATH": tools_only()})
        expect(not os.path.exists(path), "a file was left")


def tools_only():
    """A PATH with nothing of the system."""
    for directory in ENVIRONMENT["PATH"].split(":"):
        if os.path.exists(os.path.join(directory, "ipcshow-bench")):
            return directory
    return "/nonexistent"


def check_directory():
    expect_failure("/nonexistent: No such file or directory", "--directory", "/nonexistent")
    expect_failure("/etc/passwd: Permission denied", "--directory", "/etc/passwd")


def check_full_disk():
    for form in (["-J"], ["-r"], [], ["-h"], ["-H"]):
        with open("/dev/full", "wb") as full:
            ended = bench.run("-m", "2", "-p", "8", "--between", "processes", *form, "memfd",
                              stdout=full)
        expect_equal((ended.returncode, ended.stderr),
                     (1, b"ipcshow-bench: write failed: No space left on device\n"),
                     f"status and stderr of {form}")


def check_no_python():
    told = bench.document("-m", "2", "-p", "8", "@python", env={"PATH": tools_only()})
    expect_equal([row["missing"] for row in told["mechanisms"]],
                 ["there is no python3 on PATH"] * 4, "reasons")


def little_room():
    """Files of no more than so many bytes; who writes more is told, not killed."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def check_no_room():
    """What cannot be made is missing, with the reason, and the rest is measured."""
    told = bench.document("-m", "2", "-p", "8", "--between", "processes", "memfd", "pipe",
                          preexec_fn=little_room)
    memfd, pipe = told["mechanisms"]
    expect_equal((memfd["missing"], pipe["missing"]),
                 ("it cannot be made: File too large", None), "missing")


def names():
    """What there is by name in the system."""
    return {*glob.glob("/dev/shm/*"), *glob.glob("/var/tmp/ipcshow-bench*"),
            *read("/proc/sysvipc/shm").splitlines()[1:],
            *read("/proc/sysvipc/sem").splitlines()[1:],
            *read("/proc/sysvipc/msg").splitlines()[1:]}


def check_interrupted():
    """In the middle, with all sorts of things made: nothing is left."""
    before = names()
    for name in ("posix-shm", "sysv-sem", "manager-list", "sqlite", "fifo"):
        with subprocess.Popen(["ipcshow-bench", "-p", "8", "-m", "4000000000", name], env=ENVIRONMENT,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as popen:
            wait_until(lambda popen=popen: len(children(popen.pid)) >= 2 and names() != before,
                       "it measures")
            popen.send_signal(signal.SIGINT)
            out, err = popen.communicate(timeout=SECONDS)
            expect_equal((popen.returncode, out, err),
                         (130, b"", b"ipcshow-bench: interrupted: nothing is shown\n"), name)
        expect_equal(names(), before, f"names after {name}")


def children(pid):
    return read(f"/proc/{pid}/task/{pid}/children").split()


def check_nothing_left():
    before = names()
    everything()
    expect_equal(names(), before, "names")


def check_no_module():
    """Then there is no ring of it, and no proof."""
    subprocess.run(["rmmod", "ipcshow"], check=True, timeout=30)
    try:
        told = bench.document("-m", "2", "-p", "8", "--between", "processes", "@ring")
    finally:
        module = os.path.join(TOP, "build", os.uname().release, "ipcshow.ko")
        subprocess.run(["insmod", module], check=True, timeout=30)
    memfd, kernel = told["mechanisms"]
    expect_equal((kernel["missing"], memfd["missing"]),
                 ("the module is not loaded (no /dev/ipcshow)", None), "missing")
    expect_equal((memfd["proof"], memfd["unproven"]), (None, "the module is not loaded"), "proof")


def register(checks):
    for name, check in (("usage", check_usage), ("plot", check_plot),
                        ("directory", check_directory), ("full disk", check_full_disk),
                        ("no python3", check_no_python), ("no room", check_no_room),
                        ("interrupted", check_interrupted)):
        checks.add(f"error: {name}", check)
