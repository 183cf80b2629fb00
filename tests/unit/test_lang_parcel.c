/* Parcels: what a value is after it has been in another world and come back. */
#include "base/mem.h"
#include "parcel_kit.h"

START_TEST(values_come_back_as_they_went)
{
	trip_prints("every kind of value",
	            "arguments = (0, -1, 2**200, -2**99, 1.5, float('inf'), True, None, ..., 'rice', 'ñ☕',\n"
	            "    b'\\x00\\xff', (), (1, (2,)), [1, [2]], {'a': 1, 2: 'b'}, {3, 1, 2}, frozenset({4}),\n"
	            "    range(2, 9, 3), slice(1, None), NotImplemented, list, len, ValueError, 'a' * 100)\n"
	            "def job(*values):\n"
	            "    return values\n"
	            "def check(result):\n"
	            "    print(result == arguments, [type(v).__name__ for v in result] ==\n"
	            "        [type(v).__name__ for v in arguments])\n"
	            "    print(result[4:8], result[9:12], result[14:19])\n",
	            "True True\n"
	            "(1.5, inf, True, None) ('rice', 'ñ☕', b'\\x00\\xff') ([1, [2]], {'a': 1, 2: 'b'}, "
	            "{1, 2, 3}, frozenset({4}), range(2, 9, 3))\n");
}
END_TEST

START_TEST(sharing_and_circles_stay)
{
	trip_prints("one list twice, a list in itself, a dict that holds what holds it",
	            "a = [1]\n"
	            "a.append(a)\n"
	            "b = {}\n"
	            "b['t'] = (b, a)\n"
	            "arguments = (a, a, b)\n"
	            "def job(x, y, z):\n"
	            "    print(x is y, x[1] is x, z['t'][0] is z, z['t'][1] is x)\n"
	            "    return x, y, z\n"
	            "def check(result):\n"
	            "    x, y, z = result\n"
	            "    print(x is y, x[1] is x, z['t'][0] is z, z['t'][1] is x, x is a)\n",
	            "True True True True\nTrue True True True False\n");
}
END_TEST

#ifdef LANG_STRESS
#define DEPTH "300"
#else
#define DEPTH "100000"
#endif

START_TEST(nesting_has_no_depth)
{
	trip_prints("many lists and objects, each in the next",
	            "class Node:\n"
	            "    def __init__(self, next): self.next = next\n"
	            "deep = chain = tail = None\n"
	            "for i in range(" DEPTH "):\n"
	            "    deep = [deep]\n"
	            "    chain = Node(chain)\n"
	            "    tail = (tail,)\n"
	            "arguments = (deep, chain, tail)\n"
	            "def job(deep, chain, tail):\n"
	            "    return deep, chain, tail\n"
	            "def check(result):\n"
	            "    counts = [0, 0, 0]\n"
	            "    deep, chain, tail = result\n"
	            "    while deep is not None: deep = deep[0]; counts[0] += 1\n"
	            "    while chain is not None: chain = chain.next; counts[1] += 1\n"
	            "    while tail is not None: tail = tail[0]; counts[2] += 1\n"
	            "    print(counts)\n",
	            "[" DEPTH ", " DEPTH ", " DEPTH "]\n");
}
END_TEST

START_TEST(sets_keep_their_order)
{
	trip_prints("numbers by their places, names by insertion",
	            "numbers = {1000, 33, 8, 16}\n"
	            "for n in range(40): numbers.add(n * 7)\n"
	            "for n in range(30): numbers.discard(n * 7)\n"
	            "words = {'c', 'a', 'b'}\n"
	            "arguments = (numbers, words, frozenset(numbers), {(1, 2), (3, 4)}, set())\n"
	            "def job(*sets):\n"
	            "    return [list(s) for s in sets], sets\n"
	            "def check(result):\n"
	            "    print(result[0] == [list(s) for s in arguments])\n"
	            "    print([list(s) for s in result[1]] == [list(s) for s in arguments])\n"
	            "    a, b = set(numbers), result[1][0]\n"
	            "    print(a == b, 231 in b, 7 in b, [b.pop(), b.pop()] == [numbers.pop(), numbers.pop()])\n",
	            "True\nTrue\nTrue True False True\n");
}
END_TEST

