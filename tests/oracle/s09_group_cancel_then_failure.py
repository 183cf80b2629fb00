# 9.3, 4.5: the parent is cancelled first: the member that was about to fail is cancelled instead.
import asyncio


async def fails():
    await asyncio.sleep(1)
    raise ValueError("never raised")


async def parent():
    async with asyncio.TaskGroup() as tg:
        tg.create_task(fails(), name="fails")
        await asyncio.sleep(5)


async def main():
    task = asyncio.create_task(parent(), name="parent")
    asyncio.get_running_loop().call_later(1, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", task.cancelling())


asyncio.run(main())
