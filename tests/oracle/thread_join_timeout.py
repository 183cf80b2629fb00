"""join() with a time-out."""
import threading
import time

t = threading.Thread(target=time.sleep, args=(3,))
t.start()
t.join(1)
print(t.is_alive(), time.monotonic())
t.join(timeout=0.5)
print(t.is_alive(), time.monotonic())
t.join()
print(t.is_alive(), time.monotonic())
