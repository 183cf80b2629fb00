"""A chat: who says something is heard by everybody else."""
import asyncio

rooms = {}


async def serve(reader, writer):
    name = (await reader.readline()).decode().strip()
    rooms[name] = writer
    try:
        async for line in reader:
            for other, w in rooms.items():
                if other != name:
                    w.write(f"{name}: {line.decode()}".encode())
                    await w.drain()
    finally:
        del rooms[name]
        writer.close()


async def guest(port, i, count):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"guest{i}\n".encode())
    await asyncio.sleep(1 + i)
    writer.write(f"hello from {i}\n".encode())
    await asyncio.sleep(count + 1)
    writer.close()
    heard = [line.decode().strip() async for line in reader]
    print(i, heard)


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with asyncio.TaskGroup() as tg:
        for i in range(8):
            tg.create_task(guest(port, i, 8))
    server.close()
    await server.wait_closed()


asyncio.run(main())
