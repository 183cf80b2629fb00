# 9.4i (21: new in 3.13): cancelled from outside and failed: the group is raised, and the cancel is kept.
import asyncio


async def spoils():
    try:
        await asyncio.sleep(10)
    finally:
        raise ValueError("while cleaning up")


async def parent():
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(spoils(), name="spoils")
    except* ValueError as group:
        print(group.exceptions, asyncio.current_task().cancelling())
    try:
        await asyncio.sleep(1)
        print("not cancelled again")
    except asyncio.CancelledError:
        print("the next await throws")
        raise


async def main():
    task = asyncio.create_task(parent(), name="parent")
    await asyncio.sleep(1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print(task.cancelling())


asyncio.run(main())
