# 20.3, 14.3: a task that nobody but its own future holds lives on as a cycle; run() cancels it.
import asyncio


async def forgotten():
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        print("cancelled at closing time")


async def main():
    asyncio.create_task(forgotten(), name="forgotten")
    await asyncio.sleep(1)
    print("main")


asyncio.run(main())
