"""A line of stations

Orders go from station to station through streams. Each works on its own plate,
and when no more come, that news runs down the line as well.
"""
import asyncio


def station(does, minutes, next_port):
    async def work(reader, writer):
        asyncio.current_task().set_name(does)
        if next_port:
            answer, onward = await asyncio.open_connection("127.0.0.1", next_port)
        #: A station waits for the next plate, whoever else is busy.
        while plate := await reader.readline():
            #: It has its own work to do. Meanwhile more plates may come: they wait in its buffer.
            await asyncio.sleep(minutes)
            print(f"{does} {plate.decode().strip()}")
            if next_port:
                onward.write(plate)
        #: No more plates will come. The station tells the next one, and waits until that has closed.
        print(f"{does} no more")
        if next_port:
            onward.write_eof()
            await answer.read()
            onward.close()
        writer.close()
    return work


async def main():
    #: Each station is a server, and a client of the next one.
    chop = await asyncio.start_server(station("chop", 1, 8002), "127.0.0.1", 8001)
    fry = await asyncio.start_server(station("fry", 3, 8003), "127.0.0.1", 8002)
    serve = await asyncio.start_server(station("serve", 1, None), "127.0.0.1", 8003)
    reader, writer = await asyncio.open_connection("127.0.0.1", 8001)
    #: Three orders at once. The frying takes longest: it sets the pace of the whole line.
    writer.write(b"onions\nleek\npeas\n")
    writer.write_eof()
    await reader.read()
    #: The end has run down the line, and up again.
    print("all stations have closed")
    for each in (writer, chop, fry, serve):
        each.close()
        await each.wait_closed()


asyncio.run(main())
