"""Nobody listens there; bad arguments."""
import asyncio


async def attempt(what, show=True):
    try:
        print(await what)
    except (OSError, ValueError, TypeError, OverflowError) as e:
        print(type(e).__name__, e if show else "", getattr(e, "errno", ""))


async def main():
    server = await asyncio.start_server(print, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    await attempt(asyncio.open_connection("127.0.0.1", 1))
    try:
        await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError as e:
        print(e.errno, e.strerror == f"Connect call failed ('127.0.0.1', {port})")
    await attempt(asyncio.open_connection())
    await attempt(asyncio.open_connection("127.0.0.1", 1, limit=0))
    await attempt(asyncio.start_server(print))
    server = await asyncio.start_server(print, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        await asyncio.start_server(print, "127.0.0.1", port)
    except OSError as e:
        print(type(e).__name__, e.errno, str(e).replace(str(port), "PORT"))
    server.close()
    try:
        asyncio.start_server()
    except TypeError as e:
        print(e)


asyncio.run(main())
