# 9.4i: an uncaught group ends the program with status 1.
import asyncio


async def fails():
    raise ValueError("spoilt")


async def main():
    async with asyncio.TaskGroup() as tg:
        tg.create_task(fails())


asyncio.run(main())
