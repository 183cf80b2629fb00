"""run_in_executor with processes."""
import asyncio
import time
from concurrent.futures import ProcessPoolExecutor


class Dish:
    def __init__(self, name, minutes):
        self.name, self.minutes = name, minutes

    def __eq__(self, other):
        return self.name == other.name


def cook(dish):
    time.sleep(dish.minutes)
    dish.name += ", cooked"
    return dish


async def main():
    loop = asyncio.get_running_loop()
    dishes = [Dish("rice", 2), Dish("curry", 1), Dish("soup", 1)]
    with ProcessPoolExecutor(2) as pool:
        cooked = await asyncio.gather(*(loop.run_in_executor(pool, cook, d) for d in dishes))
    print([d.name for d in dishes], [d.name for d in cooked], [type(d) is Dish for d in cooked])
    print(cooked[0] == dishes[0], time.monotonic())


if __name__ == "__main__":
    asyncio.run(main())
