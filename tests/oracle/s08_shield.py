# 8.7: shield: the waiter is cancelled, what it waited for goes on.
import asyncio


async def oven():
    await asyncio.sleep(3)
    print("oven: done")
    return "cake"


async def waiter(task):
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        print("waiter cancelled, oven asked:", task.cancelling())
        raise


async def main():
    task = asyncio.create_task(oven(), name="oven")
    waiting = asyncio.create_task(waiter(task), name="waiter")
    await asyncio.sleep(1)
    waiting.cancel()
    try:
        await waiting
    except asyncio.CancelledError:
        print(await task)


asyncio.run(main())
