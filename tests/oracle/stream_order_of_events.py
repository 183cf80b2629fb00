"""Readers are woken in the order in which their data came, not in that of their connections."""
import asyncio


async def main():
    got = []

    async def serve(reader, writer):
        for _ in range(3):
            got.append((await reader.readline()).decode().strip())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    clients = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
    await asyncio.sleep(1)
    for order in (2, 0, 3, 1), (3, 2, 1, 0), (1, 3, 0, 2):
        for i in order:
            clients[i][1].write(f"{i}\n".encode())
        await asyncio.sleep(1)
        print(*got)
        got.clear()
    for _, writer in clients:
        writer.close()
        await writer.wait_closed()
    server.close()
    await server.wait_closed()


asyncio.run(main())
