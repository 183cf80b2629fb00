# 4.5: the request moves down a chain of tasks, and CancelledError comes up it, a tick a task.
import asyncio


async def link(name, inner):
    try:
        if inner:
            await inner
        else:
            await asyncio.sleep(10)
    except asyncio.CancelledError:
        print(name, "cancelled")
        raise


async def main():
    bottom = asyncio.create_task(link("bottom", None), name="bottom")
    middle = asyncio.create_task(link("middle", bottom), name="middle")
    top = asyncio.create_task(link("top", middle), name="top")
    await asyncio.sleep(1)
    top.cancel()
    print([task.cancelling() for task in (top, middle, bottom)])
    try:
        await top
    except asyncio.CancelledError:
        print("main")


asyncio.run(main())
