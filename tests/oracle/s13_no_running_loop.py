# 13: without a running loop.
import asyncio


async def worker():
    pass


try:
    asyncio.get_running_loop()
except RuntimeError as error:
    print(error)
coroutine = worker()
try:
    asyncio.create_task(coroutine)
except RuntimeError as error:
    print(error)
coroutine.close()
