# 3.4, 4.3e: a task's done callback gets the task, a tick after its end, before a later awaiter.
import asyncio


async def worker():
    await asyncio.sleep(1)
    return "dish"


def served(task):
    print("callback:", task.get_name(), task.result())


async def main():
    task = asyncio.create_task(worker(), name="worker")
    task.add_done_callback(served)
    print("main:", await task)
    task.add_done_callback(served)
    await asyncio.sleep(0)


asyncio.run(main())
