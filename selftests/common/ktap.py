# SPDX-License-Identifier: GPL-2.0
"""Checks, and their results as KTAP."""

import subprocess
import time
import traceback


# A check that takes longer says so.
SLOW = 2


class Skip(Exception):
    """This machine cannot do it; why."""


class Failed(Exception):
    """What was found, and what should have been."""


def expect(condition, *what):
    if not condition:
        raise Failed(" ".join(str(part) for part in what))


def expect_equal(found, wanted, what=""):
    if found != wanted:
        raise Failed(f"{what}: found {found!r}, wanted {wanted!r}")


class Checks:
    """Each is a name and a function that raises what is wrong."""

    def __init__(self):
        self.checks = []

    def add(self, name, function, *arguments):
        self.checks.append((name, function, arguments))

    def run(self, word=""):
        """Exit status: 1 if one failed."""
        wanted = [check for check in self.checks if word in check[0]]
        failed = 0
        print("KTAP version 1")
        print(f"1..{len(wanted)}", flush=True)
        for number, check in enumerate(wanted, 1):
            failed += not self.run_one(number, *check)
        print(f"# {len(wanted) - failed} passed, {failed} failed", flush=True)
        return 1 if failed or not wanted else 0

    @staticmethod
    def run_one(number, name, function, arguments):
        remark, told, begin = "", "", time.monotonic()
        try:
            function(*arguments)
        except Skip as skip:
            remark = f" # SKIP {skip}"
        except (Failed, subprocess.TimeoutExpired) as problem:
            # It may quote what turned out to be empty.
            told = str(problem).strip() or traceback.format_exc()
        except Exception:   # pylint: disable=broad-except
            told = traceback.format_exc()
        for line in told[:4000].splitlines():
            print("#", line.encode("ascii", "backslashreplace").decode())
        if time.monotonic() - begin > SLOW:
            print(f"# took {time.monotonic() - begin:.1f} s")
        print("not ok" if told else "ok", number, name + remark, flush=True)
        return not told
