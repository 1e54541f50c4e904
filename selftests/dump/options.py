# SPDX-License-Identifier: GPL-2.0
"""What each option does; and colour."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from common.ktap import expect, expect_equal
from common.target import ENVIRONMENT, SECONDS, tids

from . import golden
from .regions import zoo, zoo_process
from .tool import document, dump, good, listed_columns, process, raw_rows, text

AREAS, THREADS, SUMMARY = "Areas", "Threads (--threads)", "Summary (--summary)"
SHARING = "Sharing (--sharing)"
WATCH = "Changes (--watch)"

# What a terminal may be told: colours, and back.
COLORS = {b"\033[32m", b"\033[33m", b"\033[36m", b"\033[35m", b"\033[90m", b"\033[0m", b"\033[m"}


def pid():
    return golden.target().pid


def on_terminal(*arguments, env=None, columns=80, program="ipcshow-dump"):
    """What it writes to a terminal, and its status."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
    with subprocess.Popen([program, *map(str, arguments)], stdin=subprocess.DEVNULL,
                          stdout=theirs, env={**ENVIRONMENT, **(env or {})}) as popen:
        os.close(theirs)
        told, deadline = b"", time.monotonic() + SECONDS
        try:
            while select.select([ours], [], [], max(0, deadline - time.monotonic()))[0]:
                told += os.read(ours, 65536)
        except OSError:
            pass    # as a terminal ends
        os.close(ours)
        popen.kill() if time.monotonic() > deadline else None
        return told.replace(b"\r\n", b"\n"), popen.wait()


def escapes(told):
    return set(re.findall(rb"\033(?:\[[0-9;]*[A-Za-z])?", told))


# ---- columns ----

def check_output():
    head, *rows = text("-o", "kind,Start", pid()).split("\n\n")[1].splitlines()
    expect_equal(head.split(), ["KIND", "START"], "heading")
    expect(all(len(row.split()) == 2 for row in rows), rows)


def check_output_plus():
    usual = text(pid()).split("\n\n")[1].splitlines()[0].split()
    more = text("-o", "+MAJ:MIN,KIND", pid()).split("\n\n")[1].splitlines()[0].split()
    expect_equal(more, usual + ["MAJ:MIN"], "columns")


def check_every_column():
    """Each can be asked for by itself, and is what comes."""
    for title, option in ((AREAS, []), (THREADS, ["-t"]), (SUMMARY, ["--summary"]),
                          (SHARING, ["--sharing"])):
        names = listed_columns()[title]
        expect(len(names) > 5, "too few columns:", names)
        for names in (names, names[::-1]):
            rows = raw_rows(*option, "-b", "-o", ",".join(names), pid())
            expect(rows, "no rows")
            expect_equal(list(rows[0]), names, "columns")


def check_list_columns():
    lists = listed_columns()
    expect_equal(list(lists), [AREAS, THREADS, SUMMARY, SHARING, WATCH, "Kinds", "Resources", "How"],
                 "titles")
    expect("posix-shm" in lists["Kinds"] and "lib-bss" in lists["Kinds"], lists["Kinds"])
    kinds = {area["kind"] for area in zoo_process()["areas"]}
    expect(kinds <= set(lists["Kinds"]), "kinds that are not listed:", kinds)
    for line in text("--list-columns").splitlines():
        expect(not line.startswith("  ") or len(line.split(None, 1)) == 2, "no help:", line)
        expect(len(line) <= 80, "wider than 80:", line)


# ---- forms ----

def check_raw():
    """A word a field, also where there is nothing to say, or much."""
    areas = zoo_process()["areas"]
    rows = raw_rows(zoo().pid)
    expect_equal([row["START"] for row in rows], [area["start"] for area in areas], "starts")
    expect_equal([row["KIND"] for row in rows], [area["kind"] for area in areas], "kinds")
    expect_equal({row["PID"] for row in rows}, {str(zoo().pid)}, "PIDs")


def check_noheadings():
    with_them = good("-r", pid()).splitlines()
    expect_equal(good("-r", "-n", pid()).splitlines(), with_them[1:], "rows")
    expect(b"START" not in good("-n", pid()), "a heading")


def check_bytes():
    for row in raw_rows("-b", pid()):
        expect_equal(int(row["SIZE"]), int(row["END"], 16) - int(row["START"], 16), "size")
        expect_equal(int(row["RSS"]), int(row["SHARED"]) + int(row["PRIVATE"]), "RSS")
    expect(any(re.search("[KMGT]$", row["SIZE"]) for row in raw_rows(pid())), "no units")


def check_summary():
    """Each kind's line is what its areas sum up to."""
    whole, told = process(zoo().pid), process("--summary", zoo().pid)
    kinds = told["summary"]
    expect_equal(len({line["kind"] for line in kinds}), len(kinds), "kinds")
    for line in kinds:
        areas = [area for area in whole["areas"] if area["kind"] == line["kind"]]
        expect_equal(line["count"], len(areas), f"areas of kind {line['kind']}")
        for column in ("size", "rss", "swap", "private_dirty"):
            expect_equal(line[column], sum(area[column] for area in areas),
                         f"{column} of {line['kind']}")
    expect_equal(sum(line["count"] for line in kinds), len(whole["areas"]), "areas")
    slack = told["totals"]["pss"] - sum(line["pss"] for line in kinds)
    expect(0 <= slack < len(kinds), "PSS of the kinds and in all differ by", slack)


