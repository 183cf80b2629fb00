"""An echo server and three clients at once."""
import asyncio


async def serve(reader, writer):
    while line := await reader.readline():
        print("server got", line)
        writer.write(line.upper())
        await writer.drain()
    print("server: no more")
    writer.close()
    await writer.wait_closed()


async def client(name, count, port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for i in range(count):
        writer.write(f"{name} {i}\n".encode())
        print(name, "<-", await reader.readline())
        await asyncio.sleep(0.1)
    writer.close()
    await writer.wait_closed()
    print(name, "closed")


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        await asyncio.gather(*(client(n, i + 1, port) for i, n in enumerate("abc")))
    print("done", server.is_serving(), server.sockets)


asyncio.run(main())