START_TEST(keys_are_whole_before_they_are_hashed)
{
	trip_prints("objects, tuples and frozensets as keys, also in circles",
	            "class Point:\n"
	            "    def __init__(self, *at): self.at = at\n"
	            "    def __hash__(self): return hash(self.at) + len(self.near) if hasattr(self, 'near') else hash(self.at)\n"
	            "    def __eq__(self, other): return self.at == other.at\n"
	            "p, q = Point(1, 2), Point(frozenset({3}), ('x',))\n"
	            "q.near = {p: q}\n"
	            "inner = frozenset({p, (4, frozenset({5}))})\n"
	            "table = {inner: 'i', q: {'self': None}, p: 'p', (frozenset({6}), 7): 8}\n"
	            "table[q]['self'] = table\n"
	            "arguments = ([inner, table], q)\n"
	            "def job(pair, point):\n"
	            "    inner, table = pair\n"
	            "    print(table[inner], table[point]['self'] is table, table[Point(1, 2)],\n"
	            "        table[frozenset({6}), 7], point.near[Point(1, 2)] is point)\n"
	            "    return pair\n"
	            "def check(result):\n"
	            "    inner, table = result\n"
	            "    print(table[inner], table[Point(1, 2)], table[frozenset({6}), 7], len(table))\n",
	            "i True p 8 True\ni p 8 4\n");
}
END_TEST

START_TEST(instances_keep_their_class)
{
	trip_prints("a Dish is a Dish of home again; the job has one of its own",
	            "class Thing:\n"
	            "    kind = 'thing'\n"
	            "    @property\n"
	            "    def loud(self): return self.name.upper()\n"
	            "    @classmethod\n"
	            "    def make(cls, name): return cls(name)\n"
	            "    @staticmethod\n"
	            "    def twice(x): return x * 2\n"
	            "    def __init_subclass__(cls): print('subclass', cls.__name__)\n"
	            "class Dish(Thing):\n"
	            "    def __init__(self, name): self.name = name\n"
	            "    def __eq__(self, other): return isinstance(other, Dish) and self.name == other.name\n"
	            "    def __hash__(self): return hash(self.name)\n"
	            "    def __repr__(self): return f'Dish({self.name!r})'\n"
	            "    def __add__(self, other): return Dish(self.name + other.name)\n"
	            "    def again(self): return super().make(self.name)\n"
	            "class Order(dict): pass\n"
	            "class Score(int): pass\n"
	            "class Label(str): pass\n"
	            "class Pair(tuple): pass\n"
	            "class Stack(list): pass\n"
	            "stack = Stack([1, 2])\n"
	            "stack.note = 'n'\n"
	            "order = Order(a=1)\n"
	            "order.table = 5\n"
	            "arguments = (Dish('rice'), order, Score(2**70), Label('ñ'), Pair((1, 2)), stack, Score(3))\n"
	            "def job(dish, order, score, label, pair, stack, small):\n"
	            "    print(dish, dish.loud, Dish.make('tea'), dish.twice(4), dish.again(), dish + dish)\n"
	            "    print(order, order.table, type(score).__name__, score == 2**70, label, pair, stack, stack.note, small + 1)\n"
	            "    return dish, Dish('soup'), Dish, order, score, label, pair, stack, {Dish('a'): 1}\n"
	            "def check(result):\n"
	            "    dish, soup, cls, order, score, label, pair, stack, keyed = result\n"
	            "    print(cls is Dish, type(soup) is Dish, dish == arguments[0], dish is arguments[0], soup, type(stack) is Stack)\n"
	            "    print(type(order) is Order, order.table, type(score) is Score, type(label) is Label, type(pair) is Pair)\n"
	            "    print(keyed[Dish('a')])\n",
	            "subclass Dish\n"
	            "Dish('rice') RICE Dish('tea') 8 Dish('rice') Dish('ricerice')\n"
	            "{'a': 1} 5 Score True ñ (1, 2) [1, 2] n 4\n"
	            "True True True False Dish('soup') True\nTrue 5 True True True\n1\n");
}
END_TEST

