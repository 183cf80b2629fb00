# 9.4d, 9.4g: a cancel from outside: members are cancelled, and CancelledError goes on.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    finally:
        print(name, "ends")


async def parent():
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(worker("a"), name="a")
            tg.create_task(worker("b"), name="b")
    except asyncio.CancelledError as error:
        print("parent:", repr(error))
        raise


async def main():
    task = asyncio.create_task(parent(), name="parent")
    await asyncio.sleep(1)
    task.cancel("closing time")
    try:
        await task
    except asyncio.CancelledError:
        print(task.cancelled(), task.cancelling())


asyncio.run(main())
