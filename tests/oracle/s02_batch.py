# 2.5: handles appended while a batch runs are run in the next tick.
import asyncio


def chain(loop, name, left):
    print(name, left)
    if left:
        loop.call_soon(chain, loop, name, left - 1)


async def main():
    loop = asyncio.get_running_loop()
    loop.call_soon(chain, loop, "a", 3)
    loop.call_soon(chain, loop, "b", 1)
    for _ in range(5):
        print("main")
        await asyncio.sleep(0)


asyncio.run(main())
