# 9.3, 9.4e: SystemExit of a member is raised by itself, not in a group.
import asyncio


async def leaves():
    await asyncio.sleep(1)
    raise SystemExit(4)


async def worker():
    try:
        await asyncio.sleep(10)
    finally:
        print("worker ends")


async def main():
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(worker(), name="worker")
            tg.create_task(leaves(), name="leaves")
    except BaseException as error:
        print("main:", repr(error))
        raise


asyncio.run(main())
