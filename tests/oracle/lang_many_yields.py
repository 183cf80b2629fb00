# State that survives many suspensions: loops, try blocks, with blocks, temporaries on the stack.
import asyncio


class Log:
    def __init__(self, out):
        self.out = out

    async def __aenter__(self):
        await asyncio.sleep(0)
        self.out.append("in")

    async def __aexit__(self, *error):
        await asyncio.sleep(0)
        self.out.append("out")


async def value(n):
    await asyncio.sleep(0)
    return n


async def worker(name):
    out = []
    for i in range(2):
        async with Log(out):
            try:
                total = await value(1) + await value(2) * await value(i) + sum([await value(3), 4])
                if i == 1:
                    raise ValueError(total)
                out.append(f"{name}{await value(total)}:{await value('x')!r}")
            except ValueError as error:
                out.append((await value("caught"), error.args[0]))
            finally:
                out.append({await value("k"): await value("v")})
    return out, [await value(n) for n in range(3) if await value(n % 2 == 0)], max(await value(2), await value(5))


async def main():
    for result in await asyncio.gather(worker("a"), worker("b")):
        print(result)


asyncio.run(main())
