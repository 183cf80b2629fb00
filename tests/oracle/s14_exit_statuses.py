# 14.6: SystemExit with a text: the text on stderr, status 1.
import asyncio


async def main():
    try:
        await asyncio.sleep(1)
        raise SystemExit("out of gas")
    finally:
        print("main ends")


asyncio.run(main())
