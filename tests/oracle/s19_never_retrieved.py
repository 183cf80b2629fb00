# 19.3, 20.1: a failed task that nobody looks at is reported when its last reference goes.
import asyncio


async def fails():
    raise ValueError("unseen")


async def main():
    task = asyncio.create_task(fails(), name="fails")
    await asyncio.sleep(1)
    print("failed a while ago:", task.done())
    task = None
    print("main goes on")


asyncio.run(main())
