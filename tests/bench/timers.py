"""100,000 tasks asleep at once, each with a timer of its own."""
import asyncio


async def nap(n):
    await asyncio.sleep((n * 7919 % 1000) / 1e6)


async def main():
    async with asyncio.TaskGroup() as group:
        for n in range(100_000):
            group.create_task(nap(n))


asyncio.run(main())
