# 4.5: every request counts; a second one before the first is read changes the message, not the number of errors.
import asyncio


async def worker():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError as error:
        print("first:", repr(error))
    try:
        await asyncio.sleep(1)
        print("slept undisturbed")
    except asyncio.CancelledError as error:
        print("second:", repr(error))
    return asyncio.current_task().cancelling()


async def main():
    task = asyncio.create_task(worker(), name="worker")
    await asyncio.sleep(0)
    print(task.cancel("one"), task.cancel("two"))
    print(task.cancelling())
    print(await task)


asyncio.run(main())
