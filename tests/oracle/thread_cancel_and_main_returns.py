"""asyncio.run waits for the worker of a cancelled wait before it returns."""
import asyncio
import time


def chop():
    time.sleep(5)
    print("chopped at last")


async def main():
    task = asyncio.create_task(asyncio.to_thread(chop))
    await asyncio.sleep(1)
    task.cancel()


start = time.monotonic()
asyncio.run(main())
print("run returned after", time.monotonic() - start)
