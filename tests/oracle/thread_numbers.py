"""A list goes to a worker and another one comes back."""
import asyncio


def add(numbers):
    numbers = numbers + [len(numbers)]
    return numbers


async def main():
    numbers = [1]
    for _ in range(3):
        numbers = await asyncio.to_thread(add, numbers)
    print(numbers)


asyncio.run(main())
