"""asyncio as CPython 3.13 has it, on an older Python.

simmer follows 3.13. Where an older asyncio schedules, cancels or reports
differently, install() puts a replacement in its place; on 3.13 and newer it
does nothing. What is not here is the same in 3.11, 3.12 and 3.13, or is not
part of what scenes may use.
"""
import functools
import sys
import threading
import warnings

import asyncio
import asyncio.base_events
import asyncio.events
import asyncio.format_helpers
import asyncio.futures
import asyncio.selector_events
import asyncio.streams
import asyncio.taskgroups
import asyncio.tasks
import asyncio.timeouts
from asyncio import CancelledError

NEEDED = sys.version_info < (3, 13)


class Future(asyncio.Future):
    """A StopIteration can be stored: wrapped, since a coroutine could not be resumed with it."""

    def set_exception(self, exception):
        if isinstance(exception, type):
            exception = exception()
        if isinstance(exception, StopIteration):
            wrapped = RuntimeError('StopIteration interacts badly with generators '
                                   'and cannot be raised into a Future')
            wrapped.__cause__ = wrapped.__context__ = exception
            exception = wrapped
        super().set_exception(exception)


class Task(asyncio.tasks._PyTask):
    """The task in Python: only there can uncancel() take back a pending request."""

    def uncancel(self):
        left = super().uncancel()
        if left == 0:
            self._must_cancel = False
        return left

    def __wakeup(self, future):
        """As inherited, but this frame, which the error's traceback holds, holds no future."""
        try:
            future.result()
        except BaseException as error:
            del future
            self.__step(error)
        else:
            self.__step()
        finally:
            self = None

    def result(self):
        """In the words of the task in C, and again without the task in the error's traceback."""
        if not self.done():
            raise asyncio.InvalidStateError('Result is not set.')
        self._log_traceback = False
        if self.cancelled():
            error, traceback = self._make_cancelled_error(), None
        elif self._exception is not None:
            error, traceback = self._exception, self._exception_tb
        else:
            return self._result
        self = None
        try:
            raise error if traceback is None else error.with_traceback(traceback)
        finally:
            error = traceback = None


def create_task(coro, *, name=None, context=None):
    """The name goes in at birth, so a named task uses up no number."""
    return asyncio.get_running_loop().create_task(coro, name=name, context=context)


sleep_as_it_was = asyncio.sleep


async def sleep(delay, result=None):
    if delay != delay:
        raise ValueError('Invalid delay: NaN (not a number)')
    return await sleep_as_it_was(delay, result)


def gather(*aws, return_exceptions=False):
    """A child that is done already is counted at once, not in the next tick."""
    if not aws:
        outer = asyncio.get_event_loop().create_future()
        outer.set_result([])
        return outer
    loop, outer, counted = None, None, 0

    def _count(child):
        nonlocal counted
        counted += 1
        if outer.done():
            if not child.cancelled():
                child.exception()   # somebody has now seen it
            return
        if not return_exceptions:
            error = child._make_cancelled_error() if child.cancelled() else child.exception()
            if error is not None:
                outer.set_exception(error)
                return
        if counted < distinct:
            return
        if outer._cancel_requested:
            outer.set_exception(child._make_cancelled_error())
        else:
            outer.set_result([outcome(child) for child in children])

    future_of, done_already = {}, []
    for aw in aws:
        if aw in future_of:
            continue
        future_of[aw] = future = asyncio.ensure_future(aw, loop=loop)
        loop = loop or asyncio.futures._get_loop(future)
        if future is not aw:
            future._log_destroy_pending = False
        if future.done():
            done_already.append(future)
        else:
            future.add_done_callback(_count)
    children, distinct = [future_of[aw] for aw in aws], len(future_of)
    outer = asyncio.tasks._GatheringFuture(children, loop=loop)
    for future in done_already:
        _count(future)
    return outer


def outcome(child):
    if child.cancelled():
        return CancelledError(child._cancel_message or '')
    return child.exception() or child.result()


async def wait_for(fut, timeout):
    """A coroutine runs inside the caller, under timeout(); no task is made for it."""
    if timeout is None or timeout > 0:
        async with asyncio.timeout(timeout):
            return await fut
    task = asyncio.ensure_future(fut)
    if task.done():
        return task.result()
    await _cancel_and_wait(task)
    try:
        return task.result()
    except CancelledError as error:
        raise TimeoutError from error


async def _cancel_and_wait(task):
    ended = asyncio.get_running_loop().create_future()

    def _release(_):
        if not ended.done():
            ended.set_result(None)

    task.add_done_callback(_release)
    try:
        task.cancel()
        await ended
    finally:
        task.remove_done_callback(_release)


State = asyncio.timeouts._State


