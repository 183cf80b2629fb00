"""run_in_executor submits at once, whether its future is awaited or not; a failure nobody sees is reported."""
import asyncio
import time


def job():
    print("job begins")
    time.sleep(1)
    print("job ends")
    raise ValueError("who sees it?")


async def main():
    asyncio.get_running_loop().run_in_executor(None, job)
    print("submitted")
    await asyncio.sleep(2)
    print("main ends")


asyncio.run(main())
