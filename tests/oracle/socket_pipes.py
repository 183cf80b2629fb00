"""Pipes of the module os."""
import os

r, w = os.pipe()
print(os.write(w, b"hello pipe"))
print(os.read(r, 5), os.read(r, 100))
print(os.get_blocking(r))
os.set_blocking(r, False)
print(os.get_blocking(r))
try:
    os.read(r, 1)
except BlockingIOError as e:
    print(type(e).__name__, e)
os.close(w)
print(os.read(r, 10))
os.close(r)
for call in (lambda: os.read(r, 1), lambda: os.write(w, b"x"), lambda: os.close(r), lambda: os.read(12345, 1)):
    try:
        call()
    except OSError as e:
        print(type(e).__name__, e)
r, w = os.pipe()
os.close(r)
try:
    os.write(w, b"x")
except BrokenPipeError as e:
    print(type(e).__name__, e)
os.close(w)
print(os.cpu_count() > 0, os.getpid() > 1)
