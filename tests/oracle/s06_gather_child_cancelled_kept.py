# 6.3: with return_exceptions a cancelled child is a CancelledError in the list, with its message.
import asyncio


async def worker(name):
    await asyncio.sleep(2)
    return name


async def main():
    tasks = [asyncio.create_task(worker(n), name=n) for n in "abc"]
    loop = asyncio.get_running_loop()
    loop.call_later(1, tasks[0].cancel)
    loop.call_later(1, tasks[2].cancel, "no c")
    print(await asyncio.gather(*tasks, return_exceptions=True))


asyncio.run(main())
