# SPDX-License-Identifier: GPL-2.0
"""Pictures, by gnuplot."""

import os
import shutil
import struct
import tempfile
import xml.etree.ElementTree as ElementTree
import zlib

from common.ktap import Skip, expect, expect_equal
from common.target import read

from .tool import bench

NAMES = ("pipe", "memfd")
SMALL = ("-m", "3", "-p", "8,64,512", "--between", "processes", *NAMES)


def draw(name):
    if not shutil.which("gnuplot"):
        raise Skip("there is no gnuplot")
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, name)
        expect(bench.text("--plot", path, *SMALL), "no table beside the plot")
        return read(path)


def check_svg():
    root = ElementTree.fromstring(draw("it's.svg"))
    expect_equal(root.tag, "{http://www.w3.org/2000/svg}svg", "root")
    texts = {text.strip() for element in root.iter() for text in (element.text or "",)}
    for word in (*NAMES, "memcpy()", "a line of cache", "payload, bytes"):
        expect(word in texts, word, "is not in", sorted(texts))


def check_png():
    """It is whole, and something is drawn: lines of the picture differ."""
    data, at, pixels = draw("plot.png"), 8, b""
    expect_equal(data[:8], b"\x89PNG\r\n\x1a\n", "signature")
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        expect_equal(zlib.crc32(data[at + 4:at + 8 + size]),
                     struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0], kind)
        if kind == b"IHDR":
            width, height = struct.unpack(">II", data[at + 8:at + 16])
        if kind == b"IDAT":
            pixels += data[at + 8:at + 8 + size]
        at += 12 + size
    expect_equal((width, height), (1500, 1000), "size")
    pixels = zlib.decompress(pixels)
    stride = len(pixels) // height
    lines = {pixels[i * stride:(i + 1) * stride] for i in range(height)}
    expect(len(lines) > height // 10, "few lines differ:", len(lines))


def register(checks):
    checks.add("plot: SVG", check_svg)
    checks.add("plot: PNG", check_png)
