# 4.7: cancelling() counts requests, uncancel() takes one back, not below zero.
import asyncio


async def worker():
    me = asyncio.current_task()
    print(me.cancelling(), me.uncancel())
    try:
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        print(me.cancelling(), me.uncancel(), me.uncancel(), me.uncancel())
    await asyncio.sleep(1)
    print("went on")


async def main():
    task = asyncio.create_task(worker(), name="worker")
    await asyncio.sleep(1)
    task.cancel()
    task.cancel()
    await task


asyncio.run(main())
