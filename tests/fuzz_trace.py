#!/usr/bin/env python3
"""Damage traces, and give them to everything that reads traces.

    fuzz_trace.py [--seed N] [--count N] [--simmer PATH] [--ask PATH] [--commands N] [--keep FOLDER] [FILE...]

The traces are those of the gallery, or FILEs (scenes or traces). Some of what is made of them
is damaged anyhow, and most of that is refused; the rest is put in order again, so that it holds
to simmer-trace(5) and says what no loop ever did: that is read, drawn, told, recorded and
exported. All of it goes to tests/fuzz/ask.c, which puts every question there is; every N-th case
(--commands, 0: none) to the commands of the program as well. Nothing may crash, hang, trip a
sanitizer or say more than one line on standard error; the exit status is 0, 1 or 2; what was
written is UTF-8, XML or JSON, as its ending says.
The same seed makes the same cases. One that fails is made smaller and kept in FOLDER.
"""
import argparse
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

SCENES = pathlib.Path(__file__).resolve().parent.parent / 'scenes'
EVENT = re.compile(rb'(-?[\d.]+) (\d+) (\d+) (\d+)(?:@(\d+))? (\S+)(.*)', re.S)
FIELD = re.compile(rb'"(?:[^"\\]|\\.)*"|[^ ]+')
TIMES = [b'0', b'0.000000001', b'1', b'-1', b'-0.5', b'9223372036.854775807', b'-9223372036.854775808', b'1000000000',
         b'0.3', b'86400', b'99999999.5']
NUMBERS = [b'0', b'1', b'2', b'3', b'7', b'255', b'256', b'1023', b'4095', b'65535', b'65536', b'2147483647',
           b'2147483648', b'4294967295']
STRINGS = [b'""', b'"\\x00"', b'"a\\x00b"', b'"\\n\\n"', b'"\\x1b[31m"', b'"\\xff\\xfe"', b'"\\xc3"',
           '"日本語 👩‍🍳 łódź"'.encode(), b'"' + b'long ' * 400 + b'"', b'"shield[Task-2]"', b'"[]"', b'"]["', b'"\'"',
           b'"coroutine \'x\' was never awaited"', b'"{who} %s %n"', b'"shutdown_asyncgens"',
           b'"BaseSelectorEventLoop._x"', b'"_run_until_complete_cb"', '"e\u0301\u200b\u202e"'.encode(),
           b'"Lock.acquire()"', b'"<script>&\\x27;--></script>]]>"', b'"\\t"', b'"\\\\\\""']
WORDS = [b'none', b'step', b'wakeup', b'callback', b'timer', b'internal', b'internal-timer', b'io', b'sleep', b'gather',
         b'group', b'worker', b'task', b'future', b'result', b'exception', b'cancelled', b'thread', b'pool', b'shield']
COMMANDS = {
    'trace': ['trace', 'IN'], 'ascii': ['trace', '--ascii', '--width=40', '--internals', '--measured', 'IN'],
    'wide': ['trace', '--width=500', 'IN'], 'steps': ['trace', '--steps', 'IN'],
    'internals': ['trace', '--steps', '--internals', 'IN'], 'check': ['check', 'IN'], 'run': ['run', 'IN'],
    'again': ['export', 'IN', '-o', 'OUT.trace'], 'txt': ['export', 'IN', '-o', 'OUT.txt'],
    'svg': ['export', 'IN', '-o', 'OUT.svg'], 'code': ['export', '--code', 'IN', '-o', 'OUT.svg'],
    'html': ['export', 'IN', '-o', 'OUT.html'], 'json': ['export', 'IN', '-o', 'OUT.json'],
    'record': ['record', '--max-length=60', 'IN', '-o', 'OUT.cast'],
    'small': ['record', '--max-length=60', '--size=40x10', '--idle=1', '--pace=0.05,0.01', 'IN', '-o', 'OUT.cast'],
}
LIMIT_SECONDS = 60


def event_tables():
    """What each event has: word -> the kinds of a and b."""
    text = (SCENES.parent / 'src/trace/event.def').read_text()
    return {w.encode(): (a, b) for w, a, b in re.findall(r'^EVENT\(\w+, "(.*?)", (\w+), (\w+),', text, re.M)}


def vocabularies():
    """The words that an event's last field may be: word -> words."""
    events = (SCENES.parent / 'src/trace/event.def').read_text()
    kinds = (SCENES.parent / 'src/trace/kind.def').read_text()
    words = {}
    for enum, macro in (('handle_role', 'ROLE'), ('wait_kind', 'WAIT'), ('ending', 'ENDING'), ('worker_kind', 'WORKER')):
        listed = [w.encode() for w in re.findall(rf'^{macro}\(\w+, "(.*?)"\)', kinds, re.M)]
        for word in re.findall(rf'^EVENT\(\w+, "(.*?)",.*detail: enum {enum}\b', events, re.M):
            words[word.encode()] = listed
    return words


