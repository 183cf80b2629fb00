"""Three ways to wait, on one clock."""
import asyncio
import time


def at(what):
    print(f"{time.monotonic() - start:.2f} {what}")


def job():
    at("job")
    time.sleep(0.25)
    at("job after 0.25")


async def main():
    at("main")
    await asyncio.to_thread(job)
    at("main after the job")
    await asyncio.sleep(0.25)
    at("main after asyncio.sleep")
    time.sleep(0.25)
    at("main after time.sleep")


start = time.monotonic()
asyncio.run(main())
