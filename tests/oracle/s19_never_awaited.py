# 19.4: warned when the coroutine dies, at the line that runs then; once a line.
import asyncio


async def soup(n):
    print("never")


async def main():
    soup(1)
    print("dropped at once")
    kept = soup(2)
    print("kept")
    kept = None
    for n in range(3):
        soup(n)
    closed = soup(4)
    closed.close()
    print("end")


asyncio.run(main())
