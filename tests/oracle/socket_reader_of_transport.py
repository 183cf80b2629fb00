"""A descriptor that a transport has is nobody else's; sockets given to streams."""
import asyncio
import socket


async def main():
    loop = asyncio.get_running_loop()
    a, b = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=a)
    b.sendall(b"line\n")
    print(await reader.readline())
    for call in (loop.add_reader, loop.add_writer):
        try:
            call(a, print)
        except RuntimeError as e:
            print(str(e)[:15], "is used by transport" in str(e))
    for call in (loop.remove_reader, loop.remove_writer):
        try:
            call(a.fileno())
        except RuntimeError as e:
            print(str(e)[:15], "is used by transport" in str(e))
    try:
        await loop.sock_recv(a, 1)
    except (RuntimeError, BlockingIOError) as e:
        print(type(e).__name__)
    writer.write(b"answer")
    print(b.recv(100))
    print(repr(writer.get_extra_info("peername")), repr(writer.get_extra_info("sockname")))
    s = writer.get_extra_info("socket")
    print(s.fileno() == a.fileno(), s.family == socket.AF_UNIX, s.type == socket.SOCK_STREAM)
    b.close()
    print(await reader.read())
    writer.close()
    await writer.wait_closed()

    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()

    async def serve(reader, writer):
        writer.write(b"by hand")
        writer.close()

    server = await asyncio.start_server(serve, sock=listener)
    async with server:
        reader, writer = await asyncio.open_connection(*address)
        print(await reader.read())
        writer.close()
        await writer.wait_closed()
    for bad in (lambda: asyncio.open_connection("127.0.0.1", 1, sock=b), lambda: asyncio.start_server(serve, "127.0.0.1", 0, sock=b)):
        try:
            await bad()
        except ValueError as e:
            print(e)


asyncio.run(main())
