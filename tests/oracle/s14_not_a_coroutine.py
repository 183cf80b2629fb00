# 14.1: something else: ValueError, after the loop was made and cleaned up.
import asyncio


async def name():
    return asyncio.current_task().get_name()


for thing in (5, name):
    try:
        asyncio.run(thing)
    except ValueError as error:
        print(str(error)[:26])
print(asyncio.run(name()))
