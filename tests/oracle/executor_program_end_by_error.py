"""... also when the program ends by an error, whose report comes first."""
import time
from concurrent.futures import ThreadPoolExecutor


def job():
    time.sleep(1)
    print("job ends")


ThreadPoolExecutor().submit(job)
raise SystemExit(3)
