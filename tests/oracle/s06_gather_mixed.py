# 6.2: tasks and futures are used as they are, coroutines become tasks.
import asyncio


async def worker(name):
    await asyncio.sleep(1)
    return name


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    loop.call_later(2, future.set_result, "future")
    task = asyncio.create_task(worker("task"), name="task")
    print(await asyncio.gather(future, task, worker("coroutine")))


asyncio.run(main())
