"""Who reads too early waits; two at a time are refused; the end and errors wake."""
import asyncio


async def read(name, what):
    try:
        print(name, "got", await what)
    except asyncio.CancelledError:
        print(name, "was cancelled")
        raise
    except Exception as e:
        print(name, type(e).__name__, e)


async def main():
    r = asyncio.StreamReader()
    a = asyncio.create_task(read("a", r.readline()))
    await asyncio.sleep(0)
    for what in (r.read(1), r.readline(), r.readexactly(1), r.readuntil(b"x"), r.read()):
        await read("b", what)
    r.feed_data(b"half ")
    await asyncio.sleep(0)
    print("fed a half")
    await asyncio.sleep(0)
    r.feed_data(b"and half\n")
    await a

    a = asyncio.create_task(read("a", r.readexactly(4)))
    await asyncio.sleep(0)
    a.cancel()
    await asyncio.sleep(0)
    r.feed_data(b"1234")
    await read("c", r.readexactly(4))

    a = asyncio.create_task(read("a", r.read(10)))
    await asyncio.sleep(0)
    r.feed_eof()
    await a

    r = asyncio.StreamReader()
    a = asyncio.create_task(read("a", r.readuntil(b"-")))
    await asyncio.sleep(0)
    r.set_exception(OSError(5, "broken"))
    await a

    r = asyncio.StreamReader()
    a = asyncio.create_task(read("a", r.read()))
    for i in range(3):
        await asyncio.sleep(1)
        r.feed_data(f"part {i};".encode())
    r.feed_eof()
    await a

    r = asyncio.StreamReader()
    try:
        async with asyncio.timeout(1):
            await r.readline()
    except TimeoutError:
        print("nobody wrote")
    try:
        await asyncio.wait_for(r.readexactly(2), 1)
    except TimeoutError:
        print("nobody wrote")

    async def feed():
        for line in (b"one\n", b"two\nthr", b"ee\nfour"):
            await asyncio.sleep(1)
            r.feed_data(line)
        r.feed_eof()

    task = asyncio.create_task(feed())
    async for line in r:
        print(line)
    await task


asyncio.run(main())
