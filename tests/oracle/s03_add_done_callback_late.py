# 3.4: on a future that is done the callback is appended at once, and still not called at once.
import asyncio


async def main():
    future = asyncio.get_running_loop().create_future()
    future.set_result("done")
    future.add_done_callback(lambda f: print("callback", f.result()))
    print("main first")
    await asyncio.sleep(0)


asyncio.run(main())
