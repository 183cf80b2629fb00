# 4.5: with a bare yield the next step throws.
import asyncio


async def worker():
    asyncio.current_task().cancel()
    try:
        await asyncio.sleep(0)
        print("not reached")
    except asyncio.CancelledError:
        print("thrown in the step after the yield")
    return "went on"


async def main():
    print(await asyncio.create_task(worker(), name="worker"))


asyncio.run(main())
