# 9.1, 9.4d: entering, and leaving with no members, does not suspend.
import asyncio


async def main():
    asyncio.get_running_loop().call_soon(print, "callback")
    async with asyncio.TaskGroup():
        print("in")
    print("out")
    await asyncio.sleep(0)


asyncio.run(main())
