# 12.1: a coroutine, a task or a future; its result is returned.
import asyncio


async def worker():
    await asyncio.sleep(1)
    return asyncio.current_task().get_name()


loop = asyncio.new_event_loop()
print(loop.run_until_complete(worker()))
print(loop.run_until_complete(loop.create_task(worker(), name="named")))
future = loop.create_future()
loop.call_later(2, future.set_result, "future")
print(loop.run_until_complete(future), loop.is_running(), loop.is_closed())
print(loop.run_until_complete(future))
loop.close()
