"""ProcessPoolExecutor: the same, but what crosses must be picklable."""
import asyncio
import concurrent.futures
import time


def square(n):
    time.sleep(n)
    return n * n


def fail():
    raise ValueError("no")


def local():
    def inner():
        pass
    return inner


async def coro():
    pass


async def main():
    loop = asyncio.get_running_loop()
    with concurrent.futures.ProcessPoolExecutor(2) as pool:
        print(await asyncio.gather(*(loop.run_in_executor(pool, square, n) for n in (2, 1, 1))))
        print(list(pool.map(square, [1, 2], chunksize=2)))
        try:
            await loop.run_in_executor(pool, fail)
        except ValueError as e:
            print(repr(e), type(e.__cause__).__name__)
        c = coro()
        for f, *args in ((lambda: 1,), (local(),), (len, (i for i in ())), (len, c),
                         (len, loop.create_future())):
            try:
                print(await loop.run_in_executor(pool, f, *args))
            except Exception as e:
                print(type(e).__name__, str(e).split(" at 0x")[0])
        c.close()


if __name__ == "__main__":
    asyncio.run(main())
