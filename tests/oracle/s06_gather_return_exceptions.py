# 6.3: with return_exceptions failures are results.
import asyncio


async def worker(name, delay):
    await asyncio.sleep(delay)
    if name == "bad":
        raise ValueError("spoilt")
    return name


async def main():
    results = await asyncio.gather(worker("a", 2), worker("bad", 1), worker("c", 3),
                                   return_exceptions=True)
    print(results)


asyncio.run(main())
