"""An exception that ends a thread is reported; the program goes on."""
import threading


def job():
    raise ValueError("nobody catches it")


t = threading.Thread(target=job, name="unlucky")
t.start()
t.join()
print("the program goes on", t.is_alive())


def leave():
    raise SystemExit("a thread may leave so")


threading.Thread(target=leave).start()
print("end")
