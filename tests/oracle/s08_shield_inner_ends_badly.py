# 8.7: an inner failure or cancel comes through the shield.
import asyncio


async def worker(fails):
    await asyncio.sleep(1)
    if fails:
        raise ValueError("spoilt")
    await asyncio.sleep(5)


async def main():
    try:
        await asyncio.shield(worker(True))
    except ValueError as error:
        print(error)
    task = asyncio.create_task(worker(False), name="worker")
    asyncio.get_running_loop().call_later(2, task.cancel)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        print(task.cancelled(), asyncio.current_task().cancelling())


asyncio.run(main())
