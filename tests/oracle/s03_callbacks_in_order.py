# 3.2: completing a future appends its callbacks in the order of registration; none runs at once.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    for n in range(3):
        future.add_done_callback(lambda f, n=n: print("callback", n, f.result()))
    future.set_result("x")
    print("set, nothing has run")
    await asyncio.sleep(0)
    print("main")


asyncio.run(main())
