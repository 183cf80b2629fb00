#!/usr/bin/env python3
"""Run a scene under CPython on a virtual clock, and tell what its event loop did.

    oracle.py [--stdout | --trace FILE] SCENE

Prints a line an event. With --stdout the scene's output instead, as python3 would
show it, errors and exit status too. With --trace FILE both: the lines go to FILE.

    CLOCK TICK STEP WHO EVENT

CLOCK is virtual seconds since the scene began; TICK counts iterations of the loop from
1; STEP counts the handles that were run, cancelled ones left out. WHO is a task's name,
`@NAME` a callback that is no task's step (`@internal` if it is the loop's own), `-` the
loop and code outside of it. The events of a step are between its first line and its last:

    run | callback                a task's step, or a callback, begins
    wait(ON) | yield              the task's step ends: it awaits ON, or is ready again
    done(REPR) | failed(REPR) | cancelled                   ... and the task with it
    created(by WHO) coro NAME     WHO of the line is the new task
    cancel-requested(by WHO) | cancel-ignored(by WHO)       asked of the line's task
    print TEXT | block(SECONDS)   a line of output; time.sleep
    log LEVEL TEXT | warn CATEGORY: TEXT | raised REPR
    loop-start | loop-stop | deadlock | livelock
    submit NAME | dropped NAME    a job for a worker, or a thread's start; a cancelled job

A worker's lines, and those of other threads (WHO is the thread's name; TICK and STEP are the main
thread's; the steps of a loop of its own are not told):

    begin NAME | end(REPR) | end-failed(REPR) | print TEXT | block(SECONDS)

Whatever Python this runs on, the trace is that of CPython 3.13: asyncio_3_13.py has the
differences. Two things are ours: timers due at the same nanosecond fire in the order in
which they were armed, and sets of tasks are in the order of insertion (CPython leaves both
to chance). Threads run one at a time, by a rule (oracle_threads.py), ports are numbered (oracle_net.py). A scene that spins without ever waiting has its clock moved on, 1 ms a tick
after BUSY_TICKS ticks. A deadlock, for which CPython hangs, ends the run with status 3.
"""
import argparse
import gc
import io
import itertools
import logging
import os
import selectors
import sys
import time
import traceback
import types
import warnings
import weakref

import asyncio
import asyncio.events
import asyncio.futures
import asyncio.taskgroups
import asyncio.tasks

sys.dont_write_bytecode = True
import asyncio_3_13
import oracle_net
import oracle_threads
from oracle_state import Now, Quit, SECOND, clock_seconds, emit, nanoseconds, out

BUSY_TICKS = 1000
MAX_TICKS = 200_000
EPOCH = 946_684_800     # what time.time() says at the beginning: the year 2000


# ---- time: whole nanoseconds; the loop's waits and threads move it ------------------------

class TimerHandle(asyncio.events.TimerHandle):
    """Of two timers due at the same nanosecond the first armed is the lesser one."""
    __slots__ = ('serial',)
    armed = 0

    def __init__(self, *args):
        super().__init__(*args)
        TimerHandle.armed += 1
        self.serial = TimerHandle.armed

    def __lt__(self, other):
        return (nanoseconds(self._when), self.serial) < (nanoseconds(other._when), other.serial)

    __hash__ = asyncio.events.TimerHandle.__hash__


class Selector(selectors.DefaultSelector):
    """Does not wait: it moves the clock to the next timer, or to a thread that does something sooner."""
    loop = None

    def select(self, timeout=None):
        if Now.thread:
            return self.select_in_thread(timeout)
        if timeout == 0 and not self.loop._stopping:
            spinning = Now.busy >= BUSY_TICKS or Now.clock == Now.busy_since
            Now.busy = Now.busy + 1 if spinning else 0
            if Now.busy >= BUSY_TICKS:
                Now.clock += SECOND // 1000
            Now.busy_since = Now.clock
        else:
            Now.busy = 0
        found = []

        def something():
            nonlocal found
            found = self.ready()
            return found or self.loop._ready or timeout == 0
        oracle_threads.park(self.next_timer(), something)
        return found

    def select_in_thread(self, timeout):
        if timeout != 0:
            oracle_threads.park(self.next_timer(), lambda: self.loop._ready or self.ready())
        return self.ready()

    def next_timer(self):
        return nanoseconds(self.loop._scheduled[0]._when) if self.loop._scheduled else None

    def ready(self):
        """What is ready now, in the order in which it became so, if there is more than the loop's own wake-up."""
        return super().select(0) if len(self.get_map()) > 1 else []


# ---- sets in the order of insertion --------------------------------------------------------

class OrderedSet(set):
    def __init__(self, items=()):
        super().__init__()
        self.order = {}
        for item in items:
            self.add(item)

    def add(self, item):
        super().add(item)
        self.order[item] = None

    def discard(self, item):
        super().discard(item)
        self.order.pop(item, None)

    def __iter__(self):
        return iter(list(self.order))


