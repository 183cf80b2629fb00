"""Closing a server does not close its connections; close_clients and abort_clients do."""
import asyncio


async def main():
    async def serve(reader, writer):
        try:
            while data := await reader.read(100):
                writer.write(data)
                await writer.drain()
            print("handler: end")
        except ConnectionError as e:
            print("handler:", type(e).__name__, e)
        finally:
            writer.close()

    for how in ("client", "close_clients", "abort_clients"):
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello")
        print(await reader.read(100))
        server.close()
        waits = asyncio.create_task(server.wait_closed())
        await asyncio.sleep(1)
        print(how, waits.done())
        writer.write(b"still there")
        print(await reader.read(100))
        if how == "client":
            writer.close()
        else:
            getattr(server, how)()
        await waits
        print("server is over")
        try:
            print(await reader.read())
        except ConnectionError as e:
            print(type(e).__name__)
        writer.close()
        try:
            await writer.wait_closed()
        except ConnectionError as e:
            print(type(e).__name__)
        await asyncio.sleep(1)


asyncio.run(main())
