"""A Thread beside a loop: it needs no loop, the loop does not wait for it."""
import asyncio
import threading
import time


def job():
    for i in range(4):
        time.sleep(1)
        print("thread", i)


async def main():
    threading.Thread(target=job).start()
    for i in range(2):
        await asyncio.sleep(1)
        print("loop", i)


asyncio.run(main())
print("run has returned", time.monotonic())
