"""Real work, a way of doing it twice: python3 workers.py turn|threads|processes."""
import asyncio
import sys
from concurrent.futures import ProcessPoolExecutor


def chop(n):
    total = 0
    for i in range(n):
        total = (total * 31 + i) % 1000003
    return total


async def main():
    n = 6_000_000
    how = sys.argv[1]
    if how == "turn":
        print([chop(n), chop(n)])
    elif how == "threads":
        print(await asyncio.gather(asyncio.to_thread(chop, n), asyncio.to_thread(chop, n)))
    else:
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(2) as pool:
            print(await asyncio.gather(*(loop.run_in_executor(pool, chop, n) for _ in range(2))))


if __name__ == "__main__":
    asyncio.run(main())
