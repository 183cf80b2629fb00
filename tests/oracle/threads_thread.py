"""threading.Thread: start, join, names, daemon, exceptions."""
import threading
import time


def stir(what, minutes=1):
    print(threading.current_thread().name, "stirs", what)
    time.sleep(minutes)
    print(what, "stirred at", time.monotonic())


a = threading.Thread(target=stir, args=("soup",))
b = threading.Thread(target=stir, args=("rice",), kwargs={"minutes": 2}, name="cook")
print(a.name, b.name, a.is_alive(), a.daemon, a.ident)
a.start()
b.start()
print("started", a.is_alive())
a.join(0.5)
print("not yet", a.is_alive(), time.monotonic())
a.join()
print("joined", a.is_alive(), time.monotonic())
b.join()
print(time.monotonic())
try:
    a.start()
except RuntimeError as e:
    print(e)
try:
    threading.Thread(target=stir).join()
except RuntimeError as e:
    print(e)


def burn():
    time.sleep(1)
    raise ValueError("burnt")


def leave():
    raise SystemExit(3)


c = threading.Thread(target=burn)
d = threading.Thread(target=leave)
c.start()
d.start()
c.join()
d.join()
print("both ended", threading.main_thread().name, threading.current_thread().name)


class Cook(threading.Thread):
    def __init__(self, dish):
        super().__init__(name="cook of " + dish)
        self.dish = dish

    def run(self):
        print(self.name, "cooks", self.dish)
        time.sleep(1)
        print(self.dish, "is done")


cooks = [Cook(d) for d in ("rice", "dal")]
for cook in cooks:
    cook.start()
for cook in cooks:
    cook.join()
threading.Thread(target=stir, args=("last",)).start()
print("main ends at", time.monotonic())
