"""`simmer --record`: what is presented in a real terminal is in the file, whatever ends the session.

Where python3-pyte is installed, recordings are played back and held, cell by cell with its colours,
to what the terminal shows. usage: recording.py SIMMER [NAME...]
"""
import contextlib
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time

from kit import Failed, PROMPT, SCENES, SIMMER, Skipped, Terminal, run_tests

try:
    import pyte
except ImportError:
    pyte = None

ONE_COOK = f"{SCENES}/one_cook.py"


# ---- casts ---------------------------------------------------------------------------------------

class Cast:
    """A file as it is now: its header and its events, all of them whole."""

    def __init__(self, path):
        with open(path, "rb") as file:
            data = file.read()
        if not data.endswith(b"\n"):
            raise Failed(f"the file ends within a line: {data[-60:]!r}")
        try:
            self.header, *self.events = [json.loads(line) for line in data.decode().splitlines()]
        except ValueError as error:
            raise Failed(f"a line is no JSON: {error}") from error
        self.version = self.header["version"]
        self.times = []
        for at, code, text in self.events:
            last = self.times[-1] if self.times else 0
            self.times.append(at if self.version == 2 else round(last + at, 3))
            if self.times[-1] < last or code not in "oimr" or not isinstance(text, str):
                raise Failed(f"a wrong event: {[at, code, text]}")

    def of(self, code):
        return [text for _, kind, text in self.events if kind == code]

    def size(self):
        if self.version == 3:
            return self.header["term"]["cols"], self.header["term"]["rows"]
        return self.header["width"], self.header["height"]


def cells(screen):
    return [[screen.buffer[y][x][:] for x in range(screen.columns)] for y in range(screen.lines)]


def played(cast, ended=False):
    """The cells of the last frame."""
    screen = pyte.Screen(*cast.size())
    stream = pyte.Stream(screen)
    events = cast.events[:-1] if ended else cast.events
    for _, code, text in events:
        if code == "r":
            cols, rows = map(int, text.split("x"))
            screen.resize(rows, cols)
        elif code == "o":
            stream.feed(text)
    return cells(screen)


def shown(t):
    """The cells of the terminal."""
    cols, rows = map(int, t.tmux("display", "-p", "#{pane_width} #{pane_height}").split())
    screen = pyte.Screen(cols, rows)
    stream = pyte.Stream(screen)
    for y, line in enumerate(t.tmux("capture-pane", "-e", "-N", "-p").split("\n")[:rows]):
        stream.feed(f"\033[{y + 1};1H{line}")
    return cells(screen)


def look(cell):
    """What one sees of a cell: a blank has a ground, but no colour and no weight."""
    text, fg, bg, bold, _, underline, _, reverse = cell[:8]
    if reverse:
        fg, bg = bg or "ground", fg or "text"
    return (text, bg, underline) if text == " " else (text, fg, bg, bold, underline)


# tmux tells no more of cells that were only erased.
NOTHING = ((" ", "default", False), (" ", "ffffff", False))


# The text and the ground of the light theme, as a recording paints them that began in the dark.
LIGHT = {"fg": "1c1c1c", "bg": "ffffff"}


def on_ground(screen, ground):
    """The cells as they are where the terminal's own colours are those."""
    return [[cell[:1] + tuple(ground[name] if colour == "default" else colour
                              for name, colour in zip(("fg", "bg"), cell[1:3])) + cell[3:]
             for cell in row] for row in screen]


def difference(a, b):
    """Where `a`, which tmux may have told, differs from `b`; None if nowhere."""
    if len(a) != len(b) or len(a[0]) != len(b[0]):
        return f"{len(a[0])}x{len(a)} and {len(b[0])}x{len(b)} cells"
    for y, (left, right) in enumerate(zip(a, b)):
        for x, (one, other) in enumerate(zip(map(look, left), map(look, right))):
            if one != other and not (one in NOTHING and other[0] == " "):
                return f"row {y} column {x}: {one} and {other}\n" \
                       f"{''.join(c[0] for c in left)}\n{''.join(c[0] for c in right)}"
    return None


def until(fact, seconds=10.0):
    """Wait until `fact` returns something that is not empty, which is returned."""
    begin = time.monotonic()
    while True:
        try:
            found, why = fact(), None
        except (Failed, FileNotFoundError) as error:
            found, why = None, error
        if found:
            return found
        if time.monotonic() - begin > seconds:
            raise Failed(f"{why or 'it never came'}")
        time.sleep(0.02)


