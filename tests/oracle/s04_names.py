# 4.1, 4.2 (21: 3.11 uses up a number): a named task takes no number; names are made strings.
import asyncio


async def nothing():
    return asyncio.current_task().get_name()


async def main():
    print(asyncio.current_task().get_name())
    tasks = [asyncio.create_task(nothing()),
             asyncio.create_task(nothing(), name="soup"),
             asyncio.create_task(nothing(), name=7),
             asyncio.get_running_loop().create_task(nothing(), name="loop's"),
             asyncio.create_task(nothing())]
    tasks[0].set_name(3.5)
    for task in tasks:
        print(await task, repr(task.get_name()))


asyncio.run(main())
