# 14.6: SystemExit without a value is status 0.
import asyncio


async def main():
    raise SystemExit


asyncio.run(main())
print("not reached")
