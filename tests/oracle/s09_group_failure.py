# 9.3, 9.5: a member fails: the others are cancelled in order, then the parent; all tick by tick.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def fails():
    await asyncio.sleep(1)
    raise ValueError("spoilt")


async def main():
    try:
        async with asyncio.TaskGroup() as tg:
            for name in ("a", "b"):
                tg.create_task(worker(name), name=name)
            tg.create_task(fails(), name="fails")
            tg.create_task(worker("c"), name="c")
    except ExceptionGroup as group:
        print(group, repr(group.exceptions))
    print(asyncio.current_task().cancelling())


asyncio.run(main())
