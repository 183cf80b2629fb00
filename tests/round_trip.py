#!/usr/bin/env python3
"""A scene and its trace are the same thing: what is made of the one is what is made of the other.

    round_trip.py [--simmer PATH] [--every N] [FILE...]

For each scene of the gallery and every N-th program of tests/oracle (or the FILEs): its trace, read and
written again, has the same bytes, and so have the text, the steps, the recording and every picture that
is made of the scene or of its trace. On the real clock no two runs are alike: there a trace with
measurements is read, written, read again, and what is made of both is the same.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FORMS = {
    'trace': ['trace', 'IN'], 'trace --internals': ['trace', '--internals', 'IN'],
    'steps': ['trace', '--steps', 'IN'], 'steps --internals': ['trace', '--steps', '--internals', 'IN'],
    'svg': ['export', 'IN', '-o', 'OUT.svg'], 'svg --code': ['export', '--code', 'IN', '-o', 'OUT.svg'],
    'html': ['export', 'IN', '-o', 'OUT.html'], 'json': ['export', 'IN', '-o', 'OUT.json'],
    'txt': ['export', 'IN', '-o', 'OUT.txt'],
    'record': ['record', '--max-length=300', '--size=80x24', 'IN', '-o', 'OUT.cast'],
}
# Quick ones that have workers, and that take their time on the real clock.
REAL = ['executor_map.py', 'threads_run_in_executor.py', 'executor_two_pools.py', 'stream_half_close.py']
LIMIT_SECONDS = 60


def run(simmer, words):
    done = subprocess.run([simmer, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_SECONDS)
    return done.stdout


def made(simmer, folder, source, form):
    """The bytes of that form, or None if there are none."""
    words = FORMS[form]
    out = pathlib.Path(folder, 'out')
    names = [source if w == 'IN' else w.replace('OUT', str(out)) for w in words]
    for old in pathlib.Path(folder).glob('out.*'):
        old.unlink()
    printed = run(simmer, names)
    files = list(pathlib.Path(folder).glob('out.*'))
    return files[0].read_bytes() if files else printed or None


def written(simmer, source, out, *options):
    out.unlink(missing_ok=True)
    run(simmer, ['export', *options, source, '-o', out])
    return out.read_bytes() if out.exists() else b''


def differences(simmer, folder, source, *options):
    """Where the scene and its trace part ways."""
    one, two = pathlib.Path(folder, 'one.trace'), pathlib.Path(folder, 'two.trace')
    first = written(simmer, source, one, *options)
    if not first:
        return ['no trace']
    wrong = []
    if written(simmer, one, two) != first:
        wrong.append('trace of trace')
    with open(one, 'rb') as stream:
        piped = subprocess.run([simmer, 'export', '-', '-o', '-'], stdin=stream, capture_output=True).stdout
    if piped != first:
        wrong.append('trace on standard input')
    original = two if '--clock=real' in options else source
    for form in FORMS:
        a, b = made(simmer, folder, original, form), made(simmer, folder, one, form)
        if a != b or a is None:
            wrong.append(form)
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--simmer', default='build/simmer')
    parser.add_argument('--every', type=int, default=15)
    parser.add_argument('files', nargs='*')
    options = parser.parse_args()
    oracle = sorted((ROOT / 'tests/oracle').glob('*.py'))
    cases = [(path,) for path in options.files]
    if not cases:
        cases = [(path,) for path in sorted((ROOT / 'scenes').glob('*.py')) + oracle[::options.every]]
        cases += [(ROOT / 'tests/oracle' / name, '--clock=real', '--measured') for name in REAL]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for path, *more in cases:
            wrong = differences(options.simmer, folder, path, *more)
            if wrong:
                failed += 1
                print(f'FAIL {path.name if isinstance(path, pathlib.Path) else path}', *more, '(' + ', '.join(wrong) + ')')
                sys.stdout.flush()
    print(f'{len(cases) - failed} scenes and their traces are the same, {failed} are not')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
