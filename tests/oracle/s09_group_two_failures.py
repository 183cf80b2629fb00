# 9.4i: errors are in the order in which the members' callbacks ran.
import asyncio


async def fails(error, delay=1):
    await asyncio.sleep(delay)
    raise error


async def main():
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(fails(ValueError("a")))
            tg.create_task(fails(TypeError("b")))
            tg.create_task(fails(KeyError("never"), 2))
    except ExceptionGroup as group:
        print(group.message, group.exceptions, group.__cause__, group.__suppress_context__)


asyncio.run(main())
