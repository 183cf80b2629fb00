# 8.3, 9.4: a timeout around a group cancels its members and becomes TimeoutError.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(10)
    finally:
        print(name, "ends")


async def main():
    try:
        async with asyncio.timeout(1):
            async with asyncio.TaskGroup() as tg:
                tg.create_task(worker("a"), name="a")
                tg.create_task(worker("b"), name="b")
    except TimeoutError as error:
        print(repr(error))


asyncio.run(main())
