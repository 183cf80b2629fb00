# 8.2, 8.4: the timer cancels the task; on the way out it becomes TimeoutError, the cancel its cause.
import asyncio


async def main():
    try:
        async with asyncio.timeout(1) as timeout:
            try:
                await asyncio.sleep(5)
            except asyncio.CancelledError:
                print("cancelled inside, asked:", asyncio.current_task().cancelling())
                raise
    except TimeoutError as error:
        print(repr(error), repr(error.__cause__), timeout.expired())
    print(asyncio.current_task().cancelling())
    await asyncio.sleep(1)
    print("goes on")


asyncio.run(main())
