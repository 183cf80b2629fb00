# 4.5: cancelling one task that awaits another cancels that other, and so the third that awaits it.
import asyncio


async def shared():
    await asyncio.sleep(10)


async def waiter(name, task):
    try:
        await task
    except asyncio.CancelledError:
        print(name, "cancelled, asked:", asyncio.current_task().cancelling())


async def main():
    task = asyncio.create_task(shared(), name="shared")
    a = asyncio.create_task(waiter("a", task), name="a")
    b = asyncio.create_task(waiter("b", task), name="b")
    await asyncio.sleep(1)
    a.cancel()
    await a
    await b
    print(task.cancelled(), a.cancelled(), b.cancelled())


asyncio.run(main())
