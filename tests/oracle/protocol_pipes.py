"""connect_read_pipe and connect_write_pipe."""
import asyncio
import os


class Reads(asyncio.Protocol):
    def __init__(self):
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        print("made")

    def data_received(self, data):
        print("read", data)

    def eof_received(self):
        print("eof")

    def connection_lost(self, exc):
        print("lost", exc)
        self.done.set_result(None)


async def main():
    loop = asyncio.get_running_loop()
    r, w = os.pipe()
    transport, protocol = await loop.connect_read_pipe(Reads, os.fdopen(r, "rb", 0))
    os.write(w, b"one")
    await asyncio.sleep(0.5)
    os.write(w, b"two")
    os.close(w)
    await protocol.done

    r, w = os.pipe()
    reader = asyncio.StreamReader()
    t, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(r, "rb", 0))
    wt, wp = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(w, "wb", 0))
    wt.write(b"line one\nline ")
    print(await reader.readline())
    loop.call_later(1, lambda: wt.write(b"two\n"))
    print(await reader.readline())
    wt.close()
    print(await reader.read(), reader.at_eof(), wt.is_closing())
    t.close()
    await asyncio.sleep(0.1)


asyncio.run(main())
