"""The peer goes away in the middle of a line, of a record, of nothing."""
import asyncio


async def main():
    texts = [b"half a li", b"", b"12345", b"done\nhal"]

    async def serve(reader, writer):
        writer.write(texts[int(await reader.readexactly(1))])
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for i in range(len(texts)):
        for how in ("readline", "readexactly", "readuntil", "read"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(str(i).encode())
            try:
                read = getattr(reader, how)
                print(how, await (read(10) if how == "readexactly" else read()))
            except asyncio.IncompleteReadError as e:
                print(how, repr(e), str(e), e.partial, e.expected, e.args)
            print(reader.at_eof())
            writer.close()
            await writer.wait_closed()
    server.close()


asyncio.run(main())
