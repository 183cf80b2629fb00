"""What a future says of itself from submit to end."""
import time
from concurrent.futures import ThreadPoolExecutor


def state(f):
    text = str(f)
    return text[text.index("state="):-1]


def job():
    time.sleep(1)
    return [1, 2]


pool = ThreadPoolExecutor(1)
a, b, c = pool.submit(job), pool.submit(job), pool.submit(len, 3)
b.cancel()
print(state(a), state(b), state(c))
a.result()
print(state(a))
time.sleep(0)
print(type(c.exception()).__name__, state(c))
print(state(b))
pool.shutdown()
