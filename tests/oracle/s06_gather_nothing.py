# 6.1: gather() of nothing is a future that is done.
import asyncio


async def main():
    asyncio.get_running_loop().call_soon(print, "callback")
    print(await asyncio.gather())
    print("main has not let go")


asyncio.run(main())
