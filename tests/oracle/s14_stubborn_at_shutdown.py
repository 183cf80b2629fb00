# 14.3: a task that swallows the cancel holds the end up until it returns.
import asyncio


async def stubborn():
    try:
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        for n in range(3):
            await asyncio.sleep(1)
            print("stubborn", n)


async def main():
    asyncio.create_task(stubborn(), name="stubborn")
    await asyncio.sleep(0)


asyncio.run(main())
print("end")