START_TEST(functions_keep_what_they_are)
{
	trip_prints("defaults, closures, attributes, methods; a function of home is itself again",
	            "def counter(start):\n"
	            "    n = start\n"
	            "    def up(by=1, *, twice=False):\n"
	            "        nonlocal n\n"
	            "        n += by * (2 if twice else 1)\n"
	            "        return n\n"
	            "    def look(): return n\n"
	            "    up.label = 'u'\n"
	            "    return up, look\n"
	            "up, look = counter(10)\n"
	            "class Cook:\n"
	            "    def __init__(self): self.done = []\n"
	            "    def cook(self, what):\n"
	            "        self.done.append(what)\n"
	            "        return self.done\n"
	            "cook = Cook()\n"
	            "plain = [3, 1, 2]\n"
	            "arguments = (up, look, cook.cook, plain.append, [cook], str.upper, max, lambda x: x + 1)\n"
	            "def helper(x): return fact(x)\n"
	            "def fact(x): return 1 if x < 2 else x * helper(x - 1)\n"
	            "def job(up, look, method, append, cooks, upper, largest, add):\n"
	            "    print(up(), up(5, twice=True), look(), up.label, up.__name__, up.__qualname__)\n"
	            "    print(method('rice'), cooks[0].done, upper('x'), largest(1, 2), add(1), helper(5))\n"
	            "    append(4)\n"
	            "    made = lambda: helper(4)\n"
	            "    return helper, made, up, [up, look], append.__self__, method\n"
	            "def check(result):\n"
	            "    h, made, u, both, items, method = result\n"
	            "    print(h is helper, made(), u is up, both[1] is look, look(), items, method.__func__ is Cook.cook)\n",
	            "11 21 21 u up counter.<locals>.up\n['rice'] ['rice'] X 2 2 120\n"
	            "True 24 True True 10 [3, 1, 2, 4] True\n");
}
END_TEST

START_TEST(globals_go_as_far_as_code_names_them)
{
	trip_prints("directly, through functions and classes, and nothing else",
	            "import kit\n"
	            "price, unused = 7, kit\n"
	            "menu = {'rice': price}\n"
	            "def cost(name): return menu[name] + Tax().rate\n"
	            "class Tax:\n"
	            "    rate = 1\n"
	            "    def more(self): return extra\n"
	            "extra = 5\n"
	            "def probe(): return [n for n in probe.__globals__ if n in ('menu', 'extra', 'unused', 'missing')]\n"
	            "def job():\n"
	            "    def inner(): return [cost(n) for n in menu], (lambda: extra)()\n"
	            "    print(__name__, probe())\n"
	            "    try:\n"
	            "        missing\n"
	            "    except NameError as e:\n"
	            "        print(e)\n"
	            "    class Local(Tax):\n"
	            "        value = extra\n"
	            "    return inner(), Local.value, Tax().more()\n"
	            "def check(result): print(result)\n",
	            "__main__ ['menu', 'extra']\nname 'missing' is not defined\n(([8], 5), 5, 5)\n");
}
END_TEST

START_TEST(exceptions_keep_their_story)
{
	trip_prints("args, notes, cause, context, group, attributes, and the lines of the worker",
	            "class Burnt(ValueError):\n"
	            "    def __init__(self, dish, minutes):\n"
	            "        super().__init__(f'{dish} burnt')\n"
	            "        self.minutes = minutes\n"
	            "def fire():\n"
	            "    raise KeyError('pan')\n"
	            "def job():\n"
	            "    try:\n"
	            "        fire()\n"
	            "    except KeyError as e:\n"
	            "        e.add_note('too hot')\n"
	            "        raise Burnt('rice', 3) from e\n"
	            "def check(e):\n"
	            "    print(type(e) is Burnt, e, e.minutes, e.args, repr(e.__cause__), e.__suppress_context__)\n"
	            "    print(e.__cause__.__notes__, e.__context__ is e.__cause__)\n"
	            "    lines, t = [], e.__traceback__\n"
	            "    while t: lines.append((t.tb_lineno, t.tb_frame.f_code.co_name)); t = t.tb_next\n"
	            "    c = e.__cause__.__traceback__\n"
	            "    while c: lines.append(c.tb_lineno); c = c.tb_next\n"
	            "    print(lines)\n",
	            "True rice burnt 3 ('rice burnt',) KeyError('pan') True\n['too hot'] True\n"
	            "[(12, 'job'), 9, 6]\n");
	trip_prints("groups",
	            "def job():\n"
	            "    return ExceptionGroup('g', [ValueError(1), ExceptionGroup('h', [OSError(2, 'x')])])\n"
	            "def check(e):\n"
	            "    print(repr(e), e.message, e.exceptions[1].exceptions[0].errno, e.args[0])\n",
	            "ExceptionGroup('g', [ValueError(1), ExceptionGroup('h', [FileNotFoundError(2, 'x')])]) g 2 g\n");
}
END_TEST

