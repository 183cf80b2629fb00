# 6.2, 6.4: a gather in a gather.
import asyncio


async def worker(name, delay):
    await asyncio.sleep(delay)
    return name


async def main():
    inner = asyncio.gather(worker("a", 2), worker("b", 1))
    print(await asyncio.gather(inner, worker("c", 1)))


asyncio.run(main())
