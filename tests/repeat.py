#!/usr/bin/env python3
"""Run programs again and again under the virtual clock: each must have one trace, byte for byte.

    repeat.py [--count N] [--simmer PATH] [--quiet-machine] [FILE...]

Without FILE: the scenes that have workers or streams. Every other run is disturbed: it is held to one
core, or is nicer than others, while a process beside it keeps a core busy. (--quiet-machine: none is.)
"""
import argparse
import contextlib
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

SCENES = pathlib.Path(__file__).resolve().parent.parent / 'scenes'
SEVERAL = re.compile(r'to_thread|run_in_executor|PoolExecutor|threading|start_server|open_connection|sock_|os\.pipe')
LIMIT_SECONDS = 60


def disturb(chance):
    """In the child, before it becomes simmer: where and how eagerly it may run."""
    cores = sorted(os.sched_getaffinity(0))
    if chance.random() < 0.5:
        os.sched_setaffinity(0, {chance.choice(cores)})
    os.nice(chance.choice((0, 5, 19)))


def trace_of(options, path, prepare):
    """The trace's bytes, and what the command said of itself."""
    with tempfile.TemporaryDirectory() as folder:
        trace = pathlib.Path(folder, 'one.trace')
        done = subprocess.run([options.simmer, 'export', path, '-o', trace], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=LIMIT_SECONDS, preexec_fn=prepare)
        data = trace.read_bytes() if trace.exists() else b''
    return data, done.returncode, done.stdout, done.stderr.replace(os.fsencode(trace), b'TRACE')


@contextlib.contextmanager
def busy_neighbour(wanted):
    """A process that does nothing but compute."""
    if not wanted:
        yield
        return
    neighbour = subprocess.Popen([sys.executable, '-c', 'while True: pass'])
    try:
        yield
    finally:
        neighbour.kill()
        neighbour.wait()


def repeat(options, path):
    """The outcomes of all runs of `path`: outcome -> how often."""
    found = {}
    for n in range(options.count):
        chance = random.Random(n)
        disturbed = n % 2 and not options.quiet_machine
        outcome = trace_of(options, path, (lambda: disturb(chance)) if disturbed else None)
        found[outcome] = found.get(outcome, 0) + 1
    return found


def show_difference(found):
    """Of the two most frequent outcomes: the first line that differs."""
    one, other = sorted(found, key=found.get, reverse=True)[:2]
    pairs = zip(one[0].splitlines() + [b'(end)'], other[0].splitlines() + [b'(end)'])
    for number, (a, b) in enumerate(pairs, 1):
        if a != b:
            print(f'    line {number}: {a.decode()}\n    {" " * len(str(number))} or: {b.decode()}')
            return
    print(f'    {one[1:]} or {other[1:]}')


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--count', type=int, default=20)
    parser.add_argument('--simmer', default='build/simmer')
    parser.add_argument('--quiet-machine', action='store_true')
    parser.add_argument('files', nargs='*')
    options = parser.parse_args()
    files = options.files or [os.path.relpath(f) for f in sorted(SCENES.glob('*.py')) if SEVERAL.search(f.read_text())]
    failed = 0
    with busy_neighbour(not options.quiet_machine):
        for path in files:
            found = repeat(options, path)
            (trace, status, _, said), = list(found)[:1]
            if len(found) > 1:
                print(f'FAIL {path}: {len(found)} traces in {options.count} runs')
                show_difference(found)
            elif not trace:
                print(f'FAIL {path}: no trace, status {status}', said.decode(errors='replace'), sep='\n    ')
            failed += len(found) > 1 or not trace
            sys.stdout.flush()
    print(f'{len(files) - failed} passed, {failed} failed, {options.count} runs each')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
