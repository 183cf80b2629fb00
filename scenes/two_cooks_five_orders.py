"""Two cooks, five orders

A pool has so many workers and no more. What finds no free worker waits in the pool's
queue; who gets free takes the next.
"""
import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor


def cook(dish, minutes):
    time.sleep(minutes)
    #: A cook who is done does not go home: the next order in the queue is theirs.
    print(threading.current_thread().name, "made the", dish)
    return dish


async def main():
    loop = asyncio.get_running_loop()
    orders = [("rice", 5), ("curry", 3), ("salad", 1), ("soup", 6), ("tea", 2)]
    #: A kitchen with two cooks. They are hired when the first orders come in.
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="cook") as pool:
        #: Five orders at once: two are begun, three wait in the queue.
        futures = [loop.run_in_executor(pool, cook, *order) for order in orders]
        await asyncio.sleep(2)
        #: The tea is still in the queue, so it can be taken back. The rice is on the stove: it cannot.
        print("no tea, please:", futures[4].cancel())
        dishes = await asyncio.gather(*futures[:4])
    #: The results are in the order of the orders, whoever cooked them and whenever.
    print("served:", ", ".join(dishes))


asyncio.run(main())
