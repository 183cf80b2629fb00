# 6.2: the same argument twice is one task, and its result stands twice.
import asyncio


async def worker(name):
    print(name, "runs")
    return name


async def main():
    coroutine = worker("coroutine")
    task = asyncio.create_task(worker("task"), name="task")
    print(await asyncio.gather(coroutine, task, coroutine, task))


asyncio.run(main())
