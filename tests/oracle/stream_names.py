"""Unnamed tasks of servers and connections use up Task-N numbers."""
import asyncio


async def who(what):
    print(what, asyncio.current_task().get_name())


async def serve(reader, writer):
    await who("handler")
    writer.write(b"x")
    writer.close()


async def client(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.read()
    writer.close()


async def main():
    await asyncio.create_task(who("first"))
    server = await asyncio.start_server(serve, ["127.0.0.1", "127.0.0.1"], 0)
    await asyncio.create_task(who("after the server"))
    print(len(server.sockets))
    port = server.sockets[0].getsockname()[1]
    await client(port)
    await asyncio.create_task(who("after one client"))
    await asyncio.gather(client(port), client(port))
    await asyncio.create_task(who("after two clients"))
    server.close()
    await server.wait_closed()


asyncio.run(main())