START_TEST(a_traceback_at_home_shows_the_lines_of_the_worker)
{
	struct pair p;
	struct trip t;
	pair_init(&p, "def boil(n):\n"
	              "    return 1 // n\n"
	              "def job():\n"
	              "    return boil(0)\n");
	value e = trip_whole(&t, &p, "job", NO_ARGS);
	struct buf text = {0};
	ck_assert(t.raised);
	exception_print(p.home.vm, e, &text);
	ck_assert_str_eq(buf_text(&text), "Traceback (most recent call last):\n"
	                                  "  File \"main.py\", line 4, in job\n"
	                                  "    return boil(0)\n"
	                                  "  File \"main.py\", line 2, in boil\n"
	                                  "    return 1 // n\n"
	                                  "           ~~^^~~\n"
	                                  "ZeroDivisionError: integer division or modulo by zero\n");
	buf_free(&text);
	value_unref(p.home.vm, e);
	trip_fini(&t);
	pair_fini(&p);
}
END_TEST

START_TEST(copies_tell_nobody_of_their_death)
{
	trip_prints("__del__ runs once for each object, whatever copies there were",
	            "class Pan:\n"
	            "    def __init__(self, name): self.name = name\n"
	            "    def __del__(self): print('del', self.name)\n"
	            "pan = Pan('home')\n"
	            "def job():\n"
	            "    local = Pan('local')\n"
	            "    del local\n"
	            "    return pan, Pan('made')\n"
	            "def check(result):\n"
	            "    print('home again')\n",
	            "del local\nhome again\ndel made\n");
}
END_TEST

START_TEST(a_coroutine_that_has_not_begun_moves)
{
	struct pair p;
	struct trip t;
	pair_init(&p, "import kit\n"
	              "def outer(k):\n"
	              "    async def boil(n, *rest, **more):\n"
	              "        await kit.pause()\n"
	              "        return n * k, rest, more\n"
	              "    return boil\n"
	              "coro = outer(3)(5, 6, x=7)\n"
	              "def job(coro):\n"
	              "    return kit.run(coro)\n"
	              "async def home(): return 4\n"
	              "def give(): return home()\n");
	value coro = pair_global(&p, "coro");
	value r = trip_whole(&t, &p, "job", ARGS(coro));
	value repr = object_repr(p.home.vm, r);
	ck_assert_str_eq(str_text(repr), "(15, (6,), {'x': 7})");
	ck_assert_int_eq(coro_state(coro), CORO_CLOSED);
	ck_assert_str_eq(buf_text(&p.home.told), "");
	value_unref(p.home.vm, repr);
	value_unref(p.home.vm, r);
	trip_fini(&t);
	value back = trip_whole(&t, &p, "give", NO_ARGS);
	value out;
	ck_assert(value_is_coroutine(back));
	ck_assert_int_eq(coro_resume(p.home.vm, back, VALUE_NONE, VALUE_NULL, &out), CORO_RETURN);
	ck_assert_int_eq(small_number(out), 4);
	value_unref(p.home.vm, back);
	trip_fini(&t);
	ck_assert_str_eq(buf_text(&p.away.told), "");
	pair_fini(&p);
}
END_TEST

