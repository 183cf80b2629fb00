# 9.2: no new member once the group is being aborted.
import asyncio


async def late(tg):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        try:
            tg.create_task(late(tg))
        except RuntimeError as error:
            print(str(error)[-16:])
        raise


async def fails():
    raise ValueError("spoilt")


async def main():
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(late(tg), name="late")
            tg.create_task(fails(), name="fails")
    except* ValueError as group:
        print(group.exceptions)


asyncio.run(main())
