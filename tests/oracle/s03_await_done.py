# 3.6: awaiting a future that is done does not suspend.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(print, "callback")
    future = loop.create_future()
    future.set_result(5)
    print(await future)
    print("main has not let go")
    await asyncio.sleep(0)
    print("now it has")


asyncio.run(main())
