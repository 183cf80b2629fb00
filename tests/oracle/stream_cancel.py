"""Cancelling who reads, drains, connects, waits for the end."""
import asyncio


async def main():
    async def serve(reader, writer):
        writer.transport.pause_reading()
        try:
            await asyncio.sleep(0.5)
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def watched(what):
        try:
            return await what
        except asyncio.CancelledError as e:
            print("cancelled", e.args)
            raise

    async def cancel(what, ticks):
        task = asyncio.create_task(watched(what))
        for _ in range(ticks):
            await asyncio.sleep(0)
        task.cancel("enough")
        try:
            await task
        except asyncio.CancelledError:
            print("task is cancelled")

    for ticks in (1, 2):
        await cancel(asyncio.open_connection("127.0.0.1", port), ticks)
    for ticks in (1, 2, 3):
        await cancel(asyncio.start_server(serve, "127.0.0.1", 0), ticks)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await cancel(reader.read(), 1)
    await cancel(reader.readline(), 1)
    writer.write(b"x" * (64 << 20))
    await cancel(writer.drain(), 1)
    await cancel(writer.wait_closed(), 1)
    writer.transport.abort()
    try:
        await writer.wait_closed()
    except asyncio.CancelledError:
        print("the future of wait_closed was cancelled")
    await asyncio.sleep(1)
    await cancel(server.wait_closed(), 1)
    server.close()
    await server.wait_closed()


asyncio.run(main())
