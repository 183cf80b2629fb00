# Attributes, methods, inheritance, super, class and static methods, properties.


class Pot:
    count = 0
    material = "steel"

    def __init__(self, name, litres=2):
        self.name = name
        self.litres = litres
        Pot.count += 1

    def fill(self, litres):
        self.litres -= litres
        return self

    @property
    def label(self):
        return f"{self.name} ({self.litres} l)"

    @label.setter
    def label(self, text):
        self.name = text.upper()

    @classmethod
    def small(cls, name):
        return cls(name, 1)

    @staticmethod
    def wash(what):
        return f"washed {what}"

    def __repr__(self):
        return f"{type(self).__name__}({self.name!r})"


class Wok(Pot):
    material = "iron"

    def __init__(self, name):
        super().__init__(name, litres=5)

    def fill(self, litres):
        print("wok")
        return super().fill(litres)


pot, wok = Pot.small("milk"), Wok("wok")
print(pot, wok, Pot.count, wok.count, pot.material, wok.material)
print(pot.fill(1).label, wok.fill(2).fill(1).label)
pot.label = "new"
print(pot.name, Pot.wash("it"), wok.wash("that"))
try:
    del pot.label
except AttributeError:
    print("cannot be deleted")
print(isinstance(wok, Pot), issubclass(Wok, Pot), type(wok) is Wok, isinstance(pot, Wok))
print(getattr(pot, "litres"), getattr(pot, "lid", "no lid"), hasattr(pot, "lid"))
setattr(pot, "lid", True)
print(pot.lid, sorted(vars(pot)))
del pot.lid
try:
    pot.lid
except AttributeError as error:
    print(error)
pot.material = "copper"
print(pot.material, Pot.material)
fill = wok.fill
print(fill(0) is wok, Pot.fill(wok, 0) is wok, fill.__name__)


class A:
    def who(self):
        return ["A"]


class B(A):
    def who(self):
        return ["B"] + super().who()


class C(A):
    def who(self):
        return ["C"] + super().who()


class D(B, C):
    def who(self):
        return ["D"] + super().who()


print(D().who(), [c.__name__ for c in D.__mro__])
try:
    Pot()
except TypeError as error:
    print(error)
