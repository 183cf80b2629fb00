"""A loop that is closed takes nothing from a worker."""
import asyncio
import threading
import time


def job(loop):
    time.sleep(2)
    try:
        loop.call_soon_threadsafe(print, "never")
    except RuntimeError as e:
        print(e)


async def main():
    threading.Thread(target=job, args=(asyncio.get_running_loop(),)).start()
    await asyncio.sleep(1)


asyncio.run(main())
print("run has returned")
