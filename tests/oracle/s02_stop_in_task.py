# 2.6, 12.1: stop() called by a task: its batch ends, then run_until_complete complains.
import asyncio


async def worker(name):
    for n in range(3):
        print(name, n)
        if name == "a" and n == 1:
            asyncio.get_running_loop().stop()
        await asyncio.sleep(0)


async def main():
    await asyncio.gather(worker("a"), worker("b"))


loop = asyncio.new_event_loop()
task = loop.create_task(main())
try:
    loop.run_until_complete(task)
except RuntimeError as error:
    print(error)
loop.run_until_complete(task)
print(task.done())
loop.close()