# ---- tasks and futures ----------------------------------------------------------------------

asyncio_3_13.install()
serial_of = weakref.WeakKeyDictionary()     # task -> how many were created before it
serials = itertools.count()
stands_for = weakref.WeakKeyDictionary()    # future -> `sleep(5)`, ...


class Task(asyncio.Task):
    def cancel(self, msg=None):
        accepted = super().cancel(msg)
        if Now.thread:
            return accepted
        emit(f"cancel-{'requested' if accepted else 'ignored'}(by {Now.who})", self.get_name())
        return accepted


Task.__module__, Task.__qualname__ = '_asyncio', 'Task'
tasks_in_any_order = asyncio.tasks.all_tasks


def all_tasks(loop=None):
    return OrderedSet(sorted(tasks_in_any_order(loop), key=serial_of.get))


def describe(future):
    if isinstance(future, asyncio.Task):
        return 'task ' + future.get_name()
    if hasattr(future, '_children'):
        return listing('gather', future._children)
    return stands_for.get(future, 'future')


def listing(what, members):
    names = [m.get_name() if isinstance(m, asyncio.Task) else describe(m) for m in OrderedSet(members)]
    return f"{what}[{' '.join(names)}]"


PURPOSES = {'shield': 'shield', '_cancel_and_wait': 'wait_for', 'wrap_future': 'worker',
            'BaseEventLoop.shutdown_default_executor': 'worker', '_shutdown_default_executor': 'worker'}


def purpose(frame):
    """What a future that the code in `frame` makes is for."""
    module = frame.f_globals.get('__name__', '')
    if not module.startswith('asyncio'):
        return 'future'
    function, local = frame.f_code.co_qualname, frame.f_locals
    if module in ('asyncio.streams', 'asyncio.selector_events') or function.startswith('Server.') or \
            function.endswith(('._create_connection_transport', '.connect_read_pipe', '.connect_write_pipe')):
        return 'io'
    if function == 'sleep':
        return f"sleep({local['delay']:g})"
    if function == 'TaskGroup.__aexit__':
        return listing('group', local['self']._tasks)
    return PURPOSES.get(function, 'future')


# ---- handles: one that runs is a step --------------------------------------------------------

def task_of(callback):
    """The task whose step `callback` is, or None. (Its other methods, such as cancel, are no steps.)"""
    owner = getattr(callback, '__self__', None)
    if not isinstance(owner, asyncio.Task):
        return None
    name = getattr(callback, '__name__', '')
    is_step = name.endswith(('__step', '__wakeup', 'task_wakeup')) or not name or \
        type(callback).__name__ == 'TaskStepMethWrapper'
    return owner if is_step else None


# `callback` is that of run_coroutine_threadsafe and of a server's connections.
INTERNAL = '_', 'connection_made', 'eof_received', 'callback'


def callback_name(callback):
    callback = getattr(callback, 'func', callback)      # of a functools.partial
    module = getattr(callback, '__module__', None) or type(callback).__module__
    name = getattr(callback, '__name__', None) or type(callback).__name__
    internal = module.startswith(('asyncio', '_asyncio')) and name.startswith(INTERNAL) or name == 'create_task'
    return '@internal' if internal else '@' + name


passes_cancel_on = weakref.WeakSet()        # handles: to the task behind run_coroutine_threadsafe
run_handle = asyncio.events.Handle._run


def run_as_step(handle):
    if Now.thread:
        return run_handle(handle)
    task = task_of(handle._callback)
    before = Now.who
    Now.step += 1
    Now.who = task.get_name() if task is not None else \
        '@internal' if handle in passes_cancel_on else callback_name(handle._callback)
    emit('callback' if task is None else 'run')
    try:
        run_handle(handle)
    finally:
        if task is not None:
            emit_outcome(task)
        Now.who = before
        handle = task = None        # a traceback that is kept holds this frame


def emit_outcome(task):
    Now.who = task.get_name()
    if not task.done():
        waiter = task._fut_waiter
        emit('yield' if waiter is None else f'wait({describe(waiter)})')
    elif task.cancelled():
        emit('cancelled')
    elif task._exception is not None:
        emit(f'failed({task._exception!r})')
    else:
        names_addresses = getattr(task.get_coro(), '__name__', '') == '_create_server_getaddrinfo'
        emit('done(None)' if names_addresses else f'done({task._result!r})')


# ---- the loop -----------------------------------------------------------------------------

