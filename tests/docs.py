#!/usr/bin/env python3
"""Hold the manual pages and the README to the tables that the program is made from.

Every subcommand and option of src/option.def stands in man/simmer.1, every
key of src/screen/command.def too, every event and word of src/trace/*.def in
man/simmer-trace.5, and every folder of src/FLOORS in the README's map.

docs.py --bless writes those lists anew from their tables.
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


def sentence(text):
    """An explanation as a sentence of its own; names stay as they are written."""
    text = text.strip()
    first = text.split()[0]
    if first[0].isalpha() and not re.search(r"[:.`_(/]", first.rstrip(",;")):
        text = text[0].upper() + text[1:]
    return text.replace("\\", "\\e") + ("" if text.endswith(".") else ".")


FIELDS = {"ID": "id", "TEXT": "string", "NS": "time", "COUNT": "number", "LINE": "line"}


def events_in_mdoc():
    """The list of events: a subsection for each heading of event.def."""
    open_list = False
    for line in (root / "src/trace/event.def").read_text().splitlines():
        heading = re.match(r"/\* ---- (.*) ---- \*/", line)
        row = re.match(r'EVENT\(\w+, "(.*?)", (\w+), (\w+), "(.*)"\)$', line)
        if heading:
            title = heading.group(1)
            yield ".El\n" if open_list else ""
            yield f".Ss {title[0].upper()}{title[1:]}\n.Bl -tag -width 4n\n"
            open_list = True
        elif row:
            word, a, b, text = row.groups()
            fields = [f" Ar {name}:{FIELDS[kind]}" for name, kind in (("a", a), ("b", b)) if kind != "NONE"]
            yield f".It Ic {word}{''.join(fields)}\n{sentence(text)}\n"
    yield ".El\n"


VOCABULARIES = {"ROLE": ("Handle roles", "handle_role"), "WAIT": ("Kinds of waiting", "wait_kind"),
                "ENDING": ("Endings", "ending"), "WORKER": ("Kinds of workers", "worker_kind")}


def words_in_mdoc():
    """The vocabularies of kind.def, each with the events whose detail has its words."""
    table = (root / "src/trace/event.def").read_text()
    for macro, (title, enum) in VOCABULARIES.items():
        users = re.findall(rf'^EVENT\(\w+, "(.*?)",.*detail: enum {enum}\b', table, flags=re.M)
        listed = [f".Ic {word}" for word in users]
        yield f".Ss {title}\nThe detail of\n"
        yield " ,\n".join(listed[:-1]) + ("\nand\n" if len(listed) > 1 else "") + listed[-1] + " .\n"
        yield '.Pp\n.Bl -tag -width "internal-timer" -compact\n'
        for word, text in re.findall(rf'^{macro}\(\w+, "(.*?)"\)[ \t]*(?:/\* (.*?) \*/)?',
                                     (root / "src/trace/kind.def").read_text(), flags=re.M):
            text = "Nothing of the kind." if word == "none" else sentence(text) if text else ""
            yield f".It Li {word}\n" + (f"{text}\n" if text else "")
        yield ".El\n"


# The parts of a page that are made: between `.\" NAME: made by ...` and `.\" end of NAME`.
for path, name, make in (("man/simmer.1", "keys", keys_in_mdoc),
                         ("man/simmer-trace.5", "events", events_in_mdoc),
                         ("man/simmer-trace.5", "vocabularies", words_in_mdoc)):
    begin, end = f'.\\" {name}: made by tests/docs.py --bless\n', f'.\\" end of {name}\n'
    head, _, rest = (root / path).read_text().partition(begin)
    listed, _, tail = rest.partition(end)
    wanted = "".join(make())
    if sys.argv[1:] == ["--bless"]:
        (root / path).write_text(head + begin + wanted + end + tail)
    else:
        want(listed == wanted, f"{path}: {name} is not what the tables say (tests/docs.py --bless)")

readme = (root / "README.md").read_text()
for line in (root / "src/FLOORS").read_text().splitlines():
    floor = re.match(r"([a-z]+)\s*:", line)
    if floor:
        want(f"{floor.group(1)}/" in readme, f"README.md: no {floor.group(1)}/ in the map of src")

print(*bad, sep="\n", end="\n" if bad else "")
sys.exit(1 if bad else 0)
