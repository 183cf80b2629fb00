"""A server's life: not serving yet, serving, closed; every refusal."""
import asyncio


async def attempt(what):
    try:
        print(await what)
    except asyncio.CancelledError:
        print("cancelled")
    except Exception as e:
        print(type(e).__name__)


async def main():
    def cb(reader, writer):
        print("never called")

    server = await asyncio.start_server(cb, "127.0.0.1", 0, start_serving=False)
    print(server.is_serving(), len(server.sockets), server.get_loop() is asyncio.get_running_loop())
    await server.start_serving()
    print(server.is_serving())
    await server.start_serving()
    task = asyncio.create_task(server.serve_forever())
    await asyncio.sleep(0)
    await attempt(server.serve_forever())
    server.close()
    print(server.is_serving(), server.sockets)
    server.close()
    await attempt(task)
    await server.wait_closed()
    await attempt(server.serve_forever())
    await attempt(server.start_serving())

    server = await asyncio.start_server(cb, "127.0.0.1", 0)
    async with server:
        task = asyncio.create_task(server.serve_forever())
        await asyncio.sleep(1)
        task.cancel()
        await attempt(task)
        print(server.is_serving())
    print("out")

    server = await asyncio.start_server(cb, "127.0.0.1", 0)
    waits = asyncio.create_task(server.wait_closed())
    await asyncio.sleep(1)
    print(waits.done())
    server.close()
    await waits
    print("closed")
    try:
        async with asyncio.timeout(1):
            async with await asyncio.start_server(cb, "127.0.0.1", 0) as server:
                await server.serve_forever()
    except TimeoutError:
        print("time out", server.is_serving())


asyncio.run(main())
