# SPDX-License-Identifier: GPL-2.0
"""Real programs that share memory, and what is known of them."""

import functools
import glob
import os
import shutil
import socket
import subprocess

from common.ktap import Skip, expect, expect_equal
from common.target import SECONDS, Target, await_states, built, comm, read, stop, wait_until

from . import tool

PLACE = "/tmp/diff"
KIB, MIB = 1 << 10, 1 << 20


def place(name):
    path = os.path.join(PLACE, name)
    os.makedirs(path, exist_ok=True)
    return path


def program(*patterns):
    for pattern in patterns:
        for path in sorted(glob.glob(pattern)):
            return path
    raise Skip(f"there is no {patterns[0]}")


def children(pid):
    return [int(child) for child in read(f"/proc/{pid}/task/{pid}/children").split()]


def await_children(pid, count):
    wait_until(lambda: len(children(pid)) >= count, f"process {pid} has {count} children")
    return children(pid)


def rows_of(rows, kind):
    return [row for row in rows if kind in (row["kind"], row["kind_b"])]


def expect_program(rows, forked):
    """Of one program in two processes: code is the same pages of one file, stacks are not shared."""
    for kind in ("code", "rodata"):
        found = rows_of(rows, kind)
        expect(found, "no", kind)
        expect_equal({(row["space"], row["verdict"]) for row in found},
                     {("independent", "shared")}, kind)
        expect(sum(row["same"] for row in found), "no page in common of", kind)
    for row in rows_of(rows, "stack") + rows_of(rows, "heap"):
        expect(row["verdict"] in ("copy-on-write", "independent"), row)
        expect(forked or row["verdict"] == "independent", "strangers:", row)
        expect(set(row["mechanism"]) <= {"fork"}, row)


def largest(rows, kind):
    return max(rows_of(rows, kind), key=lambda row: max(row["size_a"] or 0, row["size_b"] or 0),
               default=None)


# ---- PostgreSQL ----

class Postgres:
    """A server with two backends, which have read one table."""

    def __init__(self):
        self.bin = program("/usr/lib/postgresql/*/bin")
        self.place = place("postgres")
        shutil.chown(self.place, "postgres")
        self.user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        self.make_data()
        self.server = Target([f"{self.bin}/postgres", "-D", f"{self.place}/data", "-k", self.place,
                              "-c", "listen_addresses=", "-c", "shared_buffers=32MB",
                              "-c", "fsync=off", "-c", "max_connections=10",
                              "-c", "autovacuum=off"],
                             word=rb".*ready to accept connections", stderr=subprocess.STDOUT,
                             **self.user)
        self.backends = [self.connect() for _ in range(2)]
        for pid in (self.server.pid, *self.backends):
            await_states(pid, "S")

    def make_data(self):
        if not os.path.exists(built("diff/postgres.tar")):
            raise Skip("no cluster was made: make selftests, with PostgreSQL installed")
        subprocess.run(["tar", "-C", self.place, "-xf",
                        built("diff/postgres.tar")], timeout=SECONDS, check=True)
        subprocess.run(["chown", "-R", "postgres:postgres", self.place], timeout=SECONDS,
                       check=True)

    def connect(self):
        client = Target([f"{self.bin}/psql", "-h", self.place, "-d", "postgres", "-qtA", "-f", "-"],
                        wait=False, **self.user)
        client.popen.stdin.write(b"select 'pid ' || pg_backend_pid(), sum(length(proname)) "
                                 b"from pg_proc;\n")
        client.popen.stdin.flush()
        said = client.hear(rb"pid \d+.*")
        return int(said.split("pid ")[1].split("|")[0])


@functools.cache
def postgres():
    return Postgres()


@functools.cache
def backends():
    return tool.areas(*postgres().backends)


def check_postgres_buffers():
    """shared_buffers: one mapping, shared, of which both have touched the catalog's pages."""
    for tasks in (postgres().backends, [postgres().server.pid, postgres().backends[0]]):
        row = largest(tool.areas(*tasks), "shared-anon")
        expect(row and row["size_a"] >= 32 * MIB, "no shared_buffers:", row)
        expect_equal((row["size_a"], row["verdict"], row["mechanism"]),
                     (row["size_b"], "shared", ["shared-anon"]), "shared_buffers")
        expect_equal(row["same"] + row["only_a"] + row["only_b"] + row["untouched"],
                     row["size_a"], "pages of shared_buffers")
    row = largest(backends(), "shared-anon")
    expect(row["same"] > 100 * KIB, "two backends that read one table have in common:", row)


def check_postgres_sysv():
    """The small segment by which a server knows that another one runs."""
    row, = rows_of(backends(), "sysv-shm")
    expect_equal((row["verdict"], row["mechanism"]), ("shared", ["sysv-shm"]), "segment")


def check_postgres_program():
    expect_program(backends(), True)
    told = {row["resource"]: row["verdict"]
            for row in tool.table("resources", *postgres().backends)}
    expect_equal((told["mm"], told["files"], told["relation"]),
                 ("independent", "independent", "related"), "two backends")


# ---- redis ----

class Redis:
    """Its child writes the data while the parent goes on: each key takes it a while."""

    def __init__(self):
        server = program("/usr/bin/redis-server")
        path = os.path.join(place("redis"), "socket")
        self.server = Target([server, "--port", "0", "--unixsocket", path, "--save", "", "--dir",
                              place("redis"), "--rdb-key-save-delay", "100000"],
                             word=rb".*(?:Ready to accept|ready to accept).*")
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(SECONDS)
            client.connect(path)
            for command in (b"DEBUG POPULATE 2000 key 4000", b"BGSAVE", b"SET written later"):
                client.sendall(command + b"\r\n")
                answer = client.recv(1000)
                expect(answer[:1] == b"+" or b"DEBUG" in answer, command, answer)
                if answer[:1] != b"+":
                    self.populate(client)
        self.child, = await_children(self.server.pid, 1)

    @staticmethod
    def populate(client):
        """DEBUG is for those only who have switched it on."""
        for key in range(200):
            client.sendall(b"SET key%d %s\r\n" % (key, b"x" * 40000))
            expect_equal(client.recv(100), b"+OK\r\n", "answer")


