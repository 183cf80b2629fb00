"""An exception of the coroutine is raised in the worker that waits for it."""
import asyncio


async def fail():
    await asyncio.sleep(1)
    raise ValueError("no salt")


def job(loop):
    try:
        asyncio.run_coroutine_threadsafe(fail(), loop).result()
    except ValueError as e:
        return f"worker caught {e}"


async def main():
    print(await asyncio.to_thread(job, asyncio.get_running_loop()))


asyncio.run(main())
