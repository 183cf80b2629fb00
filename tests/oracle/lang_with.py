# with: several managers, what __exit__ is told, errors in entering and leaving.


class Step:
    def __init__(self, name, swallow=False, fail=""):
        self.name, self.swallow, self.fail = name, swallow, fail

    def __enter__(self):
        print("enter", self.name)
        if self.fail == "enter":
            raise RuntimeError("enter " + self.name)
        return self.name

    def __exit__(self, kind, error, traceback):
        print("exit", self.name, repr(error))
        if self.fail == "exit":
            raise RuntimeError("exit " + self.name)
        return self.swallow


with Step("a") as a, Step("b") as b:
    print(a, b)
with (
    Step("c", swallow=True) as c,
    Step("d"),
):
    raise ValueError("inside")
print("after c")
for kind in ("enter", "exit"):
    try:
        with Step("e"), Step("f", fail=kind):
            print("body")
    except RuntimeError as error:
        print(error, repr(error.__context__))
try:
    with Step("g", fail="exit"):
        raise KeyError("k")
except RuntimeError as error:
    print(error, repr(error.__context__))


def leaves():
    with Step("h"):
        return "returned"


print(leaves())
for i in range(3):
    with Step(f"i{i}"):
        if i == 0:
            continue
        break
