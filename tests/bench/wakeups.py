"""Task switches by futures: 200,000 tasks that each await another one."""
import asyncio


async def leaf(n):
    return n


async def main():
    total = 0
    for n in range(200_000):
        total += await asyncio.create_task(leaf(n))
    print(total)


asyncio.run(main())
