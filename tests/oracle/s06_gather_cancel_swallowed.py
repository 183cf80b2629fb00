# 6.3: children that swallow the cancel: the gather is cancelled all the same, when they end.
import asyncio


async def stubborn(name):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        await asyncio.sleep(1)
    print(name, "finished")
    return name


async def waiter():
    try:
        return await asyncio.gather(stubborn("a"), stubborn("b"))
    except asyncio.CancelledError as error:
        print("waiter:", repr(error))
        return "gave up"


async def main():
    task = asyncio.create_task(waiter(), name="waiter")
    await asyncio.sleep(1)
    task.cancel()
    print(await task)


asyncio.run(main())
