# 8.4: a body that awaits on its way out delays the TimeoutError.
import asyncio


async def main():
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        async with asyncio.timeout(1):
            try:
                await asyncio.sleep(5)
            finally:
                await asyncio.sleep(2)
                print("cleaned up")
    except TimeoutError:
        print(loop.time() - start)


asyncio.run(main())
