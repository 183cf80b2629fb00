# 3.5, 4.6: cancelling a plain future throws CancelledError into the one that awaits it.
import asyncio


async def guest(future):
    try:
        await future
    except asyncio.CancelledError as error:
        print("guest:", repr(error))
        return "went home"


async def main():
    future = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(guest(future), name="guest")
    await asyncio.sleep(0)
    future.cancel("closed")
    print(await task, task.cancelling())


asyncio.run(main())
