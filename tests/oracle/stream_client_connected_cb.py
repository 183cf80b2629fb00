"""What client_connected_cb may be: a coroutine function that ends well, fails or is cancelled, a plain function."""
import asyncio

tasks = {}


async def talk(port, text):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text)
    answer = await reader.read()
    print("client got", answer)
    writer.close()
    await writer.wait_closed()


async def good(reader, writer):
    print(asyncio.current_task().get_name(), asyncio.current_task().get_coro().__name__)
    writer.write(b"<" + await reader.read(10) + b">")
    writer.close()


async def bad(reader, writer):
    data = await reader.read(10)
    raise ValueError(f"I cannot eat {data}")


async def cancelled(reader, writer):
    data = await reader.read(10)
    asyncio.current_task().cancel()
    await asyncio.sleep(1)


async def forgetful(reader, writer):
    writer.write(b"and nobody closes me: " + await reader.read(10))


def plain(reader, writer):
    print("plain function")
    tasks["plain"] = asyncio.create_task(good(reader, writer))


def plain_bad(reader, writer):
    writer.write(b"before")
    writer.close()


async def main():
    for cb in (good, bad, cancelled, forgetful, plain, plain_bad):
        print("---", cb.__name__)
        server = await asyncio.start_server(cb, "127.0.0.1", 0)
        async with server:
            await talk(server.sockets[0].getsockname()[1], b"rice")


def handler(loop, context):
    print("handler:", context["message"], repr(context["exception"]), sorted(context))


async def outer():
    asyncio.get_running_loop().set_exception_handler(handler)
    await main()


asyncio.run(outer())
