# 12.1: run_forever runs until stop(); tasks that are pending go on in the next run.
import asyncio


async def worker():
    for n in range(4):
        print("worker", n)
        await asyncio.sleep(1)


loop = asyncio.new_event_loop()
task = loop.create_task(worker(), name="worker")
loop.call_later(1.5, loop.stop)
loop.run_forever()
print("pause", task.done())
loop.run_until_complete(task)
print("end", loop.time())
loop.close()
