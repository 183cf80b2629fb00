"""Threads, pools and processes under the oracle's rule: one runs at a time, on a virtual clock.

A thread runs until it sleeps, waits for another thread, or ends: a stretch. The first stretch
of a job that finds a free worker, and of a Thread, runs inside of submit() and start() when it
is the main thread that asks. All others run where the main thread polls, sleeps or waits, in the
order in which the threads began; at equal instants before timers. What a worker thread submits
or starts begins after its own stretch. A worker that has ended its job is free again when the main
thread has next polled, slept, waited or looked at a job, or when its pool has no other.

A job of a ProcessPoolExecutor runs in a forked child, whose sleeps and prints come here.
"""
import collections
import concurrent.futures
import concurrent.futures._base
import concurrent.futures.process
import concurrent.futures.thread
import contextvars
import functools
import itertools
import multiprocessing
import os
import pickle
import re
import sys
import threading
import types
import warnings

from oracle_state import Now, Quit, clock_seconds, emit, nanoseconds, out

WORKERS = 8             # of a pool that is given no number

RealThread = threading.Thread
RealEvent = threading.Event
threads = []            # those that have begun and not ended, in that order
ended = []              # workers that nobody has freed yet
pools = []
to_main = threading.Semaphore(0)


# ---- threads ----------------------------------------------------------------------------------

class Strand:
    """A thread as the rule sees it."""

    def __init__(self, who, daemon=False, silent=False):
        self.who, self.daemon, self.silent = who, daemon, silent
        self.wake, self.until = Now.clock, None     # due at a time, or when something is true
        self.ended = False
        self.task_numbers = itertools.count(1)
        self.mine = threading.Semaphore(0)
        threads.append(self)

    def is_due(self):
        return self.wake is not None and self.wake <= Now.clock or \
            self.until is not None and self.until()

    def resume(self):
        """Called by the main thread: the strand's next stretch."""
        before, Now.who, Now.thread = Now.who, self.who, self
        self.wake = self.until = None
        self.mine.release()
        to_main.acquire()
        self.who, Now.who, Now.thread = Now.who, before, None
        if self.ended:
            threads.remove(self)

    def gate(self, work):
        """The thread itself: run `work` when it is this strand's turn."""
        self.mine.acquire()
        try:
            work()
        finally:
            self.ended = True
            to_main.release()

    def park(self, wake, until):
        """The thread itself: end the stretch."""
        self.wake, self.until = wake, until
        to_main.release()
        self.mine.acquire()


def run_due():
    """The main thread: run all stretches that are due, and those that they made due."""
    free_workers()
    while due := [s for s in threads if s.is_due()]:
        for strand in due:
            strand.resume()
        free_workers()


def free_workers():
    while ended:
        pool, name = ended.pop(0)
        pool._free(name)


def next_wake():
    return min((s.wake for s in threads if s.wake is not None), default=None)


def park(wake=None, until=None):
    """Until the clock is at `wake`, or until() is true. The main thread meanwhile lets the others run."""
    if Now.thread:
        Now.thread.park(wake, until)
        return
    while True:
        run_due()
        if until and until() or wake is not None and Now.clock >= wake:
            return
        times = [t for t in (wake, next_wake()) if t is not None]
        if not times:
            give_up()
        Now.clock = max(Now.clock, min(times))


def give_up():
    emit('deadlock', '-')
    raise Quit('nothing is ready, no timer is armed: it would wait for ever')


def look():
    """The main thread is about to look at what a job has come to."""
    if not Now.thread:
        run_due()


def sleep(seconds):
    if seconds < 0:
        raise ValueError('sleep length must be non-negative')
    emit(f'block({seconds:g})')
    park(Now.clock + nanoseconds(seconds))


def end_of(timeout):
    return None if timeout is None else Now.clock + nanoseconds(max(0, timeout))


def finish():
    """The end of the program waits for all threads but daemons."""
    park(until=lambda: not any(pool._working or pool._queue for pool in pools)
         and all(s.daemon for s in threads))


def is_chunk(function):
    """Is it what map() of a pool of processes submits?"""
    return isinstance(function, functools.partial) and function.func is concurrent.futures.process._process_chunk


def name_of(function):
    if isinstance(function, functools.partial):
        through = is_chunk(function) or isinstance(getattr(function.func, '__self__', None), contextvars.Context)
        return name_of(function.args[0] if through else function.func)      # map of processes, to_thread
    return getattr(function, '__name__', type(function).__name__)


