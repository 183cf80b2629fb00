"""The line that a traceback names, in statements that go over several lines"""


class A:
    def b(self):
        return self

    def c(self):
        raise ValueError(1)


def show(f):
    try:
        f()
    except Exception as e:
        entry, lines = e.__traceback__, []
        while entry:
            lines.append(entry.tb_lineno)
            entry = entry.tb_next
        print(f.__name__, lines)


def f1():
    (A()
     .b()
     .c())


def f2():
    print(1,
          2,
          A().c(
          ))


def f3():
    x = [1,
         2][
        5]


def f4():
    return (1 +
            2 /
            0)


def f5():
    for x in [1,
              1 / 0]:
        pass


def f6():
    with A() as x, \
         A():
        pass


def f7():
    raise ValueError(
        1)


def f8():
    assert (1 ==
            2), "x"


def f9():
    x = {
        "a": 1,
        "b": A().d,
    }


def f10():
    A().x.y = (
        1)


def f11():
    @A().c
    def g(): pass


def f12():
    class X(A,
            A().c()):
        pass


def f13():
    a, b = (
        1, 2, 3)


def f15():
    f = (lambda:
         1 / 0)
    f()


def f16():
    if (1 and
        A().z):
        pass


def f17():
    try:
        pass
    finally:
        A().q


def f18():
    f"""
    {A().w}
    """


for f in [f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f15, f16, f17, f18]:
    show(f)
