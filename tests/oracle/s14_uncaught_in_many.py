# 14.6, 20.1: an uncaught exception: tasks that failed unseen are reported too.
import asyncio


async def fails(what):
    raise ValueError(what)


async def main():
    first = asyncio.create_task(fails("first"), name="first")
    second = asyncio.create_task(fails("second"), name="second")
    await asyncio.sleep(1)
    await second


asyncio.run(main())