EVENTS = event_tables()
VOCABULARY = vocabularies()

# ---- damage ---------------------------------------------------------------------------


def some_value(chance, kind, ids):
    if kind == 'TEXT':
        return chance.choice(STRINGS)
    if kind == 'NS':
        return chance.choice(TIMES)
    if kind == 'ID':
        return b'%d' % chance.randint(0, ids + 2)
    return chance.choice(NUMBERS)


def some_event(chance, ids):
    """A line that no loop would write there."""
    word = chance.choice(list(EVENTS))
    fields = [some_value(chance, kind, ids) for kind in EVENTS[word] if kind != 'NONE']
    detail = [chance.choice(WORDS + [b'0', b'1', b'2'])] if chance.random() < 0.6 else []
    thread = b'@%d' % chance.choice((1, 2, 3, 65535)) if chance.random() < 0.3 else b''
    who = b'%d%s' % (chance.randint(0, ids + 1) if chance.random() < 0.7 else 0, thread)
    return b' '.join([chance.choice(TIMES), b'0', b'0', who, word] + fields + detail)


def change_field(chance, line, ids):
    """One field of a line becomes another one of its kind, or of any."""
    fields = FIELD.findall(line)
    if not fields:
        return line
    at = chance.randrange(len(fields))
    kinds = EVENTS.get(fields[4] if len(fields) > 4 else b'', ())
    kind = ('NS', 'COUNT', 'COUNT', 'ID', None)[at] if at < 5 else kinds[at - 5] if at - 5 < len(kinds) else 'WORD'
    if kind is None or chance.random() < 0.1:
        fields[at] = chance.choice(list(EVENTS) + WORDS + NUMBERS + TIMES + STRINGS)
    else:
        fields[at] = chance.choice(WORDS) if kind == 'WORD' else some_value(chance, kind, ids)
    return b' '.join(fields)


def damage(chance, lines):
    """A few changes to some lines; those of the heading are rarely hit."""
    lines = list(lines)
    first = lines.index(b'events') + 1 if b'events' in lines else 0
    ids = max((int(n) for n in re.findall(rb'^ids (\d+)$', b'\n'.join(lines), re.M)), default=9)
    for _ in range(chance.choice((1, 1, 2, 3, 5, 9, 30))):
        low = first if chance.random() < 0.95 else 0
        if len(lines) <= low:
            break
        at, to = chance.randrange(low, len(lines)), chance.randrange(low, len(lines))
        act = chance.randrange(9)
        if act < 3:
            lines[at] = change_field(chance, lines[at], ids)
        elif act == 3:
            del lines[at:at + chance.choice((1, 1, 1, 3, 20))]
        elif act == 4:
            lines[at:at] = lines[at:at + chance.choice((1, 1, 5))]
        elif act == 5:
            lines[at], lines[to] = lines[to], lines[at]
        elif act == 6:
            lines.insert(to, lines[at])
        elif act == 7:
            for _ in range(chance.choice((1, 1, 10, 40))):
                lines.insert(at, some_event(chance, ids))
        else:
            word = chance.choice((b'cancel', b'waits', b'ready', b'step', b'worker', b'block', b'job-started'))
            kept = [line for line in lines[first:] if b' %s ' % word not in line + b' ']
            if chance.random() < 0.2:
                lines[first:] = kept
    return lines


def heading_in_order(lines):
    """Those lines of a heading that are right."""
    good = re.compile(rb'(path|title|intro|source) "([^"\\]|\\[\\"nt]|\\x[0-9a-f][1-9a-f])*"|clock (real|virtual)')
    return [lines[0]] + [line for line in lines[1:] if good.fullmatch(line)]


def fields_in_order(word, rest):
    """An event's fields as its row of the table wants them, or None."""
    kinds, fields = [k for k in EVENTS[word] if k != 'NONE'], FIELD.findall(rest)
    if len(fields) < len(kinds):
        return None
    for i, kind in enumerate(kinds):
        number = int(re.sub(rb'\D', b'', fields[i]) or b'1')
        if kind == 'ID':
            fields[i] = b'%d' % (number if number < 4000 else number % 3999)
            if not number and (word, i) not in ((b'ready', 1), (b'step', 1), (b'join', 0), (b'group-aborting', 1)):
                fields[i] = b'1'
        elif kind == 'TEXT' and not fields[i].startswith(b'"'):
            fields[i] = b'"' + fields[i].replace(b'"', b'') + b'"'
        elif kind == 'NS' and not re.fullmatch(rb'-?\d{1,10}(\.\d{1,9})?', fields[i]):
            fields[i] = TIMES[number % len(TIMES)]
        elif kind in ('COUNT', 'LINE'):
            fields[i] = b'%d' % (number % 2**32)
    detail = fields[len(kinds):len(kinds) + 1]
    if detail and word in VOCABULARY:
        detail = [detail[0] if detail[0] in VOCABULARY[word] else VOCABULARY[word][len(rest) % len(VOCABULARY[word])]]
    elif detail:
        detail = [b'%d' % (int(re.sub(rb'\D', b'', detail[0]) or b'2') % 256)]
    return fields[:len(kinds)] + detail


