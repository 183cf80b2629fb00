# 4.5: the message travels with the request and comes out at both ends.
import asyncio


async def worker():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError as error:
        print("worker:", error.args)
        raise


async def main():
    task = asyncio.create_task(worker(), name="worker")
    await asyncio.sleep(1)
    task.cancel(msg="kitchen closes")
    try:
        await task
    except asyncio.CancelledError as error:
        print("main:", error.args)


asyncio.run(main())
