"""write_eof closes one direction; the other goes on."""
import asyncio


async def serve(reader, writer):
    everything = await reader.read()
    print("server read everything:", everything, reader.at_eof())
    await asyncio.sleep(1)
    for word in everything.split():
        writer.write(word[::-1] + b"\n")
        await writer.drain()
    writer.write_eof()
    await asyncio.sleep(1)
    writer.close()
    await writer.wait_closed()
    print("server closed")


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    writer.write(b"rice curry ")
    await asyncio.sleep(1)
    writer.write(b"salad")
    writer.write_eof()
    writer.write_eof()
    try:
        writer.writelines([b"no more"])
    except RuntimeError as e:
        print("RuntimeError", e)
    async for line in reader:
        print(line)
    print("client: end")
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())
