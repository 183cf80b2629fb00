# 3.2, 2.7: a done callback that raises does not keep the others from running.
import asyncio


def bad(future):
    raise RuntimeError("bad callback")


async def main():
    future = asyncio.get_running_loop().create_future()
    future.add_done_callback(bad)
    future.add_done_callback(lambda f: print("good callback"))
    future.set_result(None)
    await asyncio.sleep(0)
    print("main")


asyncio.run(main())
