# 6.3, 6.6: gather fails with the first failure; the others are not cancelled and run on.
import asyncio


async def worker(name, delay, fails=False):
    await asyncio.sleep(delay)
    print(name, "fails" if fails else "done")
    if fails:
        raise ValueError(name)
    return name


async def main():
    try:
        await asyncio.gather(worker("a", 3), worker("b", 1, True), worker("c", 2, True))
    except ValueError as error:
        print("caught", error)
    await asyncio.sleep(5)
    print("end")


asyncio.run(main())
