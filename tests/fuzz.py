#!/usr/bin/env python3
"""Make random asyncio programs, and compare simmer with CPython on each.

    fuzz.py [--seed N] [--count N] [--simmer PATH] [--tries N] [--keep FOLDER] [--show]

A program is a few coroutines of random statements: sleeps, tasks, gathers, groups,
time-outs, shields, futures, cancels, at random places inside of try, finally and loops.
Every other program has workers, streams, queues and locks as well.
A coroutine calls only those after it, so every program ends. The same seed makes the same
programs. A program that fails is made smaller as long as it fails, and kept in FOLDER.
"""
import argparse
import os
import pathlib
import random
import re
import sys

sys.dont_write_bytecode = True
import conform

WORKERS = 5
FUTURES = 3
BEGIN = '''import asyncio
import time

tasks = []
futures = []


def spawn(coroutine):
    task = asyncio.create_task(coroutine)
    tasks.append(task)
    return task


def number(task):
    return int(task.get_name()[5:])


def pick(n):
    """A task that is younger than this one, so that nobody waits in a circle."""
    younger = [task for task in tasks if number(task) > number(me())]
    return younger[n % len(younger)] if younger else spawn(asyncio.sleep(0.1))


def settle(future):
    future.done() or future.set_result("settled")


def me():
    return asyncio.current_task()


def seen(error):
    print(me().get_name(), repr(error), me().cancelling())

'''


MORE = '''import concurrent.futures

pool = concurrent.futures.ThreadPoolExecutor(2, "two")
queue = asyncio.Queue(2)
lock = asyncio.Lock()


def job(label, *delays):
    print("job", label)
    for delay in delays:
        time.sleep(delay)
        print("job", label, "after", delay)
    return label


def bad_job(label, delay):
    time.sleep(delay)
    raise KeyError(label)


def posting_job(loop, label, delay):
    loop.call_soon_threadsafe(print, "posted", label)
    time.sleep(delay)
    loop.call_soon_threadsafe(print, "posted", label, "after", delay)


def in_pool(function, *arguments):
    return asyncio.get_running_loop().run_in_executor(pool, function, *arguments)


async def serve(reader, writer):
    while line := await reader.readline():
        await asyncio.sleep(0.1)
        writer.write(line.upper())
    writer.close()


async def ask(*questions):
    reader, writer = await asyncio.open_connection("127.0.0.1", 8888)
    try:
        for question in questions:
            writer.write(question.encode() + b"\\n")
            print("answer", await reader.readline())
    finally:
        writer.close()

'''


