# 8.5 (21: 3.11 makes a task): wait_for runs a coroutine in the caller's own task.
import asyncio


async def who(delay):
    await asyncio.sleep(delay)
    return asyncio.current_task().get_name()


async def main():
    print(await asyncio.wait_for(who(1), 2))
    print(await asyncio.wait_for(who(1), None))
    print(await asyncio.wait_for(asyncio.create_task(who(1), name="own task"), timeout=2))


asyncio.run(main())
