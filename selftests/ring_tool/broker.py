# SPDX-License-Identifier: GPL-2.0
"""Who comes to the rendezvous, and what it puts up with."""

import os
import signal
import socket
import stat
import struct
import subprocess
import time

from common.ktap import expect, expect_equal
from common.target import ENVIRONMENT, SCALE, SECONDS, USER, built, run, wait_until

from .place import (PIPE, TOOL, Place, ended, fails, line, pass_through, place, ring, say,
                    scratch)

AS_USER = {"user": USER, "group": USER, "extra_groups": []}
MESSAGE = struct.Struct("<IHHiIQQ")
MAGIC, VERSION = 0x52637069, 1
PRODUCE, CONSUME, MET, LEFT, ASK, STREAM, ROW, END, REFUSED = range(1, 10)
PATIENCE = 5

# Arguments, and what stderr must name.
WRONG = [
    ([], "a command"), (["nonsense"], "nonsense"), (["--nonsense"], "nonsense"),
    (["create"], "path"), (["create", "a", "b"], "'b'"), (["create", "--size", "17K", "a"], "17K"),
    (["create", "--size", "8K", "a"], "8K"), (["create", "--size", "x", "a"], "'x'"),
    (["create", "--size", "99999999999999999999", "a"], "9999"),
    (["create", "--mode", "999", "a"], "999"), (["create", "--huge", "--module", "a"], "--module"),
    (["create", "--huge", "--size", "1M", "a"], "2M"), (["create", "--nonsense", "a"], "nonsense"),
    (["create", "--overwrite", "--many", "a"], "--many"),
    (["produce"], "path"), (["produce", "--timeout", "-1", "a"], "-1"),
    (["produce", "--timeout", "nan", "a"], "nan"), (["produce", "-Z", "a"], "Z"),
    (["consume", "--count", "0", "a"], "'0'"), (["consume", "--count", "1x", "a"], "1x"),
    (["consume", "a", "b"], "'b'"), (["tee", "a"], "path"), (["tee", "a", "-", "-"], "twice"),
    (["stat"], "path"), (["stat", "-o", "NOPE", "a"], "NOPE"), (["stat", "-J", "-r", "a"], "--raw"),
    (["stat", "--watch", "0", "a"], "'0'"), (["stat", "\033[2J", "\033[2J"], "x1b"),
]


def check_usage():
    for arguments, word in WRONG:
        said = ring.run(*arguments)
        told = said.stderr.decode()
        expect_equal((said.returncode, said.stdout), (2, b""), f"status, stdout of {arguments}")
        expect("Usage: ipcshow-ring" in told, f"no usage with {arguments}:", told)
        expect(word in told and "\033" not in told, f"{word} is not named:", told)
    for command in ([], ["create"], ["produce"], ["consume"], ["stat"], ["tee"]):
        expect(ring.text(*command, "--help").startswith("Usage: ipcshow-ring"), command)
        with open("/dev/full", "wb") as full:
            said = ring.run(*command, "--help", stdout=full)
        expect_equal(said.returncode, 1, "a full disk")


def check_path():
    with scratch() as directory:
        path = os.path.join(directory, "x\033")
        for command in ("produce", "consume", "stat"):
            expect("\\x1b: there is no such file" in fails(command, path), command)
        with open(path, "wb") as file:
            file.write(b"precious")
        for command in ("produce", "consume", "stat"):
            expect("not a socket of" in fails(command, path), command)
        expect("another file is there already" in fails("create", path))
        with open(path, "rb") as file:
            expect_equal(file.read(), b"precious", "the file")
        expect("Not a directory" in fails("create", path + "/a"))
        expect("too long" in fails("create", directory + "/" + "a" * 120))
        expect("too long" in fails("produce", directory + "/" + "a" * 120))
        expect_equal(os.listdir(directory), ["x\033"], "files that are left")
        # Somebody else's, of another kind.
        other = os.path.join(directory, "stream")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(other)
            listener.listen()
            expect("somebody listens there already" in fails("create", other))
            expect("not a socket of" in fails("consume", other))
        with open("/dev/full", "rb"):
            expect("another file is there already" in fails("create", "/dev/full"))


