"""match: every kind of pattern; names are bound only when all of a pattern fits"""


class Dish:
    __match_args__ = ("name", "minutes")

    def __init__(self, name, minutes):
        self.name, self.minutes = name, minutes


def say(x):
    match x:
        case 0:
            return "zero"
        case -1 | 1.5:
            return "number"
        case "rice" | "dal" as word:
            return f"word {word}"
        case None | True:
            return "constant"
        case Dish("rice", minutes=m) if m > 10:
            return f"slow rice {m}"
        case Dish(name, minutes):
            return f"{name} for {minutes}"
        case [a, b]:
            return f"pair {a} {b}"
        case [first, *rest, "end"]:
            return f"until end {first} {rest}"
        case [[x1, *_], *others]:
            return f"nested {x1} {others}"
        case []:
            return "empty"
        case {"kind": "pan", "size": int(size), **rest}:
            return f"pan {size} {rest}"
        case {"kind": kind}:
            return f"kind {kind}"
        case int(n) if n > 100:
            return f"big {n}"
        case str() as s:
            return f"text {s}"
        case (1, 2, *tail) | {"tail": tail}:
            return f"tail {tail}"
        case _:
            return "other"


for subject in [0, -1, 1.5, "rice", "soup", None, True, False, Dish("rice", 12), Dish("rice", 5),
                Dish("dal", 30), [1, 2], (3, 4), [1, 2, 3, "end"], [[7, 8], 9, 10], [],
                {"kind": "pan", "size": 3, "lid": 1}, {"kind": "pot"}, {}, {"tail": 5},
                500, 50, (1, 2, 3), b"bytes", {1, 2}]:
    print(say(subject))

name = "untouched"
match ["a", "b", "c"]:
    case [name, "x", _]:
        print("never")
    case _:
        print(name)

match = {"match": 1}
print(match["match"])