def check_threads():
    told = process("-t", zoo().pid)
    expect("areas" not in told and told["totals"] is None, "areas are told")
    expect_equal([thread["tid"] for thread in told["threads"]], tids(zoo().pid), "threads")
    another = tids(zoo().pid)[-1]
    expect_equal(process("-t", another)["threads"], told["threads"], f"by thread {another}")
    expect_equal(process("-t", another)["pid"], zoo().pid, "PID")


def check_registers():
    told = process("-t", "-o", "+REGISTERS", pid())
    for thread in told["threads"]:
        registers = thread["registers"]
        expect_equal((registers["rip"], registers["rsp"], registers["fs_base"]),
                     (thread["ip"], thread["sp"], thread["tls"]), "registers")
        # It sleeps in pause().
        expect_equal(registers["orig_rax"], "0x22", "system call")
    expect("registers" not in process("-t", pid())["threads"][0], "unasked")


def check_no_pages():
    told = process("--no-pages", pid())
    expect_equal(told["totals"], None, "totals")
    expect_equal({area["rss"] for area in told["areas"]}, {None}, "RSS")
    counted = process(pid())["areas"]
    expect_equal([(area["start"], area["kind"], area["name"]) for area in told["areas"]],
                 [(area["start"], area["kind"], area["name"]) for area in counted], "areas")


def check_two_processes():
    told = document(pid(), zoo().pid)["processes"]
    expect_equal([one["pid"] for one in told], [pid(), zoo().pid], "processes")
    rows = raw_rows("-o", "PID,START", pid(), zoo().pid)
    expect_equal(list(dict.fromkeys(row["PID"] for row in rows)),
                 [str(pid()), str(zoo().pid)], "PIDs, with one heading")


def check_version():
    for option in ("-V", "--version"):
        expect(re.fullmatch(r"ipcshow-dump [0-9]\S*\n", text(option)), text(option))


def check_help():
    told = text("-h")
    expect_equal(told, text("--help"), "-h and --help")
    lines = told.splitlines()
    expect(len(lines) <= 24 and max(map(len, lines)) <= 80,
           f"{len(lines)} lines of up to {max(map(len, lines))} columns")
    for option in ("-o", "-J", "-r", "-n", "-b", "-H", "-t", "-V", "-h", "--summary", "--sharing",
                   "--no-pages", "--lines", "--color", "--json", "--raw", "--noheadings",
                   "--bytes", "--list-columns", "--threads", "--html", "--watch"):
        expect(option in told, "says nothing of", option)


def check_device_not_needed():
    """What needs no process."""
    for option in ("-h", "-V", "-H"):
        run = dump(option, user=12345, group=12345, extra_groups=[])
        expect_equal((run.returncode, run.stderr), (0, b""), option)


# ---- colour ----

def check_no_color_in_pipe():
    for options in ([], ["-r"], ["--json"], ["--summary"], ["-t"], ["--color=auto"]):
        expect_equal(escapes(good(*options, pid(), env={"COLORTERM": "truecolor"})), set(),
                     f"escape codes with {options}")


def check_color_always():
    told = good("--color=always", pid())
    expect(len(escapes(told)) > 3, "few colours:", escapes(told))
    expect(escapes(told) <= COLORS, "other escape codes:", escapes(told))
    expect_equal(re.sub(rb"\033\[[0-9;]*m", b"", told), good(pid()), "without colours")
    expect_equal(good("--color=always", pid(), env={"NO_COLOR": "1"}), told, "asked for by name")
    for line in told.splitlines():
        if line.startswith(b"\033"):
            expect(line.endswith((b"\033[0m", b"\033[m")), "a colour runs on:", line)


def check_terminal():
    told, status = on_terminal(pid())
    expect_equal(status, 0, "status")
    expect(len(escapes(told)) > 3 and escapes(told) <= COLORS, escapes(told))
    for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        expect_equal(escapes(on_terminal(pid(), env=env)[0]), set(), f"with {env}")
    expect_equal(escapes(on_terminal("--color=never", pid())[0]), set(), "with --color=never")
    expect(escapes(on_terminal(pid(), env={"NO_COLOR": ""})[0]), "an empty NO_COLOR is none")


def register(checks):
    for name, function in (
            ("-o LIST", check_output), ("-o +LIST", check_output_plus),
            ("-o, each column", check_every_column), ("-H", check_list_columns),
            ("-r", check_raw), ("-n", check_noheadings), ("-b", check_bytes),
            ("--summary", check_summary), ("-t", check_threads),
            ("-t with registers", check_registers), ("--no-pages", check_no_pages),
            ("two PIDs", check_two_processes), ("-V", check_version), ("-h", check_help),
            ("-h, -V and -H for everybody", check_device_not_needed)):
        checks.add(f"option: {name}", function)
    checks.add("colour: none in a pipe", check_no_color_in_pipe)
    checks.add("colour: --color=always", check_color_always)
    checks.add("colour: on a terminal", check_terminal)
