# while, for, else, break, continue, pass, nested loops, del, ranges.
for i in range(3):
    if i == 5:
        break
else:
    print("no break")
n = 5
while n:
    n -= 1
    if n == 3:
        continue
    if n == 1:
        break
    print(n)
else:
    print("not here")
while False:
    pass
else:
    print("else of a loop that never ran")
for i in range(10, 0, -3):
    print(i, end=" ")
print()
for x in ():
    pass
print(list(range(0)), list(range(5, 2)), range(3), range(1, 10, 2), len(range(1, 10, 2)), 4 in range(0, 10, 2), range(3) == range(0, 3, 1))
for i in range(3):
    for j in range(3):
        if j == 2:
            break
        if i == 1:
            continue
        print(i, j)
x = 5
del x
try:
    x
except NameError as error:
    print(error)
if 0:
    print("no")
elif "":
    print("no")
elif [0]:
    print("elif")
else:
    print("no")
i = "kept"
for i in range(2):
    pass
print(i)
items = [1, 2, 3, 4]
for item in items:
    if item == 2:
        items.remove(item)
print(items)
it = iter([1, 2])
print(next(it), next(it), next(it, "none"))
pass; print("two on a line"); print("with semicolons")
if True: print("one line")
for c in "ab": print(c, end=";")
print(...)
