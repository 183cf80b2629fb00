"""An echo server and three clients

Reading from a socket is waiting, too: for whoever is at the other end. One thread
serves all of them, for it never waits for one alone.
"""
import asyncio


async def serve(reader, writer):
    #: For each connection the server has a task of its own, which waits for a line.
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    #: An empty line without its end: the client has closed. The server does the same.
    writer.close()
    await writer.wait_closed()


async def guest(name, pause):
    #: Connecting waits as well. The loop meanwhile runs the others.
    reader, writer = await asyncio.open_connection("127.0.0.1", 8888)
    for dish in ("rice", "curry"):
        await asyncio.sleep(pause)
        writer.write(f"{dish} for {name}\n".encode())
        #: The loop asks the system which sockets have something to read, and wakes whose it is.
        answer = await reader.readline()
        print(f"{name} hears: {answer.decode().strip()}")
    writer.close()
    await writer.wait_closed()


async def main():
    #: Listening costs nothing: the loop wakes the server when somebody knocks.
    async with await asyncio.start_server(serve, "127.0.0.1", 8888):
        await asyncio.gather(guest("Ann", 2), guest("Bob", 3), guest("Eve", 5))
    print("closed")


asyncio.run(main())
