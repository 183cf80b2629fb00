# Mixed: async generators chained into a pipeline, consumed by two tasks.
import asyncio


async def source(name, n, pause):
    for i in range(n):
        await asyncio.sleep(pause)
        yield f"{name}{i}"


async def upper(items):
    async for item in items:
        yield item.upper()


async def pairs(items):
    last = None
    async for item in items:
        if last is not None:
            yield last, item
        last = item


async def consume(label, items, into):
    async for item in items:
        into.append((label, item))
        print(label, item)
    return len(into)


async def main():
    seen = []
    counts = await asyncio.gather(consume("x", pairs(upper(source("a", 4, 0.3))), seen),
                                  consume("y", upper(source("b", 3, 0.4)), seen))
    print(counts, len(seen))


asyncio.run(main())
