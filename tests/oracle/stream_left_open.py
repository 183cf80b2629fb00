"""Everything is left open at the end of the program."""
import asyncio


async def serve(reader, writer):
    try:
        print("server got", await reader.readline())
        await asyncio.sleep(100)
    except asyncio.CancelledError:
        print("handler cancelled")
        raise


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    writer.write(b"bye\n")
    await asyncio.sleep(1)
    print("main returns")
    left.extend((reader, writer, server))


left = []
asyncio.run(main())
print("still here", left[1].is_closing())