def check_life_of_path():
    with scratch() as directory:
        path = os.path.join(directory, "place")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with place() as here:
                expect("somebody listens there already" in fails("create", here.path))
                here.broker.send_signal(number)
                ended(here.broker)
                expect(not os.path.exists(here.path), "the socket is left")
        # What somebody else has put there meanwhile is not removed.
        with place() as here:
            os.rename(here.path, path)
            with open(here.path, "wb"):
                pass
            here.broker.terminate()
            ended(here.broker)
            expect(os.path.exists(here.path), "it removed another's file")


def check_stale_path():
    """Of two that find a path of no use to anybody, one gets it."""
    with scratch() as directory:
        path, late = os.path.join(directory, "place"), os.path.join(directory, "late")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as stale:
            stale.bind(path)
        with subprocess.Popen([TOOL, "create", path], stderr=PIPE, env=dict(
                ENVIRONMENT, LD_PRELOAD=built("ring_tool/late.so"), LATE=late)) as loser:
            wait_until(lambda: os.path.exists(late), "it has seen that nobody listens there")
            here = Place(directory)
            try:
                wait_until(lambda: not ring.run("stat", path).returncode, "the other listens")
                os.unlink(late)
                ended(loser, 1, line(here, "somebody listens there already"))
                expect_equal(pass_through(here, b"one\n"), b"one\n", "of the other one")
                expect_equal(os.listdir(directory), ["place"], "files that are left")
            finally:
                here.end()
                loser.kill()


def check_permissions():
    with place("--mode", "600") as here:
        expect_equal(stat.S_IMODE(os.stat(here.path).st_mode), 0o600, "mode")
        for command in ("produce", "consume", "stat"):
            expect("Permission denied" in fails(command, here.path, **AS_USER), command)
    with place(umask=0o027) as here:
        expect_equal(stat.S_IMODE(os.stat(here.path).st_mode), 0o750, "mode by umask")
        expect("Permission denied" in fails("consume", here.path, **AS_USER))
    with place("-m", "666") as here:
        consumer = here.consume(**AS_USER)
        ended(here.produce(), stdin=b"one\n")
        expect_equal(ended(consumer), b"one\n", "of another user")


def check_order():
    """Who came first is served first; each stream has records of its own."""
    with place() as here:
        consumers = []
        for number in range(3):
            consumers.append(here.consume())
            here.await_state("waiting", number + 1)
        for number, consumer in enumerate(consumers):
            ended(here.produce(), stdin=b"%d\n" % number)
            expect_equal(ended(consumer), b"%d\n" % number)
        producers = []
        for number in range(3):
            producers.append(here.produce())
            here.await_state("waiting", number + 1)
            say(producers[-1], b"%d\n" % number)
            producers[-1].stdin.close()
        for number in range(3):
            expect_equal(ended(here.consume()), b"%d\n" % number)


def check_timeout():
    with place() as here:
        for command, other in (("produce", "consumer"), ("consume", "producer")):
            ended(here.start(command, "--timeout", "0.2"), 1,
                  line(here, f"no {other} came in time"))
        expect_equal(here.stat(), [], "who waits")


def check_no_answer():
    """One that came in time and then does nothing is not waited for much longer."""
    with place() as here:
        for command, other in (("produce", "consume"), ("consume", "produce")):
            stopped = here.start(other)
            here.await_state("waiting")
            stopped.send_signal(signal.SIGSTOP)
            begin = time.monotonic()
            ended(here.start(command, "--timeout", "0.2"), 1,
                  line(here, "the other end does not answer"))
            expect(time.monotonic() - begin < 15, "too late")
            stopped.kill()
            stopped.wait()


def check_left_waiting():
    """One that has left is not brought together with anybody."""
    with place() as here:
        gone = here.consume()
        here.await_state("waiting")
        gone.kill()
        expect_equal(pass_through(here, b"one\n"), b"one\n")


