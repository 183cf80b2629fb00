"""A StreamReader without a connection: every way to read what was fed."""
import asyncio


async def attempt(what):
    try:
        print(repr(await what))
    except Exception as e:
        print(type(e).__name__, e, getattr(e, "partial", ""), getattr(e, "expected", ""), getattr(e, "consumed", ""))


async def main():
    r = asyncio.StreamReader()
    print(r, r.at_eof(), r.exception())
    r.feed_data(b"one\ntwo\nthree;four|five")
    print(r)
    await attempt(r.readline())
    await attempt(r.read(2))
    await attempt(r.readexactly(2))
    await attempt(r.readuntil(b";"))
    await attempt(r.readuntil((b"||", b"|")))
    await attempt(r.read(0))
    await attempt(r.readexactly(0))
    await attempt(r.readexactly(-1))
    await attempt(r.readuntil(b""))
    await attempt(r.readuntil(()))
    r.feed_eof()
    print(r, r.at_eof())
    await attempt(r.readexactly(9))
    print(r.at_eof())
    await attempt(r.readexactly(1))
    await attempt(r.readline())
    await attempt(r.readuntil())
    await attempt(r.read())
    await attempt(r.read(5))
    try:
        r.feed_data(b"more")
    except AssertionError as e:
        print("AssertionError", e)

    r = asyncio.StreamReader(limit=8)
    print(r)
    r.feed_data(b"0123456789\nabc\n")
    await attempt(r.readuntil(b"\n"))
    await attempt(r.readline())
    await attempt(r.readline())
    r.feed_data(b"0123456789")
    await attempt(r.readuntil(b"\n"))
    await attempt(r.readline())
    r.feed_data(b"0123456789")
    await attempt(r.read(-1) if False else r.read(100))
    r.feed_data(b"01234567\n")
    await attempt(r.readline())
    r.feed_data(b"012345678901234567890123456789")
    await attempt(r.readexactly(30))
    r.feed_data(b"the end")
    r.feed_eof()
    await attempt(r.readuntil(b"nd!"))
    await attempt(r.readuntil(b"nd"))
    for limit in (0, -1):
        try:
            asyncio.StreamReader(limit=limit)
        except ValueError as e:
            print("ValueError", e)

    r = asyncio.StreamReader()
    r.set_exception(ConnectionResetError("gone"))
    print(repr(r.exception()))
    for what in (r.read(), r.readline(), r.readexactly(3), r.readuntil(), r.read(0), r.readexactly(0)):
        await attempt(what)


asyncio.run(main())
