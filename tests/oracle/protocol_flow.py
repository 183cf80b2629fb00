"""pause_writing and resume_writing of a protocol; pausing what it reads; a change of protocols."""
# lines only: how much goes at once is up to the system
import asyncio


class Slow(asyncio.Protocol):
    def connection_made(self, transport):
        self.got = 0
        transport.pause_reading()
        print("reading", transport.is_reading())
        asyncio.get_running_loop().call_later(1, self.go_on, transport)

    def go_on(self, transport):
        transport.resume_reading()
        print("reading", transport.is_reading())

    def data_received(self, data):
        self.got += len(data)

    def connection_lost(self, exc):
        print("got", self.got, exc)


class Fast(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.lost = asyncio.get_running_loop().create_future()
        transport.write(b"x" * (16 << 20))

    def pause_writing(self):
        print("pause writing")

    def resume_writing(self):
        print("resume writing")
        asyncio.get_running_loop().call_soon(self.transport.close)

    def connection_lost(self, exc):
        print("lost", exc)
        self.lost.set_result(None)


class Quiet(Fast):
    def connection_made(self, transport):
        raise RuntimeError("it is made already")


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Slow, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    transport, protocol = await loop.create_connection(Fast, host, port)
    await protocol.lost
    await asyncio.sleep(1)
    transport, protocol = await loop.create_connection(asyncio.Protocol, host, port)
    other = Quiet()
    other.lost = loop.create_future()
    transport.set_protocol(other)
    print(transport.get_protocol() is other)
    transport.abort()
    await other.lost
    server.close()


asyncio.run(main())
