"""write, writelines and what they refuse; writing after the end."""
import asyncio


async def main():
    got = asyncio.Queue()

    async def serve(reader, writer):
        while data := await reader.read(1000):
            got.put_nowait(data)
        got.put_nowait(None)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    writer.write(b"one ")
    writer.write(b"")
    writer.writelines([b"two ", b"three "])
    writer.writelines([])
    print(await got.get())
    for bad in ("text", 5, None, ["x"]):
        try:
            writer.write(bad)
        except TypeError as e:
            print("TypeError", e)
    print(writer.is_closing(), writer.transport.is_closing())
    writer.close()
    print(writer.is_closing(), writer.transport.is_closing())
    writer.write(b"nobody")
    writer.close()
    try:
        await writer.drain()
        print("drained")
    except ConnectionResetError as e:
        print("ConnectionResetError", e)
    await writer.wait_closed()
    try:
        await writer.drain()
    except ConnectionResetError as e:
        print("ConnectionResetError", e)
    print(await got.get(), reader.at_eof(), await reader.read())
    server.close()
    await server.wait_closed()
    print(writer.get_extra_info("nothing"), writer.get_extra_info("nothing", 5))
    print(writer.get_extra_info("peername")[0], writer.get_extra_info("sockname")[0])


asyncio.run(main())
