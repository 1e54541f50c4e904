# SPDX-License-Identifier: GPL-2.0
"""The forms of the output; and names that no form may take for its own."""

import functools
import html.parser
import json
import os
import re
import subprocess
import xml.etree.ElementTree

from common.ktap import expect, expect_equal
from common.target import ENVIRONMENT, run

from . import tool
from .memory import family, pids

# As PR_SET_NAME takes them: 15 bytes.
HOSTILE = [b'"];x[', b"<script>", b"\\N\\G\\\"", b"&amp;&#65;", b"a\nb\tc", b"\xff\xfe\x80",
           "\u202eevil".encode(), b"\033[2J", b"--> ]]>", b"'\"}{,= x", b"-"]
PLACE = "/tmp/map"


SHARING = """
import mmap
fd = os.open("/dev/shm/hostile", os.O_RDWR | os.O_CREAT, 0o600)
os.ftruncate(fd, 65536)
shared = mmap.mmap(fd, 65536)
shared[:] = b"x" * 65536
"""


@functools.cache
def hostile():
    """One process of each name, that share a segment."""
    targets = [tool.named(name, SHARING, wait=False) for name in HOSTILE]
    for target in targets:
        target.hear(b"ready")
    return targets


def end_hostile():
    for target in hostile():
        target.end()


def path_of(name):
    os.makedirs(PLACE, exist_ok=True)
    return os.path.join(PLACE, name)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def check_valid():
    family()
    for options in ([], ["--all", "-o", ",".join(tool.columns()["Ties"])]):
        tool.SCHEMA.expect_valid(tool.document(*options))


def check_text():
    one, other = pids("fork")
    told = tool.text("-p", str(one), "--inside").splitlines()
    expect(re.fullmatch(r"\d+ processes, 0 ties\.", told[0]), told[0])
    told = tool.text("-p", f"{one},{other}", "--inside").splitlines()
    expect("programs and libraries" in told[1], "it is not said what is left out:", told)
    heading, row = [line.split() for line in told[-2:]]
    expect_equal(heading[:4], ["A", "COMMAND-A", "B", "COMMAND-B"], "heading")
    expect_equal([row[0], row[2]], [str(pid) for pid in sorted((one, other))], "PIDs")


def check_raw():
    _, rows = tool.raw()
    expect(rows, "no rows")
    heading, _ = tool.raw("-o", "+CGROUP-A,USER-B")
    expect_equal(heading[-2:], ["CGROUP-A", "USER-B"], "more columns")


def drawn(source):
    """What Graphviz makes of it, as JSON."""
    ended = subprocess.run(["dot", "-Tjson0"], input=source, stdout=subprocess.PIPE, timeout=90,
                           stderr=subprocess.PIPE, check=False, env=ENVIRONMENT)
    expect_equal((ended.returncode, ended.stderr), (0, b""), "status and stderr of dot")
    return json.loads(ended.stdout)


def shown(name):
    """As it reads for people: of bytes, what JSON would have."""
    text = name.replace(b"\n", b"\\u000a").replace(b"\t", b"\\u0009").replace(b"\033", b"\\u001b")
    text = text.replace("\u202e".encode(), b"\\u202e")
    return "".join(chr(byte) if byte < 0x80 else f"\\x{byte:02x}" for byte in text)


def check_hostile_dot(targets):
    source = tool.good("--dot")
    expect(b"\033" not in source, "an escape code")
    graph = drawn(source)
    nodes = {node["name"]: node["label"] for node in graph["objects"]}
    for name, target in zip(HOSTILE, targets, strict=True):
        # Graphviz keeps its escapes, and entities, until it draws.
        label = nodes[f"p{target.pid}"].replace("&amp;", "&").replace("\\\\", "\\")
        expect_equal(label, f"{shown(name)}\\n{target.pid}", f"label of {name}")
    expect({node[0] for node in nodes} <= set("pht"), "nodes that nobody made:", nodes)


def check_hostile_svg(targets):
    tool.good("--svg", path_of("hostile.svg"))
    root = xml.etree.ElementTree.parse(path_of("hostile.svg")).getroot()
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    expect(tags <= {"svg", "style", "g", "title", "path", "polygon", "text", "ellipse", "a",
                    "polyline"}, "elements that nobody drew:", tags)
    texts = {"".join(element.itertext()) for element in root.iter()
             if element.tag.endswith("}text")}
    for name, target in zip(HOSTILE, targets, strict=True):
        expect(str(target.pid) in texts, target.pid, "is not drawn")
        expect(shown(name) in {text.replace("\u00a0", " ") for text in texts}, name, "is not among",
               texts)


class Page(html.parser.HTMLParser):
    """Its elements, what they refer to, and the cells of its table."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.references, self.cells, self.open = set(), [], [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.references += [value for key, value in attrs
                            if key in ("src", "href", "xlink:href", "onclick", "onload")]
        self.open = tag
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag):
        self.open = None

    def handle_data(self, data):
        if self.open == "td":
            self.cells[-1] += data


def check_hostile_html(targets):
    tool.good("--html", path_of("hostile.html"))
    text = read(path_of("hostile.html"))
    page = Page(text)
    expect("script" not in page.tags and not page.references, "it has", page.tags, page.references)
    expect("http://" not in text.replace("http://www.w3.org/", ""), "it refers to the network")
    expect("prefers-color-scheme: dark" in text and "svg" in page.tags, "no dark picture")
    for name in HOSTILE:
        expect(shown(name) in page.cells, name, "is not in the table")
    expect(str(targets[0].pid) in page.cells, "no PID")


def check_hostile_others(targets):
    told = tool.document()
    names = {process["pid"]: process["comm"] for process in told["processes"]}
    expect_equal([names[targets[i].pid] for i in (0, 1, 4)], ['"];x[', "<script>", "a\nb\tc"],
                 "names in JSON")
    tool.raw()
    for form in ([], ["--raw"]):
        expect(b"\033" not in tool.good(*form), "an escape code in", form)


def check_hostile(*checks):
    for check in checks:
        check(hostile())


def check_hubs():
    """Six that share one thing are drawn around it."""
    graph = drawn(tool.good("--dot", "-u", "1000", "--inside"))
    members = {f"p{pid}" for pid in family()}
    names = {node["_gvid"]: node["name"] for node in graph["objects"]}
    around = {}
    for edge in graph["edges"]:
        around.setdefault(names[edge["tail"]], set()).add(names[edge["head"]])
    expect(members in [found for name, found in around.items() if name.startswith("h")],
           "no hub of", members, "in", around)


def check_no_graphviz():
    ended = tool.run("--svg", path_of("none.svg"), env={"PATH": os.path.dirname(path_to_tool())})
    expect_equal((ended.returncode, ended.stdout), (1, b""), "status and stdout")
    expect(b"Graphviz" in ended.stderr and ended.stderr.count(b"\n") == 1, ended.stderr)
    expect(not os.path.exists(path_of("none.svg")), "a file without a picture")


def path_to_tool():
    return run("sh", "-c", "command -v ipcshow-map").stdout.decode().strip()


def register_first(checks):
    """To look at many takes long."""
    checks.add("JSON: valid", check_valid)
    checks.add("JSON: the schema is one", tool.SCHEMA.check)


def register(checks):
    for name, check in (("text", check_text), ("raw", check_raw),
                        ("graph: around what is shared", check_hubs),
                        ("picture: no Graphviz", check_no_graphviz)):
        checks.add(name, check)
    checks.add("hostile names", check_hostile, check_hostile_others, check_hostile_dot,
               check_hostile_svg, check_hostile_html)