def hold_what_is_shown(t, path, ground=None):
    """Wait until the file's last frame is what the terminal shows; returns its cells."""
    if not pyte:
        return None

    def same():
        on_screen, in_file = shown(t), played(Cast(path))
        if ground:
            on_screen = on_ground(on_screen, ground)
        wrong = difference(on_screen, in_file)
        if wrong:
            raise Failed(f"shown and recorded: {wrong}")
        return in_file
    return until(same)


def record(t, *arguments, name="x.cast", program=SIMMER):
    """Start a recorded session; the path of its file."""
    t.type(f"{program} --record {name} {' '.join(arguments)}")
    return os.path.join(t.folder, name)


def expect(fact, *what):
    if not fact:
        raise Failed(" ".join(map(str, what)))


# ---- a session, and all its ends -----------------------------------------------------------------

def present(t):
    """From the gallery through a scene, with help, another size and other colours; the file."""
    path = record(t, "--keys")
    t.wait_for("enter open")
    hold_what_is_shown(t, path)
    t.press("Enter")
    t.wait_for_the_end()
    t.press("]")
    t.wait_for("◆ 1/")
    t.press("]")
    t.wait_for("◆ 2/")
    hold_what_is_shown(t, path)
    t.press("?")
    t.wait_for("one step forward")
    hold_what_is_shown(t, path)
    t.press("x", "T")
    t.resize(80, 24)
    t.wait_for("loop ·")
    hold_what_is_shown(t, path, LIGHT)
    t.press("Escape")
    t.wait_for("enter open")
    hold_what_is_shown(t, path, LIGHT)
    t.press("j", "Enter")
    t.wait_for_the_end()
    t.press("]")
    t.wait_for("◆ 1/")
    return path


def hold_the_session(path, last, ended):
    """What `present` did is in the file, of which nothing but the end may have changed since."""
    cast = Cast(path)
    expect(cast.size() == (100, 30), "the size of the beginning is", cast.size())
    expect(cast.of("r") == ["80x24"], "resizes:", cast.of("r"))
    expect("".join(cast.of("i")).startswith("\r]]?xT\033j\r]"), "keys:", cast.of("i"))
    expect(len(cast.of("m")) == 3 and all(cast.of("m")), "markers:", cast.of("m"))
    expect(cast.events[0][1] == "o" and cast.times[0] == 0, "the first event is", cast.events[0][:2])
    expect(("\033[?25h" in cast.events[-1][2]) == ended, "the last event is", cast.events[-1])
    if last:
        wrong = difference(played(cast, ended), last)
        expect(not wrong, "after the end:", wrong)


def gone(pid):
    return not os.path.exists(f"/proc/{pid}")


def it_records_a_session_that_is_quit():
    t = Terminal()
    yield t
    path = present(t)
    last = hold_what_is_shown(t, path, LIGHT)
    t.press("q")
    t.is_given_back(0)
    hold_the_session(path, last, True)
    expect(stat.S_IMODE(os.stat(path).st_mode) & 0o133 == 0, "its mode is", oct(os.stat(path).st_mode))


def it_records_a_session_that_is_terminated():
    t = Terminal()
    yield t
    path = present(t)
    last = hold_what_is_shown(t, path, LIGHT)
    os.kill(t.pid(), signal.SIGTERM)
    t.is_given_back(128 + signal.SIGTERM)
    hold_the_session(path, last, True)


def it_records_a_session_whose_terminal_goes_away():
    t = Terminal()
    yield t
    path = present(t)
    last = hold_what_is_shown(t, path, LIGHT)
    pid = t.pid()
    t.tmux("kill-server")
    until(lambda: gone(pid))
    hold_the_session(path, last, True)


def it_records_a_session_that_is_killed():
    t = Terminal()
    yield t
    path = present(t)
    last = hold_what_is_shown(t, path, LIGHT)
    pid = t.pid()
    os.kill(pid, signal.SIGKILL)
    until(lambda: gone(pid))
    hold_the_session(path, last, False)


def it_records_a_session_that_crashes():
    t = Terminal()
    yield t
    t.type("ulimit -c 0")
    path = present(t)
    last = hold_what_is_shown(t, path, LIGHT)
    os.kill(t.pid(), signal.SIGSEGV)
    t.is_given_back(128 + signal.SIGSEGV)
    hold_the_session(path, last, False)


# ---- what is recorded ----------------------------------------------------------------------------

def it_records_no_keys_unless_asked_and_the_mouse_never():
    t = Terminal()
    yield t
    for option, keys in (("", []), ("--keys", ["]", "]", "q"])):
        path = record(t, option, "--force", ONE_COOK)
        t.wait_for_the_end()
        t.press("]")
        t.wait_for("◆ 1/")
        t.press("-l", "\033[<64;30;20M\033[<65;30;20M")
        t.press("]")
        t.wait_for("◆ 2/")
        t.press("q")
        t.is_given_back(0)
        expect(Cast(path).of("i") == keys, "keys:", Cast(path).of("i"))


