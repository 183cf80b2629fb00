"""to_thread is a coroutine: nothing is submitted before its first step."""
import asyncio


def job():
    print("job")


async def main():
    coroutine = asyncio.to_thread(job)
    print("nothing yet")
    task = asyncio.create_task(coroutine)
    print("nor now")
    await asyncio.sleep(0)
    print("submitted")
    await task
    asyncio.to_thread(job)
    print("never awaited")


asyncio.run(main())
