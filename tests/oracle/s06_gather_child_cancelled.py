# 6.3: a child that somebody cancels makes gather raise CancelledError; nobody else is cancelled.
import asyncio


async def worker(name):
    await asyncio.sleep(2)
    print(name, "done")


async def main():
    a = asyncio.create_task(worker("a"), name="a")
    b = asyncio.create_task(worker("b"), name="b")
    asyncio.get_running_loop().call_later(1, a.cancel)
    try:
        await asyncio.gather(a, b)
    except asyncio.CancelledError:
        print("gather cancelled, main asked:", asyncio.current_task().cancelling())
    await b


asyncio.run(main())
