"""A Thread: start, join, its names."""
import threading
import time


def job(what, minutes):
    print(threading.current_thread().name, "begins", what)
    time.sleep(minutes)
    print(threading.current_thread().name, "ends", what)


a = threading.Thread(target=job, args=("rice", 2))
b = threading.Thread(target=job, args=("curry",), kwargs={"minutes": 1}, name="second cook")
c = threading.Thread()
print(a.name, b.name, c.name, a.is_alive())
a.start()
print("main between")
b.start()
print(a.is_alive(), time.monotonic())
a.join()
print(a.is_alive(), b.is_alive(), time.monotonic())
b.join()
b.join()
c.start()
c.join()
print("end")
