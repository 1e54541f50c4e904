#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of what ipcshow-dump prints; run by selftests/qemu/vm. Output: KTAP.

	selftests/qemu/vm -- selftests/test_dump.py [-k WORD] [--write-golden DIRECTORY]
"""

import argparse
import sys

from common import ktap
from common.schema import load_meanwhile
from dump import errors, golden, hostile, options, programs, race, regions, schema, watch


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-k", metavar="WORD", default="", help="only checks with it in the name")
    parser.add_argument("--write-golden", metavar="DIRECTORY",
                        help="write golden files there; check nothing")
    arguments = parser.parse_args()
    if arguments.write_golden:
        golden.write(arguments.write_golden)
        return 0

    checks = ktap.Checks()
    # In this order: the schema's library loads meanwhile, and the module goes last.
    for part in (golden, regions, options, hostile, programs, race, watch, errors):
        part.register(checks)
    schema.register(checks)
    errors.register_last(checks)
    load_meanwhile()
    return checks.run(arguments.k)


if __name__ == "__main__":
    sys.exit(main())
