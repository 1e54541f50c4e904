# SPDX-License-Identifier: GPL-2.0
"""--prometheus: the format by promtool, the numbers by smaps, and the file whole at any time."""

import functools
import os
import re
import signal
import subprocess
import threading

from common.ktap import expect, expect_equal
from common.target import ENVIRONMENT, PAGE, SECONDS, built, smaps, wait_until
from common.target import read as read_bytes

from . import tool
from .memory import family, pids
from .output import HOSTILE, PLACE, end_hostile, hostile, path_of, read

SAMPLE = re.compile(r'^(\w+)\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\} (\d+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def samples(text):
    found = []
    for line in text.splitlines():
        if not line.startswith("#"):
            matched = SAMPLE.match(line)
            expect(matched, "no sample:", line)
            found.append((matched[1], dict(LABEL.findall(matched[2])), int(matched[3])))
    return found


def check_format():
    """promtool complains of nothing, whatever processes call themselves."""
    hostile()
    text = tool.good("--prometheus", "--top", "0")
    ended = subprocess.run(["promtool", "check", "metrics"], input=text, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, timeout=90, check=False, env=ENVIRONMENT)
    expect_equal((ended.returncode, ended.stdout), (0, b""), "status and output of promtool")
    names = {labels["pid"]: labels["comm"] for _, labels, _ in samples(text.decode())
             if "comm" in labels}
    for name, target in list(zip(HOSTILE, hostile(), strict=True))[:2]:
        expect_equal(names[str(target.pid)].replace('\\"', '"'), name.decode(), "comm")
    end_hostile()


@functools.cache
def every_sample():
    """One look for several checks, at what stands still."""
    for made in (family, lambda: pids("fork"), lambda: pids("strangers")):
        made()
    return samples(tool.text("--prometheus", "--top", "0"))


def totals(found, pid):
    sums = {}
    for name, labels, value in found:
        if labels.get("pid") == str(pid):
            kind = name.removeprefix("ipcshow_process_").removesuffix("_bytes")
            sums[kind] = sums.get(kind, 0) + value
    return sums


def check_numbers():
    """Those of smaps."""
    wanted_of = *pids("fork"), *pids("strangers")
    found = every_sample()
    for pid in wanted_of:
        vmas = smaps(pid)
        told = totals(found, pid)
        # The tool maps libraries, too: what it has in common with them is shared while it runs.
        for kinds, counters in (
                (("shared", "private"), ["Shared_Clean", "Shared_Dirty", "Shared_Hugetlb",
                                         "Private_Clean", "Private_Dirty", "Private_Hugetlb"]),
                (("swap",), ["Swap"])):
            wanted = sum(vma[counter] for vma in vmas for counter in counters) << 10
            expect_equal(sum(told.get(kind, 0) for kind in kinds), wanted, f"{kinds} of {pid}")
        expect(told["private"] <= told["proportional"] <= told["private"] + told["shared"],
               "PSS of", pid, told)


def check_mechanisms():
    """By what is mapped."""
    _, other = pids("strangers")
    found = every_sample()
    by = {labels["mechanism"]: value for name, labels, value in found
          if name == "ipcshow_process_shared_bytes" and labels["pid"] == str(other)}
    for mechanism, begin in (("sysv-shm", b"/SYSV"), ("memfd", b"/memfd:"),
                             ("posix-shm", b"/dev/shm/")):
        wanted = sum(vma["Shared_Clean"] + vma["Shared_Dirty"] for vma in smaps(other)
                     if vma["name"].startswith(begin)) << 10
        expect_equal(by.get(mechanism, 0), wanted, mechanism)
        expect(wanted >= PAGE, "nothing of", mechanism)


def check_bounded():
    """However many there are; the sum stays the same."""
    every, few = every_sample(), samples(tool.text("--prometheus", "--top", "2"))
    shown = {labels["pid"] for _, labels, _ in few if "pid" in labels}
    expect_equal((len(shown), "others" in shown), (3, True), "processes")
    for told in (every, few):
        counts = {labels["told"]: value for name, labels, value in told
                  if name == "ipcshow_processes"}
        expect_equal(counts["each"] + counts["sum"] >= 8, True, "processes in all")
    expect_equal(counts["each"], 2, "processes of which each is told")
    for pid in family():
        expect(totals(every, pid)["private"] > 0, "nothing of", pid)


def check_atomic():
    """Who reads meanwhile finds the old or the new, and nothing else is left there."""
    path = path_of("own.prom")
    tool.good(f"--prometheus={path}")
    inodes, torn, done = {os.stat(path).st_ino}, [], threading.Event()

    def watch():
        while not done.is_set():
            text = read(path)
            if 'ipcshow_processes{told="vanished"}' not in text.splitlines()[-1]:
                torn.append(text)
    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(2):
        tool.good(f"--prometheus={path}")
        inodes.add(os.stat(path).st_ino)
    done.set()
    watcher.join()
    expect(not torn and len(inodes) > 1, "torn:", torn[:1])
    expect_equal(oct(os.stat(path).st_mode & 0o777), oct(0o666 & ~umask()), "mode")
    expect(not [name for name in os.listdir(PLACE) if name.startswith(".")], os.listdir(PLACE))


def check_ended():
    """It takes two signals while the file is not on the disk, and then there is none."""
    path = path_of("ended/own.prom")
    os.mkdir(os.path.dirname(path))
    stuck = {"LD_PRELOAD": built("diff/interfere.so"), "INTERFERE_AT": "0", "INTERFERE_BY": "disk"}
    with subprocess.Popen(["ipcshow-map", f"--prometheus={path}"], env={**ENVIRONMENT, **stuck}) as popen:
        wait_until(lambda: b"pause" in read_bytes(f"/proc/{popen.pid}/wchan"), "it waits for the disk")
        expect_equal(len(os.listdir(os.path.dirname(path))), 1, "files so far")
        popen.send_signal(signal.SIGTERM)
        wait_until(lambda: b"ShdPnd:\t0000000000000000\n" in read_bytes(f"/proc/{popen.pid}/status"),
                   "the first is there")
        popen.send_signal(signal.SIGTERM)
        expect_equal(popen.wait(timeout=SECONDS), -signal.SIGTERM, "status")
    expect_equal(os.listdir(os.path.dirname(path)), [], "what is left")


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def check_not_written():
    """It stays as it was, and there is one line on why."""
    path = path_of("kept.prom")
    with open(path, "w", encoding="ascii") as file:
        file.write("old\n")
    os.chmod(PLACE, 0o755)
    ended = tool.run(f"--prometheus={path}", **tool.AS_USER)
    expect_equal((ended.returncode, ended.stdout), (1, b""), "status and stdout")
    expect(path.encode() in ended.stderr and ended.stderr.count(b"\n") == 1, ended.stderr)
    expect_equal(read(path), "old\n", "the file")
    ended = tool.run("--prometheus=/dev/full")
    expect_equal((ended.returncode, ended.stderr),
                 (1, b"ipcshow-map: /dev/full: No space left on device\n"), "a full disk")


def register(checks):
    for name, check in (("format", check_format), ("numbers", check_numbers),
                        ("mechanisms", check_mechanisms), ("bounded", check_bounded),
                        ("atomic", check_atomic), ("ended", check_ended),
                        ("cannot be written", check_not_written)):
        checks.add(f"prometheus: {name}", check)
