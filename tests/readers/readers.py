"""Programs of others read what simmer writes, and show what it drew.

Each function whose name begins with `it_` is a check; its name is the fact. Recordings are held, frame
by frame, to the cells that `cells` tells (cells.c). What takes npm or Chromium is in browser/.
usage: readers.py SIMMER CELLS [CHECK...]
"""
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

import casts
import pictures
from casts import Cast, Reference, Viewer, Wrong, hold

SIMMER, CELLS = (os.path.realpath(path) for path in sys.argv[1:3])
HERE = os.path.dirname(os.path.realpath(__file__))
REPO = os.path.realpath(os.path.join(HERE, "..", ".."))
SCENES = os.path.join(REPO, "scenes")
GALLERY = sorted(name for name in os.listdir(SCENES) if name.endswith(".py"))
ENDINGS = ("svg", "html", "json", "txt")
JOBS = "two_cooks_five_orders.py"  # some wait in a queue: what overlaps is no slice
TRACES = os.path.join(REPO, "tests", "keys")


WORK = tempfile.mkdtemp(prefix="simmer-readers-")


class Skipped(Exception):
    """What is not installed."""


def need(tool):
    if not shutil.which(tool):
        raise Skipped(f"needs {tool}")


def scene(name):
    gallery = os.path.join(SCENES, name)
    return gallery if os.path.exists(gallery) else os.path.join(HERE, name)


def trace(name):
    """A scene's trace, made once. Other paths are themselves."""
    if os.path.isabs(name):
        return name
    if name.endswith(".trace"):
        return os.path.join(TRACES, name)
    path = os.path.join(WORK, name.removesuffix(".py") + ".trace")
    if not os.path.exists(path):
        run(SIMMER, "export", scene(name), "-o", path)
    return path


def run(*command, cwd=None, env=None, status=0):
    """Its standard output; what went wrong is told in one line."""
    done = subprocess.run(command, capture_output=True, cwd=cwd, env=env, timeout=60,
                          stdin=subprocess.DEVNULL)
    hold(done.returncode == status, os.path.basename(command[0]), *command[1:], "exits with",
         done.returncode, done.stderr.decode("utf-8", "replace").strip()[-300:])
    return done.stdout


def record(name, *options, program=SIMMER, **how):
    return run(program, "record", trace(name), "-o", "-", *options, **how)


def both(name, *options):
    """A recording as simmer writes it, and its frames as cells tells them."""
    return (Cast(record(name, *options)), Reference(record(name, *options, program=CELLS)))


def export(name, ending, *options, **how):
    """The content of the file that `simmer export` writes."""
    path = os.path.join(WORK, f"out.{ending}")
    run(SIMMER, "export", trace(name), "-f", "-o", path, *options, **how)
    with open(path, "rb") as file:
        return file.read()


def text(name, *options):
    """What `simmer trace` prints."""
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    return run(SIMMER, "trace", *options, trace(name), env=env).decode("utf-8")


def hold_match(cast, reference):
    casts.outputs_match(cast, reference)
    casts.markers_match(cast, reference)
    viewer = casts.pyte_shows(cast, reference)
    casts.still_shows(viewer, reference.frames[-1])


def hold_cast(name, *options):
    try:
        cast, reference = both(name, *options)
        hold_match(cast, reference)
    except Wrong as wrong:
        raise Wrong(" ".join([name, *options, str(wrong)])) from None
    return cast, reference


# ---- recordings -------------------------------------------------------------------------------


def it_shows_each_scene_of_the_gallery_in_pyte_cell_by_cell():
    frames = 0
    for name in GALLERY:
        frames += len(hold_cast(name, "--size", "80x24")[1].frames)
    hold(frames > 50 * len(GALLERY), "only", frames, "frames")
    return f"{frames} frames"


def it_shows_every_size_theme_and_form():
    for name, options in (
            ("one_cook.py", ""), ("pipeline.py", "--theme light --format v3"),
            ("two_cooks.py", "--ascii --size 132x43"), ("gather.py", "--size 40x10"),
            ("cancellation.py", "--theme none"), ("shield.py", "--theme none --ascii --format v3"),
            ("echo_server.py", "--size 200x60 --theme light"), ("lock.py", "--size 41x11"),
            ("timeout.py", "--pace 0.02,0.1"), ("eight_lanes.py", "--pace 0.001,0.01 --format v3"),
            ("semaphore.py", "--idle 0.5 --from 2 --to 3"),
            ("task_group.py", "--from step:3 --to step:9 --title 'of \"two\" \\ three'"),
            ("kitchen.trace", ""), ("echo.trace", "--size 80x24"), ("two_cooks.trace", "--format v3")):
        hold_cast(name, *shlex.split(options))


