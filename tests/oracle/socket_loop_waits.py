"""sock_recv, sock_sendall and sock_accept that wait, are cancelled, time out, fail."""
import asyncio
import socket


async def attempt(what):
    try:
        print(await what)
    except asyncio.CancelledError:
        print("cancelled")
        raise
    except (OSError, TypeError, ValueError, RuntimeError) as e:
        print(type(e).__name__, e if not isinstance(e, (TypeError, ValueError)) else "")


async def main():
    loop = asyncio.get_running_loop()
    a, b = socket.socketpair()
    a.setblocking(False)
    b.setblocking(False)
    t = asyncio.create_task(attempt(loop.sock_recv(a, 10)))
    await asyncio.sleep(1)
    b.send(b"now")
    await t
    t = asyncio.create_task(attempt(loop.sock_recv(a, 10)))
    await asyncio.sleep(1)
    t.cancel()
    await asyncio.wait([t])
    b.send(b"kept")
    await attempt(loop.sock_recv(a, 10))
    try:
        await asyncio.wait_for(loop.sock_recv(a, 10), 1)
    except TimeoutError:
        print("nothing came")

    async def swallow():
        got = 0
        while data := await loop.sock_recv(b, 1 << 20):
            got += len(data)
        print("b got", got)

    t = asyncio.create_task(swallow())
    await attempt(loop.sock_sendall(a, b"x" * (8 << 20)))
    a.shutdown(socket.SHUT_WR)
    await t
    await attempt(loop.sock_recv(a, 0))
    b.close()
    await attempt(loop.sock_recv(a, 10))
    await attempt(loop.sock_sendall(a, b"x"))
    a.close()
    await attempt(loop.sock_recv(a, 10))

    with socket.create_server(("127.0.0.1", 0)) as s:
        s.setblocking(False)
        t = asyncio.create_task(attempt(loop.sock_accept(s)))
        await asyncio.sleep(1)
        t.cancel()
        await asyncio.wait([t])
        try:
            async with asyncio.timeout(1):
                await loop.sock_accept(s)
        except TimeoutError:
            print("nobody came")


asyncio.run(main())
