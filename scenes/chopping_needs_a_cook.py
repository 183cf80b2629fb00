"""Chopping needs a cook

Computing is work, not waiting: tasks take turns at it, workers share it. Run it with
--clock=real: virtual time counts no computing.
"""
# measured: the numbers are those of the machine, and of this run
import asyncio
import time
from concurrent.futures import ProcessPoolExecutor


def chop(pieces):
    return sum(i % 7 for i in range(pieces))


async def chop_in_a_task(pieces):
    return chop(pieces)         # no await inside: the loop has to wait until it is done


def report(way, start):
    print(f"{way:12} {time.perf_counter() - start:.2f} s")


async def main():
    pieces = 3_000_000
    start = time.perf_counter()
    #: One after the other: the time of both together.
    chop(pieces), chop(pieces)
    report("in turn", start)

    start = time.perf_counter()
    #: Two tasks, one thread: async does not add a pair of hands.
    await asyncio.gather(chop_in_a_task(pieces), chop_in_a_task(pieces))
    report("gather", start)

    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(max_workers=2) as cooks:
        start = time.perf_counter()
        #: Two processes on two cores: about half the time, on the real clock. (Threads of CPython share one lock.)
        await asyncio.gather(*(loop.run_in_executor(cooks, chop, pieces) for _ in range(2)))
        report("two workers", start)


if __name__ == "__main__":
    asyncio.run(main())
