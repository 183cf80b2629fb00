"""A pair of connected sockets, without waiting."""
import socket

a, b = socket.socketpair()
with a, b:
    a.sendall(b"hello")
    print(b.recv(2), b.recv(100))
    print(b.send(b"back"), a.recv(4))
    print(a.fileno() != b.fileno(), a.gettimeout(), a.getblocking())
    b.setblocking(False)
    print(b.gettimeout(), b.getblocking())
    try:
        b.recv(1)
    except BlockingIOError as e:
        print("BlockingIOError", e)
    a.settimeout(0.5)
    print(a.gettimeout(), a.getblocking(), a.timeout, socket.timeout is TimeoutError)
    a.shutdown(socket.SHUT_WR)
    print(b.recv(10))
    b.send(b"still")
    print(a.recv(10))
    try:
        a.send(b"no more")
    except BrokenPipeError as e:
        print("BrokenPipeError", e)
    print(repr(a.getsockname()), repr(a.getpeername()))
    for bad in ("text", 5, None):
        try:
            b.send(bad)
        except TypeError as e:
            print(e)
    try:
        b.recv(-1)
    except ValueError as e:
        print(e)
    try:
        a.settimeout(-1)
    except ValueError as e:
        print(e)
print(a.fileno(), b.fileno())
try:
    a.recv(1)
except OSError as e:
    print(type(e).__name__, e)
a.close()

a, b = socket.socketpair()
b.close()
print(a.recv(10))
try:
    a.send(b"x")
except BrokenPipeError as e:
    print("BrokenPipeError", e)
fd = a.detach()
print(fd >= 0, a.fileno())
print(socket.error is OSError, socket.AF_INET == 2, socket.SOCK_STREAM == 1)
