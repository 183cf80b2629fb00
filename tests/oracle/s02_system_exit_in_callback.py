# 2.7: SystemExit leaves the loop at once; the rest of the batch runs in the clean-up.
import asyncio


def leave():
    print("leaving")
    raise SystemExit(7)


async def main():
    try:
        loop = asyncio.get_running_loop()
        loop.call_soon(leave)
        loop.call_soon(print, "after the exit")
        await asyncio.sleep(5)
    finally:
        print("main is cleaned up")


asyncio.run(main())