def it_marks_each_beat_when_it_comes_into_force():
    t = Terminal()
    yield t
    path = record(t, ONE_COOK)
    t.wait_for_the_end()
    for keys, beat in (("]", 1), ("]", 2), ("]", 3), ("[", 2), ("?", 2), ("x", 2), ("]", 3)):
        t.press(keys)
        t.wait_for("one step forward" if keys == "?" else f"◆ {beat}/")
        hold_what_is_shown(t, path)
    until(lambda: len(Cast(path).of("m")) >= 5)
    markers = Cast(path).of("m")
    expect(len(markers) == 5 and markers[1] == markers[3] and markers[2] == markers[4],
           "markers:", markers)
    t.press("q")
    t.is_given_back(0)


def it_names_the_recording_and_writes_the_version_that_was_asked_for():
    t = Terminal()
    yield t
    for options, version, title in (("", 2, "One cook, one dinner"),
                                    ("--format=v3 --title='Der \"Koch\"' --idle=2", 3, 'Der "Koch"')):
        path = record(t, options, "--force", ONE_COOK)
        t.wait_for("timeline")
        hold_what_is_shown(t, path)
        t.press("q")
        t.is_given_back(0)
        t.type("clear")
        header = Cast(path).header
        expect((header["version"], header["title"]) == (version, title), "the header is", header)
        expect(header.get("idle_time_limit") == (2 if options else None), "the header is", header)


def it_records_what_this_terminal_shows():
    """Its colours, its characters, and the theme that was chosen."""
    for cols, rows, term, lang, before in (
            (80, 24, "xterm-256color", "C.UTF-8", "NO_COLOR=1"), (80, 24, "xterm", "C.UTF-8", ""),
            (90, 27, "xterm-256color", "C", ""), (80, 24, "vt100", "C.UTF-8", ""),
            (100, 30, "xterm-256color", "C.UTF-8", "COLORFGBG='0;15'")):
        t = Terminal(cols, rows, term=term, lang=lang)
        try:
            path = record(t, ONE_COOK, program=f"{before} {SIMMER}")
            t.wait_for_the_end()
            hold_what_is_shown(t, path)
            t.press("]", "]", "Right")
            t.wait_for(" 2/")
            hold_what_is_shown(t, path)
            text = "".join(Cast(path).of("o"))
            if lang == "C":
                expect(text.isascii(), "not ASCII")
            if before.startswith("NO_COLOR") or term == "vt100":
                expect(not re.search(r"\[[0-9;]*[34][0-9][;m]", text), "there are colours")
            expect(("38;5;" in text) == (term == "xterm-256color" and "NO_" not in before),
                   "256 colours?", term, before)
            t.press("q")
            t.is_given_back(0)
        finally:
            t.close()
    yield None


def it_records_a_trace_that_is_shown():
    t = Terminal()
    yield t
    t.type(f"{SIMMER} export {ONE_COOK} -o cook.trace")
    until(lambda: os.path.exists(os.path.join(t.folder, "cook.trace")))
    path = record(t, "cook.trace")
    t.wait_for("timeline")
    t.press("]", "]")
    t.wait_for("◆ 2/")
    hold_what_is_shown(t, path)
    t.press("q")
    t.is_given_back(0)
    expect(len(Cast(path).of("m")) >= 1, "no marker")


def it_records_at_most_sixty_frames_a_second():
    t = Terminal(80, 24)
    yield t
    scene = t.write("long.py", "import asyncio\n\n\nasync def main():\n    for i in range(400):\n"
                               "        print(i)\n        await asyncio.sleep(0.5)\n\n\n"
                               "asyncio.run(main())\n")
    path = record(t, scene)
    t.wait_for_the_end()
    t.press("}", "}", "}", "}", "}", "}", "Space")
    t.wait_for("has ended|exit status", 60)
    hold_what_is_shown(t, path)
    t.press("q")
    t.is_given_back(0)
    cast = Cast(path)
    times = [at for at, (_, code, _) in zip(cast.times, cast.events) if code == "o"][:-1]
    expect(len(times) > 50, "only", len(times), "frames")
    # Times are in whole milliseconds.
    close = [b - a for a, b in zip(times, times[1:]) if b - a < 0.0155]
    expect(not close, "frames too close:", close[:5])


SPIN = """
import asyncio


async def child(n):
    for i in range(100000000):
        await asyncio.sleep(0)


async def main():
    await asyncio.gather(*(child(n) for n in range(8)))


asyncio.run(main())
"""


