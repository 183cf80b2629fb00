"""A connection that is aborted: both ends."""
import asyncio


async def main():
    async def serve(reader, writer):
        try:
            while data := await reader.read(100):
                writer.write(data)
            print("server: end")
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"x")
    print(await reader.read(1))
    writer.transport.abort()
    print(writer.is_closing())
    print(await reader.read())
    await writer.wait_closed()
    await asyncio.sleep(1)

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    waits = asyncio.create_task(reader.readline())
    await asyncio.sleep(1)
    writer.close()
    print(await waits)
    await writer.wait_closed()
    await asyncio.sleep(1)
    server.close()
    await server.wait_closed()


asyncio.run(main())
