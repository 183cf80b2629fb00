"""A proxy between a client and a server: pipes in both directions."""
import asyncio


async def kitchen(reader, writer):
    async for order in reader:
        await asyncio.sleep(0.5)
        writer.write(b"here is your " + order)
        await writer.drain()
    writer.write(b"kitchen closed\n")
    writer.close()


async def copy(name, reader, writer):
    while data := await reader.read(1024):
        print(name, data)
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


async def main():
    kitchen_server = await asyncio.start_server(kitchen, "127.0.0.1", 0)
    kitchen_port = kitchen_server.sockets[0].getsockname()[1]

    async def waiter(reader, writer):
        r, w = await asyncio.open_connection("127.0.0.1", kitchen_port)
        async with asyncio.TaskGroup() as tg:
            tg.create_task(copy("to kitchen", reader, w))
            tg.create_task(copy("to guest", r, writer))
        for each in (w, writer):
            each.close()
            await each.wait_closed()

    waiter_server = await asyncio.start_server(waiter, "127.0.0.1", 0)
    async with kitchen_server, waiter_server:
        reader, writer = await asyncio.open_connection("127.0.0.1", waiter_server.sockets[0].getsockname()[1])
        for dish in (b"rice\n", b"curry\n"):
            writer.write(dish)
            await asyncio.sleep(0.1)
        writer.write_eof()
        print(await reader.read())
        writer.close()
        await writer.wait_closed()


asyncio.run(main())
