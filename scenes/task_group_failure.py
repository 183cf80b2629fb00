"""TaskGroup: when one fails

If a task of a group fails, the group cancels the others, lets them clean up,
and then raises all the errors together as an ExceptionGroup.
"""
import asyncio


async def curry():
    print("curry: on the stove")
    await asyncio.sleep(1)
    #: The curry fails. The group hears of it one tick later.
    raise RuntimeError("the curry is burnt")


async def rice():
    try:
        print("rice: on the stove")
        await asyncio.sleep(3)
        print("rice: done")
    finally:
        #: The rice was cancelled where it waited. Its finally block still runs.
        print("rice: off the stove")


async def main():
    try:
        #: Two dishes in one group. The block ends when both have, well or badly.
        async with asyncio.TaskGroup() as tg:
            tg.create_task(curry(), name="curry")
            tg.create_task(rice(), name="rice")
        print("main: never printed, the block raises")
    except* RuntimeError as group:
        #: Several may fail at once, so errors come in a group, even a single one.
        for error in group.exceptions:
            print("main:", error)


asyncio.run(main())