def put_in_order(lines):
    """The same events with whatever simmer-trace(5) demands: a file that is read."""
    begin = lines.index(b'events') if b'events' in lines else 0
    out, now, tick, step, count, tasks, workers = heading_in_order(lines[:begin] or [b'']) + [b'events'], 0, 0, 0, 0, set(), set()
    for line in lines[begin + 1:]:
        match = EVENT.fullmatch(line)
        if not match or match[6] not in EVENTS:
            continue
        time, _, _, task, thread, word, rest = match.groups()
        fields = fields_in_order(word, rest)
        if fields is None:
            continue
        seconds, _, part = time.lstrip(b'-').partition(b'.')
        ns = int(seconds or b'0') * 10**9 + int((part + b'0' * 9)[:9])
        now = ns if not time.startswith(b'-') and now < ns < 2**63 else now
        if word in (b'worker', b'worker-ended'):
            number = int(fields[0]) % 65536
            if not number or (number in workers) == (word == b'worker'):
                continue
            workers.add(number)
            fields[0] = b'%d' % number
        number = int(thread or b'0') if int(thread or b'0') in workers else 0
        tick += word == b'tick' and not number
        step += word == b'step' and not number
        who = int(task) if int(task) in tasks else 0
        if word in (b'waits', b'yields', b'done', b'failed', b'cancelled') and not who:
            continue
        if word == b'task':
            tasks.add(int(fields[0]))
        count += 1
        out.append(b'%d.%09d %d %d %d%s %s' % (now // 10**9, now % 10**9, tick, step, who,
                                              b'@%d' % number if number else b'', b' '.join([word] + fields)))
    return out + [b'end %d' % count]


def damaged_bytes(chance, data):
    """Bytes changed, a part lost or twice, an end at any place."""
    data = bytearray(data)
    for _ in range(chance.choice((0, 1, 1, 3, 20))):
        at = chance.randrange(len(data))
        act = chance.randrange(5)
        if act < 2:
            data[at] = chance.randrange(256)
        elif act == 2:
            data[at:at] = bytes(chance.choice(b'\0 \n\r"\\@-.9x\xff') for _ in range(chance.choice((1, 1, 5))))
        elif act == 3:
            del data[at:at + chance.choice((1, 2, 100))]
        else:
            data[at:at] = data[at:at + chance.choice((1, 10, 500))]
    if chance.random() < 0.3:
        del data[chance.randrange(len(data)):]
    return bytes(data)


def make_case(chance, source):
    """A damaged trace: its bytes."""
    lines = source.split(b'\n')[:-1]
    if chance.random() < 0.15:
        return damaged_bytes(chance, source)
    lines = damage(chance, lines)
    if chance.random() < 0.85:
        lines = put_in_order(lines)
    return (b'\r\n' if chance.random() < 0.03 else b'\n').join(lines + [b''])


# ---- trial ----------------------------------------------------------------------------


def unreadable(path):
    """Why others cannot read what was written, or None."""
    try:
        text = path.read_bytes().decode()
        if path.suffix == '.svg':
            xml.etree.ElementTree.fromstring(text)
        elif path.suffix == '.json':
            json.loads(text)
        elif path.suffix == '.cast':
            for line in text.splitlines():
                json.loads(line)
        elif re.search(r'[\0-\x08\x0b-\x1f\x7f-\x9f]', text):
            return f'there are control characters in {path.suffix}'
    except ValueError as error:
        return f'{path.suffix}: {error}'
    except xml.etree.ElementTree.ParseError as error:
        return f'{path.suffix}: {error}'
    return None


