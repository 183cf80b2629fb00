"""drain() waits while more than the high-water mark is in the buffer."""
# lines only: how much goes at once is up to the system
import asyncio


async def main():
    done = asyncio.Event()

    async def serve(reader, writer):
        await asyncio.sleep(2)
        got = 0
        while data := await reader.read(1 << 20):
            got += len(data)
        print("server got", got)
        writer.close()
        done.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    t = writer.transport
    print(t.get_write_buffer_limits(), t.get_write_buffer_size())
    await writer.drain()
    loop = asyncio.get_running_loop()
    begin = loop.time()
    writer.write(b"x" * (16 << 20))
    print(t.get_write_buffer_size() > 65536)
    both = asyncio.gather(writer.drain(), writer.drain())
    await both
    print("drained after", int(loop.time() - begin), "s", t.get_write_buffer_size() <= 16384)
    t.set_write_buffer_limits(high=10)
    print(t.get_write_buffer_limits())
    t.set_write_buffer_limits(low=10)
    print(t.get_write_buffer_limits())
    t.set_write_buffer_limits()
    print(t.get_write_buffer_limits())
    for limits in ({"high": 1, "low": 2}, {"high": -1}, {"low": -5}):
        try:
            t.set_write_buffer_limits(**limits)
        except ValueError as e:
            print("ValueError", e)
    writer.write_eof()
    print(writer.can_write_eof())
    try:
        writer.write(b"no")
    except RuntimeError as e:
        print("RuntimeError", e)
    await done.wait()
    print(await reader.read())
    writer.close()
    await writer.wait_closed()
    server.close()


asyncio.run(main())
