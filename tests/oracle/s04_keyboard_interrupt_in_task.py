# 4.3e: KeyboardInterrupt goes out of asyncio.run; main is cancelled on the way.
import asyncio


async def stopper():
    await asyncio.sleep(1)
    raise KeyboardInterrupt


async def main():
    task = asyncio.create_task(stopper())
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError:
        print("main cancelled, the other one is done:", task.done())


try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("KeyboardInterrupt came out")
