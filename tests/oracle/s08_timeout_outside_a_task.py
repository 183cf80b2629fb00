# 8.1: a timeout is entered by a task, not by a callback.
import asyncio


def callback():
    entering = asyncio.timeout(1).__aenter__()
    try:
        entering.send(None)
    except RuntimeError as error:
        print(error)


async def main():
    asyncio.get_running_loop().call_soon(callback)
    await asyncio.sleep(0)


asyncio.run(main())
