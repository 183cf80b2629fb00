"""Cancelling is asking

cancel() stops nothing by itself. It asks: when the loop next runs the task,
CancelledError is raised at the await where it stands.
"""
import asyncio


async def roast():
    try:
        print("roast: in the oven")
        await asyncio.sleep(10)
        print("roast: never done")
    except asyncio.CancelledError:
        #: Here the request arrives: sleep(10) raises CancelledError after two seconds.
        print("roast: told to stop")
        #: A task may take its time to clean up, and may even wait while it does.
        await asyncio.sleep(1)
        print("roast: the oven is off")
        #: Raised again, so that the task ends as cancelled, and not as done.
        raise


async def main():
    task = asyncio.create_task(roast(), name="roast")
    await asyncio.sleep(2)
    #: cancel() returns at once. The roast has not noticed yet: it has not run since.
    task.cancel()
    print("main: asked, and cancelled is still", task.cancelled())
    try:
        #: Now main waits, so the loop runs the roast, which finds the request.
        await task
    except asyncio.CancelledError:
        #: Whoever awaits a cancelled task gets a CancelledError too.
        print("main: now cancelled is", task.cancelled())


asyncio.run(main())
