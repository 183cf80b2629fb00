"""loop.sock_*: an echo server on bare sockets."""
import asyncio
import socket


async def serve(loop, conn):
    with conn:
        while data := await loop.sock_recv(conn, 100):
            print("server got", data)
            await loop.sock_sendall(conn, data.upper())
    print("server: end")


async def client(loop, address, name):
    with socket.socket() as s:
        s.setblocking(False)
        await loop.sock_connect(s, address)
        for i in range(3):
            await loop.sock_sendall(s, f"{name}{i}".encode())
            print(name, await loop.sock_recv(s, 100))
            await asyncio.sleep(1)


async def main():
    loop = asyncio.get_running_loop()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)

        async def accept():
            async with asyncio.TaskGroup() as tg:
                for _ in range(2):
                    conn, address = await loop.sock_accept(listener)
                    print("accepted", address[0], conn.getblocking())
                    tg.create_task(serve(loop, conn))

        async with asyncio.TaskGroup() as tg:
            tg.create_task(accept())
            tg.create_task(client(loop, listener.getsockname(), "a"))
            await asyncio.sleep(0.5)
            tg.create_task(client(loop, listener.getsockname(), "b"))
    address = None
    with socket.socket() as s:
        s.setblocking(False)
        try:
            await loop.sock_connect(s, ("127.0.0.1", 1))
        except ConnectionRefusedError as e:
            print(e)


asyncio.run(main())