def it_shows_wide_and_odd_characters():
    for size in ("80x24", "61x20", "100x30"):
        cast, reference = hold_cast("characters.py", "--size", size)
        last = reference.frames[-1].text()
        hold("炒飯" in last, "no wide characters on the screen:", last)


def it_numbers_the_beats_as_the_screen_does():
    """The frame of the n-th marker says n/N, and all N were marked."""
    for name in GALLERY:
        cast, reference = both(name, "--size", "100x30")
        frames = {frame.at: frame for frame in reference.frames}
        total = 0
        for n, (at, label) in enumerate(reference.markers, 1):
            told = re.search(r"◆ (\d+)/(\d+)", frames[at].text())
            hold(told and int(told[1]) == n, name, "beat", n, "shows", told and told[0])
            hold(label.split()[0] in frames[at].text(), name, "beat", n, "does not show", label)
            total = int(told[2])
        hold(len(cast.of("m")) == total, name, "has", total, "beats,", len(cast.of("m")), "markers")


def it_stands_at_the_beginning_at_beats_and_at_the_end():
    cast, reference = both("one_cook.py")
    times = [frame.at for frame in reference.frames] + [reference.end_at]
    hold(times[0] == 0 and times[1] >= casts.SECOND, "the opening stands", times[1])
    hold(times[-1] - times[-2] >= casts.SECOND, "the end stands", times[-1] - times[-2])
    for at, label in reference.markers:
        end = min((other for other, _ in reference.markers if other > at), default=times[-1])
        hold(end - at >= 0.15 * casts.SECOND * len(label.split()), label, "stands", end - at)


def it_writes_few_bytes_a_frame():
    """At 80x24, with eight lanes: the median of what a terminal gets for a frame."""
    cast, _ = both("eight_lanes.py", "--size", "80x24")
    lanes = pictures.lanes_of(text("eight_lanes.py"))
    hold(len(lanes) == 8, "the scene has the lanes", lanes)
    outputs = cast.of("o")
    sizes = [len(event[2].encode()) for event in outputs]
    median = statistics.median(sizes)
    lines = sum(len(cast.lines[event[3] - 1].encode()) + 1 for event in outputs)
    hold(len(sizes) > 100 and median <= 200, "the median of", len(sizes), "frames is", median)
    return f"{median:.0f} bytes of {len(sizes)} frames, {lines // len(sizes)} in the file on average"


def it_is_the_same_bytes_each_time():
    """Of a run's trace and of another run, whatever its workers took: they are measured, a trace has no
    measurements."""
    for name in [*GALLERY, "characters.py", "eight_lanes.py"]:
        hold(record(name) == record(scene(name)), name, "gives two recordings")
        for ending in ENDINGS:
            hold(export(name, ending) == export(scene(name), ending), name, "gives two files:", ending)


def it_is_the_same_bytes_wherever_it_is_made():
    """Every form, whatever the locale, the terminal, the environment, the folder."""
    surroundings = [
        {"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8", "TERM": "xterm"}, {"LANG": "de_DE.UTF-8", "TERM": "dumb"},
        {"LC_ALL": "de_DE@euro", "TERM": "xterm-direct"}, {"TERM": "no-such-terminal", "HOME": "/nowhere"},
        {"COLUMNS": "61", "LINES": "17", "NO_COLOR": "1"}, {"TZ": "Asia/Tokyo", "COLORTERM": "truecolor"},
        {"SHELL": "/bin/zsh", "USER": "somebody", "LC_NUMERIC": "de_DE", "LANGUAGE": "de"},
    ]
    with tempfile.TemporaryDirectory() as folder:
        first = {}
        for n, surrounding in enumerate(surroundings):
            there = os.path.join(folder, f"{n}", "deeper" * n)
            os.makedirs(there)
            shutil.copy(scene("one_cook.py"), there)
            env = {"PATH": os.environ["PATH"], **surrounding}
            path = ["one_cook.py", os.path.join(there, "one_cook.py"), "./one_cook.py"][n % 3]
            for form in (("record", "x.cast"), ("record", "x.cast", "--format", "v3"),
                         ("record", "x.cast", "--size", "80x24", "--theme", "light"),
                         *(("export", f"x.{ending}") for ending in ENDINGS)):
                command, out, *options = form
                run(SIMMER, command, path, "-f", "-o", out, *options, cwd=there, env=env)
                with open(os.path.join(there, out), "rb") as file:
                    content = file.read()
                hold(first.setdefault(form, content) == content, *form, "differs with", surrounding)
        for size in ("61 17", "200 60"):
            cols, rows = size.split()
            run("script", "-qec", f"stty cols {cols} rows {rows}; {SIMMER} record one_cook.py -f -o x.cast",
                "/dev/null", cwd=there)
            with open(os.path.join(there, "x.cast"), "rb") as file:
                hold(file.read() == first["record", "x.cast"], "a terminal of", size, "differs")