class Loop(asyncio.SelectorEventLoop):
    def __init__(self):
        selector = Selector()
        selector.loop = self
        super().__init__(selector)
        self._clock_resolution = 1e-9

    def time(self):
        return clock_seconds()

    def _write_to_self(self):       # the wake-up through a pipe would be a step of its own
        pass

    def _run_once(self):
        if Now.thread:
            return super()._run_once()
        Now.tick += 1
        if Now.tick > MAX_TICKS:
            emit('livelock', '-')
            raise Quit('too many ticks')
        super()._run_once()

    def run_forever(self):
        self._check_closed()
        self._check_running()
        if Now.thread:
            return super().run_forever()
        emit('loop-start', '-')
        try:
            super().run_forever()
        finally:
            emit('loop-stop', '-')

    def call_soon_threadsafe(self, callback, *arguments, context=None):
        handle = super().call_soon_threadsafe(callback, *arguments, context=context)
        if sys._getframe(1).f_code.co_name == '_call_check_cancel':
            passes_cancel_on.add(handle)
        return handle

    def create_future(self):
        future = asyncio.Future(loop=self)
        stands_for[future] = purpose(sys._getframe(1))
        return future

    def create_task(self, coro, *, name=None, context=None):
        self._check_closed()
        if Now.thread and name is None:
            name = f'Task-{next(Now.thread.task_numbers)}'
        task = Task(coro, loop=self, name=name, context=context)
        serial_of[task] = next(serials)
        if Now.thread:
            return task
        emit(f"created(by {Now.who}) coro {getattr(coro, '__name__', type(coro).__name__)}", task.get_name())
        return task


class Policy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self):
        return Loop()


# ---- output, log, warnings -----------------------------------------------------------------

class SceneOutput(io.TextIOBase):
    encoding = 'utf-8'
    begun = ''          # a line without its end

    def writable(self):
        return True

    def write(self, text):
        if out.scene:
            out.scene.write(text)
        *lines, self.begun = (self.begun + text).split('\n')
        for line in lines:
            emit('print ' + line)
        return len(text)

    def flush(self):
        if out.scene:
            out.scene.flush()


class LogToTrace(logging.Handler):
    def emit(self, record):
        emit(f'log {record.levelname} ' + record.getMessage().split('\n')[0])


def patch():
    oracle_threads.patch()
    oracle_net.patch()
    time.monotonic = time.perf_counter = clock_seconds
    time.monotonic_ns = time.perf_counter_ns = lambda: Now.clock
    time.time = lambda: EPOCH + clock_seconds()
    time.time_ns = lambda: EPOCH * SECOND + Now.clock
    asyncio.TimerHandle = asyncio.events.TimerHandle = TimerHandle
    asyncio.events.Handle._run = run_as_step
    asyncio.tasks.set = asyncio.taskgroups.set = OrderedSet
    asyncio.tasks.all_tasks = asyncio.all_tasks = all_tasks
    asyncio.set_event_loop_policy(Policy())

    log = logging.getLogger('asyncio')
    log.addHandler(LogToTrace(logging.WARNING))
    if out.scene:
        log.addHandler(logging.StreamHandler())
    show = warnings.showwarning

    def show_warning(message, category, *rest, **more):
        emit(f'warn {category.__name__}: {message}')
        if out.scene:
            show(message, category, *rest, **more)
    warnings.showwarning = show_warning
    warnings.simplefilter('ignore', SyntaxWarning)


# ---- running a scene -------------------------------------------------------------------------

def status_of(error):
    """What python3 exits with for `error`, which it also reports."""
    if isinstance(error, Quit):
        print('oracle:', error, file=sys.stderr)
        return 3
    emit(f'raised {error!r}')
    if isinstance(error, SystemExit):
        if error.code is None or isinstance(error.code, int):
            return error.code or 0
        print(error.code, file=sys.stderr)
        return 1
    if out.scene:
        traceback.print_exception(type(error), error, error.__traceback__.tb_next)
    return 130 if isinstance(error, KeyboardInterrupt) else 1


def run(path):
    """Run the scene, and return its exit status."""
    with open(path, encoding='utf-8') as file:
        code = compile(file.read(), path, 'exec')
    main = sys.modules['__main__'] = types.ModuleType('__main__')
    main.__file__ = path
    sys.argv, sys.path[0] = [path], os.path.dirname(os.path.abspath(path))
    output = sys.stdout = SceneOutput()
    gc.disable()        # what dies, dies with its last reference; cycles at the end
    status = 0
    try:
        exec(code, main.__dict__)
    except BaseException as error:
        status = status_of(error)
    try:
        if not Quit.given_up:
            oracle_threads.finish()
    except Quit as error:
        status = status_of(error)
    if output.begun:
        emit('print ' + output.begun)
    Now.step = Now.tick = 0
    main.__dict__.clear()
    gc.collect()
    return status


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--stdout', action='store_true')
    parser.add_argument('--trace', metavar='FILE')
    parser.add_argument('scene')
    options = parser.parse_args()
    out.scene = sys.stdout if options.stdout or options.trace else None
    if options.trace:
        out.trace = open(options.trace, 'w', encoding='utf-8')
    elif not options.stdout:
        out.trace = sys.stdout
    patch()
    status = run(options.scene)
    for stream in (out.scene, out.trace, sys.stderr):
        if stream:
            stream.flush()
    os._exit(status)    # the interpreter's own end would run finalizers once more


if __name__ == '__main__':
    main()
