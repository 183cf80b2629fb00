"""A shield over the oven

wait_for cancels what it has waited for too long. Under a shield only the waiting is
cancelled: the roast stays in the oven.
"""
import asyncio


async def roast(name):
    try:
        await asyncio.sleep(5)
        print(f"{name}: done")
        return name
    except asyncio.CancelledError:
        #: The cancel has reached the roast itself.
        print(f"{name}: thrown out half raw")
        raise


async def main():
    try:
        #: Without a shield: after two minutes the roast itself is cancelled.
        await asyncio.wait_for(roast("lamb"), timeout=2)
    except TimeoutError:
        print("main: no lamb today")
    duck = asyncio.create_task(roast("duck"), name="duck")
    try:
        #: With a shield: the same impatience, but the task is out of its reach.
        await asyncio.wait_for(asyncio.shield(duck), timeout=2)
    except TimeoutError:
        #: Again main has waited long enough. But the duck knows nothing of it.
        print("main: not ready yet, and still in the oven:", not duck.done())
    #: Whoever shields a task keeps it, and awaits it later.
    print("main: here is the", await duck)


asyncio.run(main())
