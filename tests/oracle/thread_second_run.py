"""Each asyncio.run has a default pool of its own, whose names begin anew."""
import asyncio
import threading
import time


def who():
    time.sleep(1)
    return threading.current_thread().name


async def main():
    return await asyncio.gather(asyncio.to_thread(who), asyncio.to_thread(who))


print(asyncio.run(main()))
print(asyncio.run(main()))
