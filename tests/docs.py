#!/usr/bin/env python3
"""Hold the manual pages and the README to the tables that the program is made from.

Every subcommand and option of src/option.def stands in man/simmer.1, every
key of src/screen/command.def too, every event of src/trace/event.def in
man/simmer-trace.5, and every folder of src/FLOORS in the README's map.
"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
bad = []


def rows(path, macro):
    """The argument texts of each MACRO(...) row in a .def file, comments removed."""
    text = re.sub(r"/\*.*?\*/", "", (root / path).read_text(), flags=re.S)
    for match in re.finditer(rf"^{macro}\((.*?)\)\s*$", text, flags=re.S | re.M):
        yield match.group(1)


def page(path):
    """A page's text as a reader sees it: mdoc escapes for minus and quotes undone."""
    text = (root / path).read_text()
    for escape, plain in ((r"\-", "-"), (r"\(dq", '"'), (r"\&", ""), (r"\e", "\\"),
                          (r"\(lB", "["), (r"\(rB", "]")):
        text = text.replace(escape, plain)
    return text


def want(condition, message):
    if not condition:
        bad.append(message)


command_page = page("man/simmer.1")
for row in rows("src/option.def", "COMMAND"):
    word = re.findall(r'"([^"]*)"', row)[0]
    want(not word or f".Cm {word}" in command_page, f"man/simmer.1: no subcommand {word}")
for row in rows("src/option.def", "OPTION"):
    long = re.findall(r'"([^"]*)"', row)[0]
    want(f"Fl -{long}" in command_page, f"man/simmer.1: no option --{long}")

for row in rows("src/screen/command.def", "COMMAND"):
    what = re.findall(r'"((?:[^"\\]|\\.)*)"', row)[-1]
    want(what in command_page.replace("\n", " "), f"man/simmer.1: no key that says '{what}'")

trace_page = page("man/simmer-trace.5")
for row in rows("src/trace/event.def", "EVENT"):
    word = re.findall(r'"([^"]*)"', row)[0]
    want(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", trace_page),
         f"man/simmer-trace.5: no event {word}")

readme = (root / "README.md").read_text()
for line in (root / "src/FLOORS").read_text().splitlines():
    floor = re.match(r"([a-z]+)\s*:", line)
    if floor:
        want(f"{floor.group(1)}/" in readme, f"README.md: no {floor.group(1)}/ in the map of src")

print(*bad, sep="\n", end="\n" if bad else "")
sys.exit(1 if bad else 0)
