#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what ipcshow-demo shows and claims; run by selftests/qemu/vm. Output: KTAP.

	selftests/qemu/vm -- selftests/test_demo.py [-k WORD]
"""

import argparse
import sys

from common import ktap
from common.schema import load_meanwhile
from demo_tool import demos, errors, interrupted, pages, tables
from demo_tool.tool import there_before


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="WORD", default="", help="only checks with it in the name")
    arguments = parser.parse_args()

    there_before()
    checks = ktap.Checks()
    for part in (demos, pages, tables, interrupted, errors):
        part.register(checks)
    # The rest does without what this one takes away.
    checks.add("without the module", demos.check_no_module)
    load_meanwhile()
    return checks.run(arguments.k)


if __name__ == "__main__":
    sys.exit(main())
