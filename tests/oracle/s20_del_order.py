# 20.1: objects go when their last reference does, in the order in which they lose it.
import asyncio


class Pot:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("washed", self.name)


async def cook(pot):
    await asyncio.sleep(1)
    print("cooked in", pot.name)


async def main():
    a, b = Pot("a"), Pot("b")
    task = asyncio.create_task(cook(a), name="cook")
    del a
    print("main no longer holds a")
    await task
    b = None
    print("end")


asyncio.run(main())
