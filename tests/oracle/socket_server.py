"""Listening, connecting and accepting by hand."""
import socket

s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
print(s.getsockname(), s.family == socket.AF_INET, s.type == socket.SOCK_STREAM, s.proto)
s.bind(("127.0.0.1", 0))
host, port = s.getsockname()
print(host, port > 1024)
s.listen()
c = socket.socket()
print(c.connect_ex(("127.0.0.1", port)))
conn, address = s.accept()
print(address == c.getsockname(), c.getpeername() == (host, port), conn.getsockname() == (host, port))
c.sendall(b"order: rice")
print(conn.recv(100))
conn.sendall(b"here")
conn.close()
print(c.recv(100), c.recv(100))
c.close()

s.setblocking(False)
try:
    s.accept()
except BlockingIOError as e:
    print(type(e).__name__, e)
other = socket.socket()
try:
    other.bind(("127.0.0.1", port))
except OSError as e:
    print(e)
for call in (other.getpeername, lambda: other.recv(1), lambda: other.send(b"x"), lambda: other.shutdown(2)):
    try:
        call()
    except OSError as e:
        print(type(e).__name__, e)
s.close()
try:
    other.connect(("127.0.0.1", port))
except ConnectionRefusedError as e:
    print(e)
print(socket.socket().connect_ex(("127.0.0.1", port)))
for bad in ("127.0.0.1", ("127.0.0.1",), ("127.0.0.1", "80"), ("127.0.0.1", 70000)):
    try:
        other.bind(bad)
    except (TypeError, OverflowError) as e:
        print(type(e).__name__)
with socket.create_server(("127.0.0.1", 0)) as server:
    with socket.create_connection(server.getsockname()) as client:
        conn, _ = server.accept()
        with conn:
            conn.sendall(b"welcome\n")
            print(client.recv(7), client.recv(7))
print(server.fileno())
