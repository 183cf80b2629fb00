"""Sockets that wait, with the whole thread, and give up."""
# real clock: the oracle's knows nothing of them
import asyncio
import socket
import time

a, b = socket.socketpair()
a.settimeout(0.2)
begin = time.monotonic()
for call in (lambda: a.recv(1), lambda: a.sendall(b"x" * (16 << 20))):
    try:
        call()
    except TimeoutError as e:
        print(type(e).__name__, e, isinstance(e, OSError), e.errno)
print(0.4 <= time.monotonic() - begin < 0.6)
with socket.create_server(("127.0.0.1", 0)) as s:
    s.settimeout(0.2)
    try:
        s.accept()
    except TimeoutError as e:
        print(type(e).__name__, e)


async def main():
    async def tick():
        for i in range(4):
            print("tick", i)
            await asyncio.sleep(0.1)

    task = asyncio.create_task(tick())
    await asyncio.sleep(0)
    b.settimeout(0.25)
    b.recv(1 << 24)
    try:
        while True:
            b.recv(1 << 24)
    except TimeoutError as e:
        print("held up the loop:", e)
    await task


asyncio.run(main())
