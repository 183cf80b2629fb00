"""An hour in a kitchen

Eight lanes, an hour of the scene's clock: each cook works a little and waits a little.
"""
import asyncio
import time


async def cook(n):
    while time.monotonic() - start < 3600 - 30:
        time.sleep(0.5)
        await asyncio.sleep(7 + 5 * n)


async def main():
    await asyncio.gather(*(cook(n) for n in range(7)))


start = time.monotonic()
asyncio.run(main())
