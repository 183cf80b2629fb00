"""shutdown_default_executor waits for its jobs; afterwards nothing can be submitted."""
import asyncio
import time


def job():
    time.sleep(2)
    print("job ends")


async def main():
    loop = asyncio.get_running_loop()
    await asyncio.to_thread(print, "first")
    f = loop.run_in_executor(None, job)
    await loop.shutdown_default_executor()
    print(loop.time(), f.done())
    try:
        await asyncio.to_thread(job)
    except RuntimeError as e:
        print(e)


asyncio.run(main())