START_TEST(iterators_go_on_where_they_are)
{
	trip_prints("sequences, ranges, dicts, zip, map and generators that have not begun",
	            "import kit\n"
	            "d = {'x': 1, 'a': 2, 'b': 3}\n"
	            "del d['x']\n"
	            "pairs = iter(d.items())\n"
	            "next(pairs)\n"
	            "started = iter([1, 2, 3])\n"
	            "next(started)\n"
	            "k = 2\n"
	            "def count(n):\n"
	            "    for i in range(n): yield i\n"
	            "lazy = (x * k for x in [1, 2, 3])\n"
	            "arguments = (started, iter((4, 5)), iter('añb'), iter(range(3)), reversed([1, 2]), d.items(),\n"
	            "    pairs, enumerate('ab', 5), zip([1, 2], 'xy'), map(lambda x: x + k, [1]), filter(None, [0, 1]),\n"
	            "    lazy, count(2), iter(b'a'), d.keys())\n"
	            "def job(*its):\n"
	            "    return [list(it) for it in its], count(3), (c for c in 'ab')\n"
	            "def check(result):\n"
	            "    print(result[0])\n"
	            "    print(list(result[1]), list(result[2]), list(started), list(lazy), [list(it) for it in arguments])\n",
	            "[[2, 3], [4, 5], ['a', 'ñ', 'b'], [0, 1, 2], [2, 1], [('a', 2), ('b', 3)], [('b', 3)], "
	            "[(5, 'a'), (6, 'b')], [(1, 'x'), (2, 'y')], [3], [1], [2, 4, 6], [0, 1], [97], ['a', 'b']]\n"
	            "[0, 1, 2] ['a', 'b'] [] [] [[], [], [], [], [], [('a', 2), ('b', 3)], [], [], [], [], [], [], [], [], ['a', 'b']]\n");
}
END_TEST

START_TEST(what_cannot_come_back_is_refused_by_name)
{
	struct pair p;
	struct trip t;
	pair_init(&p, "def steps():\n"
	              "    yield 1\n"
	              "def job():\n"
	              "    begun = steps()\n"
	              "    next(begun)\n"
	              "    return [begun]\n"
	              "def fine(): return 1\n");
	ck_assert(trip_begin(&t, &p, 0, pair_global(&p, "job"), NO_ARGS));
	ck_assert(!trip_run(&t));
	ck_assert_str_eq(buf_text(&t.error), "TypeError: 'generator' object cannot be returned from a "
	                                     "worker: it cannot be copied");
	trip_fini(&t);
	value_unref(p.home.vm, trip_whole(&t, &p, "fine", NO_ARGS));
	trip_fini(&t);
	pair_fini(&p);
}
END_TEST

