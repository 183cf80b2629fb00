# 4.11, 20.1: a pending task whose last reference goes is reported; here it goes with the closed loop.
import asyncio


async def patient():
    await asyncio.get_running_loop().create_future()


async def main():
    print("main")


loop = asyncio.new_event_loop()
task = loop.create_task(patient(), name="patient")
loop.run_until_complete(main())
print(task.done())
loop.close()
del task
print("end")
