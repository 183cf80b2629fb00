"""run_coroutine_threadsafe: a worker has the loop run a coroutine, and waits for its result."""
import asyncio
import time


async def ask(question):
    print("loop hears", question)
    await asyncio.sleep(1)
    return question + "!"


def job(loop):
    future = asyncio.run_coroutine_threadsafe(ask("how much salt"), loop)
    print("worker waits")
    answer = future.result()
    print("worker has", answer)
    return answer


async def main():
    print(await asyncio.to_thread(job, asyncio.get_running_loop()))


asyncio.run(main())
