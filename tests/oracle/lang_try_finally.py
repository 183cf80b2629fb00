# else and finally, and which of several exits wins.


def returns(where):
    try:
        print("try")
        if where == "raise":
            raise ValueError("v")
        if where == "try":
            return "from try"
    except ValueError:
        print("except")
        return "from except"
    else:
        print("else")
        if where == "else":
            return "from else"
    finally:
        print("finally")
        if where == "finally":
            return "from finally"
    return "from the end"


for where in ("nowhere", "try", "raise", "else", "finally"):
    print("->", returns(where))


def overrides():
    try:
        return 1
    finally:
        return 2


def swallows():
    try:
        raise KeyError("lost")
    finally:
        return "the error is lost"


def loops():
    out = []
    for i in range(5):
        try:
            if i == 1:
                continue
            if i == 3:
                break
            out.append(i)
        finally:
            out.append(-i)
    else:
        out.append("else")
    return out


print(overrides(), swallows(), loops())


def value_is_taken_before_finally():
    x = 1
    try:
        return x
    finally:
        x = 2


print(value_is_taken_before_finally())
try:
    try:
        raise ValueError("first")
    finally:
        print("inner finally")
except ValueError as error:
    print(error)
for i in range(2):
    for j in range(2):
        try:
            if j:
                break
        finally:
            print(i, j)


def dropped(how):
    out = []
    for i in range(3):
        try:
            try:
                return [how, i]
            finally:
                out.append(i)
                if how == "continue":
                    continue
                if how == "break":
                    break
                if how == "return":
                    return "from the outer return", out
        finally:
            out.append("outer")
    return "the value was dropped", out


print(dropped("continue"), dropped("break"), dropped("return"), dropped("kept"))
