"""A Thread stops a loop that runs for ever."""
import asyncio
import threading
import time


def job(loop):
    time.sleep(2)
    print("thread: stop")
    loop.call_soon_threadsafe(loop.stop)


async def tick():
    while True:
        await asyncio.sleep(0.75)
        print("tick")


loop = asyncio.new_event_loop()
task = loop.create_task(tick())
t = threading.Thread(target=job, args=(loop,))
t.start()
loop.run_forever()
t.join()
task.cancel()
loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
loop.close()
print(task.cancelled())
