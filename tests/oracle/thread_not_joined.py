"""The program's end waits for a thread that nobody joined, but not for a daemon."""
import threading
import time


def job(name, minutes):
    time.sleep(minutes)
    print(name, "ends")


threading.Thread(target=job, args=("daemon", 5), daemon=True).start()
threading.Thread(target=job, args=("other daemon", 1), daemon=True).start()
threading.Thread(target=job, args=("thread", 2)).start()
print("main ends")