def check_file_size():
    """A limit that the kernel kills for."""
    with place() as here:
        consumer = here.consume()
        said = run("prlimit", "--fsize=8192", TOOL, "produce", here.path)
        expect_equal((said.returncode, said.stderr),
                     (1, line(here, "a ring is a file in memory, and larger than files may be; "
                              "see ulimit -f")))
        ended(here.produce(), stdin=b"one\n")
        expect_equal(ended(consumer), b"one\n", "the next one")


def check_once(options, streams):
    with place("--once", *options) as here:
        gone = here.consume("--timeout", "0.1")
        gone.wait(SECONDS)
        expect_equal(here.broker.poll(), None, "a stream that never was ends it")
        for _ in range(streams):
            consumer = here.consume()
            here.await_state("waiting")
            ended(here.produce(), stdin=b"one\n")
            if streams == 1:
                expect_equal(ended(consumer), b"one\n")
        ended(here.broker)
        expect(not os.path.exists(here.path), "the socket is left")
        if options:
            ended(consumer)


# ---- those that do not behave ----

def dial(here):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    sock.connect(here.path)
    sock.settimeout(SECONDS)
    return sock


def message(what, number=0, magic=MAGIC, version=VERSION):
    return MESSAGE.pack(magic, version, what, 0, 0, 0, number)


def expect_hung_up(sock):
    """Perhaps after a word of refusal."""
    try:
        while said := sock.recv(4096):
            expect_equal(MESSAGE.unpack(said)[2], REFUSED, "what it says")
    except ConnectionResetError:
        pass
    sock.close()


def check_garbage():
    with place() as here:
        for said in (b"x", b"GET / HTTP/1.0\r\n\r\n", os.urandom(32), os.urandom(60000),
                     message(PRODUCE, magic=1), message(PRODUCE, version=2), message(0),
                     message(STREAM), message(MET), message(REFUSED), message(65535)):
            sock = dial(here)
            sock.send(said)
            expect_hung_up(sock)
        for second in (PRODUCE, CONSUME, ASK, MET, STREAM):
            sock = dial(here)
            sock.send(message(PRODUCE))
            sock.send(message(second))
            expect_hung_up(sock)
        # Descriptors that nobody asked for.
        before = len(os.listdir(f"/proc/{here.broker.pid}/fd"))
        for _ in range(20):
            with dial(here) as sock, open("/dev/null", "rb") as null:
                socket.send_fds(sock, [message(ASK)], [null.fileno()] * 20)
                sock.recv(4096)
        time.sleep(0.2)
        expect_equal(len(os.listdir(f"/proc/{here.broker.pid}/fd")), before, "its descriptors")
        expect_equal(pass_through(here, b"one\n"), b"one\n", "after all that")


def check_silent():
    """Who says nothing is not waited for, and in the end sent away."""
    with place() as here:
        begin = time.monotonic()
        with dial(here) as silent:
            expect_equal(pass_through(here, b"one\n"), b"one\n", "meanwhile")
            expect_equal(silent.recv(4096), b"", "what it is told")
            expect(time.monotonic() - begin > PATIENCE - 1, "too early")


def check_deaf():
    """One that asks and does not listen."""
    with place() as here:
        with dial(here) as deaf:
            deaf.settimeout(5)
            try:
                for number in range(100000):
                    deaf.send(message(ASK, number))
            except (BrokenPipeError, ConnectionResetError, TimeoutError):
                pass
            expect_equal(pass_through(here, b"one\n"), b"one\n", "meanwhile")


