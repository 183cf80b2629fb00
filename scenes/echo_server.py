"""An echo server and two clients

Reading from a socket is waiting, too: for whoever is at the other end. One thread
serves all of them, for it never waits for one alone.
"""
import asyncio


async def serve(reader, writer):
    #: Each connection has a task of its own here, which waits for a line.
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    #: The line was empty, without even an end: the client has closed. So does the server.
    writer.close()
    await writer.wait_closed()


async def guest(name, pause):
    #: Connecting waits as well. The loop meanwhile runs the others.
    reader, writer = await asyncio.open_connection("127.0.0.1", 8888)
    for dish in ("rice", "curry"):
        await asyncio.sleep(pause)
        writer.write(f"{dish} for {name}\n".encode())
        #: The loop asks which sockets can be read, and wakes who waits for them.
        answer = await reader.readline()
        print(f"{name} hears: {answer.decode().strip()}")
    writer.close()
    await writer.wait_closed()


async def main():
    #: Listening costs nothing: whoever knocks wakes the server.
    async with await asyncio.start_server(serve, "127.0.0.1", 8888):
        async with asyncio.TaskGroup() as guests:
            guests.create_task(guest("Ann", 2), name="Ann")
            guests.create_task(guest("Bob", 3), name="Bob")
    #: Four tasks have shared one thread: they waited, and held up nobody.
    print("closed")


asyncio.run(main())
