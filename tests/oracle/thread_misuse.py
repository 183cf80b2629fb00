"""What a Thread refuses."""
import threading

t = threading.Thread(target=print, args=("once",))
try:
    t.join()
except RuntimeError as e:
    print(e)
t.start()
try:
    t.start()
except RuntimeError as e:
    print(e)
t.join()
try:
    t.start()
except RuntimeError as e:
    print(e)
try:
    threading.current_thread().join()
except RuntimeError as e:
    print(e)
print(threading.current_thread() is threading.main_thread(), threading.main_thread().name)