START_TEST(changes_are_found_and_named)
{
	trip_changes("results = []\ndef job(): results.append(1)\n", "the global `results`");
	trip_changes("results = {'a': [1]}\ndef job(): results['a'].append(1)\n",
	             "a `list` in the global `results`");
	trip_changes("n = 1\ndef job():\n    global n\n    n += 1\n", "the global `n`");
	trip_changes("def job():\n    global new\n    new = 1\n", "the global `new`");
	trip_changes("n = 1\ndef job():\n    global n\n    del n\n", "the global `n`");
	trip_changes("arguments = ([1],)\ndef job(x): x[0] = 2\n", "argument 1");
	trip_changes("arguments = (1, {'k': 1})\ndef job(x, y): y['l'] = 2\n", "argument 2");
	trip_changes("arguments = ({1, 2},)\ndef job(x): x.add(3)\n", "argument 1");
	trip_changes("class Dish: price = 1\ndef job(): Dish.price = 2\n",
	             "the attribute `price` of the class `Dish`");
	trip_changes("class Dish: menu = []\ndef job(): Dish.menu.append(2)\n",
	             "the attribute `menu` of the class `Dish`");
	trip_changes("class Dish: pass\ndef job(): Dish.new = 2\n",
	             "the attribute `new` of the class `Dish`");
	trip_changes("class Dish: pass\nd = Dish()\ndef job(): d.x = 2\n",
	             "the attribute `x` of the global `d`");
	trip_changes("class Dish:\n    def __init__(self): self.x = []\n"
	             "arguments = (Dish(),)\ndef job(d): d.x.append(1)\n",
	             "the attribute `x` of argument 1");
	trip_changes("class L(list): pass\narguments = (L(),)\ndef job(d): d.x = 1\n",
	             "the attribute `x` of argument 1");
	trip_changes("def make():\n    n, m = 0, 1\n    def up():\n        nonlocal n\n        n += m\n"
	             "    return up\njob = make()\n",
	             "the variable `n` of `make.<locals>.up`");
	trip_changes("def memo(f):\n    cache = {}\n    def wrapper(n):\n        cache[n] = 1\n"
	             "    return wrapper\njob = memo(None)\narguments = (1,)\n",
	             "the variable `cache` of `memo.<locals>.wrapper`");
	trip_changes("def other(): pass\nother.seen = []\ndef job(): other.seen.append(1)\n",
	             "the attribute `seen` of the function `other`");
	trip_changes("def other(): pass\ndef job(): other.seen = 1\n",
	             "the attribute `seen` of the function `other`");
	trip_changes("it = iter([1, 2])\ndef job(): return sum(it)\n", "the global `it`");
	trip_changes("arguments = ([iter(range(2))],)\ndef job(its): next(its[0])\n",
	             "a `range_iterator` in argument 1");
	trip_changes("items = []\njob = items.clear\narguments = ()\n", "");
	trip_changes("items = [1]\njob = items.clear\n", "the `list` object");
	trip_changes("class C:\n    def __init__(self): self.n = 0\n    def go(self): self.n += 1\n"
	             "job = C().go\n",
	             "the attribute `n` of the `C` object");
}
END_TEST

START_TEST(looking_is_no_change)
{
	trip_changes("import kit\n"
	             "from kit import pause\n"
	             "class Dish:\n"
	             "    \"\"\"A dish.\"\"\"\n"
	             "    kinds: list = ['a']\n"
	             "    def __init__(self): self.x = 1.5\n"
	             "    def __hash__(self): return 3\n"
	             "    def __eq__(self, other): return True\n"
	             "    def go(self): return self.x\n"
	             "def f(a: int = 1) -> str:\n"
	             "    return a\n"
	             "words, numbers, mixed = {'b', 'a'}, {1, 2, 3}, {Dish(): 1, (1, 'x'): 2}\n"
	             "error = ValueError('x')\n"
	             "pos, name, big, text = (0, 0), 'n', 2**80, 'abc'\n"
	             "arguments = (Dish(), [1.5, 'x'], {'k': (1, 2)}, zip(range(2), iter('ab')), (i for i in range(9)))\n"
	             "def job(d, items, table, it, gen):\n"
	             "    global pos, name, big\n"
	             "    hash(d); str(d); d.__dict__; f.__annotations__; f.__dict__; f.__doc__\n"
	             "    d.go(); f(); d.x = d.x + 0.0; items[0] = float('1.5'); items[1] = ''.join(['x'])\n"
	             "    words.add('q'); words.discard('q'); words.discard('a'); words.add(''.join(['a'])); numbers.discard(1); numbers.add(1)\n"
	             "    table['k'] = (1, 1 + 1); sorted(items, key=str); list(mixed); mixed[Dish()]\n"
	             "    for n in range(3):\n"
	             "        try:\n"
	             "            raise error\n"
	             "        except ValueError as e:\n"
	             "            pass\n"
	             "    pos = (n - 2, pos[1]); name = ''.join([name]); big = 2 * big // 2; getattr(d, text, None)\n"
	             "    list(it), list(gen)\n"
	             "    kit.collect(); pause().close(); hash(text); {text: 1}; items.append(1); items.pop()\n",
	             "");
}
END_TEST

