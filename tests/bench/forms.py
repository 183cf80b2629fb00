"""What a trace costs in each form: time, and the most memory, beside reading it back.

usage: tests/bench/forms.py SIMMER [record] [1M] [10M] [tasks]      (part of make bench)

Time should grow as the trace does, and no form should take memory beyond that of the
trace and the view of it, which the form `txt` has as well.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

here = pathlib.Path(__file__).resolve().parent
simmer = os.path.abspath(sys.argv[1])
LIMIT = "--max-events=100000000"


def cost(command):
    """Wall and processor seconds and the most memory in MB of a command that succeeds."""
    begin = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"bench: {' '.join(command)}: status {status}")
    return (time.perf_counter() - begin, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def forms(what, source):
    """A row for each form of the trace of that program."""
    with tempfile.TemporaryDirectory() as folder:
        scene, trace = os.path.join(folder, "x.py"), os.path.join(folder, "x.trace")
        pathlib.Path(scene).write_text(source)
        wall, used, peak = cost([simmer, "export", LIMIT, scene, "-o", trace])
        with open(trace, "rb") as lines:
            # Only the end of it: what this process holds counts as its children's peak.
            lines.seek(-64, os.SEEK_END)
            events = int(lines.read().split()[-1])
        print(f"\n{what}: {events:,} events, {os.path.getsize(trace) / 1e6:.0f} MB of trace")
        print(f"{'form':8} {'wall':>8} {'cpu':>8} {'an event':>9} {'peak':>8} {'file':>9}")
        row = "{:8} {:7.2f}s {:7.2f}s {:6.2f} us {:5.0f} MB {:6.1f} MB"
        print(row.format("run", wall, used, used / events * 1e6, peak, os.path.getsize(trace) / 1e6))
        commands = {"read": ["check", trace], "steps": ["trace", "--steps", trace]}
        for form in "trace", "txt", "svg", "html", "json":
            commands[form] = ["export", trace, "-o", os.path.join(folder, "out." + form)]
        commands["cast"] = ["record", trace, "-o", os.path.join(folder, "out.cast")]
        for form, command in commands.items():
            wall, used, peak = cost([simmer, *command])
            out = os.path.join(folder, "out." + form)
            size = os.path.getsize(out) if os.path.exists(out) else 0
            print(row.format(form, wall, used, used / events * 1e6, peak, size / 1e6), flush=True)
            if size:
                os.unlink(out)


def frames_of(scene, cast):
    """Record at 80x24: processor time, peak, seconds of cast, the bytes of each frame."""
    _, used, peak = cost([simmer, "record", "--size=80x24", scene, "-o", cast])
    frames, last = [], 0
    with open(cast, encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            last, code, data = json.loads(line)
            if code == "o":
                frames.append(len(data.encode()))
    return used, peak, last, frames


def recording():
    """An hour of the scene's clock at 80x24 with eight lanes; and a presentation of as many, in which
    the clock is seen to go on. Where nearly each frame is a step with its sentences, it has their bytes."""
    for what, scene in (("an hour", here / "hour.py"),
                        ("a presentation", here.parent / "readers" / "eight_lanes.py")):
        with tempfile.TemporaryDirectory() as folder:
            _, run, _ = cost([simmer, "run", "--clock=virtual", str(scene)])
            used, peak, last, frames = frames_of(str(scene), os.path.join(folder, "x.cast"))
        print(f"record     {used:.2f} s of processor time ({run:.2f} s without a recording), {peak:.0f} MB "
              f"for {what} at 80x24 with 8 lanes: {last:.0f} s of cast, {len(frames)} frames, "
              f"median {statistics.median(frames):.0f} bytes, mean {statistics.mean(frames):.0f}")


if __name__ == "__main__":
    mixed = (here / "mixed.py").read_text()
    shapes = {
        "1M": ("1 M events", mixed),
        "10M": ("10 M events", mixed.replace("TURNS = 4770", "TURNS = 47700")),
        "tasks": ("200,000 tasks", (here / "tasks.py").read_text()),
    }
    only = sys.argv[2:]
    if not only or "record" in only:
        recording()
    for name, (what, source) in shapes.items():
        if not only or name in only:
            forms(what, source)
