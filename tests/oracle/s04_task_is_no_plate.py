# 4.8: nobody else sets a task's result.
import asyncio


async def main():
    task = asyncio.current_task()
    for put in (task.set_result, task.set_exception):
        try:
            put(None)
        except RuntimeError as error:
            print(error)


asyncio.run(main())
