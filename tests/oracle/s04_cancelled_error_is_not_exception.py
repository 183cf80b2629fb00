# 4.3e: except Exception does not catch a cancellation.
import asyncio


async def worker():
    try:
        await asyncio.sleep(10)
    except Exception:
        print("never")
    finally:
        print("finally")


async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(1)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError as error:
        print(isinstance(error, Exception), isinstance(error, BaseException), error.args)


asyncio.run(main())
