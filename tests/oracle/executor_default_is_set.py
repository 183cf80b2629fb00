"""set_default_executor: to_thread uses that pool, asyncio.run shuts it down."""
import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor


def who(n):
    time.sleep(1)
    return n, threading.current_thread().name


async def main():
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1, "only"))
    print(await asyncio.gather(*(asyncio.to_thread(who, n) for n in range(3))))
    print(time.monotonic())


asyncio.run(main())