@functools.cache
def redis():
    return Redis()


def check_redis():
    redis().server.stop()
    stop(redis().child)
    rows = tool.areas(redis().server.pid, redis().child)
    expect_program(rows, True)
    anon = [row for row in rows if row["kind"] in ("anon", "heap") and row["kind_b"]]
    common = sum(row["same"] for row in anon)
    expect(common > 4 * MIB, "the data set has in common", common)
    expect_equal({row["verdict"] for row in anon if row["same"]}, {"copy-on-write"}, "verdict")
    expect_equal({tuple(row["mechanism"]) for row in anon if row["same"]}, {("fork",)}, "mechanism")
    expect(sum(row["different"] for row in anon), "nothing was written since")
    told = {row["resource"]: row for row in tool.table("resources", redis().server.pid,
                                                       redis().child)}
    expect_equal(told["relation"]["verdict"], "related", "parent and child")


# ---- nginx ----

NGINX = """
daemon off; error_log stderr notice; pid {place}/pid; worker_processes 2; user root;
events {{ worker_connections 16; }}
http {{
    access_log off; client_body_temp_path {place}/a; proxy_temp_path {place}/b;
    fastcgi_temp_path {place}/c; uwsgi_temp_path {place}/d; scgi_temp_path {place}/e;
    limit_req_zone $binary_remote_addr zone=one:4m rate=1r/s;
    server {{ listen unix:{place}/socket; location / {{ limit_req zone=one; return 204; }} }}
}}
"""


@functools.cache
def nginx():
    server = program("/usr/sbin/nginx")
    config = os.path.join(place("nginx"), "config")
    with open(config, "w", encoding="ascii") as file:
        file.write(NGINX.format(place=place("nginx")))
    master = Target([server, "-p", place("nginx"), "-c", config], word=rb".*start worker process .*",
                    stderr=subprocess.STDOUT)
    workers = await_children(master.pid, 2)
    wait_until(lambda: all(b"worker" in read(f"/proc/{pid}/cmdline") for pid in workers),
               "the workers have their names")
    for pid in (master.pid, *workers):
        await_states(pid, "S")
    return master.pid, *workers


def check_nginx_zone():
    master, *workers = nginx()
    for tasks in (workers, (master, workers[0])):
        rows = tool.areas(*tasks)
        expect_program(rows, True)
        row = largest(rows, "shared-anon")
        expect_equal((row["size_a"], row["size_b"], row["verdict"], row["mechanism"]),
                     (4 * MIB, 4 * MIB, "shared", ["shared-anon"]), "the zone")


def check_nginx_socket():
    """Master and workers have one listening socket; the master and each worker a channel."""
    master, *workers = nginx()
    rows = tool.table("channels", *workers)
    listening = [row for row in rows if place("nginx") + "/socket" in (row["name"] or "")]
    expect(listening, "the listening socket is not there:", rows)
    expect("same-open-file" in listening[0]["notes"], listening)
    rows = tool.table("channels", master, workers[0])
    expect([row for row in rows if row["kind"] == "unix-stream" and row["flow"] == "A<->B"],
           "the master's channel is not there:", rows)


# ---- Python ----

PYTHON = """
import sys
from multiprocessing import shared_memory
name = sys.argv[1] if len(sys.argv) > 1 else None
memory = shared_memory.SharedMemory(name=name, create=not name, size=1 << 20)
first = (1 << 19) if name else 0
memory.buf[first:first + 65536] = b"x" * 65536
print("name", memory.name, flush=True)
print("ready", flush=True)
input()
"""


def check_python():
    one = Target(["/usr/bin/python3", "-c", PYTHON], stderr=subprocess.DEVNULL)
    name = one.said.split()[1]
    expect(name.startswith("psm_"), name)
    # Its tracker of resources grumbles in the end.
    other = Target(["/usr/bin/python3", "-c", PYTHON, name], stderr=subprocess.DEVNULL)
    for pid in (one.pid, other.pid):
        await_states(pid, "S")
    rows = tool.areas(one.pid, other.pid)
    expect_program(rows, False)
    row, = rows_of(rows, "posix-shm")
    expect_equal((row["name"], row["name_b"]), (f"/{name}", f"/{name}"), "names")
    expect_equal((row["verdict"], row["mechanism"]), ("shared", ["posix-shm"]), "the segment")
    # Each wrote to its half: nothing in common is resident in both.
    expect_equal((row["same"], row["only_a"], row["only_b"], row["untouched"]),
                 (0, 64 * KIB, 64 * KIB, MIB - 128 * KIB), "its pages")
    channels = [row for row in tool.table("channels", one.pid, other.pid)
                if row["kind"] == "posix-shm"]
    expect_equal([row["name"] for row in channels], [f"/{name}"], "channels")
    expect_equal(comm(one.pid), comm(other.pid), "comm")
    other.end()
    one.end()


def register(checks):
    for name, check in (
            ("PostgreSQL: shared_buffers", check_postgres_buffers),
            ("PostgreSQL: its System V segment", check_postgres_sysv),
            ("PostgreSQL: two backends", check_postgres_program),
            ("redis: BGSAVE", check_redis), ("nginx: a zone", check_nginx_zone),
            ("nginx: sockets", check_nginx_socket),
            ("multiprocessing.shared_memory", check_python)):
        checks.add(f"program: {name}", check)
