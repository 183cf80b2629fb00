# 12.1: run_until_complete raises the task's exception.
import asyncio


async def fails():
    raise ValueError("spoilt")


loop = asyncio.new_event_loop()
try:
    loop.run_until_complete(fails())
except ValueError as error:
    print(error)
loop.close()
