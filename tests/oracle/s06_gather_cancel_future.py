# 6.5: cancelling the gather's own future says whether a child took the request.
import asyncio


async def worker(delay):
    await asyncio.sleep(delay)
    return delay


async def main():
    gathered = asyncio.gather(worker(1), worker(3))
    await asyncio.sleep(2)
    print(gathered.cancel("stop all"), gathered.done())
    try:
        await gathered
    except asyncio.CancelledError as error:
        print(repr(error), gathered.cancelled(), gathered.cancel())


asyncio.run(main())
