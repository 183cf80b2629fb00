"""A job that ends at once: its completion is a handle of the next tick, the awaiter wakes a tick later."""
import asyncio


def add(a, b):
    print("adding")
    return a + b


async def beside():
    for i in range(4):
        print("beside", i)
        await asyncio.sleep(0)


async def main():
    task = asyncio.create_task(beside())
    loop = asyncio.get_running_loop()
    f = loop.run_in_executor(None, add, 1, 2)
    print("done", f.done())
    print(await f)
    print("done", f.done())
    await task


asyncio.run(main())
