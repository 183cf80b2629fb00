# 20.3: a task nobody holds goes on all the same while the loop's timer holds it.
import asyncio


async def background():
    await asyncio.sleep(1)
    print("background is done")


async def main():
    asyncio.create_task(background(), name="background")
    await asyncio.sleep(2)
    print("main")


asyncio.run(main())