def check_false_ends():
    """Ends that say they are ends, and then nothing or nonsense: another one comes."""
    for role, real in ((PRODUCE, "consume"), (CONSUME, "produce")):
        with place() as here:
            with dial(here) as false:
                false.send(message(role))
                here.await_state("waiting")
                popen = here.start(real)
                _, fds, _, _ = socket.recv_fds(false, 4096, 4)
                expect_equal(len(fds), 2, "descriptors")
                for fd in fds:
                    os.close(fd)
                # It has come back to the broker.
                here.await_state("waiting")
            if real == "consume":
                ended(here.produce(), stdin=b"one\n")
                expect_equal(ended(popen), b"one\n")
            else:
                consumer = here.consume()
                ended(popen, stdin=b"one\n")
                expect_equal(ended(consumer), b"one\n")


def check_nonsense_producer():
    with place() as here, dial(here) as false:
        consumer = here.consume()
        false.send(message(PRODUCE))
        _, fds, _, _ = socket.recv_fds(false, 4096, 4)
        with socket.socket(fileno=fds[0]) as link:
            link.sendall(b"\xff" * 4096)
            ended(consumer, 1, line(here, "the other end is none of a ring"))
        os.close(fds[1])


def check_slow_offers():
    """Who offers a ring bit by bit is not one of many, and those who are do not wait for it."""
    offers = 50
    with place("--many") as here:
        consumer, producer = here.consume(), here.produce()
        here.await_state("running")
        begin = time.monotonic()
        for _ in range(offers):
            with dial(here) as false:
                false.send(message(PRODUCE))
                _, fds, _, _ = socket.recv_fds(false, 4096, 4)
                with socket.socket(fileno=fds[0]) as link:
                    link.settimeout(SECONDS)
                    link.send(b"x")
                    expect_equal(link.recv(1), b"", "what it is told")
                os.close(fds[1])
        expect(time.monotonic() - begin < offers * 0.08 * SCALE, "too slow")
        ended(producer, stdin=b"one\n")
        here.broker.terminate()
        out = ended(consumer, stderr=offers * line(
            here, "no ring of a producer: the other end does not answer"))
        expect_equal(out, b"one\n")


def check_crowd():
    """More than it takes: they are told, and the others are not harmed."""
    with place() as here:
        producer, consumer = here.pair()
        crowd = [dial(here) for _ in range(600)]
        for sock in crowd:
            try:
                sock.send(message(CONSUME))
            except (BrokenPipeError, ConnectionResetError):
                pass
        for command in ("consume", "stat"):
            said = fails(command, here.path)
            expect("too many are there already" in said, said)
        for sock in crowd:
            sock.close()
        ended(producer, stdin=b"one\n")
        expect_equal(ended(consumer), b"one\n")
        expect_equal(pass_through(here, b"two\n"), b"two\n", "afterwards")


def check_no_module():
    """No part of this needs it."""
    with scratch() as directory:
        if os.path.exists("/dev/ipcshow"):
            said = subprocess.run(
                ["unshare", "-m", "sh", "-c", f"mount -t tmpfs none /dev && exec {TOOL} create "
                 f"--module {directory}/a"], stdout=PIPE, stderr=PIPE, timeout=SECONDS, check=False)
            expect_equal(said.returncode, 1, "status")
            expect(b"/dev/ipcshow: the module is loaded, but" in said.stderr, said.stderr)
        else:
            expect("the module is not loaded" in fails("create", "--module", f"{directory}/a"))


def register(checks):
    for name, check in (("usage", check_usage), ("path", check_path),
                        ("life of the path", check_life_of_path),
                        ("stale path", check_stale_path),
                        ("permissions", check_permissions), ("order", check_order),
                        ("timeout", check_timeout), ("no answer", check_no_answer),
                        ("left while waiting", check_left_waiting),
                        ("size of files", check_file_size),
                        ("garbage", check_garbage), ("silent", check_silent),
                        ("deaf", check_deaf), ("false ends", check_false_ends),
                        ("a producer of nonsense", check_nonsense_producer),
                        ("slow offers", check_slow_offers),
                        ("crowd", check_crowd), ("no module", check_no_module)):
        checks.add(f"broker: {name}", check)
    checks.add("broker: once", check_once, [], 1)
    checks.add("broker: once, many", check_once, ["--many"], 1)
