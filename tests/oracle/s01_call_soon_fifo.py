# 1.3: the ready queue is in the order of the call_soon calls.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    for n in range(4):
        loop.call_soon(print, "call", n)
    print("main goes on")
    await asyncio.sleep(0)
    print("main again")


asyncio.run(main())
