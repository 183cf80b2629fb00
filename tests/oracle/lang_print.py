# print: sep, end, several values, nothing, flush.
print()
print("a", 1, None, True, 2.0, [1], sep="|")
print("no newline", end="")
print(" - same line", end="!\n")
print("a", "b", sep="")
print("a", "b", sep="\n")
print(1, 2, end="", sep=", ")
print()
print("tab\there", "multi\nline")
print("flushed", flush=True)
print(*[], sep="x")
print("", "")
print(None, sep=None, end=None)
try:
    print(1, sep=5)
except TypeError as error:
    print(error)
