# 4.5: a task that cancels itself runs on to its next await, which raises.
import asyncio


async def worker():
    asyncio.current_task().cancel("my own wish")
    print("worker runs on")
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError as error:
        print(repr(error))
        raise


async def main():
    task = asyncio.create_task(worker(), name="worker")
    try:
        await task
    except asyncio.CancelledError as error:
        print("main:", repr(error))


asyncio.run(main())