class Timeout(asyncio.timeouts.Timeout):
    """Knows who else cancelled the task; left with another error, it puts a TimeoutError in its context."""

    def reschedule(self, when):
        if self._state is State.CREATED:
            raise RuntimeError('Timeout has not been entered')
        super().reschedule(when)

    async def __aenter__(self):
        if self._state is not State.CREATED:
            raise RuntimeError('Timeout has already been entered')
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError('Timeout should be used inside a task')
        self._state, self._task, self._asked_before = State.ENTERED, task, task.cancelling()
        self.reschedule(self._when)
        return self

    async def __aexit__(self, kind, error, traceback):
        if self._timeout_handler is not None:
            self._timeout_handler.cancel()
            self._timeout_handler = None
        if self._state is State.ENTERED:
            self._state = State.EXITED
        elif self._state is State.EXPIRING:
            self._state = State.EXPIRED
            if self._task.uncancel() <= self._asked_before and error is not None:
                if isinstance(error, CancelledError):
                    raise TimeoutError from error
                mention_timeout(error)
                for one in error.exceptions if isinstance(error, ExceptionGroup) else ():
                    mention_timeout(one)


def mention_timeout(error):
    while error.__context__ is not None:
        if isinstance(error.__context__, CancelledError):
            timeout = TimeoutError()
            timeout.__cause__ = timeout.__context__ = error.__context__
            error.__context__ = timeout
            return
        error = error.__context__


def timeout(delay):
    return Timeout(None if delay is None else asyncio.get_running_loop().time() + delay)


class TaskGroup(asyncio.TaskGroup):
    """Takes back its own cancel of the parent last, and passes on a cancel from outside."""

    async def __aenter__(self):
        if self._entered:
            raise RuntimeError(f'TaskGroup {self!r} has already been entered')
        return await super().__aenter__()

    def create_task(self, coro, *, name=None, context=None):
        problem = ('has not been entered' if not self._entered else
                   'is finished' if self._exiting and not self._tasks else
                   'is shutting down' if self._aborting else None)
        if problem:
            coro.close()
            raise RuntimeError(f'TaskGroup {self!r} {problem}')
        task = self._loop.create_task(coro, name=name, context=context)
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return task

    async def __aexit__(self, kind, error, traceback):
        self._exiting = True
        cancelled = error if isinstance(error, CancelledError) else None
        if error is not None:
            if self._base_error is None and self._is_base_error(error):
                self._base_error = error
            if not self._aborting:
                self._abort()
        while self._tasks:
            self._on_completed_fut = self._loop.create_future()
            try:
                await self._on_completed_fut
            except CancelledError as caught:
                if not self._aborting:
                    cancelled = caught
                    self._abort()
            self._on_completed_fut = None
        try:
            self._raise_what_happened(error, cancelled)
        finally:
            error = cancelled = traceback = None    # this frame is in the traceback

    def _raise_what_happened(self, error, cancelled):
        parent = self._parent_task
        if self._base_error is not None:
            raise self._base_error
        if self._parent_cancel_requested and parent.uncancel() == 0:
            cancelled = None
        if cancelled is not None and not self._errors:
            raise cancelled
        if error is not None and not isinstance(error, CancelledError):
            self._errors.append(error)
        if self._errors:
            if parent.cancelling():
                parent.uncancel()
                parent.cancel()
            errors, self._errors = self._errors, None
            raise BaseExceptionGroup('unhandled errors in a TaskGroup', errors) from None


class Server(asyncio.Server):
    """wait_closed() waits for the connections, which can be closed and aborted all together."""

    async def wait_closed(self):
        if self._waiters is None:
            return
        waiter = self._loop.create_future()
        self._waiters.append(waiter)
        await waiter

    def close_clients(self):
        for transport in list(self._loop._transports.values()):
            if transport._server is self:
                transport.close()

    def abort_clients(self):
        for transport in list(self._loop._transports.values()):
            if transport._server is self:
                transport.abort()


class StreamWriter(asyncio.StreamWriter):
    """Closes a connection that nobody holds any more."""

    def __del__(self, warn=warnings.warn):
        if not self._transport.is_closing():
            if self._loop.is_closed():
                warn('loop is closed', ResourceWarning)
            else:
                self.close()
                warn(f'unclosed {self!r}', ResourceWarning)


class StreamReaderProtocol(asyncio.StreamReaderProtocol):
    """Reports how the task of a connection failed, and does not hold the writer."""

    def connection_made(self, transport):
        super().connection_made(transport)
        self._stream_writer = None
        if self._task is not None:
            self._task._callbacks.clear()       # that of some releases fails if it was cancelled
            self._task.add_done_callback(functools.partial(self._ended, transport))

    def _ended(self, transport, task):
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._loop.call_exception_handler({
                'message': 'Unhandled exception in client_connected_cb',
                'exception': error, 'transport': transport})
        if error is not None or task.cancelled():
            transport.close()


