# 4.5: task.cancel as a plain callback, by timer and at once.
import asyncio


async def worker():
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("cancelled at", asyncio.get_running_loop().time())
        raise


async def main():
    loop = asyncio.get_running_loop()
    late = asyncio.create_task(worker(), name="late")
    soon = asyncio.create_task(worker(), name="soon")
    loop.call_later(2, late.cancel)
    await asyncio.sleep(0)
    loop.call_soon(soon.cancel)
    print(await asyncio.gather(late, soon, return_exceptions=True))


asyncio.run(main())
