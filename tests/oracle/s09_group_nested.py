# 9.3: an inner group that fails is one error of the outer group.
import asyncio


async def fails():
    await asyncio.sleep(1)
    raise ValueError("inner")


async def worker(name):
    try:
        await asyncio.sleep(10)
    finally:
        print(name, "ends")


async def section():
    async with asyncio.TaskGroup() as tg:
        tg.create_task(fails(), name="fails")
        tg.create_task(worker("inner"), name="inner")


async def main():
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(worker("outer"), name="outer")
            tg.create_task(section(), name="section")
    except* ValueError as group:
        print(repr(group))


asyncio.run(main())
