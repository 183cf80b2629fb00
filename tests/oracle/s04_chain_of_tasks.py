# 4.10: a result goes up a chain of tasks, one tick a link.
import asyncio


async def link(n):
    if n == 0:
        await asyncio.sleep(1)
        return 0
    return await asyncio.create_task(link(n - 1), name=f"link {n - 1}") + n


async def main():
    print(await link(5))


asyncio.run(main())
