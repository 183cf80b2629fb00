"""Two cooks, five orders: who is free takes the next."""
import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor


def cook(order, minutes):
    name = threading.current_thread().name
    print(name, "takes", order)
    time.sleep(minutes)
    print(name, "has", order)
    return order, name


async def main():
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(2, thread_name_prefix="cook") as pool:
        orders = zip(("rice", "curry", "salad", "soup", "tea"), (4, 2, 3, 1, 1))
        for done in await asyncio.gather(*(loop.run_in_executor(pool, cook, *order) for order in orders)):
            print(done)


asyncio.run(main())
