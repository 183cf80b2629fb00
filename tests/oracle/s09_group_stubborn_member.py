# 9.4d: the block waits for a member that takes its time, or swallows the cancel.
import asyncio


async def stubborn():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("stubborn: in a minute")
        await asyncio.sleep(1)
    return "done all the same"


async def fails():
    raise ValueError("spoilt")


async def main():
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.TaskGroup() as tg:
            task = tg.create_task(stubborn(), name="stubborn")
            tg.create_task(fails(), name="fails")
    except* ValueError:
        print(loop.time(), task.result())


asyncio.run(main())
