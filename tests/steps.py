"""simmer's trace, told in the words of the oracle's: see oracle.py and man/simmer-trace.5.

Both sides become lists of lines that are equal where the event loops did the same.
"""
import re

OUTSIDE = ('loop-start', 'loop-stop')

# What is told of threads other than the main one: not the steps of their loops.
OF_THREADS = ('worker', 'job', 'job-started', 'job-ended', 'printed', 'block', 'warned', 'logged')


def from_oracle(text):
    return comparable(text.splitlines())


def from_simmer(text):
    return comparable(Reader().read(text))


def comparable(lines):
    """Level what is no step: addresses, the place of what happens outside of a run, order within a cancel."""
    out, inside = [], False
    for line in lines:
        clock, tick, step, who, event = split(line)
        if event.startswith(OUTSIDE):
            inside = event == 'loop-start'
        elif not inside:
            tick = step = '0'
        if event.startswith(('log ', 'warn ')):
            who = '-'
        if event.startswith('raised SystemExit'):
            continue                    # the exit status tells
        event = re.sub(r' at 0x[0-9a-f]+', '', event)   # simmer leaves them out of what jobs bring
        event = re.sub(r'0x[0-9a-f]+', '0x', event)
        event = re.sub(r'(Task cannot await on itself: ).*>', r'\1...', event)   # it names lines of asyncio
        out.append(f'{float(clock):.9f} {tick:>3} {step:>3} {who:12} {event}')
    return sort_cancels(out)


def split(line):
    """The five fields; a task's name may hold blanks, so WHO ends where an event begins."""
    clock, tick, step, rest = line.split(' ', 3)
    match = re.match(r'(.*?) ((?:created|cancel-requested|cancel-ignored|wait|done|failed|block)\(.*'
                     r'|end(?:-failed)?\(.*|(?:print|log|warn|raised|limit|submit|begin|dropped)(?: .*)?|run|callback|yield|cancelled'
                     r'|loop-start|loop-stop|deadlock|livelock)$', rest)
    return clock, tick, step, *(match.groups() if match else ('?', rest))


def wait_word(kind, text):
    """What a task waits for, as the oracle says it: it does not tell a queue's future from others."""
    if kind in ('queue', 'lock', 'wait'):
        return 'future'
    return text if kind == 'sleep' else kind.replace('-', '_')


def sort_cancels(lines):
    """A cancel that moves down a chain is one act: which of its tasks is named first is no matter."""
    out, run = [], []
    for line in lines:
        if re.search(r' cancel-(requested|ignored)\(', line):
            run.append(line)
            continue
        out += sorted(run) + [line]
        run = []
    return out + sorted(run)


