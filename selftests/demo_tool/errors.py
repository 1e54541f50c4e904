# SPDX-License-Identifier: GPL-2.0
"""What goes wrong, and what is no demo."""

import os
import subprocess

from common.ktap import expect, expect_equal
from common.target import ENVIRONMENT, SECONDS

from .tool import NAMES, demo

# Arguments, and what stderr must name.
WRONG = [
    ([], "--all"), (["nonsense"], "nonsense"), (["shm", "nonsense"], "nonsense"), ([""], "''"),
    (["--nonsense"], "nonsense"), (["-Z", "shm"], "Z"), (["--all", "shm"], "--all"),
    (["--color=maybe", "shm"], "maybe"), (["--list=x"], "--list"), (["SHM"], "SHM"),
]


def check_usage():
    for arguments, word in WRONG:
        ended = demo.run(*arguments)
        told = ended.stderr.decode()
        expect_equal((ended.returncode, ended.stdout), (2, b""), f"status, stdout of {arguments}")
        expect("Usage: ipcshow-demo" in told, f"no usage with {arguments}:", told)
        expect(word in told, f"{word} is not named with {arguments}:", told)
    expect(b"\033" not in demo.run("\033[2J").stderr, "an escape code on stderr")


def check_list():
    expect_equal([line.split()[0] for line in demo.text("--list").splitlines()], NAMES, "--list")
    told = demo.text("--help")
    for option in ("--all", "--tables", "--list", "--pause", "--json", "--color", "--version"):
        expect(option in told, option, "is not in the help")
    expect(demo.text("-V").startswith("ipcshow-demo "), "version")


def check_full_disk():
    for arguments in (["-h"], ["--list"], ["fork"], ["-J", "fork"]):
        with open("/dev/full", "wb") as full:
            ended = demo.run(*arguments, stdout=full)
        expect_equal((ended.returncode, ended.stderr),
                     (1, b"ipcshow-demo: write failed: No space left on device\n"),
                     f"status and stderr of {arguments}")


def check_closed_output():
    """Whoever has seen enough need not be told."""
    reader, writer = os.pipe()
    with subprocess.Popen(["ipcshow-demo", "pipe"], env=ENVIRONMENT, stdout=writer,
                          stderr=subprocess.PIPE) as popen:
        os.close(writer)
        os.read(reader, 10)
        os.close(reader)
        expect_equal((popen.communicate(timeout=SECONDS)[1], popen.returncode), (b"", 1),
                     "stderr, status")


def register(checks):
    for name, check in (("usage", check_usage), ("list, help", check_list),
                        ("full disk", check_full_disk), ("closed output", check_closed_output)):
        checks.add(f"error: {name}", check)
