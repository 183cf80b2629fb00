"""You stop waiting, the cook goes on

Cancelling a task that waits for a thread ends the waiting. The thread hears nothing of
it: no one can stop a function from outside.
"""
import asyncio
import time


def chop():
    for what in ("onions", "carrots", "peas"):
        time.sleep(2)
        #: A thread has no await where a cancellation could arrive.
        print("cook: chopped the", what)
    return "a bowl of vegetables"


async def main():
    #: The task waits for the second cook, who chops in a thread.
    task = asyncio.create_task(asyncio.to_thread(chop), name="wait for cook")
    await asyncio.sleep(3)
    #: The guests have left. main cancels the task...
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        #: ... which ends at once. The cook has not noticed.
        print("main: I wait no longer")
    #: main returns. asyncio.run still waits for the thread: it cannot be stopped.
    print("main: closing time")


start = time.monotonic()
asyncio.run(main())
print(f"the lights go out after {time.monotonic() - start:.0f} minutes")