def it_is_what_asciinema_cat_prints():
    """Under `script`, for it wants a terminal; raw, so that the terminal changes nothing."""
    need("asciinema")
    need("script")
    for name, options in (("one_cook.py", ()), ("echo_server.py", ("--size", "80x24", "--theme", "light"))):
        cast, reference = both(name, *options)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.cast")
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(cast.lines) + "\n")
            env = {"PATH": os.environ["PATH"], "HOME": folder, "LC_ALL": "C.UTF-8", "TERM": "xterm"}
            out = run("script", "-qec", f"stty raw -echo; asciinema cat {path}", "/dev/null", env=env)
        out = out.decode("utf-8")
        hold(out == "".join(event[2] for event in cast.of("o")), "asciinema cat prints something else:",
             ascii(out[-200:]))
        viewer = Viewer(cast.cols, cast.rows)
        viewer.feed(out)
        casts.still_shows(viewer, reference.frames[-1])


def it_becomes_a_picture_in_termtosvg():
    need("termtosvg")
    cast, reference = both("gather.py", "--size", "80x24", "--pace", "0.1,0.1")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.cast")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(cast.lines) + "\n")
        env = {"PATH": os.environ["PATH"], "HOME": folder, "LC_ALL": "C.UTF-8", "TERM": "xterm"}
        run("termtosvg", "render", path, os.path.join(folder, "x.svg"), env=env)
        root = ElementTree.parse(os.path.join(folder, "x.svg")).getroot()
    texts = "".join(root.itertext()).replace("\xa0", " ")
    hold(root.tag == "{http://www.w3.org/2000/svg}svg", "not an SVG:", root.tag)
    for line in reference.frames[-1].text().splitlines():
        for words in re.findall(r"[A-Za-z](?:[\w.,]| (?! )){8,}\w", line):
            hold(words in texts, "the last frame's", repr(words), "is not in it")


# ---- pictures and traces ---------------------------------------------------------------------------


def each_scene(check):
    for name in [*GALLERY, "characters.py", "eight_lanes.py", "kitchen.trace", "echo.trace"]:
        try:
            check(name)
        except Wrong as wrong:
            raise Wrong(f"{name}: {wrong}") from None


def it_exports_svg_that_a_strict_parser_takes():
    def check(name):
        said = text(name)
        pictures.hold_svg(export(name, "svg"), said)
        pictures.hold_svg(export(name, "svg", "--code"), said)
        pictures.hold_svg(export(name, "svg", "--theme", "light"), said, "light")
    each_scene(check)


def it_exports_html_that_is_whole():
    each_scene(lambda name: pictures.hold_html(export(name, "html"), text(name), text(name, "--steps")))


def it_exports_trace_events_that_nest_and_pair():
    counts = []
    each_scene(lambda name: counts.append(pictures.hold_trace_events(
        export(name, "json"), text(name, "--steps"))))
    slices, flows, counters = map(sum, zip(*counts))
    hold(slices and flows and counters, "slices, flows, counters:", slices, flows, counters)
    return f"{slices} slices, {flows} flows, {counters} counters"


# ---- the checks themselves ------------------------------------------------------------------------


def must_be_noticed(what, check, *arguments):
    try:
        check(*arguments)
    except Wrong:
        return
    raise Wrong(f"not noticed: {what}")


def damaged_lines(lines, pattern, instead, which=1):
    """The lines, the `which`-th of those that match with the first match replaced (None: left out)."""
    matching = [n for n, line in enumerate(lines) if re.search(pattern, line)]
    at = matching[which]
    new = [] if instead is None else re.sub(pattern, instead, lines[at], count=1).split("\n")
    return [*lines[:at], *new, *lines[at + 1:]]


