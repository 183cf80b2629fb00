# Mixed: long chains and many tasks at once.
import asyncio


async def down(n):
    if n == 0:
        await asyncio.sleep(0.001)
        return 0
    return 1 + await down(n - 1)


async def collatz(n):
    steps = 0
    while n != 1:
        n = 3 * n + 1 if n % 2 else n // 2
        steps += 1
        if steps % 10 == 0:
            await asyncio.sleep(0)
    return steps


async def main():
    print(await down(200))
    results = await asyncio.gather(*(collatz(n) for n in range(1, 60)))
    print(max(results), results.index(max(results)) + 1, sum(results))
    async with asyncio.TaskGroup() as tg:
        tasks = [tg.create_task(down(n)) for n in range(40)]
    print(sum(task.result() for task in tasks))


asyncio.run(main())
