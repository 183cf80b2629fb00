# 2.7: KeyboardInterrupt leaves the loop as SystemExit does.
import asyncio


def interrupt():
    raise KeyboardInterrupt


async def main():
    try:
        asyncio.get_running_loop().call_later(1, interrupt)
        await asyncio.sleep(5)
    except asyncio.CancelledError:
        print("main is cancelled by the clean-up")
        raise


try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