def it_notices_damaged_recordings():
    content = record("one_cook.py", "--size", "80x24")
    reference = Reference(record("one_cook.py", "--size", "80x24", program=CELLS))
    lines = content.decode("utf-8")[:-1].split("\n")
    for what, pattern, instead in (
            ("a character", "gather", "gathxr"), ("a colour", "38;5;74m", "38;5;75m"),
            ("a ground", "48;5;237m ", "48;5;238m "), ("bold", r"\\u001b\[1;", r"\\u001b["),
            ("a place", r"\\u001b\[(\d+);\d+H", r"\\u001b[\1;9H"), ("a frame lost", '"o"', None),
            ("a frame twice", "(.*)", r"\1\n\1"), ("a marker lost", '"m"', None),
            ("a marker's label", '"m","', '"m","x'), ("a time", r"\[(\d+)", lambda m: f"[{int(m[1]) + 1}"),
            ("a blank line", '"m"', "\n"), ("no JSON", '"o"', "'o'"), ("no number", r"\[\d+", "[NaN"),
            ("a comment", r"^(.*\"o\")", r"# one\n\1"), ("another code", '"m"', '"q"'),
            ("a sequence of its own", '"o","', r'"o","\\u001b[5b'), ("a raw control", '"o","', '"o","\x9b'),
            ("a scroll", r'(?<=o)(".*)"\]$', r'\1\\u001b[999H\\n"]'), ("the cursor", '"o","', r'"o","\\u001b[?25h')):
        damaged = "\n".join(damaged_lines(lines, pattern, instead)) + "\n"
        hold(damaged != content.decode("utf-8"), "nothing was damaged:", what)
        must_be_noticed(what, lambda: hold_match(Cast(damaged.encode()), reference))
    for what, pattern, instead in (("the user's folder", '"env":{', '"env":{"HOME":"/root",'),
                                   ("a timestamp as text", '"version":2', '"version":2,"stamp":1'),
                                   ("a size", '"width":80', '"width":81')):
        header = re.sub(pattern, instead, lines[0])
        hold(header != lines[0], "nothing was damaged:", what)
        damaged = "\n".join([header, *lines[1:], ""])
        must_be_noticed(what, lambda: hold_match(Cast(damaged.encode()), reference))
    must_be_noticed("half a line", lambda: Cast(content[:-20]))


def it_notices_damaged_pictures():
    for ending, check, rows in (
            ("svg", lambda damaged: pictures.hold_svg(damaged, text("one_cook.py")), (
                ("a bare ampersand", "</title>", "&</title>"), ("a lane", "curry", "kurry"),
                ("an open element", "</svg>", ""), ("a script", "</svg>", "<script/></svg>"),
                ("a text outside", '<text x="[^"]*"', '<text x="9999"'), ("no title", "<title", "<titel"),
                ("a font fetched", "<style>", "<style>@import 'x';"), ("an id", ' id="', ' id="x'))),
            ("html", lambda damaged: pictures.hold_html(damaged, text("one_cook.py"), text("one_cook.py", "--steps")), (
                ("an open element", "</section>", ""), ("a sentence", "now waits", "never waits"),
                ("something fetched", "<body>", '<body><img src="http://localhost/x">'),
                ("a script in an attribute", "<body>", '<body onload="x()">'),
                ("an id twice", "<body>", '<body id="slider">'), ("no slider", 'type="range"', 'type="text"'))),
            ("json", lambda damaged: pictures.hold_trace_events(damaged, text(JOBS, "--steps")), (
                ("a time back", r'"ts":(\d+)', lambda m: f'"ts":{int(m[1]) + 10 ** 12}'),
                ("a longer slice", r'("ph":"X".*"dur":)', r"\g<1>99"), ("an end lost", r'"ph":"e"', '"ph":"n"'),
                ("a flow without end", r'"ph":"f"', '"ph":"i"'), ("a lane without name", "thread_name", "thread_nam"),
                ("no JSON", r"\[", "[,")))):
        content = export(JOBS if ending == "json" else "one_cook.py", ending).decode("utf-8")
        check(content.encode())
        for what, pattern, instead in rows:
            damaged = re.sub(pattern, instead, content)
            hold(damaged != content, "nothing was damaged:", ending, what)
            must_be_noticed(f"{ending}, {what}", lambda: check(damaged.encode()))


def run_checks():
    wanted = sys.argv[3:]
    checks = {name: check for name, check in globals().items() if name.startswith("it_")}
    passed = failed = skipped = 0
    for name, check in checks.items():
        if wanted and not any(word in name for word in wanted):
            continue
        begin = time.monotonic()
        try:
            told = check()
            passed += 1
            if wanted or told:
                print(f"{name}: {told or 'holds'}" + (f" ({time.monotonic() - begin:.1f} s)" if wanted else ""))
        except Skipped as why:
            skipped += 1
            print(f"{name}: SKIPPED, {why}")
        except (Wrong, subprocess.TimeoutExpired) as wrong:
            failed += 1
            print(f"{name}: {str(wrong)[:1000]}")
    print(f"readers: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        failure = run_checks()
    finally:
        shutil.rmtree(WORK)
    sys.exit(failure)
