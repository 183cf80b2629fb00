# 6.2, 6.3: tasks are made in the order of the arguments, and so are the results.
import asyncio


async def worker(name, delay):
    print(name, asyncio.current_task().get_name())
    await asyncio.sleep(delay)
    print(name, "done")
    return name


async def main():
    print(await asyncio.gather(worker("a", 3), worker("b", 1), worker("c", 2)))


asyncio.run(main())
