#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what the programs say in Korean; run by selftests/qemu/vm. Output: KTAP.

	selftests/qemu/vm -- selftests/test_korean.py [-k WORD]

What needs no module is looked at by selftests/language/check.
"""

import argparse
import functools
import json
import os
import re
import sys
import tempfile
import unicodedata

from common import ktap
from common.ktap import expect, expect_equal
from common.target import Target, run

# C.UTF-8 is on every machine.
KOREAN = {"LANGUAGE": "ko"}
HANGUL = re.compile("[\uac00-\ud7a3]")

# Threads, and shared memory with a child, which ends with its parent.
PROGRAM = """
import ctypes, mmap, os, sys, threading
memory = mmap.mmap(-1, 1 << 16)
memory[:8192] = bytes(8192)
end = threading.Event()
for name in "one", "two":
    threading.Thread(target=end.wait, daemon=True).start()
read, write = os.pipe()
child = os.fork()
if not child:
    ctypes.CDLL(None).prctl(1, 9)
    os.close(write)
    os.read(read, 1)
    os._exit(0)
print(child, flush=True)
print("ready", flush=True)
sys.stdin.read()
"""

# No process has it.
NOBODY = 4194000


@functools.cache
def pair():
    """PIDs of a parent and its child, both stopped: what is said of them stays so."""
    parent = Target(["/usr/bin/python3", "-S", "-c", PROGRAM])
    child = int(parent.said.split()[0])
    for pid in child, parent.pid:
        os.kill(pid, 19)
    parent.stop()
    return str(parent.pid), str(child)


def both(*command):
    """What it says in English and in Korean, with the same exit status."""
    english, korean = run(*command), run(*command, env=KOREAN)
    expect_equal(korean.returncode, english.returncode, f"status of {command}")
    return english, korean


def said(*command):
    """Both, decoded; nothing is complained of."""
    english, korean = both(*command)
    expect_equal((english.returncode, english.stderr, korean.stderr), (0, b"", b""), command)
    return english.stdout.decode(), korean.stdout.decode()


# ---- tables ----

def width(text):
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def spans(line):
    """Columns of a terminal that each word takes: (first, behind the last)."""
    return [(width(line[:word.start()]), width(line[:word.end()]))
            for word in re.finditer(r"\S+", line)]


def tables(names, *texts):
    """The lines of the table that has these headings in the first text, and in the others its place."""
    parts = [text.split("\n\n") for text in texts]
    for place, part in enumerate(parts[0]):
        if part.partition("\n")[0].split() == names:
            return [other[place].splitlines() for other in parts]
    raise ktap.Failed(f"no table with {names}: {texts[0]}")


def check_table(columns, *command):
    """Of columns in which no cell is empty or has a blank: each is aligned to one of its sides."""
    names = columns.split(",")
    english, korean = tables(names, *said(*command, "-o", columns))
    headings = korean[0].split()
    expect_equal(len(headings), len(names), f"headings {headings}")
    expect(HANGUL.search(korean[0]), "no heading in Korean:", korean[0])
    expect_equal(len(korean), len(english), "rows")
    places = [spans(line) for line in korean]
    for number, name in enumerate(names):
        expect(all(len(row) == len(names) for row in places), "another number of cells:", korean)
        expect(len({row[number][0] for row in places}) == 1 or
               len({row[number][1] for row in places}) == 1, name, "is not aligned:",
               "\n" + "\n".join(korean))
    for one, other in zip(english[1:], korean[1:]):
        expect_equal(other.split(), one.split(), "cells")


def check_dump_text():
    """What stands around the tables, and remarks within them."""
    _, korean = said("ipcshow-dump", pair()[0])
    for word in ("부모", "사용자", "스레드 3개", "가상", "시작", "종류", "스레드 3개 모두"):
        expect(word in korean, word, "is not in", korean)
    expect(re.search(rf"stack +스레드 {pair()[0]} python3", korean), "no thread:", korean)
    expect(not re.search(r"\bthreads? \d|\d threads?", korean), korean)


def check_diff_text():
    _, korean = said("ipcshow-diff", *pair())
    for word in ("영역: ", "자원: ", "채널: ", "공유 메모리 ", "부모: ", "판정"):
        expect(word in korean, word, "is not in", korean)
    expect(re.search(r"^shared-anon .* shared ", korean, re.M), "words are not as typed:", korean)


def check_map_text():
    _, korean = said("ipcshow-map", "-p", pair()[0])
    expect(re.match(r"프로세스 \d+개, 관계 \d+개", korean), korean)
    expect("메커니즘들" in korean, korean)


# ---- for programs ----

def check_same(*command):
    english, korean = both(*command)
    expect(english.stdout, "says nothing:", english.stderr)
    expect_equal(korean.stdout, english.stdout, f"output of {command}")


def check_no_hangul(*command):
    """Of what is not the same twice."""
    _, korean = both(*command)
    expect(korean.stdout, "says nothing:", korean.stderr)
    expect(not HANGUL.search(korean.stdout.decode()), korean.stdout.decode())


def check_json_of_failure():
    """The error is told in Korean to who reads it, and in English to who parses it."""
    for option in ("--json", "--lines"):
        english, korean = both("ipcshow-dump", option, NOBODY)
        expect_equal(korean.stdout, english.stdout, option)
        expect(b"no such process" in english.stdout, english.stdout)
        expect("그런 프로세스가 없습니다" in korean.stderr.decode(), korean.stderr.decode())


def check_dot():
    """Names of nodes and attributes are Graphviz' own; what people read is not."""
    english, korean = said("ipcshow-map", "--dot", "-p", pair()[0], "--inside", "-p", pair()[1])
    bare = [re.sub(r'(?:label|tooltip)="[^"]*"', "", text) for text in (english, korean)]
    expect_equal(bare[1], bare[0], "the graph")
    expect("사용자" in korean, korean)


