"""A loop on which everybody waits: a socket, a timer, and a worker that sleeps."""
import asyncio
import time


async def main():
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    await asyncio.gather(asyncio.sleep(3), asyncio.to_thread(time.sleep, 3))
    server.close()


asyncio.run(main())
