"""Recordings as their readers see them: what a cast says, what it is to show, and what pyte shows.

A cast is read strictly: what asciinema, its player and a careful person may rely on. What it is to
show comes from `cells` (cells.c): the frames that simmer handed to the writer of casts.
"""
import json
import re
from decimal import Decimal

import pyte
from pyte.graphics import BG_ANSI, FG_ANSI, FG_BG_256

SECOND = 1_000_000_000  # ns
FRAME = SECOND // 60
# What a time in a file may be off: it has three decimals or more.
ROUNDING = SECOND // 2000 + 1
# What some reader or other takes for the end of a line, or obeys.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Wrong(Exception):
    """What does not hold, in one line."""


def hold(fact, *what):
    if not fact:
        raise Wrong(" ".join(str(part) for part in what))


# ---- the file ------------------------------------------------------------------------------


def no_twins(pairs):
    names = [name for name, _ in pairs]
    hold(len(set(names)) == len(names), "a name twice in one object:", names)
    return dict(pairs)


def no_constant(name):
    raise Wrong(f"{name} is not JSON")


def strict_json(text):
    """JSON and nothing else; numbers exact."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=no_constant,
                          object_pairs_hook=no_twins)
    except json.JSONDecodeError as error:
        raise Wrong(f"no JSON: {error}") from None


class Cast:
    """`header`, `cols`, `rows`, and `events`: (ns since the beginning, code, data, line number)."""

    def __init__(self, content):
        text = content.decode("utf-8")
        hold(text.endswith("\n"), "the last line has no end")
        lines = text[:-1].split("\n")
        self.lines = lines
        for number, line in enumerate(lines, 1):
            hold(line and line[0] in "{[" and line[-1] in "]}" and not CONTROL.search(line),
                 "line", number, "is not one plain line of JSON:", ascii(line[:60]))
        self.header = strict_json(lines[0])
        self.read_header()
        self.events = []
        now = Decimal(0)
        for number, line in enumerate(lines[1:], 2):
            event = strict_json(line)
            hold(type(event) is list and len(event) == 3, "line", number, "is no event")
            time, code, data = event
            hold(type(time) in (int, Decimal) and type(data) is str and code in list("omirx"),
                 "line", number, "has odd fields:", line[:60])
            hold(time >= 0 and time.is_finite() if type(time) is Decimal else time >= 0,
                 "line", number, "has the time", time)
            hold(code != "x" or self.version == 3, "line", number, "has the code x in version 2")
            if self.version == 3:
                hold(re.match(r"\[\d+(\.\d{1,3})?,", line), "line", number,
                     "has not three decimals:", line[:30])
                now += time
            else:
                hold(time >= now, "line", number, "goes back in time")
                now = Decimal(time)
            self.events.append((int(now * SECOND), code, data, number))

    def read_header(self):
        h = self.header
        hold(type(h) is dict, "the header is no object")
        self.version = h.get("version")
        hold(self.version in (2, 3), "version", self.version)
        names = {"version", "timestamp", "idle_time_limit", "command", "title", "env"}
        if self.version == 2:
            names |= {"width", "height", "duration", "theme"}
            self.cols, self.rows, theme = h.get("width"), h.get("height"), h.get("theme")
        else:
            names |= {"term"}
            term = h.get("term", {})
            hold(set(term) <= {"cols", "rows", "type", "version", "theme"}, "term has", list(term))
            self.cols, self.rows, theme = term.get("cols"), term.get("rows"), term.get("theme")
        hold(set(h) <= names, "the header has fields of its own:", set(h) - names)
        hold(all(type(n) is int and 0 < n < 10000 for n in (self.cols, self.rows)), "no size")
        hold(set(h.get("env", {})) <= {"TERM", "SHELL"}, "the environment is told:", h.get("env"))
        hold(type(h.get("title", "")) is str, "the title is no text")
        if theme is not None:
            colour = "#[0-9a-f]{6}"
            hold(set(theme) == {"fg", "bg", "palette"}, "the theme has", list(theme))
            hold(re.fullmatch(colour, theme["fg"]) and re.fullmatch(colour, theme["bg"]) and
                 re.fullmatch(f"{colour}(:{colour}){{7}}((:{colour}){{8}})?", theme["palette"]),
                 "odd colours:", theme)

    def of(self, code):
        return [event for event in self.events if event[1] == code]


# ---- what it is to show ---------------------------------------------------------------------

BOLD, DIM, UNDERLINE, REVERSE = 1, 2, 4, 8  # LOOK_ of src/screen/theme.h


def normal(char, fg, bg, attributes):
    """A cell as one sees it: of a blank, only the ground and what is drawn on it count."""
    if char == " " and not attributes & (UNDERLINE | REVERSE):
        return char, -1, bg, 0
    return char, fg, bg, attributes


def told_row(text, runs):
    row, at = [], 0
    for count, fg, bg, attributes in runs:
        for char in text[at:at + count]:
            row.append(normal("" if char == "\0" else char, fg, bg, attributes))
        at += count
    hold(at == len(text), "cells: the runs of a row are not as long as its text")
    return row


class Frame:
    def __init__(self, told):
        self.at, self.cols, self.rows = told["at"], told["cols"], told["rows"]
        self.told = told["lines"]

    def same(self, other):
        return other and self.told == other.told

    def row(self, y):
        return told_row(*self.told[y])

    def text(self):
        """The characters, a line a row; the right half of a wide one is no character."""
        return "\n".join(row[0].replace("\0", "").rstrip() for row in self.told)


class Reference:
    """What `cells` told: `frames` in which something changed, `markers` (ns, label), `inputs`, `end_at`."""

    def __init__(self, content):
        lines = [json.loads(line) for line in content.decode("utf-8")[:-1].split("\n")]
        self.header = lines[0]
        self.frames, self.markers, self.inputs, self.end_at = [], [], [], None
        self.drawn = 0
        for told in lines[1:]:
            if "lines" in told:
                frame = Frame(told)
                self.drawn += 1
                if not self.frames or not frame.same(self.frames[-1]):
                    self.frames.append(frame)
            elif "marker" in told:
                self.markers.append((told["at"], told["marker"]))
            elif "input" in told:
                self.inputs.append((told["at"], told["input"]))
            else:
                self.end_at = told["at"]


# ---- what pyte shows --------------------------------------------------------------------------


def colour_names():
    """What pyte calls a colour -> its indices. It knows 256 colours by their RGB alone, so that some
    of the first sixteen are one with others; xterm.js (browser/) tells them apart."""
    names = {}
    for index, rgb in enumerate(FG_BG_256):
        names.setdefault(rgb, set()).add(index)
    for table, first in ((FG_ANSI, 30), (BG_ANSI, 40)):
        for code, name in table.items():
            if name != "default":
                names.setdefault(name, set()).update({code - first, code - first + 8})
    names["default"] = {-1}
    return names


class Terminal(pyte.Screen):
    """pyte's screen, which says what it does not understand instead of passing over it."""

    def debug(self, *what, **more):
        raise Wrong(f"pyte does not know the sequence {what} {more}")


