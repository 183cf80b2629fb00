# 4.1, 7.5: current_task() and all_tasks(); those that are done are no longer in it.
import asyncio


async def worker(delay):
    await asyncio.sleep(delay)
    print(asyncio.current_task().get_name(), "ends")


async def main():
    tasks = [asyncio.create_task(worker(n), name=f"w{n}") for n in (2, 1, 3)]
    print(sorted(task.get_name() for task in asyncio.all_tasks()))
    await asyncio.sleep(1.5)
    print(sorted(task.get_name() for task in asyncio.all_tasks()))
    for task in tasks:
        await task
    print(len(asyncio.all_tasks()), asyncio.current_task() in asyncio.all_tasks())


asyncio.run(main())