class Thread(threading.Thread):
    strand = None

    def start(self):
        if self._started.is_set():
            raise RuntimeError('threads can only be started once')
        target = getattr(self, '_target', None) or self.run
        silent = name_of(target) == '_do_shutdown'      # how asyncio waits for a pool's end
        self.strand = strand = Strand(self.name, self.daemon, silent)
        work, self.run = self.run, lambda: strand.gate(functools.partial(self._work, work, name_of(target)))
        if not silent:
            emit('submit ' + name_of(target))
        super().start()
        if not Now.thread:
            strand.resume()

    def _work(self, work, name):
        if self.strand.silent:
            work()
            return
        emit('begin ' + name)
        try:
            work()
        except BaseException as error:
            emit(f'end-failed({error!r})')
            self._invoke_excepthook(self)
        else:
            emit('end(None)')

    def join(self, timeout=None):
        if not self.strand:
            raise RuntimeError('cannot join thread before it is started')
        if threading.current_thread() is self:
            raise RuntimeError('cannot join current thread')
        park(end_of(timeout), lambda: self.strand.ended)

    def is_alive(self):
        look()
        return self.strand is not None and not self.strand.ended


Thread.__name__ = Thread.__qualname__ = 'Thread'
Thread.__module__ = 'threading'


class Event(RealEvent):
    """What concurrent.futures waits on."""

    in_vain = False     # the last wait was: it took a little longer than its time-out

    def wait(self, timeout=None):
        park(end_of(timeout), self.is_set)
        Event.in_vain = not self.is_set()
        return self.is_set()


def monotonic():
    return clock_seconds() + Event.in_vain * 1e-9


# ---- pools ------------------------------------------------------------------------------------

Job = collections.namedtuple('Job', 'future function arguments keywords')


class Pooled:
    """What the two kinds of pools have in common."""

    def _begin(self, most, prefix):
        self._most, self._prefix = most, prefix
        self._queue, self._idle, self._made, self._working = [], [], 0, 0
        self._closed = False
        pools.append(self)

    def submit(self, function, /, *arguments, **keywords):
        if self._closed:
            raise RuntimeError('cannot schedule new futures after shutdown')
        future = concurrent.futures.Future()
        future._job = name_of(function)
        job = self._packed(Job(future, function, arguments, keywords))
        if job is None:
            return future
        emit('submit ' + future._job)
        if not Now.thread and self._is_full() and any(pool is self for pool, _ in ended):
            run_due()
        if self._is_full():
            self._queue.append(job)
        else:
            strand = self._start(job, self._idle.pop() if self._idle else self._new_name())
            if not Now.thread:
                strand.resume()
        return future

    def _packed(self, job):
        return job

    def _is_full(self):
        return not self._idle and self._made >= self._most

    def _new_name(self):
        self._made += 1
        return f'{self._prefix}{self._made - 1}'

    def _start(self, job, name):
        self._working += 1
        strand = Strand(name)
        thread = RealThread(name=name, daemon=True, target=strand.gate,
                            args=(functools.partial(self._work, [job], name),))
        thread.start()
        return strand

    def _work(self, box, name):
        """The only job of `box`: nothing may hold it when it is done, least of all a frame of an error's."""
        future, *call = box.pop()
        if future.set_running_or_notify_cancel():
            emit('begin ' + future._job)
            try:
                result = self._call(*call)
            except BaseException as error:
                emit(f'end-failed({error!r})')
                future.set_exception(error)
                future = None
            else:
                alone = is_chunk(call[0]) and len(result) == 1
                emit(f'end({result[0] if alone else result!r})')
                future.set_result(result)
        ended.append((self, name))

    def _call(self, function, arguments, keywords):
        return function(*arguments, **keywords)

    def _free(self, name):
        self._working -= 1
        while self._queue:
            job = self._queue.pop(0)
            if job.future.cancelled():
                job.future.set_running_or_notify_cancel()
                continue
            self._start(job, name)
            return
        self._idle.append(name)

    def shutdown(self, wait=True, *, cancel_futures=False):
        look()
        self._closed = True
        if cancel_futures:
            dropped, self._queue = self._queue, []
            for job in dropped:
                job.future.cancel()
        if wait:
            park(until=lambda: not self._working and not self._queue)


RealThreadPool = concurrent.futures.thread.ThreadPoolExecutor
RealProcessPool = concurrent.futures.process.ProcessPoolExecutor


class ThreadPoolExecutor(Pooled, RealThreadPool):
    def __init__(self, max_workers=None, *more, **keywords):
        RealThreadPool.__init__(self, max_workers, *more, **keywords)
        self._begin(max_workers or WORKERS, self._thread_name_prefix + '_')