class Maker:
    """A block is a list of items; an item is a line, or a list: header, block, header, block, ..."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.more = seed % 2 == 1
        self.labels = 0

    def program(self):
        bodies = [self.block(n + 1, 3, self.random.randint(2, 6)) for n in range(WORKERS)]
        main = ['loop = asyncio.get_running_loop()',
                f'futures.extend(loop.create_future() for _ in range({FUTURES}))',
                ['for n, future in enumerate(futures):', ['loop.call_later(1.5 + n, settle, future)']],
                'spawn(w1())']
        if self.more:
            main.append('server = await asyncio.start_server(serve, "127.0.0.1", 8888)')
        main += [guarded(item, '(Exception, asyncio.CancelledError)') for item in self.block(0, 3, 6)] + ['await asyncio.sleep(3)', 'print("main ends")']
        functions = [[f'async def w{n + 1}():', body] for n, body in enumerate(bodies)]
        return functions + [['async def main():', main]]

    def block(self, worker, depth, length):
        items = [self.item(worker, depth) for _ in range(length)]
        return [guarded(item) if self.random.random() < 0.3 else item for item in items]

    def inner(self, worker, depth):
        return self.block(worker, depth - 1, self.random.randint(1, 3))

    def label(self):
        self.labels += 1
        return self.labels

    def delay(self):
        return self.random.choice(['0', '0', '0.1', '0.2', '0.3', '0.5', '1', '2'])

    def call(self, worker):
        """A coroutine: one of the workers that come later, or a sleep."""
        if worker < WORKERS and self.random.random() < 0.8:
            return f'w{self.random.randint(worker + 1, WORKERS)}()'
        return f'asyncio.sleep({self.delay()}, {self.label()})'

    def item(self, worker, depth):
        makers = [self.simple] * 3 + [self.waits] * 3 + [self.compound] * (3 if depth else 0)
        if self.more:
            makers += [self.more_simple] * 2 + [self.more_waits] * 3
        return self.random.choice(makers)(worker, depth)

    def work(self):
        """A job for a worker: a function and its arguments."""
        delays = ['0.1', '0.2', '0.3', '0.5', '1']
        return self.random.choice([
            lambda: f'job, {self.label()}, {self.random.choice(delays)}, {self.random.choice(delays)}',
            lambda: f'job, {self.label()}, {self.random.choice(delays)}',
            lambda: f'job, {self.label()}',
            lambda: f'bad_job, {self.label()}, {self.random.choice(delays)}',
            lambda: f'posting_job, asyncio.get_running_loop(), {self.label()}, {self.random.choice(delays)}',
        ])()

    def more_simple(self, worker, depth):
        return self.random.choice([
            lambda: f'spawn(asyncio.to_thread({self.work()}))',
            lambda: f'spawn(asyncio.to_thread({self.work()}))',
            lambda: f'spawned = in_pool({self.work()})',
            lambda: f'spawn(ask("q{self.label()}"))',
            lambda: f'queue.put_nowait({self.label()})',
            lambda: 'print("queue", queue.qsize(), lock.locked())',
        ])()

    def more_waits(self, worker, depth):
        return self.random.choice([
            lambda: f'print("job gave", await asyncio.to_thread({self.work()}))',
            lambda: f'print("pool gave", await in_pool({self.work()}))',
            lambda: f'print("in time", await asyncio.wait_for(asyncio.to_thread({self.work()}), {self.delay()}))',
            lambda: f'print("in time", await asyncio.wait_for(in_pool({self.work()}), {self.delay()}))',
            lambda: f'print("both", await asyncio.gather(in_pool({self.work()}), in_pool({self.work()})))',
            lambda: f'await ask("q{self.label()}", "r{self.label()}")',
            lambda: f'print("asked", await asyncio.wait_for(ask("q{self.label()}"), {self.delay()}))',
            lambda: f'print("took", await asyncio.wait_for(queue.get(), {self.delay()}))',
            lambda: f'await asyncio.wait_for(queue.put({self.label()}), {self.delay()})',
            lambda: ['async with lock:', [f'await asyncio.sleep({self.delay()})', f'print("locked", {self.label()})']],
        ])()

    def simple(self, worker, depth):
        n = self.random.randrange(20)
        future = f'futures[{self.random.randrange(FUTURES)}]'
        return self.random.choice([
            f'print("w{worker}", {self.label()})',
            f'spawn({self.call(worker)})',
            f'spawn({self.call(worker)})',
            f'asyncio.create_task({self.call(worker)})',
            f'print("cancel", pick({n}).cancel({self.random.choice(["", "", chr(39) + "m" + chr(39)])}))',
            f'print("cancelling", me().cancelling(), me().uncancel(), pick({n}).done())',
            f'{future}.done() or {future}.set_result({self.label()})',
            f'{future}.done() or {future}.set_exception(KeyError({self.label()}))',
            f'{future}.cancel()',
            f'asyncio.get_running_loop().call_soon(print, "soon", {self.label()})',
            f'asyncio.get_running_loop().call_later({self.delay()}, pick({n}).cancel)',
            f'pick({n}).add_done_callback(lambda t: print("done callback", t.get_name(), t.cancelled()))',
            f'raise ValueError({self.label()})',
            f'time.sleep({self.delay()})',
            f'gathered = asyncio.gather({self.call(worker)}, {self.call(worker)})',
            f'guarded = asyncio.shield({self.call(worker)})',
        ])

    def waits(self, worker, depth):
        n = self.random.randrange(20)
        keep = self.random.choice(['', ', return_exceptions=True'])
        return self.random.choice([
            f'await asyncio.sleep({self.delay()})',
            f'await asyncio.sleep({self.delay()})',
            f'print("got", await {self.call(worker)})',
            f'print("task", await spawn({self.call(worker)}))',
            f'print("picked", await pick({n}))',
            f'print("future", await asyncio.shield(futures[{self.random.randrange(FUTURES)}]))',
            f'await asyncio.wait_for(futures[{self.random.randrange(FUTURES)}], {self.delay()})',
            f'print("gather", await asyncio.gather({self.call(worker)}, {self.call(worker)}{keep}))',
            f'print("gather", await asyncio.gather(pick({n}), {self.call(worker)}{keep}))',
            f'print("wait_for", await asyncio.wait_for({self.call(worker)}, {self.delay()}))',
            f'print("wait_for", await asyncio.wait_for(pick({n}), {self.delay()}))',
            f'print("shield", await asyncio.shield({self.call(worker)}))',
            f'print("shield", await asyncio.shield(pick({n})))',
        ])

    def compound(self, worker, depth):
        inner = lambda: self.inner(worker, depth)
        group = [f'tg.create_task({self.call(worker)})' for _ in range(self.random.randint(1, 3))]
        return self.random.choice([
            lambda: ['try:', inner(), 'except Exception as error:', ['seen(error)'] + inner()],
            lambda: ['try:', inner(), 'except Exception as error:', ['seen(error)']],
            lambda: ['try:', inner(), 'except asyncio.CancelledError as error:',
                     ['seen(error)'] + inner() + self.random.choice([[], ['raise'], ['raise']])],
            lambda: ['try:', inner(), 'finally:', inner()],
            lambda: [f'async with asyncio.timeout({self.delay()}):', inner()],
            lambda: ['async with asyncio.TaskGroup() as tg:', group + inner()],
            lambda: ['async with asyncio.TaskGroup() as tg:', group],
            lambda: [f'for i in range({self.random.randint(2, 3)}):', inner()],
            lambda: ['try:', inner(), 'except* ValueError as error:', ['seen(error)']],
        ])()


def guarded(item, against='Exception'):
    return ['try:', [item], f'except {against} as error:', ['seen(error)']]


def render(block, indent=0):
    lines = []
    for item in block or ['pass']:
        if isinstance(item, str):
            lines.append('    ' * indent + item)
        else:
            for header, body in zip(item[::2], item[1::2]):
                lines += ['    ' * indent + header] + render(body, indent + 1)
    return lines


def text_of(program):
    functions = ['\n'.join(render([function])) for function in program]
    more = MORE + '\n' if any('start_server' in line for line in functions[-1].splitlines()) else ''
    return BEGIN + more + '\n\n\n'.join(functions) + '\n\n\nasyncio.run(main())\n'


def places(block):
    """Every (block, index) in a program, outermost first."""
    for index, item in enumerate(block):
        yield block, index
        if not isinstance(item, str):
            for body in item[1::2]:
                yield from places(body)


def shrink(program, fails, most):
    """Drop items, or put a compound's first block in its place, while the program still fails."""
    tries, changed = 0, True
    while changed:
        changed = False
        for block, index in [p for function in program for p in places(function[1])]:
            if index >= len(block) or tries >= most:
                continue
            before = list(block)
            for instead in [[]] + ([before[index][1]] if not isinstance(before[index], str) else []):
                block[index:index + 1] = instead
                tries += 1
                if fails(program):
                    changed = True
                    break
                block[:] = before
    return program