def check_numbers():
    """No locale changes how numbers are written or read."""
    ended = run("ipcshow-dump", "--watch", "0.5", NOBODY, env={"LC_ALL": "", "LC_NUMERIC": "ko_KR.UTF-8"})
    expect_equal(ended.returncode, 1, ended.stderr)


# ---- errors ----

def check_error(words, *command):
    english, korean = both(*command)
    expect(english.returncode, "does not fail:", command)
    expect_equal(korean.stdout, english.stdout, "output")
    expect(words in korean.stderr.decode(), words, "is not in", korean.stderr.decode())
    expect(not HANGUL.search(english.stderr.decode()), english.stderr.decode())


# ---- pages ----

def page(program, *arguments):
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "page.html")
        ended = run(program, "--html", path, *arguments, env=KOREAN)
        expect_equal((ended.returncode, ended.stderr), (0, b""), program)
        with open(path, encoding="utf-8") as file:
            return file.read()


def check_page(program, pids, words):
    text = page(program, *pids)
    expect('<html lang="ko">' in text, text[:200])
    found = {name: json.loads(data) for name, data in re.findall(
        r'<script type="application/json" id="(\w+)">\n(.*?)</script>', text, flags=re.S)}
    expect_equal(sorted(found), ["data", "words"], "data")
    scripts = set(re.findall(r'\b_\("([^"]*)"', text))
    expect(len(scripts) > 50, "few texts:", scripts)
    same = {"A", "B", "CPU", "IP", "PSS", "RSS", "SP", "TID"}
    expect_equal(scripts - set(found["words"]), same, "not translated")
    for english, korean in words.items():
        expect_equal(found["words"][english], korean, english)


def check_map_page():
    text = page("ipcshow-map", "-p", pair()[0])
    expect('<html lang="ko">' in text, text[:200])
    expect("누가 누구와 무엇을 공유하는가" in text and "<h2>관계</h2>" in text, text[-3000:])


# ---- demos ----

def check_demo(name):
    """It proves as much, and its lines and excerpts are as wide as a terminal lets them be."""
    korean = run("ipcshow-demo", name, env=KOREAN)
    told = korean.stdout.decode()
    expect_equal((korean.returncode, korean.stderr), (0, b""), told)
    document = run("ipcshow-demo", "--json", name).stdout
    proofs = [entry for entry in json.loads(document)["demos"][0]["said"]
              if entry["type"] == "proof"]
    expect_equal(told.count("\n  증명: "), len(proofs), f"proofs in {told}")
    for line in told.splitlines():
        expect(not line.startswith("  ") or line.startswith("    ") or width(line) <= 100, line)
    sentences = re.sub(r"^    .*$|^  \$ .*$", "", told, flags=re.M)
    for sentence in re.findall(r"^  (\S.*)$", sentences, flags=re.M):
        expect(HANGUL.search(sentence), "is not in Korean:", sentence)


def check_excerpt():
    """The heading is found, though it is not in capitals."""
    _, korean = said("ipcshow-demo", "fork")
    expect(re.search(r"  \$ ipcshow-diff .*\n +종류 +A-시작 ", korean), korean)


