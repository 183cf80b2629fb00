"""asyncio.wait and as_completed over jobs."""
import asyncio
import time


def job(n):
    time.sleep(n)
    return n


async def main():
    tasks = [asyncio.create_task(asyncio.to_thread(job, n), name=f"n{n}") for n in (3, 1, 2)]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    print(sorted(t.get_name() for t in done), sorted(t.get_name() for t in pending))
    done, pending = await asyncio.wait(tasks, timeout=1.5)
    print(sorted(t.get_name() for t in done), sorted(t.get_name() for t in pending))
    await tasks[0]
    for next_done in asyncio.as_completed([asyncio.to_thread(job, n) for n in (3, 1, 2)]):
        print(await next_done)


asyncio.run(main())
