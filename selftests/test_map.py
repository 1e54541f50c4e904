#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what ipcshow-map prints; run by selftests/qemu/vm. Output: KTAP.

	selftests/qemu/vm -- selftests/test_map.py [-k WORD]
"""

import argparse
import sys

from common import ktap
from common.schema import load_meanwhile
from map import channels, errors, filters, memory, metrics, numbers, output, progress, watch


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="WORD", default="", help="only checks with it in the name")
    arguments = parser.parse_args()

    checks = ktap.Checks()
    output.register_first(checks)
    # What takes many looks comes while there are few to look at.
    for part in (watch, memory, channels, filters, output, metrics, numbers, progress, errors):
        part.register(checks)
    load_meanwhile()
    return checks.run(arguments.k)


if __name__ == "__main__":
    sys.exit(main())
