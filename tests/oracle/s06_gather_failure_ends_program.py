# 6.6, 14.3: an uncaught failure of gather ends main; the others are cancelled by run().
import asyncio


async def worker(name, delay):
    try:
        await asyncio.sleep(delay)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise
    raise RuntimeError(name)


async def main():
    await asyncio.gather(worker("a", 3), worker("b", 1), worker("c", 2))


asyncio.run(main())