def complaint(options, folder, data, name):
    """What is wrong with how that command takes the trace, or None."""
    trace = pathlib.Path(folder, 'x.trace')
    trace.write_bytes(data)
    for old in pathlib.Path(folder).glob('out.*'):
        old.unlink()
    words = [str(trace) if w == 'IN' else w.replace('OUT', os.path.join(folder, 'out')) for w in COMMANDS[name]]
    environment = dict(os.environ, LC_ALL='C.UTF-8', ASAN_OPTIONS='detect_leaks=1:allocator_may_return_null=1',
                       UBSAN_OPTIONS='print_stacktrace=1')
    try:
        done = subprocess.run([options.simmer, *words], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, timeout=LIMIT_SECONDS, env=environment)
    except subprocess.TimeoutExpired:
        return f'takes more than {LIMIT_SECONDS} s'
    said = done.stderr.decode(errors='replace')
    if done.returncode not in (0, 1, 2):
        return f'status {done.returncode}: {said}'
    if said.count('\n') > 1 or 'runtime error' in said or 'Sanitizer' in said:
        return f'says: {said}'
    made = list(pathlib.Path(folder).glob('out.*'))
    if 'OUT' in ' '.join(COMMANDS[name]) and bool(made) != (done.returncode == 0):
        return f'status {done.returncode}, and files {made}'
    for path in made:
        wrong = unreadable(path)
        if wrong:
            return wrong
    if name == 'again' and made:
        again = subprocess.run([options.simmer, 'export', made[0], '-o', '-'], stdout=subprocess.PIPE, env=environment)
        if again.stdout != made[0].read_bytes():
            return 'what was written does not read back equal'
    return None


def asked(options, paths):
    """What tests/fuzz/ask.c says of the files: path -> None for a crash, else its line; and what it said on stderr."""
    environment = dict(os.environ, LC_ALL='C.UTF-8', UBSAN_OPTIONS='print_stacktrace=1')
    answers, said, left = {}, {}, list(paths)
    while left:
        done = subprocess.run([options.ask, *left], capture_output=True, env=environment)
        lines = done.stdout.decode(errors='replace').splitlines()
        for line in lines:
            path, _, answer = line.partition(': ')
            answers[path] = answer or None
        if done.returncode == 0:
            break
        bad = left[max(len(lines) - 1, 0)]
        answers[bad] = None
        said[bad] = f'status {done.returncode}: {done.stderr.decode(errors="replace")}'
        left = left[left.index(bad) + 1:]
    return answers, said


def smaller(data, fails):
    """Fewer lines of it that still fail."""
    lines, tries = data.split(b'\n')[:-1], 0
    size = len(lines) // 2
    while size and tries < 400:
        at = 0
        while at < len(lines) and tries < 400:
            tries += 1
            part = lines[:at] + lines[at + size:]
            for candidate in (part, put_in_order(part)):
                if candidate != lines and fails(b'\n'.join(candidate + [b''])):
                    lines = candidate
                    break
            else:
                at += size
        size //= 2
    return b'\n'.join(lines + [b''])


def sources_of(options, folder):
    for number, path in enumerate(options.files or sorted(map(str, SCENES.glob('*.py')))):
        out = os.path.join(folder, f'{number}.trace')
        subprocess.run([options.simmer, 'export', path, '-o', out], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       timeout=LIMIT_SECONDS)
        if os.path.exists(out):
            yield pathlib.Path(out).read_bytes()


def report(options, folder, number, name, wrong, data, fails):
    print(f'FAIL case {number}, {name}: {wrong}')
    sys.stdout.flush()
    if options.keep:
        pathlib.Path(options.keep).mkdir(parents=True, exist_ok=True)
        pathlib.Path(options.keep, f'{number}-{name}.trace').write_bytes(smaller(data, fails))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=100)
    parser.add_argument('--simmer', default='build/simmer')
    parser.add_argument('--ask')
    parser.add_argument('--commands', type=int, default=10)
    parser.add_argument('--keep')
    parser.add_argument('files', nargs='*')
    options = parser.parse_args()
    failed = read = 0
    with tempfile.TemporaryDirectory() as folder:
        sources = list(sources_of(options, folder))
        cases = {}
        for number in range(options.seed, options.seed + options.count):
            chance = random.Random(number)
            cases[number] = make_case(chance, chance.choice(sources))
            if options.commands and number % options.commands == 0:
                name = chance.choice(list(COMMANDS))
                wrong = complaint(options, folder, cases[number], name)
                if wrong:
                    failed += 1
                    report(options, folder, number, name, wrong, cases[number],
                           lambda data: complaint(options, folder, data, name))
        paths = {}
        for number, data in cases.items() if options.ask else ():
            paths[number] = pathlib.Path(folder, f'case-{number}.trace')
            paths[number].write_bytes(data)
        answers, said = asked(options, map(str, paths.values()))
        read = sum(answer == 'read' for answer in answers.values())
        for number, path in paths.items():
            if not answers.get(str(path)):
                failed += 1

                def fails(data, path=path):
                    path.write_bytes(data)
                    return bool(asked(options, [str(path)])[1])

                report(options, folder, number, 'ask', said.get(str(path)), cases[number], fails)
    print(f'{options.count} damaged traces, {read} of them readable; {failed} failed')
    return 1 if failed or (options.ask and not read) else 0


if __name__ == '__main__':
    sys.exit(main())