START_TEST(pickle_refuses_what_pickle_refuses)
{
	static const struct {
		const char *program, *error;
	} cases[] = {
		{"f = lambda: 1\n", "AttributeError: Can't pickle <function <lambda> at 0x"},
		{"def outer():\n    def f(): pass\n    return f\nf = outer()\n",
	         "AttributeError: Can't get local object 'outer.<locals>.f'"},
		{"def f(): pass\ng = f\ndef f(): return 1\nf, g = g, f\n",
	         ""},
		{"def f(): pass\nkeep = f\ndef f(): return 1\nf, other = keep, f\ndel keep\n", ""},
		{"def f(x): pass\nargument = (i for i in ())\n",
	         "TypeError: cannot pickle 'generator' object"},
		{"import kit\ndef f(x): pass\nargument = kit\n",
	         "TypeError: cannot pickle 'module' object"},
		{"async def g(): pass\ndef f(x): pass\nargument = g()\nargument.close()\n",
	         "TypeError: cannot pickle 'coroutine' object"},
		{"class C: pass\ndef f(x): pass\nargument = C()\nC = 1\n",
	         "AttributeError: Can't pickle <class '__main__.C'>: it's not the same object as "
	         "__main__.C"},
		{"class C:\n    def go(self): pass\nf = C().go\n", ""},
		{"import kit\ndef f(): return kit\n", ""},
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct pair p;
		struct trip t;
		pair_init(&p, cases[i].program);
		value argument = module_get(p.home.vm, vm_module(p.home.vm, "__main__"), "argument");
		bool ok = trip_begin(&t, &p, PARCEL_PICKLE, pair_global(&p, "f"),
		                     value_is_null(argument) ? NO_ARGS : ARGS(argument));
		ck_assert_msg(ok == (cases[i].error[0] == '\0') &&
		              strncmp(buf_text(&t.error), cases[i].error, strlen(cases[i].error)) == 0,
		              "%s: %s", cases[i].program, buf_text(&t.error));
		trip_fini(&t);
		pair_fini(&p);
	}
}
END_TEST

START_TEST(pickle_takes_back_what_came)
{
	struct pair p;
	struct trip t;
	pair_init(&p, "class Dish: pass\n"
	              "def job(x): return [x, job]\n"
	              "dish = Dish()\n");
	ck_assert(trip_begin(&t, &p, PARCEL_PICKLE, pair_global(&p, "job"),
	                     ARGS(pair_global(&p, "dish"))));
	ck_assert_msg(trip_run(&t), "%s", buf_text(&t.error));
	value r = trip_end(&t);
	ck_assert(!value_is_null(r));
	ck_assert(value_type(list_at(r, 0)) == value_type(pair_global(&p, "dish")));
	ck_assert(value_is(list_at(r, 1), pair_global(&p, "job")));
	value_unref(p.home.vm, r);
	trip_fini(&t);
	pair_fini(&p);
}
END_TEST

static void note_store(void *context, struct vm *vm, value name)
{
	struct kit *k = context;
	struct place place;
	vm_place(vm, &place);
	buf_printf(&k->told, "stored %s, line %u\n", str_text(name), place.line);
}

START_TEST(a_store_to_a_global_is_told_of)
{
	struct pair p;
	struct trip t;
	pair_init(&p, "n = m = 0\n"
	              "def job():\n"
	              "    global n, m\n"
	              "    n = 1\n"
	              "    k = 2\n"
	              "    del m\n");
	vm_hooks(p.away.vm)->global_stored = note_store;
	value_unref(p.home.vm, trip_whole(&t, &p, "job", NO_ARGS));
	ck_assert_str_eq(buf_text(&p.away.told), "stored n, line 4\nstored m, line 6\n");
	trip_fini(&t);
	pair_fini(&p);
}
END_TEST

START_TEST(a_second_parcel_of_a_job_knows_what_went_with_the_first)
{
	struct pair p;
	struct trip t;
	pair_init(&p, "class Dish:\n"
	              "    def __init__(self, n): self.n = n\n"
	              "later = Dish(4)\n"
	              "def job(x): return isinstance(x, Dish) and x.n\n");
	value job = pair_global(&p, "job");
	ck_assert(trip_begin(&t, &p, 0, job, ARGS(VALUE_NONE)));
	t.landing = landing_new(p.away.vm);
	const struct parcel_options in = {.landing = t.landing};
	value f, args, keywords, more;
	ck_assert(parcel_unpack_call(p.away.vm, &t.call, &in, &f, &args, &keywords));
	const struct parcel_options out = {.to = 1, .manifest = t.manifest};
	struct parcel second;
	value later = pair_global(&p, "later");
	ck_assert(parcel_pack(p.home.vm, &later, 1, &out, &second));
	ck_assert(parcel_unpack(p.away.vm, &second, &in, &more, 1));
	value r = vm_call(p.away.vm, f, ARGS(more));
	ck_assert_int_eq(small_number(r), 4);
	parcel_free(&second);
	value_unref(p.away.vm, more);
	value_unref(p.away.vm, f);
	value_unref(p.away.vm, args);
	trip_fini(&t);
	pair_fini(&p);
}
END_TEST

