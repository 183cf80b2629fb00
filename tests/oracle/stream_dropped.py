"""A writer that nobody holds any more closes its connection."""
import asyncio


async def serve(reader, writer):
    print("server read", await reader.read())
    writer.close()


async def speak(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"only this")


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    await speak(server.sockets[0].getsockname()[1])
    print("said")
    await asyncio.sleep(1)
    server.close()
    await server.wait_closed()
    print("closed")


asyncio.run(main())