class Reader:
    """Reads a trace event by event, and knows tasks, futures, handles and groups by then."""

    def __init__(self):
        self.lines = []
        self.task, self.handle, self.future = {}, {}, {}
        self.members = {}               # gather or group -> its children, in order
        self.entered = {}               # task -> the groups it is in, the innermost last
        self.worker, self.job = {}, {}  # number -> name, job -> what it does
        self.callback = None            # the handle that runs, if it is no task's step
        self.begun = ''                 # printed text without its line's end

    def read(self, text):
        body = False
        for line in text.splitlines():
            if body and not line.startswith('end '):
                self.event(line)
            body = body or line == 'events'
        if self.begun:
            self.emit((*self.at[:3], '0'), 'print ' + self.begun, '-')
        return self.lines

    def emit(self, at, event, who=None):
        clock, tick, step, runner = at
        text = event.replace('\n', '\\n')
        self.lines.append(f'{clock} {tick} {step} {who or self.runner(runner)} {text}')

    def runner(self, task):
        if self.thread:
            return self.worker.get(self.thread, '?' + self.thread)
        if task != '0':
            return self.task.get(task, '?' + task)
        return self.callback or '-'

    def event(self, line):
        clock, tick, step, who, *rest = line.split(' ', 4)
        word, fields = parse(rest[0])
        task, _, self.thread = who.partition('@')
        self.at = clock, tick, step, task
        method = getattr(self, 'on_' + word.replace('-', '_'), None)
        if method and (not self.thread or word in OF_THREADS):
            method(*fields)

    def emits(self, event, who=None):
        self.emit(self.at, event, who)

    def describe(self, thing):
        if thing in self.task:
            return self.task[thing]
        kind, text = self.future.get(thing, ('future', ''))
        if kind == 'gather':
            return self.listing(kind, thing)
        return wait_word(kind, text)

    def listing(self, what, thing):
        return f"{what}[{' '.join(self.describe(m) for m in self.members.get(thing, []))}]"

    # ---- one method an event that matters ----

    def on_loop_started(self):
        self.emits('loop-start', '-')

    def on_loop_stopped(self):
        self.emits('loop-stop', '-')

    def on_deadlock(self):
        self.emits('deadlock', '-')

    def on_handle(self, handle, name, role='none'):
        name = name.split('.')[-1]
        internal = role.startswith('internal') or role == 'io' and name.startswith('_')
        self.handle[handle] = '@internal' if internal else '@' + name

    def on_step(self, thing, cause, role='none'):
        if role in ('step', 'wakeup'):
            self.callback = None
            self.emits('run', self.task.get(thing, '?' + thing))
            return
        self.callback = '@internal' if role.startswith('internal') else self.handle.get(thing, '?' + thing)
        self.emits('callback')

    def on_step_ended(self):
        self.callback = None

    def on_task(self, task, name, named='0'):
        self.task[task] = name
        self.emits(f'created(by {self.runner(self.at[3])})', name)

    def on_task_coro(self, task, coro):
        for i in reversed(range(len(self.lines))):
            if ' created(by ' in self.lines[i]:
                self.lines[i] += f" coro {coro.split('.')[-1]}"
                return

    def on_task_named(self, task, name):
        self.task[task] = name

    def on_future(self, future, text, kind='none'):
        self.future[future] = kind, text

    def on_gather_child(self, outer, child):
        self.members.setdefault(outer, []).append(child)

    def on_group_entered(self, group):
        self.entered.setdefault(self.at[3], []).append(group)

    def on_group_exited(self, group, ending='none'):
        self.entered[self.at[3]].remove(group)

    def on_group_child(self, group, member):
        self.members.setdefault(group, []).append(member)

    def on_group_child_done(self, group, member):
        if member in self.members.get(group, []):
            self.members[group].remove(member)

    def on_waits(self, thing, text, kind='none'):
        if kind == 'task':
            on = 'task ' + self.describe(thing)
        elif kind == 'gather':
            on = self.listing(kind, thing)
        elif kind == 'group':
            on = self.listing(kind, self.entered[self.at[3]][-1])
        else:
            on = wait_word(kind, text)
        self.emits(f'wait({on})')

    def on_yields(self):
        self.emits('yield')

    def on_done(self, text):
        self.emits(f'done({text})')

    def on_failed(self, text):
        self.emits(f'failed({text})')

    def on_cancelled(self, message=''):
        self.emits('cancelled')

    def on_cancel(self, thing, message=''):
        if thing in self.task:
            self.emits(f'cancel-requested(by {self.runner(self.at[3])})', self.task[thing])

    def on_cancel_ignored(self, thing):
        if thing in self.task:
            self.emits(f'cancel-ignored(by {self.runner(self.at[3])})', self.task[thing])

    def on_printed(self, text, stream='1'):
        if stream != '1':
            return
        *lines, self.begun = (self.begun + text).split('\n')
        for line in lines:
            self.emits('print ' + line)

    def on_block(self, seconds, line='0'):
        self.emits(f'block({float(seconds):g})')

    def on_worker(self, number, name, kind='none'):
        self.worker[number] = name

    def on_job(self, job, what):
        self.job[job] = what.split('(')[0].split('.')[-1]      # without its arguments
        self.emits('submit ' + self.job[job])

    def on_job_started(self, job, worker):
        self.emits('begin ' + self.job[job])

    def on_job_ended(self, job, text, ending='none'):
        if ending == 'cancelled':
            self.emits('dropped ' + self.job[job])
        else:
            self.emits(('end-failed' if ending == 'exception' else 'end') + f'({text})')

    def on_warned(self, category, message):
        self.emits(f'warn {category}: {message}')

    def on_logged(self, text):
        level = 'WARNING' if text == 'socket.send() raised exception.' else 'ERROR'
        self.emits(f'log {level} {text}')

    def on_uncaught(self, text):
        self.emits('raised ' + text)

    def on_limit(self, text):
        self.emits('limit ' + text)


FIELD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
ESCAPE = re.compile(rb'\\(x[0-9a-f]{2}|.)')


def parse(text):
    """`waits 21 "sleep(5)" sleep` as its word and a list of fields, strings without their quotes."""
    word, _, rest = text.partition(' ')
    return word, [unescape(quoted) if quoted or not bare else bare for quoted, bare in FIELD.findall(rest)]


def unescape(text):
    plain = {b'n': b'\n', b't': b'\t'}

    def one(match):
        code = match[1]
        return bytes([int(code[1:], 16)]) if len(code) == 3 else plain.get(code, code)
    return ESCAPE.sub(one, text.encode()).decode('utf-8', 'replace')