def register(checks):
    parent, child = pair()
    for columns, *command in (
            ("START,SIZE,PERM,RSS,KIND", "ipcshow-dump", parent),
            ("TID,COMM,STATE,CPU,STACK-SIZE", "ipcshow-dump", "--threads", parent),
            ("WHAT,HOW,THREADS", "ipcshow-dump", "--sharing", parent),
            ("KIND,COUNT,SIZE,RSS,SWAP", "ipcshow-dump", "--summary", parent),
            ("KIND,SIZE-A,SAME,ONLY-A,SPACE,VERDICT", "ipcshow-diff", "--areas", parent, child),
            ("RESOURCE,VERDICT", "ipcshow-diff", "--resources", parent, child),
            ("KIND,FLOW", "ipcshow-diff", "--channels", parent, child),
            ("A,COMMAND-A,B,COMMAND-B,SHARED,SWAP", "ipcshow-map", "--inside", "-p",
             f"{parent},{child}")):
        checks.add(f"columns of {' '.join(command[:-1])}", check_table, columns, *command)
    checks.add("ipcshow-dump: text", check_dump_text)
    checks.add("ipcshow-diff: text", check_diff_text)
    checks.add("ipcshow-map: text", check_map_text)

    # Without what others who map the same have a part in, and what is new in each run.
    for command in (["ipcshow-dump", "--json", "--no-pages", parent],
                    ["ipcshow-dump", "--lines", "--no-pages", parent],
                    ["ipcshow-dump", "--raw", "--no-pages", parent],
                    ["ipcshow-dump", "--raw", "--sharing", parent],
                    ["ipcshow-diff", "--json", "--areas", parent, child],
                    ["ipcshow-diff", "--json", "--channels", parent, child],
                    ["ipcshow-diff", "--json", "--resources", "-o", "RESOURCE,VERDICT,PROOF,WHAT",
                     parent, child],
                    ["ipcshow-diff", "--raw", parent, child],
                    ["ipcshow-diff", "--raw", "--resources", parent, child],
                    ["ipcshow-diff", "--raw", "--channels", parent, child],
                    ["ipcshow-map", "--raw", "--inside", "-p", f"{parent},{child}"]):
        checks.add(f"the same: {' '.join(command[:3])}", check_same, *command)
    for command in (["ipcshow-map", "--json"], ["ipcshow-map", "--prometheus"],
                    ["ipcshow-bench", "--json", "--quick", "--payload", "8", "pipe", "posix-mq"],
                    ["ipcshow-bench", "--raw", "--quick", "--payload", "8", "pipe", "@ring"],
                    ["ipcshow-demo", "--json", "fork", "segments", "python"]):
        checks.add(f"in English: {' '.join(command[:2])}", check_no_hangul, *command)
    checks.add("JSON of a failure", check_json_of_failure)
    checks.add("ipcshow-map --dot", check_dot)
    checks.add("numbers", check_numbers)

    for words, *command in (
            ("그런 프로세스가 없습니다", "ipcshow-dump", NOBODY),
            ("커널 스레드", "ipcshow-dump", 2),
            ("그런 프로세스가 없습니다", "ipcshow-diff", parent, NOBODY),
            ("같은 태스크가 두 번", "ipcshow-diff", parent, parent),
            ("그런 메커니즘이나 채널이", "ipcshow-map", "-m", "nothing"),
            ("그런 파일이 없습니다", "ipcshow-ring", "stat", "/nowhere/at/all"),
            ("알 수 없는 메커니즘", "ipcshow-bench", "nothing"),
            ("그런 데모가 없습니다", "ipcshow-demo", "nothing"),
            ("알 수 없는 열", "ipcshow-dump", "-o", "NOTHING", parent)):
        checks.add(f"error: {' '.join(map(str, command[:2]))}: {words.encode().hex()[:12]}",
                   check_error, words, *command)

    checks.add("page of ipcshow-dump", check_page, "ipcshow-dump", [parent], {"Start": "시작"})
    checks.add("page of ipcshow-diff", check_page, "ipcshow-diff", pair(), {"Verdict": "판정"})
    checks.add("page of ipcshow-map", check_map_page)
    for name in ("fork", "heap", "segments", "mutex", "python", "server"):
        checks.add(f"demo: {name}", check_demo, name)
    checks.add("demo: excerpts", check_excerpt)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="WORD", default="", help="only checks with it in the name")
    arguments = parser.parse_args()
    checks = ktap.Checks()
    register(checks)
    return checks.run(arguments.k)


if __name__ == "__main__":
    sys.exit(main())
