# The methods of dict; order of insertion; views.
d = {"b": 2, "a": 1}
d["c"] = 3
d["b"] = 20
print(d, len(d), "a" in d, 1 in d, list(d), list(d.keys()), list(d.values()), list(d.items()))
print(d.get("a"), d.get("z"), d.get("z", 0), d.pop("a"), d.pop("z", None), d.setdefault("n", []), d.setdefault("b", 9))
d.update({"x": 1}, y=2)
d.update([("z", 3)])
print(d, d.popitem(), {**d, "b": "new"}, d | {"q": 1}, dict(a=1, b=2), dict([("k", "v")]))
d |= {"b": 0}
del d["c"]
print(d, d == dict(d), d is d.copy(), sorted(d, key=str), dict.fromkeys("ab", 0), {1: "i", 1.0: "f", True: "t"})
for key, value in {"p": 1}.items():
    print(key, value)
print(d.keys() & {"b", "zz"}, {"a": 1}.items() >= {("a", 1)}, d.keys(), d.values(), {}.items())
print({(1, 2): "tuple", None: "none", 1.5: "float"}, list(reversed({"a": 1, "b": 2})), {v: k for k, v in dict(a=1).items()})
nested = {"list": [1, {"deep": (1, "x")}], "self": None}
print(nested, nested["list"][1]["deep"][1], max({"a": 3, "b": 5}.items(), key=lambda kv: kv[1]))
loop = {}
loop["me"] = loop
print(loop, bool({}), bool({0: 0}))
try:
    for key in d:
        d[key + "!"] = 1
except RuntimeError as error:
    print(error)
for bad in (lambda: {}["x"], lambda: {}.popitem(), lambda: {[]: 1}, lambda: {}.foo, lambda: dict([1]), lambda: {} < {},
            lambda: {}[1, 2]):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)
