"""A subclass of Thread with a run() of its own."""
import threading
import time


class Cook(threading.Thread):
    def __init__(self, dish):
        super().__init__(name="cook of " + dish)
        self.dish = dish

    def run(self):
        print(self.name, "begins")
        time.sleep(1)
        print(self.dish, "is ready")


cooks = [Cook(dish) for dish in ("rice", "curry")]
for cook in cooks:
    cook.start()
for cook in cooks:
    cook.join()
print(time.monotonic())