def it_records_while_a_scene_runs_flat_out():
    t = Terminal()
    yield t
    path = record(t, "--max-events=100000000", t.write("spin.py", SPIN))
    t.wait_for("still running")
    t.press("End")
    t.wait_for("live")
    until(lambda: len(Cast(path).of("o")) > 20)
    t.press("?")
    took = t.wait_for("one step forward", 5)
    expect(took < 1, "the help came after", took)
    t.press("x", "q")
    t.is_given_back(0)
    Cast(path)


# ---- away, and back --------------------------------------------------------------------------------

def it_cuts_short_what_was_done_elsewhere():
    t = Terminal()
    yield t
    begin = time.monotonic()
    path = record(t, ONE_COOK)
    t.wait_for_the_end()
    t.press("]")
    t.wait_for("◆ 1/")
    t.press("C-z")
    t.wait_for(re.escape(PROMPT.strip()) + r"\s*$")
    left = time.monotonic()
    time.sleep(3)
    t.resize(90, 27)
    away = time.monotonic() - left
    t.type("fg")
    t.wait_for("◆ 1/")
    hold_what_is_shown(t, path)
    t.press("]")
    t.wait_for("◆ 2/")
    hold_what_is_shown(t, path)
    t.press("q")
    t.is_given_back(0)
    cast = Cast(path)
    took = time.monotonic() - begin
    expect(cast.times[-1] < took - (away - 1), "the recording takes", cast.times[-1], "s of", took,
           "s, of which", away, "s were elsewhere")
    expect(cast.of("r") == ["90x27"], "resizes:", cast.of("r"))


def it_goes_on_after_an_editor():
    t = Terminal()
    yield t
    scene = t.write("changing.py", "import time\n\nprint('first')\ntime.sleep(1)\nprint('second')\n")
    editor = t.write("editor.sh", "#!/bin/sh\necho 'the editor is here'\n"
                                  "while ! test -e go; do sleep 0.05; done\n"
                                  "sed -i s/first/another/ \"$1\"\n")
    os.chmod(editor, 0o755)
    path = record(t, "--keys", scene, program=f"EDITOR={editor} {SIMMER}")
    t.wait_for_the_end()
    t.press("End")
    t.wait_for("output  first")
    hold_what_is_shown(t, path)
    t.press("e")
    t.wait_for("the editor is here")
    time.sleep(3)
    t.write("go", "")
    t.wait_for("output  another")
    hold_what_is_shown(t, path)
    cast = Cast(path)
    expect("the editor is here" not in "".join(cast.of("o")), "the editor was recorded")
    longest = max(b - a for a, b in zip(cast.times, cast.times[1:]))
    expect(longest < 2.5, "a pause of", longest, "s where the editor took 3 s")
    t.press("q")
    t.is_given_back(0)


# ---- where it cannot be written --------------------------------------------------------------------

def it_refuses_what_it_cannot_record_before_the_screen_is_opened():
    t = Terminal()
    yield t
    old = t.write("old.cast", "old\n")
    broken = t.write("broken.py", "def broken(:\n")
    os.mkdir(os.path.join(t.folder, "folder.cast"))
    os.mkfifo(os.path.join(t.folder, "pipe.cast"))
    os.symlink("/dev/full", os.path.join(t.folder, "full.cast"))
    os.symlink("nowhere", os.path.join(t.folder, "link.cast"))
    for command, line, status in (
            (f"{SIMMER} --record old.cast {ONE_COOK}", "old.cast: exists already", 2),
            (f"{SIMMER} --record link.cast {ONE_COOK}", "link.cast: exists already", 2),
            (f"{SIMMER} --record folder.cast --force {ONE_COOK}", "folder.cast: Is a directory", 1),
            (f"{SIMMER} --record folder.cast {ONE_COOK}", "folder.cast: Is a directory", 1),
            (f"{SIMMER} --record pipe.cast --force {ONE_COOK}", "pipe.cast: is no file", 2),
            (f"{SIMMER} --record pipe.cast {ONE_COOK}", "pipe.cast: is no file", 2),
            (f"{SIMMER} --record full.cast --force {ONE_COOK}", "full.cast: is no file", 2),
            (f"{SIMMER} --record no/x.cast {ONE_COOK}", "no/x.cast: No such file", 1),
            (f"{SIMMER} --record old.cast/x.cast {ONE_COOK}", "x.cast: Not a directory", 1),
            (f"{SIMMER} --record x.gif {ONE_COOK}", "wants a FILE.cast", 2),
            (f"{SIMMER} --record - {ONE_COOK}", "wants a FILE.cast", 2),
            (f"{SIMMER} --keys {ONE_COOK}", "are for --record", 2),
            (f"{SIMMER} --format=v2 {ONE_COOK}", "are for --record", 2),
            (f"{SIMMER} --title=x {ONE_COOK}", "are for --record", 2),
            (f"{SIMMER} --idle=1 {ONE_COOK}", "are for --record", 2),
            (f"{SIMMER} --force {ONE_COOK}", "are for --record", 2),
            (f"TERM=dumb {SIMMER} --record x.cast {ONE_COOK}", "'simmer record SCENE", 2),
            (f"TERM=nobody-knows {SIMMER} --record x.cast {ONE_COOK}", "unknown", 2),
            (f"{SIMMER} --record x.cast {ONE_COOK} | cat", "'simmer record SCENE", 0),
            (f"{SIMMER} --record x.cast nowhere.py", "nowhere.py: ", 2),
            (f"{SIMMER} --record old.cast --force {broken}", "broken.py:1", 2)):
        t.type(command)
        t.wait_for(re.escape(line))
        t.is_given_back(status)
        t.type("clear")
        t.wait_for("status=", gone=True)
    expect(open(old, encoding="utf-8").read() == "old\n", "the old file has changed")
    left = sorted(name for name in os.listdir(t.folder) if name.startswith("x."))
    expect(not left, "left behind:", left)


