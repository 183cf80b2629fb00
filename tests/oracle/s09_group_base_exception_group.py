# 9.4i: a BaseException that is no Exception makes it a BaseExceptionGroup.
import asyncio


class Stop(BaseException):
    pass


async def fails(error):
    raise error


async def main():
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(fails(Stop("stop")))
            tg.create_task(fails(ValueError("value")))
    except BaseExceptionGroup as group:
        print(type(group).__name__, group.exceptions)


asyncio.run(main())
