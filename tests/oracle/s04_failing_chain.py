# 4.4: a failure goes up the same way; the exception is one object, caught where it may.
import asyncio


async def broken():
    await asyncio.sleep(1)
    raise LookupError("no salt")


async def passes_on(inner):
    await inner


async def main():
    first = asyncio.create_task(broken(), name="broken")
    second = asyncio.create_task(passes_on(first), name="passes on")
    third = asyncio.create_task(passes_on(first), name="too")
    for task in (second, third):
        try:
            await task
        except LookupError as error:
            print(task.get_name(), error, error is first.exception())


asyncio.run(main())
