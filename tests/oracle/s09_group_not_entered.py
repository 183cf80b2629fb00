# 9.1, 9.2 (21: before 3.13 the coroutine is not closed): a group outside of its block.
import asyncio


async def worker():
    return 1


async def main():
    tg = asyncio.TaskGroup()
    for attempt in ("before", "after"):
        try:
            tg.create_task(worker())
        except RuntimeError as error:
            print(attempt, str(error).startswith("TaskGroup <TaskGroup"), str(error)[-24:])
        if attempt == "before":
            async with tg:
                pass
    try:
        async with tg:
            print("not reached")
    except RuntimeError as error:
        print(str(error)[-24:])


asyncio.run(main())
