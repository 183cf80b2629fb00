# 6.5: a cancel goes through both.
import asyncio


async def worker(name):
    try:
        await asyncio.sleep(5)
    finally:
        print(name, "ends")


async def main():
    inner = asyncio.gather(worker("a"), worker("b"))
    outer = asyncio.gather(worker("c"), inner)
    await asyncio.sleep(1)
    print(outer.cancel())
    try:
        await outer
    except asyncio.CancelledError:
        print(inner.done(), outer.done())


asyncio.run(main())