def it_overwrites_a_file_only_when_asked():
    t = Terminal()
    yield t
    path = t.write("x.cast", "old\n" * 100000)
    record(t, "--force", ONE_COOK)
    t.wait_for("timeline")
    hold_what_is_shown(t, path)
    t.press("q")
    t.is_given_back(0)
    Cast(path)


def it_refuses_a_file_that_another_session_is_recorded_to():
    t = Terminal()
    yield t
    path = record(t, ONE_COOK)
    t.wait_for("timeline")
    other = Terminal()
    try:
        other.type(f"{SIMMER} --record {path} --force {ONE_COOK}")
        other.wait_for("another session is being recorded")
        other.is_given_back(1)
    finally:
        other.close()
    hold_what_is_shown(t, path)
    t.press("q")
    t.is_given_back(0)


def present_on_a_full_disk(t, path):
    """Fill the disk, and go on; the recording ends with a whole line and the status is 1."""
    def whole_lines():
        """How many there are; what is written of a line that does not fit is soon taken back."""
        with open(path, "rb") as f:
            return f.read().count(b"\n")

    t.wait_for_the_end()
    full = False
    while not full:
        lines = whole_lines()
        t.press("T")
        full = until(lambda: "the recording ends here" in t.screen() or
                     (whole_lines() > lines and "not yet")) is True
    before = os.stat(path).st_size
    t.press("?")
    t.wait_for("one step forward")
    t.press("x", "End")
    t.wait_for("has ended|exit status")
    t.wait_for("the recording ends here", gone=True)
    t.press("q")
    t.wait_for("x.cast: .*; the recording ends after [0-9.]+ s")
    t.is_given_back(1)
    expect(os.stat(path).st_size == before, "written to after it failed")
    expect(len(Cast(path).of("o")) > 3, "hardly anything was recorded")


def it_goes_on_without_recording_when_the_file_may_not_grow():
    t = Terminal()
    yield t
    t.type("ulimit -f 100")
    present_on_a_full_disk(t, record(t, ONE_COOK))


@contextlib.contextmanager
def small_disk(t, size):
    """A folder with no more room than that."""
    disk = os.path.join(t.folder, "disk")
    os.mkdir(disk)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", disk],
                             capture_output=True)
    if mounted.returncode != 0:
        raise Skipped("mounting a small disk takes root")
    try:
        yield disk
    finally:
        t.tmux("kill-server")
        until(lambda: subprocess.run(["umount", disk], capture_output=True).returncode == 0)


def it_goes_on_without_recording_when_the_disk_is_full():
    t = Terminal()
    yield t
    with small_disk(t, "128k"):
        present_on_a_full_disk(t, record(t, ONE_COOK, name="disk/x.cast"))


def it_leaves_nothing_when_not_even_the_beginning_fits():
    t = Terminal()
    yield t
    with small_disk(t, "16k"):
        t.write("disk/full", "x" * 16384)
        path = record(t, ONE_COOK, name="disk/x.cast")
        t.wait_for("the recording ends here")
        t.press("q")
        t.wait_for("nothing was recorded")
        t.is_given_back(1)
        expect(not os.path.exists(path), "left behind:", path)


if __name__ == "__main__":
    sys.exit(run_tests(globals()))
