# 8.7: a shield around what is done is that itself.
import asyncio


async def quick():
    return 1


async def main():
    task = asyncio.create_task(quick())
    await task
    print(asyncio.shield(task) is task)
    print(await asyncio.shield(task))


asyncio.run(main())
