# 9.2, 9.6: the block ends two ticks after its last member; results are in the tasks.
import asyncio


async def worker(name, delay):
    await asyncio.sleep(delay)
    print(name)
    return name


async def main():
    async with asyncio.TaskGroup() as tg:
        tasks = [tg.create_task(worker(n, d), name=n) for n, d in (("a", 2), ("b", 1))]
        print("body ends")
    print([task.result() for task in tasks])


asyncio.run(main())
