# Mixed: an event, a lock and a queue built from futures by the scene itself.
import asyncio


class Lock:
    def __init__(self):
        self.locked = False
        self.waiters = []

    async def __aenter__(self):
        while self.locked:
            waiter = asyncio.get_running_loop().create_future()
            self.waiters.append(waiter)
            await waiter
        self.locked = True

    async def __aexit__(self, *error):
        self.locked = False
        if self.waiters:
            self.waiters.pop(0).set_result(None)


class Queue:
    def __init__(self):
        self.items, self.getters = [], []

    def put(self, item):
        self.items.append(item)
        if self.getters:
            self.getters.pop(0).set_result(None)

    async def get(self):
        while not self.items:
            getter = asyncio.get_running_loop().create_future()
            self.getters.append(getter)
            await getter
        return self.items.pop(0)


async def user(name, lock):
    for n in range(2):
        async with lock:
            print(name, n)
            await asyncio.sleep(1)


async def producer(queue):
    for n in range(4):
        await asyncio.sleep(0.5)
        queue.put(n)
    queue.put(None)
    queue.put(None)


async def consumer(name, queue):
    total = 0
    while (item := await queue.get()) is not None:
        print(name, "got", item)
        total += item
    return name, total


async def main():
    lock, queue = Lock(), Queue()
    await asyncio.gather(user("a", lock), user("b", lock), user("c", lock))
    results = await asyncio.gather(producer(queue), consumer("x", queue), consumer("y", queue))
    print(results[1:])


asyncio.run(main())