class StreamReader(asyncio.StreamReader):
    """readuntil() takes several separators."""

    async def readuntil(self, separator=b'\n'):
        separators = sorted(separator, key=len) if isinstance(separator, tuple) else [separator]
        if not separators:
            raise ValueError('Separator should contain at least one element')
        if not separators[0]:
            raise ValueError('Separator should be at least one-byte string')
        if self._exception is not None:
            raise self._exception
        begin = 0
        while True:
            places = [(at + len(s), at) for s in separators if (at := self._buffer.find(s, begin)) >= 0]
            if places:
                break
            begin = max(0, len(self._buffer) + 1 - len(separators[-1]))
            if begin > self._limit:
                raise asyncio.LimitOverrunError('Separator is not found, and chunk exceed the limit', begin)
            if self._eof:
                rest = bytes(self._buffer)
                self._buffer.clear()
                raise asyncio.IncompleteReadError(rest, None)
            await self._wait_for_data('readuntil')
        end, at = min(places)
        if at > self._limit:
            raise asyncio.LimitOverrunError('Separator is found, but chunk is longer than limit', at)
        chunk = bytes(self._buffer[:end])
        del self._buffer[:end]
        self._maybe_resume_transport()
        return chunk


writelines_as_it_was = asyncio.selector_events._SelectorSocketTransport.writelines


def writelines(self, lines):
    if self._eof:
        raise RuntimeError('Cannot call writelines() after write_eof()')
    writelines_as_it_was(self, lines)


def _add_reader(self, fd, callback):
    """A transport that was paused when the connection was made does not begin to read."""
    if not self._closing and not getattr(self, '_paused', False):
        self._loop._add_reader(fd, callback)


create_server_as_it_was = asyncio.BaseEventLoop.create_server


async def create_server(self, *arguments, **keywords):
    try:
        return await create_server_as_it_was(self, *arguments, **keywords)
    except OSError as error:
        begin, _, why = (error.strerror or '').rpartition(': ')
        if not begin.startswith('error while attempting to bind') or '[errno' in why:
            raise
        raise OSError(error.errno, f'{begin}: [errno {error.errno}] {why}') from None


def shutdown_default_executor(self, timeout=None):
    """The time-out is one of asyncio's, in which the task waits; asyncio.run() gives it 300 s."""
    if sys._getframe(1).f_globals.get('__name__') == 'asyncio.runners':
        timeout = 300
    return _shutdown_default_executor(self, timeout)


async def _shutdown_default_executor(self, timeout):
    self._executor_shutdown_called = True
    if self._default_executor is None:
        return
    future = self.create_future()
    thread = threading.Thread(target=self._do_shutdown, args=(future,))
    thread.start()
    try:
        async with asyncio.timeouts.timeout(timeout):
            await future
    except TimeoutError:
        warnings.warn('The executor did not finishing joining its threads within '
                      f'{timeout} seconds.', RuntimeWarning, stacklevel=2)
        self._default_executor.shutdown(wait=False)
    else:
        thread.join()


def _do_shutdown(self, future):
    self._default_executor.shutdown(wait=True)
    if not self.is_closed():
        self.call_soon_threadsafe(asyncio.futures._set_result_unless_cancelled, future, None)


_shutdown_default_executor.__name__ = 'shutdown_default_executor'


def install():
    if not NEEDED:
        return
    for name in ('create_task', 'gather', 'sleep', 'wait_for'):
        setattr(asyncio, name, globals()[name])
        setattr(asyncio.tasks, name, globals()[name])
    Future.__module__, Future.__qualname__ = '_asyncio', 'Future'
    asyncio.Future = asyncio.futures.Future = Future
    asyncio.Task = asyncio.tasks.Task = Task
    asyncio.Timeout = asyncio.timeouts.Timeout = Timeout
    asyncio.timeout = asyncio.timeouts.timeout = timeout
    asyncio.TaskGroup = asyncio.taskgroups.TaskGroup = TaskGroup

    asyncio.base_events.Server = asyncio.Server = Server
    for replaced in StreamReader, StreamWriter, StreamReaderProtocol:
        setattr(asyncio.streams, replaced.__name__, replaced)
        setattr(asyncio, replaced.__name__, replaced)
    asyncio.selector_events._SelectorSocketTransport.writelines = writelines
    asyncio.selector_events._SelectorTransport._add_reader = _add_reader
    for function in shutdown_default_executor, _do_shutdown, create_server:
        setattr(asyncio.BaseEventLoop, function.__name__, function)

    # "Exception in callback NAME()": the arguments are not shown.
    source = asyncio.format_helpers._format_callback_source
    asyncio.format_helpers._format_callback_source = lambda f, args, **_: source(f, ())
