# The customary ending, annotations, docstrings, and imports that a program begins with.
import asyncio
import time as clock
from asyncio import gather, sleep as pause
from time import monotonic, perf_counter

limit: int = 3
names: list[str] = []
later: "Undefined"


async def work(n: int, /, *, name: str = "w") -> str:
    """Do n."""
    await pause(n)
    return f"{name}{n}"


class Typed:
    x: int
    y: float = 1.5


async def main() -> None:
    start: float = monotonic()
    print(await gather(work(1), work(2, name="v")), clock.monotonic() - start, perf_counter() - start)
    print(work.__doc__, Typed.y, hasattr(Typed, "x"), limit, names)


if __name__ == "__main__":
    asyncio.run(main())
