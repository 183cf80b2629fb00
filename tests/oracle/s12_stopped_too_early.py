# 12.1: stopped before the future is done: RuntimeError.
import asyncio

loop = asyncio.new_event_loop()
future = loop.create_future()
loop.call_later(1, loop.stop)
try:
    loop.run_until_complete(future)
except RuntimeError as error:
    print(error)
loop.close()
