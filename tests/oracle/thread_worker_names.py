"""Names of the default pool's workers, and of the loop's thread."""
import asyncio
import threading
import time


def who(minutes):
    name = threading.current_thread().name
    time.sleep(minutes)
    return name


async def main():
    print(threading.current_thread().name)
    print(await asyncio.gather(*(asyncio.to_thread(who, n) for n in (3, 1, 2))))
    await asyncio.sleep(0)
    print(await asyncio.gather(*(asyncio.to_thread(who, n) for n in (1, 1))))


asyncio.run(main())