START_TEST(a_failure_leaves_nothing_behind)
{
	struct pair p;
	struct trip t;
	pair_init(&p, "async def boil(): pass\n"
	              "def gen(): yield\n"
	              "coro = boil()\n"
	              "begun = gen()\n"
	              "next(begun)\n"
	              "bad = [coro, begun]\n"
	              "def job(x): return x\n"
	              "class Key:\n"
	              "    def __hash__(self): return here()\n"
	              "def here(): return 1\n"
	              "keyed = {Key(): 1}\n");
	/* Without a manifest the generator cannot stay; the coroutine has not moved then. */
	value bad = pair_global(&p, "bad");
	struct parcel parcel;
	ck_assert(!parcel_pack(p.home.vm, &bad, 1, &(const struct parcel_options){.to = 1}, &parcel));
	ck_assert(parcel.items == NULL);
	vm_forget(p.home.vm);
	ck_assert_int_eq(coro_state(pair_global(&p, "coro")), CORO_CREATED);
	coro_close(p.home.vm, pair_global(&p, "coro"));
	/* A hash that fails there. */
	value keyed = pair_global(&p, "keyed");
	value_unref(p.home.vm, trip_whole(&t, &p, "job", ARGS(keyed)));
	trip_fini(&t);
	const struct parcel_options o = {.to = 1};
	ck_assert(parcel_pack(p.home.vm, &keyed, 1, &o, &parcel));
	struct landing *l = landing_new(p.away.vm);
	value v;
	ck_assert(!parcel_unpack(p.away.vm, &parcel, &(const struct parcel_options){.landing = l}, &v, 1));
	struct buf error = {0};
	ck_assert_str_eq(kit_error(&p.away, &error), "NameError: name 'here' is not defined");
	ck_assert(value_is_null(v));
	ck_assert(!parcel_changed(p.away.vm, &parcel, l, &error));
	buf_free(&error);
	landing_free(l);
	parcel_free(&parcel);
	pair_fini(&p);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lang parcel");
	TCase *c = tcase_create("parcels");
	tcase_set_timeout(c, 60);
	tcase_add_test(c, values_come_back_as_they_went);
	tcase_add_test(c, sharing_and_circles_stay);
	tcase_add_test(c, nesting_has_no_depth);
	tcase_add_test(c, sets_keep_their_order);
	tcase_add_test(c, keys_are_whole_before_they_are_hashed);
	tcase_add_test(c, instances_keep_their_class);
	tcase_add_test(c, functions_keep_what_they_are);
	tcase_add_test(c, globals_go_as_far_as_code_names_them);
	tcase_add_test(c, exceptions_keep_their_story);
	tcase_add_test(c, a_traceback_at_home_shows_the_lines_of_the_worker);
	tcase_add_test(c, copies_tell_nobody_of_their_death);
	tcase_add_test(c, a_coroutine_that_has_not_begun_moves);
	tcase_add_test(c, iterators_go_on_where_they_are);
	tcase_add_test(c, what_cannot_come_back_is_refused_by_name);
	tcase_add_test(c, changes_are_found_and_named);
	tcase_add_test(c, looking_is_no_change);
	tcase_add_test(c, pickle_refuses_what_pickle_refuses);
	tcase_add_test(c, pickle_takes_back_what_came);
	tcase_add_test(c, a_store_to_a_global_is_told_of);
	tcase_add_test(c, a_second_parcel_of_a_job_knows_what_went_with_the_first);
	tcase_add_test(c, a_failure_leaves_nothing_behind);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
