# SPDX-License-Identifier: GPL-2.0
"""Texts and files that a target chose to do harm with."""

import contextlib
import functools
import os
import resource
import shutil
import struct
import subprocess

from common.ktap import Failed, Skip, expect, expect_equal
from common.target import PAGE, Target, USER, built, comm, number, read, tids

from .options import COLORS, escapes, on_terminal
from .tool import Zoo, dump, expect_tiled, good, original, process, raw_rows

PLACE = "/tmp/hostile"
CLEAR = b"\033[2J\033]0;title\007"
ARGUMENTS = [b"plain", b"", b"two words", CLEAR, b"a\nPID 1", b"'\"\\x41`$(id)", b"\xff\xc3(",
             "\u202e\u200b\u00e9\u9b31".encode(), b"\xc2\x9b31m", b"z" * 9000]

# What turns or hides text, or moves the cursor; tables have newlines of their own.
HARMFUL = [chr(c) for c in [*range(10), *range(11, 32), *range(0x7f, 0xa0)]] + ["\u202e", "\u200b"]


@functools.cache
def zoo():
    return Zoo("hostile")


@functools.cache
def talker():
    """Its arguments are after what the shell runs."""
    return Target([b"/bin/sh", b"-c", b"echo ready; read line", *ARGUMENTS])


def real_name(pid, area):
    """As the kernel has it, in bytes."""
    start, end = number(area["vma_start"]), number(area["vma_end"])
    return os.readlink(b"/proc/%d/map_files/%x-%x" % (pid, start, end))


@functools.cache
def told_zoo():
    return process("-o", "+PATH,VMA-START,VMA-END", zoo().pid)


def animals():
    """Those with names, with their areas."""
    by_start = {number(area["start"]): area for area in told_zoo()["areas"]}
    found = [(name, by_start[start]) for name, start, _, _ in zoo().animals
             if name.startswith(("hostile-file", "hostile-memfd"))]
    expect(len(found) > 10, "the zoo has few:", found)
    return found


def check_names():
    """From JSON, the bytes can be told again."""
    for name, area in animals():
        real = real_name(zoo().pid, area)
        if name.startswith("hostile-memfd"):
            expect(real.startswith(b"/memfd:") and real.endswith(b" (deleted)"), real)
            real = real[len(b"/memfd:"):-len(b" (deleted)")]
            expect_equal(area["kind"], "memfd", name)
        expect_equal(original(area["name"]), real, name)


def check_names_in_raw():
    rows = {number(row["START"]): row for row in raw_rows("-o", "+PATH", zoo().pid)}
    for _, area in animals():
        row = rows[number(area["start"])]
        expect_equal(original(row["NAME"]), original(area["name"]), "NAME")
        expect_equal(original(row["PATH"]), original(area["path"]), "PATH")


def check_anonymous_name():
    found = zoo().find("hostile-anon")
    if not found:
        raise Skip(zoo().skipped.get("hostile-anon", "none"))
    area = [area for area in told_zoo()["areas"] if number(area["start"]) == found[0][1]][0]
    expect_equal(area["name"], "\"}, <b>&{name: 1}'%s%n", "name")


def check_comm():
    told = process("-t", zoo().pid)
    real = comm(zoo().pid)
    expect(b"\033" in real and b"\n" in real and b"\xff" in real, "too harmless:", real)
    expect_equal(original(told["comm"]), real, "comm of the process")
    expect_equal(original(told["threads"][0]["comm"]), real, "comm of the thread")
    expect_equal(original(raw_rows("-t", zoo().pid)[0]["COMM"]), real, "comm in raw")


def check_command():
    told = process("-t", talker().pid)["command"]
    real = read(f"/proc/{talker().pid}/cmdline").split(b"\0")[:-1]
    expect_equal(real[3:], ARGUMENTS, "arguments of the target")
    if not process("-t", talker().pid)["command_cut"]:
        expect_equal([original(word) for word in told], real, "arguments")
    expect_equal([original(word) for word in told[:-1]], real[:len(told) - 1], "arguments")


def expect_harmless(told):
    for char in HARMFUL:
        expect(char not in told, f"a raw U+{ord(char):04x} in", told[max(0, told.find(char) - 60):]
               [:120])


def check_table():
    for target in (zoo(), talker()):
        for env in ({"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C"}):
            told = good("-o", "+PATH", target.pid, env=env).decode()
            expect_harmless(told)
            areas = len(process(target.pid)["areas"])
            expect_equal(told.count("\n"), areas + len(tids(target.pid)) + 7, "lines")
            expect(env["LC_ALL"] == "C.UTF-8" or told.isascii(), "not ASCII in the C locale")
    expect("\u00e9\u9b31" in good(talker().pid).decode(), "what is harmless is shown as it is")


def check_terminal():
    for target in (zoo(), talker()):
        told, status = on_terminal("--color=never", "-o", "+PATH", target.pid)
        expect_equal(status, 0, "status")
        expect_harmless(told.decode())
        told = on_terminal("--color=always", target.pid)[0]
        expect(escapes(told) <= COLORS, "escape codes that are not ours:", escapes(told))


def check_wide():
    """Of arguments that are told in full, escapes take far more room than the arguments."""
    for size, columns in ((20 << 10, 32000), (60 << 10, 65535)):
        target = Target([b"/bin/sh", b"-c", b"echo ready; read line", b"\1" * size])
        for program in ("ipcshow-dump", "ipcshow-diff"):
            told, status = on_terminal(target.pid, os.getpid(), columns=columns, program=program)
            expect_equal(status, 0, f"status of {program}")
            expect_equal(told.count(rb"\x01"), size, f"bytes of the argument, told by {program}")
        target.end()


