#!/usr/bin/env python3
"""Hold the manual pages and the README to the tables that the program is made from.

Every subcommand and option of src/option.def stands in man/simmer.1, every
key of src/screen/command.def too, every event of src/trace/event.def in
man/simmer-trace.5, and every folder of src/FLOORS in the README's map.

docs.py --bless writes the list of keys in man/simmer.1 anew from its table.
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

def keys_in_mdoc():
    """The section KEYS as its table has it: the scene's keys, then the gallery's."""
    lists = {"SCENE": [], "GALLERY": []}
    for row in rows("src/screen/command.def", "COMMAND"):
        context = re.search(r",\s*(SCENE|GALLERY|BOTH)\s*,", row).group(1)
        _, label, _, what = re.findall(r'"((?:[^"\\]|\\.)*)"', row)
        if label:
            for one in ("SCENE", "GALLERY") if context == "BOTH" else (context,):
                lists[one].append((label, what))
    for one, intro in (("SCENE", "In a scene:"), ("GALLERY", "In the gallery:")):
        yield f"{intro}\n.Pp\n.Bl -tag -width shift-tab -compact\n"
        for label, what in lists[one]:
            keys = " ".join(f"\\&{key}" for key in label.split())
            yield f".It Ic {keys}\n{what[0].upper()}{what[1:]}.\n"
        yield ".El\n" + (".Pp\n" if one == "SCENE" else "")


command_file = root / "man/simmer.1"
begin, end = '.\\" keys: made by tests/docs.py --bless\n', '.\\" end of keys\n'
head, _, rest = command_file.read_text().partition(begin)
listed, _, tail = rest.partition(end)
wanted = "".join(keys_in_mdoc())
if sys.argv[1:] == ["--bless"]:
    command_file.write_text(head + begin + wanted + end + tail)
else:
    want(listed == wanted, "man/simmer.1: KEYS is not what src/screen/command.def says (tests/docs.py --bless)")

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
