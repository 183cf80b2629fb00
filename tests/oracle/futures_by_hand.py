"""A concurrent.futures.Future made by hand."""
from concurrent.futures import Future, InvalidStateError, wait

f = Future()
print(f.done(), f.running(), f.cancelled())
f.add_done_callback(lambda f: print("done", f.result()))
f.set_result(7)
print(f.result(), f.exception())
try:
    f.set_result(8)
except InvalidStateError as e:
    print("InvalidStateError")
g = Future()
print(g.set_running_or_notify_cancel(), g.running(), g.cancel())
g.set_exception(ValueError("bad"))
print(repr(g.exception()))
h = Future()
print(h.cancel(), h.cancelled(), h.set_running_or_notify_cancel())
print(len(wait([f, g, h]).done))
try:
    Future().result(timeout=1)
except TimeoutError:
    print("nobody set it")
