# 9.2: a member may add members while the parent waits at the end of the block.
import asyncio


async def worker(tg, n):
    await asyncio.sleep(1)
    print("worker", n)
    if n:
        tg.create_task(worker(tg, n - 1), name=f"worker {n - 1}")


async def main():
    async with asyncio.TaskGroup() as tg:
        tg.create_task(worker(tg, 3), name="worker 3")
    print("all ended")


asyncio.run(main())