def forget_deaths(outcome):
    """When a failed future dies that a cycle holds is up to the collector of cycles."""
    died = re.compile(r'exception was never retrieved|Task was destroyed')
    outcome.trace = [line for line in outcome.trace if not died.search(line)]
    outcome.reports = []


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--count', type=int, default=100)
    parser.add_argument('--simmer', default='build/simmer')
    parser.add_argument('--python', default=sys.executable)
    parser.add_argument('--tries', type=int, default=100, help='how often to make a failure smaller')
    parser.add_argument('--keep', default='build/fuzz')
    parser.add_argument('--show', action='store_true', help='print the programs, run nothing')
    options = parser.parse_args()
    os.makedirs(options.keep, exist_ok=True)
    failed = 0
    for seed in range(options.seed, options.seed + options.count):
        program = Maker(seed).program()
        if options.show:
            print(text_of(program))
            continue
        path = str(pathlib.Path(options.keep, f'seed{seed}.py'))

        def problems(program):
            pathlib.Path(path).write_text(text_of(program))
            expected = conform.cpython(options, path)
            if expected.status == 3:        # it deadlocks: CPython would hang
                return []
            got = conform.simmer(options, path)
            for outcome in expected, got:
                forget_deaths(outcome)
            return conform.differences(expected, got)

        if problems(program):
            failed += 1
            shrink(program, problems, options.tries)
            print(f'FAIL {path}', *problems(program), sep='\n    ', flush=True)
        else:
            os.remove(path)
    print(f'{options.count - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
