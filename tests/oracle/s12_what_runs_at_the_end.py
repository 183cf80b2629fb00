# 12.2: what was appended before the stop callback still runs, and the rest of its batch; later things wait.
import asyncio


def chain(loop, left):
    print("chain", left)
    if left:
        loop.call_soon(chain, loop, left - 1)


async def main():
    chain(asyncio.get_running_loop(), 4)
    print("main ends")


loop = asyncio.new_event_loop()
loop.run_until_complete(main())
print("stopped")
loop.run_until_complete(asyncio.sleep(0))
loop.close()