class Viewer:
    """pyte, fed with a cast's output."""

    names = colour_names()
    made = {}

    def __init__(self, cols, rows):
        self.screen = Terminal(cols, rows)
        self.stream = pyte.Stream(self.screen)

    def feed(self, data):
        self.stream.feed(data)

    def resize(self, cols, rows):
        self.screen.resize(rows, cols)
        self.screen.dirty.update(range(rows))

    def changed(self):
        rows = set(self.screen.dirty)
        self.screen.dirty.clear()
        return rows

    def cell(self, char):
        """pyte's cell as that of a frame, with sets of indices for colours."""
        seen = self.made.get(char)
        if seen is None:
            attributes = ((BOLD if char.bold else 0) | (UNDERLINE if char.underscore else 0) |
                          (REVERSE if char.reverse else 0))
            hold(not (char.italics or char.strikethrough), "italics or struck out:", char)
            fg = {-1} if char.data == " " and not attributes & (UNDERLINE | REVERSE) \
                else self.names[char.fg]
            text, _, _, attributes = normal(char.data, 0, 0, attributes)
            seen = self.made[char] = text, fg, self.names[char.bg], attributes
        return seen

    def differs(self, frame, rows):
        """The first of these rows that is not the frame's, as a line; or None."""
        for y in sorted(rows):
            if y >= frame.rows:
                continue
            line = self.screen.buffer[y]
            for x, want in enumerate(frame.row(y)):
                char, fg, bg, attributes = self.cell(line[x])
                # pyte has no faint text.
                if (char != want[0] or want[1] not in fg or want[2] not in bg or
                        attributes != want[3] & ~DIM):
                    return (f"row {y}, column {x}: pyte shows {char!r} fg {sorted(fg)} bg "
                            f"{sorted(bg)} attributes {attributes}, not {want}")
        return None


