# SPDX-License-Identifier: GPL-2.0
"""How much of the module's memory a user may have in use."""

from .target import read, write

USER_KIB = "/sys/module/ipcshow/parameters/ring_user_kib"
TARGET_KIB = 64
# What the library takes where there is room, and the pages of positions.
RING_KIB = 256 + 16


class UserShare:
    """So many KiB, for a while."""

    def __init__(self, kib):
        self.kib = kib
        self.before = read(USER_KIB).decode().strip()

    def __enter__(self):
        write(USER_KIB, str(self.kib))

    def __exit__(self, *why):
        write(USER_KIB, self.before)
