# Mixed: retrying with growing pauses, under a timeout.
import asyncio


class Flaky:
    def __init__(self, failures):
        self.failures = failures

    async def fetch(self):
        await asyncio.sleep(0.2)
        if self.failures:
            self.failures -= 1
            raise ConnectionError(f"{self.failures} to go")
        return "data"


async def retry(work, attempts=4, pause=0.5):
    for attempt in range(1, attempts + 1):
        try:
            return await work()
        except ConnectionError as error:
            print(f"attempt {attempt}: {error}")
            if attempt == attempts:
                raise
            await asyncio.sleep(pause)
            pause *= 2


async def main():
    print(await retry(Flaky(2).fetch))
    try:
        await retry(Flaky(9).fetch)
    except ConnectionError as error:
        print("gave up:", error)
    try:
        async with asyncio.timeout(1):
            await retry(Flaky(9).fetch, attempts=100)
    except TimeoutError:
        print("out of time at", round(asyncio.get_running_loop().time(), 3))


asyncio.run(main())
