# 7.1-7.5: wait in its three kinds, with and without a time-out; as_completed.
import asyncio


async def worker(name, delay, fail=False):
    await asyncio.sleep(delay)
    if fail:
        raise ValueError(name)
    return name


def names(tasks):
    return [t.get_name() for t in sorted(tasks, key=lambda t: t.get_name())]


def make(*specs):
    return [asyncio.create_task(worker(*spec), name=spec[0]) for spec in specs]


async def main():
    tasks = make(("a", 2), ("b", 1), ("c", 3))
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    print(names(done), names(pending))
    done, pending = await asyncio.wait(pending, timeout=1.5)
    print(names(done), names(pending))
    done, pending = await asyncio.wait(tasks)
    print(names(done), names(pending))
    done, pending = await asyncio.wait(tasks + tasks)
    print(names(done), len(pending))
    tasks = make(("a", 1), ("b", 2, True), ("c", 3))
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    print(names(done), names(pending))
    for wrong in ((), [worker("x", 1)], 5):
        try:
            await asyncio.wait(wrong)
        except (TypeError, ValueError) as error:
            print(type(error).__name__, error)
    waiter = asyncio.create_task(asyncio.wait(pending), name="waiter")
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.wait([waiter])
    print(waiter.cancelled(), names(pending), pending.pop().cancelled())
    for next_one in asyncio.as_completed([worker("x", 2), worker("y", 1), worker("z", 3, True)]):
        try:
            print(await next_one, asyncio.get_running_loop().time())
        except ValueError as error:
            print("failed", error)
    for next_one in asyncio.as_completed(make(("p", 1), ("q", 5)), timeout=2):
        try:
            print(await next_one, asyncio.get_running_loop().time())
        except TimeoutError:
            print("late")
    for next_one in asyncio.as_completed([]):
        print("never")


asyncio.run(main())