# ---- programs and libraries that are none ----

def patched(image, offset, form, *values):
    changed = bytearray(image)
    struct.pack_into(form, changed, offset, *values)
    return bytes(changed)


def images():
    """Broken files by name, made of a library that is not."""
    whole = read(built("libzoo.so"))
    phoff, = struct.unpack_from("<Q", whole, 32)
    most = (1 << 64) - 1
    return {
        "good": whole,
        "header-only": whole[:64],
        "cut-in-headers": whole[:phoff + 80],
        "phnum-65535": patched(whole, 56, "<H", 65535),
        "phnum-0": patched(whole, 56, "<H", 0),
        "phentsize-0": patched(whole, 54, "<H", 0),
        "phentsize-1": patched(whole, 54, "<H", 1),
        "phoff-beyond": patched(whole, 32, "<Q", len(whole) + 1),
        "phoff-most": patched(whole, 32, "<Q", most - 20),
        "offset-most": patched(whole, phoff + 8, "<Q", most),
        "vaddr-most": patched(whole, phoff + 16, "<Q", most - PAGE + 1),
        "sizes-most": patched(whole, phoff + 32, "<QQ", most, most),
        "filesz-above-memsz": patched(whole, phoff + 32, "<QQ", PAGE * 9, PAGE),
        "align-odd": patched(whole, phoff + 48, "<Q", 12345),
        "class-32": patched(whole, 4, "<B", 1),
        "class-9": patched(whole, 4, "<B", 9),
        "big-endian": patched(whole, 5, "<B", 2),
        "ones": b"\x7fELF" + b"\xff" * (2 * PAGE),
        "zeros": bytes(2 * PAGE),
        "loads-only": whole[:phoff] + whole[phoff:phoff + 56] * 600,
        "tls-most": tls_most(whole, phoff),
        "gone": whole, "cut-later": whole, "huge": whole, "fifo": whole, "folder": whole,
        "link": whole, "covered": whole,
    }


def tls_most(whole, phoff):
    """A library with a TLS segment larger than the address space."""
    count, = struct.unpack_from("<H", whole, 56)
    for i in range(count):
        at = phoff + i * 56
        if struct.unpack_from("<I", whole, at)[0] == 7:
            return patched(whole, at + 40, "<QQ", (1 << 64) - 1, 1 << 63)
    raise Failed("the library has no TLS")


@functools.cache
def shelf():
    """A process that has them all mapped; some become something else afterwards."""
    os.makedirs(PLACE, 0o777, exist_ok=True)
    os.chmod(PLACE, 0o777)
    paths = {name: f"{PLACE}/{name}" for name in images()}
    for name, image in images().items():
        with open(paths[name], "wb") as file:
            file.write(image)
        os.chmod(paths[name], 0o755)
    os.truncate(paths["huge"], 1 << 40)
    program = shutil.copy(built("dump/target"), "/tmp/target")
    target = Target([program, *paths.values()], user=USER, group=USER, extra_groups=[], cwd="/tmp")

    os.unlink(paths["gone"])
    os.truncate(paths["cut-later"], 100)
    for name, make in (("fifo", os.mkfifo), ("folder", os.mkdir),
                       ("link", functools.partial(os.symlink, "/dev/zero"))):
        os.unlink(paths[name])
        make(paths[name])
        if name == "fifo":
            os.chmod(paths[name], 0o666)
    # The file still has its name, and the name leads elsewhere.
    subprocess.run(["mount", "--bind", paths["fifo"], paths["covered"]], check=True, timeout=30)
    return target


def as_user():
    return {"user": USER, "group": USER, "extra_groups": []}


def limited():
    """Nothing here needs much memory."""
    resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))


def check_shelf(user):
    target = shelf()
    told = process("-o", "+PATH", target.pid, preexec_fn=limited, **user)
    expect_tiled(told["areas"], target.pid)
    expect_equal(told["complete"], True, "complete")
    kinds = {}
    for area in told["areas"]:
        if (area["path"] or "").startswith(PLACE):
            kinds.setdefault(os.path.basename(area["path"]), set()).add(area["kind"])
    expect_equal(set(kinds), set(images()), "files")
    for name, found in kinds.items():
        expect(found <= {"lib-code", "lib-rodata", "lib-data", "lib-bss", "file-private"},
               name, "is", found)
    expect("lib-code" in kinds["good"], "a good library is", kinds["good"])
    expect("lib-code" not in kinds["zeros"], "zeros are a library")


def check_shelf_forms():
    for options in ([], ["-r"], ["--summary"], ["--no-pages"], ["-t"], ["--lines"]):
        run = dump(*options, shelf().pid, **as_user())
        expect_equal((run.returncode, run.stderr), (0, b""), f"with {options}")
    with contextlib.suppress(subprocess.SubprocessError):
        subprocess.run(["umount", f"{PLACE}/covered"], check=True, timeout=30)


def register(checks):
    for name, function in (
            ("names of files and memfds in JSON", check_names),
            ("and in raw", check_names_in_raw), ("anonymous names", check_anonymous_name),
            ("names of processes and threads", check_comm), ("arguments", check_command),
            ("nothing harmful in a table", check_table),
            ("nor on a terminal", check_terminal),
            ("arguments, on a terminal of great width", check_wide)):
        checks.add(f"hostile: {name}", function)
    checks.add("hostile: broken libraries, as root", check_shelf, {})
    checks.add("hostile: broken libraries, as their owner", check_shelf, as_user())
    checks.add("hostile: broken libraries, in each form", check_shelf_forms)
