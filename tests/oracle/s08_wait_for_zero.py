# 8.5: with no time at all a fresh coroutine never starts; what is done gives its result.
import asyncio


async def worker():
    print("never")


async def dish():
    return "dish"


async def main():
    try:
        await asyncio.wait_for(worker(), 0)
    except TimeoutError as error:
        print(repr(error.__cause__))
    task = asyncio.create_task(dish())
    await asyncio.sleep(0)
    print(await asyncio.wait_for(task, 0))
    print(await asyncio.wait_for(task, -1))


asyncio.run(main())
