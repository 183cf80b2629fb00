"""Writing to a peer that has closed its end: it works once, then the connection is lost."""
import asyncio


async def main():
    async def serve(reader, writer):
        writer.close()
        await writer.wait_closed()
        print("server closed")

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    await asyncio.sleep(1)
    print(await reader.read(), reader.at_eof(), writer.is_closing())
    try:
        for i in range(10):
            writer.write(b"hello?")
            await writer.drain()
            print("wrote", i)
            await asyncio.sleep(1)
    except ConnectionError as e:
        print(type(e).__name__, e)
    print(writer.is_closing())
    for i in range(7):
        writer.write(b"more")
    writer.close()
    try:
        await writer.wait_closed()
        print("closed")
    except ConnectionError as e:
        print(type(e).__name__, e)
    server.close()


asyncio.run(main())
