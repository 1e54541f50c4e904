# SPDX-License-Identifier: GPL-2.0
"""A rendezvous, and who meets there."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile

from common.ktap import expect_equal
from common.target import ENVIRONMENT, SECONDS, run, wait_until
from common.tool import Tool

TOOL = "ipcshow-ring"
ring = Tool(TOOL)
PIPE = subprocess.PIPE


@contextlib.contextmanager
def scratch():
    """A directory that all may enter."""
    path = tempfile.mkdtemp(prefix="ring-")
    os.chmod(path, 0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


class Place:
    """`ipcshow-ring create`, and all that is started there, which ends with it."""

    def __init__(self, directory, *options, name="place", **more):
        self.path = os.path.join(directory, name)
        self.started = []
        self.broker = self.start("create", *options, **more)
        wait_until(lambda: os.path.exists(self.path) or self.broker.poll() is not None,
                   "there is a socket")

    def start(self, command, *arguments, **more):
        more.setdefault("stdin", PIPE)
        more.setdefault("stdout", PIPE)
        more.setdefault("stderr", PIPE)
        # pylint: disable=consider-using-with
        popen = subprocess.Popen([TOOL, command, *map(str, arguments), self.path],
                                 env=ENVIRONMENT, bufsize=0, **more)
        self.started.append(popen)
        return popen

    def produce(self, *arguments, **more):
        return self.start("produce", *arguments, **more)

    def consume(self, *arguments, **more):
        return self.start("consume", *arguments, **more)

    def pair(self, producer=(), consumer=()):
        """Both, running."""
        pair = self.consume(*consumer), self.produce(*producer)
        self.await_state("running")
        return reversed(pair)

    def stat(self):
        return json.loads(ring.good("stat", "--json", self.path))["streams"]

    def await_state(self, state, count=1):
        wait_until(lambda: [row["state"] for row in self.stat()].count(state) == count,
                   f"{count} are {state}")

    def end(self):
        for popen in self.started:
            popen.kill()
            popen.wait()
            for file in (popen.stdin, popen.stdout, popen.stderr):
                if file:
                    file.close()


@contextlib.contextmanager
def place(*options, **more):
    with scratch() as directory:
        here = Place(directory, *options, **more)
        try:
            yield here
        finally:
            here.end()


def ended(popen, status=0, stderr=b"", stdin=None):
    """What it said on standard output; it ends with @status and says @stderr of itself."""
    out, err = popen.communicate(stdin, timeout=SECONDS)
    expect_equal((popen.returncode, err), (status, stderr), f"status, stderr of {popen.args}")
    return out


def say(popen, text):
    popen.stdin.write(text)


def line(here, text):
    return f"{TOOL}: {here.path}: {text}\n".encode()


def pass_through(here, data, produce=(), consume=()):
    """What comes out of @data."""
    consumer = here.consume(*consume)
    producer = here.produce(*produce, stdout=subprocess.DEVNULL)
    ended(producer, stdin=data)
    return ended(consumer)


def fails(*arguments, **more):
    """The one line that it says."""
    said = run(TOOL, *arguments, **more)
    expect_equal((said.returncode, said.stdout, said.stderr.count(b"\n")), (1, b"", 1),
                 f"status, stdout, lines on stderr of {arguments}: {said.stderr}")
    return said.stderr.decode()
