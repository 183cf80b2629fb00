# 4.3e: another BaseException is an ordinary failure of the task.
import asyncio


class Stop(BaseException):
    pass


async def worker():
    raise Stop("enough")


async def main():
    task = asyncio.create_task(worker())
    try:
        await task
    except Stop as error:
        print("main got", repr(error))


asyncio.run(main())
