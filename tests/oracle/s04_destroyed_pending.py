# 4.11, 20.3: a task that waits for a future which nobody else holds dies pending, and is reported.
import asyncio


async def forgotten():
    await asyncio.get_running_loop().create_future()
    print("never")


async def main():
    asyncio.create_task(forgotten(), name="forgotten")
    await asyncio.sleep(1)
    print("main")


asyncio.run(main())
