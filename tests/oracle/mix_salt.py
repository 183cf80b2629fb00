# Mixed: the race without a lock: ten increments across an await give one.
import asyncio


class Pot:
    salt = 0


async def careless(pot):
    seen = pot.salt
    await asyncio.sleep(0)
    pot.salt = seen + 1


async def careful(pot):
    await asyncio.sleep(0)
    pot.salt += 1


async def main():
    for how in (careless, careful):
        pot = Pot()
        await asyncio.gather(*(how(pot) for _ in range(10)))
        print(how.__name__, pot.salt)


asyncio.run(main())
