# Mixed: a tree of tasks, gathers, shields and groups that is cancelled from its top.
import asyncio


async def leaf(name, cleanup=0.0):
    try:
        await asyncio.sleep(10)
    except asyncio.CancelledError as error:
        print(name, "asked:", asyncio.current_task().cancelling(), error.args)
        await asyncio.sleep(cleanup)
        raise
    finally:
        print(name, "ends at", round(asyncio.get_running_loop().time(), 3))


async def branch():
    async with asyncio.TaskGroup() as tg:
        tg.create_task(leaf("member", 0.5), name="member")
        await asyncio.gather(leaf("child 1"), leaf("child 2", 1))


async def protected():
    await asyncio.shield(leaf("shielded"))


async def tree():
    await asyncio.gather(branch(), protected(), asyncio.wait_for(leaf("timed"), 20))


async def main():
    task = asyncio.create_task(tree(), name="tree")
    await asyncio.sleep(1)
    task.cancel("fell it")
    try:
        await task
    except asyncio.CancelledError as error:
        print("main", error.args)
    await asyncio.sleep(0.5)
    print(sorted(t.get_name() for t in asyncio.all_tasks()))


asyncio.run(main())
