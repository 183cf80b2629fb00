"""Lines longer than the limit."""
import asyncio


async def main():
    async def serve(reader, writer):
        for line in (b"short\n", b"x" * 50 + b"\n", b"next\n", b"y" * 150, b"z\n", b"last\n"):
            writer.write(line)
            await asyncio.sleep(1)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for how in ("readline", "readuntil"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=40)
        while not reader.at_eof():
            try:
                print(await getattr(reader, how)())
            except ValueError as e:
                print("ValueError", e, repr(e.__context__))
            except asyncio.LimitOverrunError as e:
                print("LimitOverrunError", e, e.consumed, e.args)
                print(await reader.read(e.consumed))
            except asyncio.IncompleteReadError as e:
                print("IncompleteReadError", e)
        writer.close()
        await writer.wait_closed()
    server.close()


asyncio.run(main())
