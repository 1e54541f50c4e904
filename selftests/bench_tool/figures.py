# SPDX-License-Identifier: GPL-2.0
"""Figures: that they are there, fit together, and that what did not come would be told."""

from common.ktap import expect, expect_equal
from common.target import built

from .tool import FEW, bench, everything, mechanisms, results


def check_figures():
    """All of each result, and what follows from another."""
    limits = everything()["limits"]
    memcpy = {row["payload"]: row["gb_per_s"] for row in limits["memcpy"]}
    for row in everything()["results"]:
        name = row["mechanism"]
        expect_equal(row["missing"], None, name)
        for key in ("syscalls", "messages_per_s", "gb_per_s", "p50_ns", "cpu_ns"):
            expect(row[key] is not None, name, "has no", key)
        expect_equal((row["messages"], row["trips"], row["p99_ns"], row["p999_ns"]),
                     (12, 12, None, None), name)
        near(row["gb_per_s"], row["messages_per_s"] * row["payload"] / 1e9, name)
        near(row["memcpy_ratio"], row["gb_per_s"] / memcpy[row["payload"]], name)
        near(row["line_ratio"], row["p50_ns"] / limits["line_ns"], name)


def near(found, wanted, name):
    expect(abs(found - wanted) <= 0.01 * wanted + 0.0001, name, found, "is not near", wanted)


def check_summary():
    for name, row in mechanisms().items():
        result = results(everything(), name)[0]
        for key in ("syscalls", "messages_per_s", "p50_ns", "cpu_ns", "gb_per_s", "between",
                    "payload"):
            expect_equal(row[key], result[key], f"{key} of {name}")
        expect_equal(row["best_payload"], 4096, name)


def check_conservation():
    """One way 1 + 12 and 1 + count of calls, there and back 2 * (1 + 12)."""
    for row in everything()["results"]:
        if row["mechanism"] == "thread-nothing":
            expect_equal(row["received"] + row["lost"], row["sent"], "of nothing")
        else:
            expect_equal((row["received"], row["lost"], row["torn"]), (row["sent"], 0, 0),
                         row["mechanism"])
        expect(row["sent"] >= 13 + 26, row)


def check_spoilt():
    """A byte that comes otherwise than it was sent; a mechanism that does so is an error."""
    ended = bench.run(*FEW, "-p", "4K", "--between", "processes", "-J", "pipe",
                      env={"LD_PRELOAD": built("bench_tool/spoil.so")})
    told = ended.stderr.decode()
    expect_equal((ended.returncode, ended.stdout), (1, b""), "status and stdout")
    expect("pipe, 4096 bytes, between processes: 13 messages sent, 13 received, 0 lost, 1 torn"
           in told, told)


def check_payloads():
    """Each, ascending, once; what a mechanism cannot take has its reason."""
    told = bench.document("-m", "3", "-p", "1M,8,8,72", "pipe", "posix-mq", "udp")
    expect_equal(told["payloads"], [8, 72, 1 << 20], "payloads")
    for name in ("pipe", "posix-mq", "udp"):
        rows = results(told, name)
        expect_equal([(row["between"], row["payload"]) for row in rows],
                     [(between, size) for between in ("processes", "threads")
                      for size in told["payloads"]], name)
        expect_equal([bool(row["missing"]) for row in rows], [False, False, name != "pipe"] * 2,
                     name)
    reason = results(told, "udp")[-1]["missing"]
    expect("65507" in reason, reason)


def check_threads():
    """Every mechanism that is not of processes only goes between threads, too."""
    for name in mechanisms():
        wanted = ["threads"] if name.startswith("thread-") else \
            ["processes"] if name.startswith("python-") else ["processes", "threads"]
        expect_equal([row["between"] for row in results(everything(), name)], wanted, name)


def check_quantiles():
    told, = bench.document("-m", "1000", "-p", "8", "--between", "processes",
                           "posix-shm")["results"]
    expect(told["p50_ns"] <= told["p99_ns"] <= told["p999_ns"], told)


def register(checks):
    for name, check in (("all are there", check_figures), ("a mechanism's own", check_summary),
                        ("what was sent has come", check_conservation),
                        ("what comes spoilt is told", check_spoilt),
                        ("payloads", check_payloads), ("between threads", check_threads),
                        ("quantiles", check_quantiles)):
        checks.add(f"figures: {name}", check)
