#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of ipcshow-ring; run by selftests/qemu/vm. Output: KTAP.

	selftests/qemu/vm -- selftests/test_ring_tool.py [-k WORD]
"""

import argparse
import sys

from common import ktap
from ring_tool import broker, death, records, stat, tee


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="WORD", default="", help="only checks with it in the name")
    arguments = parser.parse_args()

    checks = ktap.Checks()
    for part in (records, death, broker, stat, tee):
        part.register(checks)
    return checks.run(arguments.k)


if __name__ == "__main__":
    sys.exit(main())
