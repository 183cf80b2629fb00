# 4.3e: SystemExit in a task ends the loop at once, and the program with its status.
import asyncio


async def leave():
    await asyncio.sleep(1)
    raise SystemExit(5)


async def main():
    task = asyncio.create_task(leave(), name="leave")
    try:
        await asyncio.sleep(3)
    finally:
        print("main is cancelled", task.done())


asyncio.run(main())
print("not reached")
