"""More than twice the limit pauses the transport; reading resumes it."""
import asyncio


async def main():
    async def serve(reader, writer):
        for i in range(8):
            writer.write(str(i).encode() * 1000)
            await asyncio.sleep(0.1)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1], limit=1000)
    transport = writer.transport
    await asyncio.sleep(1)
    print(transport.is_reading(), "paused" in repr(reader))
    print(len(await reader.read(500)), transport.is_reading())
    print(len(await reader.readexactly(1600)), transport.is_reading())
    print(len(await reader.readexactly(5900)), transport.is_reading())
    print(await reader.read())
    transport.pause_reading()
    transport.resume_reading()
    writer.close()
    print(transport.is_reading())
    await writer.wait_closed()
    server.close()


asyncio.run(main())
