"""A thread that starts a thread, and waits for it."""
import threading
import time


def inner():
    print("inner begins")
    time.sleep(2)
    print("inner ends")


def outer():
    print("outer begins")
    t = threading.Thread(target=inner, name="inner")
    t.start()
    time.sleep(1)
    print("outer joins")
    t.join()
    print("outer ends", time.monotonic())


t = threading.Thread(target=outer)
t.start()
print("main joins")
t.join()
print("main ends", time.monotonic())
