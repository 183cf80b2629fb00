"""Protocols and transports, without streams."""
import asyncio


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        print("server: made", transport.get_extra_info("peername")[0])
        self.transport = transport

    def data_received(self, data):
        print("server:", data)
        self.transport.write(data.upper())
        if data == b"bye":
            self.transport.close()

    def connection_lost(self, exc):
        print("server: lost", exc)


class Client(asyncio.Protocol):
    def __init__(self, words, done):
        self.words, self.done = words, done

    def connection_made(self, transport):
        print("client: made")
        self.transport = transport
        transport.write(self.words.pop(0))

    def data_received(self, data):
        print("client:", data)
        if self.words:
            self.transport.write(self.words.pop(0))

    def eof_received(self):
        print("client: eof")

    def connection_lost(self, exc):
        print("client: lost", exc)
        self.done.set_result(True)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    done = loop.create_future()
    transport, protocol = await loop.create_connection(lambda: Client([b"one", b"two", b"bye"], done), host, port)
    print(transport.get_protocol() is protocol, isinstance(transport, asyncio.Transport), protocol.transport is transport)
    await done
    print(transport.is_closing(), transport.is_reading())
    server.close()
    await server.wait_closed()


asyncio.run(main())
