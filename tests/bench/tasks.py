"""200,000 tasks at once, and a gather of all of them"""
import asyncio


async def cook(n):
    await asyncio.sleep(n % 1000)


async def main():
    await asyncio.gather(*(cook(n) for n in range(200_000)))


asyncio.run(main())
