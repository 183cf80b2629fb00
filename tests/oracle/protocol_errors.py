"""Protocols that raise: what the exception handler is told, and what becomes of the connection."""
import asyncio

fails_in = None
kept = []


class Fails(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        kept.append(self)
        if fails_in == "made":
            raise ValueError("made")

    def data_received(self, data):
        if fails_in == "data":
            raise ValueError("data")
        self.transport.write(b"got it")

    def eof_received(self):
        if fails_in == "eof":
            raise ValueError("eof")
        return fails_in == "keep"

    def connection_lost(self, exc):
        print("lost:", repr(exc))
        if fails_in == "lost":
            raise ValueError("lost")


def handler(loop, context):
    print("handler:", context["message"].split(" at /")[0].split("(")[0], repr(context["exception"]), sorted(set(context) - {"handle"}))


async def main():
    global fails_in
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handler)
    server = await loop.create_server(Fails, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    for fails_in in ("made", "data", "eof", "keep", "lost", None):
        print("---", fails_in)
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(b"x")
        await asyncio.sleep(0.2)
        writer.write_eof()
        await asyncio.sleep(0.2)
        try:
            async with asyncio.timeout(0.2):
                print(await reader.read())
        except (ConnectionError, TimeoutError) as e:
            print(type(e).__name__)
        writer.close()
        await asyncio.sleep(0.2)
    server.close()
    server.abort_clients()
    await server.wait_closed()


asyncio.run(main())
