#!/usr/bin/env python3
"""Run programs under CPython and under simmer, and show where the two differ.

    conform.py [--jobs N] [--simmer PATH] [--python PATH] [--real] [FILE...]

For each FILE (all of scenes/ and tests/oracle/ if none is given): the same standard
output, the same exit status, the same reports on standard error (warnings, logged errors,
the lines of a traceback that are the scene's), and the same steps of the event loop in the
same order. CPython is observed through oracle.py; steps.py tells which lines are compared.

With --real only the output of plain `python3 FILE`, on the real clock, is compared: for
scenes this shows that the oracle does not make things up. It takes real seconds. A program
with a line `# real clock: WHY` is always compared so. Of one with a line `# lines only: WHY`,
in whose steps the system's buffers have a say, the steps are not compared; one with a line
`# measured: WHY` prints what differs from run to run on the real clock.
"""
import argparse
import concurrent.futures
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import steps

HERE = pathlib.Path(__file__).resolve().parent
LIMIT_SECONDS = 60
DIFF_LINES = 24


class Outcome:
    """What a program did: status, output, what it said on standard error, steps."""

    def __init__(self, done, path, trace):
        self.status, self.output = done.returncode, text_of(done.stdout)
        self.said, self.trace = text_of(done.stderr), trace
        self.reports = reports(self.said, path)


def run(command):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired as late:
        return subprocess.CompletedProcess(command, f'none within {LIMIT_SECONDS} s', late.stdout or b'', b'')
    if done.returncode == -2:           # a shell's word for a death by SIGINT
        done.returncode = 130
    return done


def text_of(data):
    return data.decode('utf-8', 'backslashreplace')


def cpython(options, path):
    with tempfile.TemporaryDirectory() as folder:
        trace = os.path.join(folder, 'trace')
        done = run([options.python, HERE / 'oracle.py', '--trace', trace, path])
        lines = steps.from_oracle(read(trace))
    return Outcome(done, path, lines)


def simmer(options, path):
    with tempfile.TemporaryDirectory() as folder:
        trace = os.path.join(folder, 'steps.trace')
        done = run([options.simmer, 'run', '--clock=virtual', path])
        run([options.simmer, 'export', path, '-o', trace])
        lines = steps.from_simmer(read(trace))
    return Outcome(done, path, lines)


def read(path):
    try:
        return text_of(pathlib.Path(path).read_bytes())
    except FileNotFoundError:
        return ''


REPORT = re.compile(r'(Task|Future) exception was never retrieved|Task was destroyed but it is pending!'
                    r'|Exception in callback .*|unhandled exception during .*|Unhandled error in .*'
                    r'|[A-Za-z_][\w.]*(: .*)?$')


def reports(text, path):
    """The lines of standard error that both sides should have."""
    found = []
    for line in text.splitlines():
        line = line.strip(' |+-')
        frame = re.match(r'File "(.*)", line (\d+), in (.*)', line)
        warned = re.match(r'(.*):(\d+): (\w+Warning: .*)', line)
        if frame:
            if frame[1] == path:
                found.append(f'line {frame[2]}, in {frame[3]}')
        elif warned:
            found.append(f'line {warned[2]}: {warned[3]}' if warned[1] == path else warned[3])
        elif REPORT.match(line) and not line.startswith(('RuntimeWarning: Enable', 'task:', 'future:', 'handle:')):
            found.append(line)
    return found


def difference(what, expected, got):
    """A unified diff, cut short: the first difference is the one that matters."""
    diff = list(difflib.unified_diff(expected, got, n=3, lineterm=''))[2:]
    more = [f'... {len(diff) - DIFF_LINES} more lines'] if len(diff) > DIFF_LINES else []
    return [f'{what}: - CPython, + simmer'] + diff[:DIFF_LINES] + more


def compare(options, path):
    expected, got = cpython(options, path), simmer(options, path)
    if says('lines only', path):
        expected.trace = got.trace = []
    return differences(expected, got)


def differences(expected, got):
    """Between two outcomes, as lines to print; none if the program passes."""
    problems = []
    if expected.output != got.output:
        problems += difference('output', expected.output.splitlines(), got.output.splitlines())
    if expected.status != got.status:
        problems.append(f'exit status: CPython {expected.status}, simmer {got.status}')
        problems += got.said.splitlines()[:4]
    if expected.reports != got.reports:
        problems += difference('standard error', expected.reports, got.reports)
    if expected.trace != got.trace:
        problems += difference('steps', expected.trace, got.trace)
    return problems


def compare_real(options, path):
    expected, got = run([options.python, path]), run([options.simmer, 'run', '--clock=virtual', path])
    problems = []
    if expected.stdout != got.stdout:
        problems += difference('output', text_of(expected.stdout).splitlines(), text_of(got.stdout).splitlines())
    if expected.returncode != got.returncode:
        problems.append(f'exit status: CPython {expected.returncode}, simmer {got.returncode}')
    return problems


def compare_as_it_wants(options, path):
    return (compare_real if says('real clock', path) else compare)(options, path)


def says(what, path):
    return re.search(f'^# {what}: .', read(path), re.MULTILINE)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--jobs', type=int, default=os.cpu_count())
    parser.add_argument('--simmer', default='build/simmer')
    parser.add_argument('--python', default=sys.executable)
    parser.add_argument('--real', action='store_true')
    parser.add_argument('files', nargs='*')
    options = parser.parse_args()
    folders = [HERE.parent / 'scenes'] + [HERE / 'oracle'] * (not options.real)
    files = options.files or [os.path.relpath(f) for folder in folders for f in sorted(folder.glob('*.py'))]
    if options.real:
        files = [path for path in files if not says('measured', path)]
    judge = compare_real if options.real else compare_as_it_wants
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for path, problems in zip(files, pool.map(lambda path: judge(options, path), files)):
            if problems:
                failed += 1
                print(f'FAIL {path}', *problems, sep='\n    ', flush=True)
    print(f'{len(files) - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
