# 9.3: a member that is cancelled is no failure: the others go on.
import asyncio


async def worker(name, delay):
    await asyncio.sleep(delay)
    print(name)


async def main():
    async with asyncio.TaskGroup() as tg:
        a = tg.create_task(worker("a", 2), name="a")
        tg.create_task(worker("b", 3), name="b")
        asyncio.get_running_loop().call_later(1, a.cancel)
    print(a.cancelled())


asyncio.run(main())
