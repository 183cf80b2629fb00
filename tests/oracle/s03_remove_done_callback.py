# 3.4: all equal callbacks are removed and counted; those in the ready queue are not.
import asyncio


def one(future):
    print("one")


def two(future):
    print("two")


async def main():
    future = asyncio.get_running_loop().create_future()
    for callback in (one, two, one):
        future.add_done_callback(callback)
    print(future.remove_done_callback(one), future.remove_done_callback(one))
    future.set_result(None)
    print(future.remove_done_callback(two))
    await asyncio.sleep(0)


asyncio.run(main())
