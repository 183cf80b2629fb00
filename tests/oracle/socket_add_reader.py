"""add_reader and add_writer: callbacks for descriptors."""
import asyncio
import os
import socket


async def main():
    loop = asyncio.get_running_loop()
    a, b = socket.socketpair()
    a.setblocking(False)
    b.setblocking(False)
    done = loop.create_future()

    def readable(name):
        data = a.recv(3)
        print(name, data)
        if data == b"":
            print(loop.remove_reader(a), loop.remove_reader(a))
            done.set_result("end")

    loop.add_reader(a, readable, "reader")
    b.send(b"abcdefg")
    await asyncio.sleep(1)
    b.send(b"hij")
    await asyncio.sleep(1)
    b.close()
    print(await done)

    r, w = os.pipe()
    writable = asyncio.Event()

    def ready():
        print("writable")
        loop.remove_writer(w)
        writable.set()

    loop.add_writer(w, ready)
    await writable.wait()
    got = []
    loop.add_reader(r, lambda: got.append(1))
    loop.add_reader(r, lambda: got.append(os.read(r, 100)))
    os.write(w, b"through the pipe")
    await asyncio.sleep(1)
    print(got, loop.remove_reader(r), loop.remove_writer(w), loop.remove_reader(r))

    def fails():
        os.read(r, 100)
        raise ValueError("no")

    loop.set_exception_handler(lambda loop, context: print(context["message"][:40], repr(context["exception"])))
    loop.add_reader(r, fails)
    os.write(w, b"x")
    await asyncio.sleep(1)
    os.write(w, b"x")
    await asyncio.sleep(1)
    loop.remove_reader(r)
    os.close(r)
    os.close(w)
    a.close()
    for bad in ("x", -1, 1.5, a):
        for method in (loop.add_reader, loop.add_writer):
            try:
                method(bad, print)
            except (ValueError, TypeError) as e:
                print(type(e).__name__)
        try:
            print(loop.remove_reader(bad))
        except (ValueError, TypeError) as e:
            print(type(e).__name__)


asyncio.run(main())
