# Mixed: the first result wins, by futures and done callbacks; the losers are cancelled.
import asyncio


async def racer(name, delay, fails=False):
    await asyncio.sleep(delay)
    if fails:
        raise ValueError(name)
    return name


async def first(*coroutines):
    loop = asyncio.get_running_loop()
    winner = loop.create_future()

    def ended(task):
        if not winner.done() and not task.cancelled() and task.exception() is None:
            winner.set_result(task.result())

    tasks = [asyncio.create_task(c, name=f"racer {n}") for n, c in enumerate(coroutines)]
    for task in tasks:
        task.add_done_callback(ended)
    try:
        return await winner
    finally:
        print([task.cancel() for task in tasks])
        await asyncio.gather(*tasks, return_exceptions=True)
        print([("cancelled" if task.cancelled() else repr(task.exception() or task.result())) for task in tasks])


async def main():
    print(await first(racer("a", 3), racer("b", 1, True), racer("c", 2)))
    try:
        print(await asyncio.wait_for(first(racer("d", 5), racer("e", 6)), 1))
    except TimeoutError:
        print("nobody in time")


asyncio.run(main())
