"""Time-outs on reads; what was read before is not lost."""
import asyncio


async def main():
    async def serve(reader, writer):
        for part in (b"one ", b"two ", b"three\n"):
            await asyncio.sleep(1)
            writer.write(part)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    for _ in range(9):
        try:
            async with asyncio.timeout(0.4):
                print(await reader.readline())
                break
        except TimeoutError:
            print("still waiting")
    for how in (reader.read(1), reader.readexactly(1), reader.readuntil(b"x"), reader.readline()):
        try:
            await asyncio.wait_for(how, 0.5)
        except TimeoutError:
            print("nothing")
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())
