# Mixed: workers that are restarted when they fail, and cancelled at the end.
import asyncio

log = []


async def worker(name, lifetime):
    try:
        await asyncio.sleep(lifetime)
        raise RuntimeError(f"{name} crashed")
    except asyncio.CancelledError:
        log.append(f"{name} stopped")
        raise
    finally:
        log.append(f"{name} down")


async def supervise(name, lifetimes):
    restarts = 0
    for lifetime in lifetimes:
        task = asyncio.create_task(worker(name, lifetime), name=f"{name}/{restarts}")
        try:
            await task
        except RuntimeError as error:
            restarts += 1
            print(f"{asyncio.get_running_loop().time():.1f} {error}, restart {restarts}")


async def main():
    try:
        async with asyncio.timeout(5):
            async with asyncio.TaskGroup() as tg:
                tg.create_task(supervise("web", [1, 2, 10]), name="web")
                tg.create_task(supervise("db", [1.5, 1.5, 1.5, 10]), name="db")
    except TimeoutError:
        print("closing time")
    print(log)


asyncio.run(main())
