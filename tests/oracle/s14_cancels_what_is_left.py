# 14.3: what still runs when main returns is cancelled, and waited for.
import asyncio


async def background(name, cleanup):
    try:
        print(name, "starts")
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        print(name, "cancelled")
        await asyncio.sleep(cleanup)
        print(name, "ends")
        raise


async def main():
    for name, cleanup in (("a", 2), ("b", 1), ("c", 0)):
        asyncio.create_task(background(name, cleanup), name=name)
    await asyncio.sleep(1)
    print("main returns")
    return "result"


print(asyncio.run(main()))
