# An exception that nobody catches: the lines so far, a traceback, status 1.
def inner(n):
    if n == 0:
        raise ValueError("deep down")
    inner(n - 1)


print("before")
inner(3)
print("never")
