# 4.7 (21: not so before 3.13): uncancel() to zero takes back a request that was not delivered yet.
import asyncio


async def worker():
    me = asyncio.current_task()
    me.cancel()
    print(me.uncancel())
    await asyncio.sleep(1)
    print("undisturbed")


async def main():
    task = asyncio.create_task(worker(), name="worker")
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled after all")


asyncio.run(main())
