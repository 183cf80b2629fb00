"""Tasks tell each other when a job has ended."""
import asyncio
import time


async def cook(done):
    await asyncio.to_thread(time.sleep, 2)
    print("cook: done")
    done.set()


async def guest(done, name):
    await done.wait()
    print(name, "eats")


async def main():
    done = asyncio.Event()
    await asyncio.gather(guest(done, "a"), cook(done), guest(done, "b"))


asyncio.run(main())
