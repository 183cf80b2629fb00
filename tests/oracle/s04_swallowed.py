# 4.3e, 4.5: a swallowed CancelledError does not come back; the count stays.
import asyncio


async def stubborn():
    for n in range(3):
        try:
            await asyncio.sleep(1)
            print("stubborn", n)
        except asyncio.CancelledError:
            print("stubborn: no")
    return "finished"


async def main():
    task = asyncio.create_task(stubborn(), name="stubborn")
    await asyncio.sleep(0.5)
    task.cancel()
    print(await task, task.cancelled(), task.cancelling())


asyncio.run(main())
