"""Two cooks on one stove: a million task switches

Nothing but switching: each task gives way at once, again and again.
"""
import asyncio

TURNS = 500_000


async def cook():
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def main():
    await asyncio.gather(cook(), cook())


asyncio.run(main())
