# 3.2, 4.4: two tasks that await one future wake up in the order in which they began to wait.
import asyncio


async def guest(name, future):
    print(name, "waits")
    print(name, "got", await future)


async def main():
    future = asyncio.get_running_loop().create_future()
    guests = [asyncio.create_task(guest(name, future), name=name) for name in ("b", "a", "c")]
    await asyncio.sleep(1)
    future.set_result("soup")
    print("served")
    for task in guests:
        await task


asyncio.run(main())
