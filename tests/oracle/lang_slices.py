# Slices of lists, strings, tuples; assigning to them and deleting them.
items = list(range(10))
print(items[2:5], items[:3], items[-3:], items[::3], items[::-1], items[8:2:-2], items[5:2], items[-100:100])
text = "kitchen"
print(text[1:4], text[::-1], text[-1], text[:-2], text[10:], (1, 2, 3)[1:])
items[2:5] = "ab"
print(items)
items[::2] = [0] * len(items[::2])
print(items)
del items[1:3], items[-1]
print(items)
items[1:1] = [7, 8, 9]
items[len(items):] = ["end"]
print(items)
try:
    items[::2] = [1]
except ValueError as error:
    print(error)
for bad in (lambda: items[99], lambda: text[99], lambda: (1,)[5], lambda: items["a"], lambda: items[::0]):
    try:
        bad()
    except (IndexError, TypeError, ValueError) as error:
        print(type(error).__name__, error)
print(range(20)[3:15:4], list(range(20)[3:15:4]), range(10)[-1], slice(1, 5, 2))