# ---- the one against the other -------------------------------------------------------------------


def close(a_ns, b_ns):
    return abs(a_ns - b_ns) <= ROUNDING


def outputs_match(cast, reference):
    """One output event a frame, at its time, and one that gives the terminal back."""
    outputs = cast.of("o")
    hold(len(outputs) == len(reference.frames) + 1, len(outputs), "output events for",
         len(reference.frames), "frames and an end")
    for event, frame in zip(outputs, reference.frames):
        hold(close(event[0], frame.at), "line", event[3], "is at", event[0], "its frame at", frame.at)
    hold(close(outputs[-1][0], reference.end_at), "the end is at", outputs[-1][0], "not at",
         reference.end_at)
    hold(cast.events[-1] == outputs[-1], "something follows the end")
    for before, after in zip(outputs, outputs[1:]):
        hold(after[0] - before[0] >= FRAME - 2 * ROUNDING, "lines", before[3], "and", after[3],
             "are less than a 60th of a second apart")
    for n in range(60, len(outputs)):
        hold(outputs[n][0] - outputs[n - 60][0] >= SECOND - 2 * ROUNDING,
             "more than 60 output events in the second before line", outputs[n][3])


def markers_match(cast, reference):
    """A marker at each beat, after the frame in which it is seen, with the beginning of its caption."""
    markers = cast.of("m")
    hold(len(markers) == len(reference.markers), len(markers), "markers for", len(reference.markers),
         "beats")
    for marker, (_, caption) in zip(markers, reference.markers):
        label = marker[2]
        hold(0 < len(label) <= 72 and caption.startswith(label.rstrip("…")), "line", marker[3],
             "says", label, "of", caption)
    for marker, (at, _) in zip(markers, reference.markers):
        # The player fires none at 0, so one may come a little after its frame.
        hold(-ROUNDING <= marker[0] - at <= 2 * FRAME, "the marker in line", marker[3], "is at",
             marker[0], "its beat at", at)
        hold(marker[0] > 0, "a marker at 0 fires no event")
        shown = [o for o in cast.of("o") if close(o[0], at)]
        hold(shown and shown[0][3] < marker[3], "the marker in line", marker[3],
             "has no frame before it")


def pyte_shows(cast, reference):
    """After each output event pyte's screen is the frame: characters, colours, attributes."""
    viewer = Viewer(cast.cols, cast.rows)
    before, n = None, 0
    for _, code, data, number in cast.events:
        if code == "r":
            cols, rows = map(int, data.split("x"))
            viewer.resize(cols, rows)
            before = None
        if code != "o":
            continue
        viewer.feed(data)
        if n == len(reference.frames):
            break  # the end
        frame = reference.frames[n]
        rows = viewer.changed()
        rows.update(y for y in range(frame.rows) if not before or before.told[y] != frame.told[y])
        hold((viewer.screen.columns, viewer.screen.lines) == (frame.cols, frame.rows), "line", number,
             "shows a screen of", viewer.screen.columns, viewer.screen.lines)
        wrong = viewer.differs(frame, rows)
        hold(not wrong, "line", number, "frame", n, wrong)
        hold(viewer.screen.cursor.hidden, "line", number, "shows the cursor")
        before, n = frame, n + 1
    last = reference.frames[-1]
    cursor = viewer.screen.cursor
    hold(not cursor.hidden and cursor.x == 0 and cursor.y == last.rows - 1,
         "the cursor is not given back at the last row's beginning")
    return viewer


def still_shows(viewer, frame):
    """At the end the last frame stands (but for a last row that the cursor was given back in)."""
    wrong = viewer.differs(frame, range(frame.rows))
    hold(not wrong, "at the end", wrong)