class ProcessPoolExecutor(Pooled, RealProcessPool):
    def __init__(self, max_workers=None, *more, **keywords):
        if max_workers is not None and max_workers <= 0:
            raise ValueError('max_workers must be greater than 0')
        self._begin(max_workers or os.cpu_count() or 1, 'ProcessPoolExecutor_')

    def _packed(self, job):
        try:
            packed(*job[1:])
            return job
        except Exception as error:
            job.future.set_running_or_notify_cancel()
            job.future.set_exception(error)
            return None

    def _call(self, *call):
        """In a child, which has what the globals are now; its messages are obeyed here."""
        for file in filter(None, (out.trace, out.scene)):
            file.flush()
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            here, there = multiprocessing.Pipe()
            child = os.fork()
        if child == 0:
            run_child(there, *call)
        there.close()
        try:
            while True:
                what, *arguments = here.recv()
                if what == 'end':
                    return arguments[0]
                if what == 'failed':
                    raise arguments[0]
                if what == 'park':
                    park(*arguments)
                    here.send((Now.clock, Now.tick, Now.step))
                elif what == 'print':
                    sys.stdout.write(*arguments)
                else:
                    out.trace.write(*arguments)
        finally:
            here.close()
            os.waitpid(child, 0)


def packed(*things):
    """Pickled, or an error in the words of 3.13."""
    try:
        return pickle.dumps(things)
    except Exception as error:
        words = str(error).replace("Can't pickle local object", "Can't get local object")
        error.args = re.sub(r"cannot pickle '(Future|Task)'", r"cannot pickle '_asyncio.\1'", words),
        raise


def run_child(parent, function, arguments, keywords):
    """A forked child: run the job, and tell the parent."""
    class ToParent:
        def __init__(self, what):
            self.what = what

        def write(self, text):
            parent.send((self.what, text))
            return len(text)

        def flush(self):
            pass

    class Strand:
        def park(self, wake, until):
            parent.send(('park', wake))
            Now.clock, Now.tick, Now.step = parent.recv()

    Now.thread = Strand()
    sys.stdout, out.scene = ToParent('print'), None
    out.trace = out.trace and ToParent('trace')
    try:
        message = packed('end', function(*arguments, **keywords))
    except BaseException as error:
        message = packed('failed', concurrent.futures.process._ExceptionWithTraceback(error, error.__traceback__))
    parent.send_bytes(message)
    os._exit(0)


for mine, name in (ThreadPoolExecutor, 'thread'), (ProcessPoolExecutor, 'process'):
    mine.__qualname__, mine.__module__ = mine.__name__, 'concurrent.futures.' + name


# ---- futures ----------------------------------------------------------------------------------

def patch_future():
    """Waiting for a future, and looking at one, is where others may run."""
    future = concurrent.futures.Future
    base = concurrent.futures._base
    over = base.CANCELLED, base.CANCELLED_AND_NOTIFIED, base.FINISHED

    def waiting(method):
        @functools.wraps(method)
        def wrapper(self, timeout=None):
            look()
            if self._state not in over:
                park(end_of(timeout), lambda: self._state in over)
            return method(self, 0 if self._state not in over else timeout)
        return wrapper

    def looking(method):
        @functools.wraps(method)
        def wrapper(self, *arguments):
            if sys._getframe(1).f_globals.get('__name__') == '__main__':
                look()
            return method(self, *arguments)
        return wrapper

    cancel_as_it_is = future.cancel

    def cancel(self):
        if self._state == base.PENDING and hasattr(self, '_job'):
            emit('dropped ' + self._job)
        return cancel_as_it_is(self)

    future.cancel = cancel
    future.result, future.exception = waiting(future.result), waiting(future.exception)
    for name in 'done', 'running', 'cancelled', 'cancel', 'add_done_callback':
        setattr(future, name, looking(getattr(future, name)))


class InOrder(set):
    """Of futures: in the order of insertion."""

    def __init__(self, items=()):
        self.order = dict.fromkeys(items)
        super().__init__(self.order)

    def __iter__(self):
        return (item for item in self.order if item in self)

    def __sub__(self, other):
        return InOrder(item for item in self if item not in other)


def last_finished_first(futures):
    """as_completed takes those that were finished already from the end of this list."""
    return sorted(futures, key=lambda f: f._finished_as, reverse=True) \
        if isinstance(futures, InOrder) else list(futures)


def patch_order():
    """CPython leaves to chance which of several finished futures comes first: here the first that finished."""
    base, numbers = concurrent.futures._base, itertools.count()
    invoke = base.Future._invoke_callbacks

    def invoke_callbacks(self):
        self._finished_as = next(numbers)
        before, Now.who = Now.who, '-' if Now.thread else Now.who
        invoke(self)
        Now.who = before

    base.Future._invoke_callbacks = invoke_callbacks
    base.set, base.list = InOrder, last_finished_first
    base.threading = type('threading', (), dict(vars(threading), Event=Event))
    base.time = types.SimpleNamespace(monotonic=monotonic)


def patch():
    import time
    time.sleep = sleep
    threading.Thread = Thread
    for module in concurrent.futures, concurrent.futures.thread:
        module.ThreadPoolExecutor = ThreadPoolExecutor
    for module in concurrent.futures, concurrent.futures.process:
        module.ProcessPoolExecutor = ProcessPoolExecutor
    patch_future()
    patch_order()
