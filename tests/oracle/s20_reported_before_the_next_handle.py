# 20.2: a failed task that nobody holds is reported before the next handle of its batch runs.
import asyncio


async def fails(name):
    print(name)
    raise ValueError(name)


async def main():
    for name in ("a", "b"):
        asyncio.create_task(fails(name), name=name)
    asyncio.get_running_loop().call_soon(print, "next callback")
    await asyncio.sleep(0)
    print("main")


asyncio.run(main())
