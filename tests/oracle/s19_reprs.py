# 19.6: how futures, tasks, groups and timeouts show themselves.
import asyncio


async def cook():
    await asyncio.sleep(1)
    return [1, 2]


async def fails():
    raise ValueError("spoilt")


async def main():
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    print(future)
    future.set_result([1, 2])
    print(future)
    for end in (lambda f: f.cancel(), lambda f: f.set_exception(KeyError("k"))):
        future = loop.create_future()
        end(future)
        print(future)
    future.exception()
    task = asyncio.create_task(cook(), name="cook")
    print(task)
    bad = asyncio.create_task(fails(), name="bad")
    gone = asyncio.create_task(cook(), name="gone")
    gone.cancel()
    print(gone)
    await asyncio.sleep(2)
    print(task, bad, gone, sep="\n")
    bad.exception()
    group = asyncio.TaskGroup()
    print(group)
    async with group:
        print(group)
    print(asyncio.timeout(None))
    print(repr(asyncio.gather()))


asyncio.run(main())
