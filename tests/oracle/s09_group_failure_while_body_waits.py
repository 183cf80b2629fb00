# 9.3: the parent is cancelled in the middle of its body.
import asyncio


async def fails():
    await asyncio.sleep(1)
    raise ValueError("spoilt")


async def main():
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(fails(), name="fails")
            try:
                await asyncio.sleep(10)
            except asyncio.CancelledError:
                print("body cancelled, asked:", asyncio.current_task().cancelling())
                raise
    except* ValueError as group:
        print(group.exceptions, asyncio.current_task().cancelling())
    await asyncio.sleep(1)
    print("goes on")


asyncio.run(main())
