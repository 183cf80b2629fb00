# 4.3e: a task that awaits itself gets a RuntimeError.
import asyncio


async def main():
    me = asyncio.current_task()
    try:
        await me
    except RuntimeError as error:
        print(str(error).startswith("Task cannot await on itself"))
    print("goes on")


asyncio.run(main())
