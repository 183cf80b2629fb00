/* lang: what an embedder sees: hooks, places, coroutines in C, limits, tracebacks, weak references. */
#include "base/mem.h"
#include "lang/dict.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/tuple.h"
#include "vm_kit.h"

static struct kit k;

static void set_up(void)
{
	kit_init(&k, NULL);
}

static void tear_down(void)
{
	kit_fini(&k);
}

static value global(const char *name)
{
	return module_get(k.vm, vm_module(k.vm, "__main__"), name);
}

/* ---- coroutines ----------------------------------------------------------------------- */

START_TEST(a_coroutine_is_resumed_step_by_step)
{
	ck_assert(kit_main(&k, "import kit\n"
	                       "async def inner():\n"
	                       "    await kit.pause()\n"
	                       "    return 20\n"
	                       "async def outer():\n"
	                       "    return await inner() + 1\n"
	                       "c = outer()\n"));
	value c = global("c"), out;
	struct place place;
	ck_assert_int_eq(coro_state(c), CORO_CREATED);
	ck_assert(coro_definition(c, &place));
	ck_assert_uint_eq(place.line, 5);
	ck_assert_int_eq(coro_resume(k.vm, c, VALUE_NONE, VALUE_NULL, &out), CORO_AWAIT);
	ck_assert(value_is_none(out));
	ck_assert_int_eq(coro_state(c), CORO_SUSPENDED);
	ck_assert(coro_place(c, false, &place));
	ck_assert_uint_eq(place.line, 6);
	ck_assert_str_eq(place.function, "outer");
	ck_assert(coro_place(c, true, &place));
	ck_assert_uint_eq(place.line, 3);
	ck_assert_str_eq(place.function, "inner");
	ck_assert_str_eq(str_text(coro_qualname(coro_awaiting(coro_awaiting(c)))), "pause");
	ck_assert_int_eq(coro_resume(k.vm, c, VALUE_NONE, VALUE_NULL, &out), CORO_RETURN);
	ck_assert_int_eq(small_number(out), 21);
	ck_assert_int_eq(coro_state(c), CORO_CLOSED);
	ck_assert(!coro_place(c, true, &place));
	ck_assert_int_eq(coro_resume(k.vm, c, VALUE_NONE, VALUE_NULL, &out), CORO_RAISE);
	ck_assert(vm_caught(k.vm, &exc_RuntimeError));
}
END_TEST

START_TEST(what_is_thrown_arrives_at_the_innermost_await)
{
	ck_assert(kit_main(&k, "import kit\n"
	                       "async def inner():\n"
	                       "    try: await kit.pause()\n"
	                       "    except ValueError: print('inner'); raise\n"
	                       "async def outer():\n"
	                       "    try: await inner()\n"
	                       "    except ValueError as e: return str(e)\n"
	                       "c = outer()\n"));
	value c = global("c"), out;
	ck_assert_int_eq(coro_resume(k.vm, c, VALUE_NONE, VALUE_NULL, &out), CORO_AWAIT);
	value thrown = exception_text_new(k.vm, &exc_ValueError, "from outside");
	ck_assert_int_eq(coro_resume(k.vm, c, VALUE_NONE, thrown, &out), CORO_RETURN);
	value_unref(k.vm, thrown);
	ck_assert_str_eq(str_text(out), "from outside");
	ck_assert_str_eq(buf_text(&k.out), "inner\n");
	value_unref(k.vm, out);
}
END_TEST

START_TEST(thrown_before_its_start_a_coroutine_runs_nothing)
{
	ck_assert(kit_main(&k, "async def f():\n"
	                       "    try: print('never')\n"
	                       "    finally: print('never')\n"
	                       "c = f()\n"));
	value out, thrown = exception_text_new(k.vm, &exc_KeyError, "k");
	ck_assert_int_eq(coro_resume(k.vm, global("c"), VALUE_NONE, thrown, &out), CORO_RAISE);
	ck_assert(value_is(vm_raised(k.vm), thrown));
	struct place place;
	ck_assert(exception_place(thrown, &place));
	ck_assert_str_eq(place.function, "f");
	vm_forget(k.vm);
	value_unref(k.vm, thrown);
	ck_assert_uint_eq(k.out.len, 0);
}
END_TEST

START_TEST(a_coroutine_that_never_ran_is_told_of)
{
	ck_assert(kit_main(&k, "async def boil(): pass\n"
	                       "boil()\n"
	                       "kept = boil()\n"
	                       "closed = boil()\n"
	                       "closed.close()\n"
	                       "del closed\n"
	                       "def f():\n"
	                       "    c = boil()\n"
	                       "f()\n"
	                       "del kept\n"));
	ck_assert_str_eq(buf_text(&k.told), "never awaited: boil, line 2\n"
	                                    "never awaited: boil, line 9\n"
	                                    "never awaited: boil, line 10\n");
}
END_TEST

START_TEST(a_dropped_async_generator_can_be_saved_and_closed)
{
	vm_hooks(k.vm)->asyncgen_dropped = kit_asyncgen_dropped;
	ck_assert(kit_main(&k, "import kit\n"
	                       "async def numbers():\n"
	                       "    try:\n"
	                       "        yield 1\n"
	                       "        yield 2\n"
	                       "    finally:\n"
	                       "        await kit.pause()\n"
	                       "        print('closed')\n"
	                       "async def main():\n"
	                       "    async for n in numbers(): break\n"
	                       "    print('after')\n"
	                       "kit.run(main())\n"));
	ck_assert_str_eq(buf_text(&k.told), "first: numbers\ndropped: numbers\n");
	ck_assert_str_eq(buf_text(&k.out), "after\n");
	value close = vm_call_method(k.vm, k.kept, "aclose", NO_ARGS);
	value r = kit_run(k.vm, VALUE_NULL, ARGS(close));
	ck_assert(value_is_none(r));
	value_unref(k.vm, close);
	ck_assert_str_eq(buf_text(&k.out), "after\nclosed\n");
}
END_TEST

/* A body in C that awaits what it was given and doubles the result. */
struct twice {
	value awaitable, iterator;
};

static enum coro_outcome twice_resume(struct vm *vm, void *state, value sent, value thrown,
                                      value *out)
{
	struct twice *t = state;
	if (value_is_null(t->iterator)) {
		t->iterator = awaitable_iterator(vm, t->awaitable);
		if (value_is_null(t->iterator))
			return CORO_RAISE;
	}
	enum coro_outcome outcome = await_step(vm, &t->iterator, sent, thrown, out);
	if (outcome == CORO_RETURN)
		*out = value_small(small_number(*out) * 2);
	return outcome;
}

static void twice_drop(struct vm *vm, void *state)
{
	struct twice *t = state;
	value_xunref(vm, t->awaitable);
	value_xunref(vm, t->iterator);
}

static void twice_traverse(void *state, visit_fn visit, void *context)
{
	struct twice *t = state;
	visit(t->awaitable, context);
	visit(t->iterator, context);
}

static value twice_awaiting(void *state)
{
	return ((struct twice *)state)->iterator;
}

static const struct native_body twice_body = {
	.name = "twice",
	.state_size = sizeof(struct twice),
	.resume = twice_resume,
	.drop = twice_drop,
	.traverse = twice_traverse,
	.awaiting = twice_awaiting,
};

static value twice(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	void *state;
	value coro = coro_native_new(vm, &twice_body, &state);
	((struct twice *)state)->awaitable = value_ref(a->at[0]);
	return coro;
}

START_TEST(a_body_in_c_awaits_a_body_in_python)
{
	static const struct method_def functions[] = {{"twice", twice, 1, 1, 0}, {0}};
	value_unref(k.vm, module_new(k.vm, "more", functions));
	ck_assert(kit_main(&k, "import kit, more\n"
	                       "async def five():\n"
	                       "    await kit.pause()\n"
	                       "    return 5\n"
	                       "async def main(): return await more.twice(more.twice(five()))\n"
	                       "print(kit.run(main()))\n"
	                       "async def fails(): 1 / 0\n"
	                       "try: kit.run(more.twice(fails()))\n"
	                       "except ZeroDivisionError as e: print(e)\n"
	                       "c = main()\n"
	                       "c.send(None)\n"));
	ck_assert_str_eq(buf_text(&k.out), "20\ndivision by zero\n");
	struct place place;
	ck_assert(coro_place(global("c"), true, &place));
	ck_assert_str_eq(place.function, "five");
}
END_TEST

/* ---- types of the floor above -------------------------------------------------------------- */

struct pot {
	struct object head;
	value inside;
	int level;
};

static value pot_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {
		.function = "Pot", .names = {"inside", "level"}, .positional = 1, .required = 1};
	value v[2];
	if (!args_parse(vm, a, &signature, v))
		return VALUE_NULL;
	struct pot *p = object_new(vm, type, 0);
	p->inside = value_ref(v[0]);
	p->level = value_is_null(v[1]) ? 0 : (int)small_number(v[1]);
	return object_value(p);
}

static void pot_clear(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct pot *)(void *)self)->inside);
}

static void pot_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct pot *)(void *)self)->inside, context);
}

static value pot_fill(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	((struct pot *)(void *)value_object(self))->level += (int)small_number(a->at[0]);
	return VALUE_NONE;
}

static value pot_level(struct vm *vm, value self)
{
	(void)vm;
	return value_small(((struct pot *)(void *)value_object(self))->level);
}

static const struct method_def pot_methods[] = {{"fill", pot_fill, 1, 1, 0}, {0}};
static const struct getset_def pot_getset[] = {{"level", pot_level, NULL}, {0}};
static const struct type pot_type = {
	TYPE_HEAD,
	.name = "Pot",
	.base = &object_type,
	.size = sizeof(struct pot),
	.flags = TYPE_TRACKED,
	.make = pot_make,
	.drop = pot_clear,
	.traverse = pot_traverse,
	.clear = pot_clear,
	.methods = pot_methods,
	.getset = pot_getset,
};
static const struct type burnt_type = {EXCEPTION_TYPE(&exc_Exception), .module = "kitchen",
                                       .name = "Burnt"};

START_TEST(a_type_in_c_is_used_and_subclassed)
{
	value kitchen = module_new(k.vm, "kitchen", NULL);
	module_set(k.vm, kitchen, "Pot", type_value(&pot_type));
	module_set(k.vm, kitchen, "Burnt", type_value(&burnt_type));
	value_unref(k.vm, kitchen);
	ck_assert(kit_main(&k, "import kit\n"
	                       "from kitchen import Pot, Burnt\n"
	                       "p = Pot('rice', level=2); p.fill(3); print(p.level)\n"
	                       "class Big(Pot):\n"
	                       "    def __init__(self, inside): self.tag = inside\n"
	                       "b = Big('peas'); b.fill(1); print(b.level, b.tag, isinstance(b, Pot))\n"
	                       "for f in (Pot, lambda: Pot(1, 2), lambda: Pot(1, x=2), lambda: p.fill()):\n"
	                       "    try: f()\n"
	                       "    except TypeError as e: print(e)\n"
	                       "try: p.level = 3\n"
	                       "except AttributeError as e: print(e)\n"
	                       "try: raise Burnt('black')\n"
	                       "except Exception as e: print(repr(e))\n"
	                       "x = Pot([]); l = [x]; y = Pot(l); l.append(y); del x, l, y\n"
	                       "print(kit.collect() >= 2)\n"));
	ck_assert_str_eq(buf_text(&k.out),
	                 "5\n1 peas True\n"
	                 "Pot() missing required argument 'inside' (pos 1)\n"
	                 "Pot() takes exactly 1 positional argument (2 given)\n"
	                 "Pot() got an unexpected keyword argument 'x'\n"
	                 "Pot.fill() takes exactly one argument (0 given)\n"
	                 "attribute 'level' of 'Pot' objects is not writable\n"
	                 "Burnt('black')\nTrue\n");
}
END_TEST

START_TEST(weak_references_forget_the_dead)
{
	struct weak a, b;
	value list = list_new(k.vm, 0);
	weak_init(k.vm, &a, list);
	weak_init(k.vm, &b, list);
	weak_fini(&b);
	ck_assert_ptr_eq(a.target, value_object(list));
	value_unref(k.vm, list);
	ck_assert_ptr_null(a.target);
	weak_fini(&a);
}
END_TEST

/* ---- hooks and limits -------------------------------------------------------------------------- */

START_TEST(every_line_that_runs_is_told)
{
	vm_hooks(k.vm)->line = kit_line;
	ck_assert(kit_main(&k, "x = 0\n"
	                       "while x < 3:\n"
	                       "    x += 1\n"
	                       "def f():\n"
	                       "    return 1\n"
	                       "f()\n"));
	/* 1; the test four times and the body three times; def, call, return. */
	ck_assert_uint_eq(k.lines, 1 + 4 + 3 + 1 + 1 + 1);
}
END_TEST

START_TEST(an_endless_loop_can_be_interrupted)
{
	kit_fini(&k);
	kit_init(&k, &(struct vm_limits){.step_budget = 1000});
	k.verdict = VM_KEYBOARD_INTERRUPT;
	ck_assert(!kit_main(&k, "try:\n"
	                        "    while True: pass\n"
	                        "finally: print('cleaned')\n"));
	ck_assert(vm_caught(k.vm, &exc_KeyboardInterrupt));
	ck_assert_uint_eq(k.interrupts, 1);
	ck_assert_str_eq(buf_text(&k.out), "cleaned\n");
}
END_TEST

START_TEST(a_stopped_world_runs_nothing_more)
{
	kit_fini(&k);
	kit_init(&k, &(struct vm_limits){.step_budget = 1000});
	k.verdict = VM_STOP;
	ck_assert(!kit_main(&k, "async def f(): pass\n"
	                        "c = f()\n"
	                        "def g():\n"
	                        "    try:\n"
	                        "        while True: len([])\n"
	                        "    except BaseException: print('caught')\n"
	                        "    finally: print('finally')\n"
	                        "g()\n"));
	ck_assert(vm_stopped(k.vm));
	vm_finish(k.vm);
	ck_assert_uint_eq(k.out.len, 0);
	ck_assert_uint_eq(k.told.len, 0);
}
END_TEST

START_TEST(memory_has_a_limit)
{
	kit_fini(&k);
	kit_init(&k, &(struct vm_limits){.memory_bytes = 32 << 20});
	ck_assert(kit_main(&k, "l = []\n"
	                       "try:\n"
	                       "    while True: l.append([0] * 100)\n"
	                       "except MemoryError:\n"
	                       "    l = None\n"
	                       "    print('full')\n"
	                       "try: 'x' * 10**12\n"
	                       "except MemoryError: print('refused')\n"
	                       "print(len('x' * 1000))\n"));
	ck_assert_str_eq(buf_text(&k.out), "full\nrefused\n1000\n");
}
END_TEST

START_TEST(calls_from_c_see_exceptions_as_values)
{
	ck_assert(kit_main(&k, "def f(a, b=2, **k):\n"
	                       "    if a == 0: raise KeyError('zero')\n"
	                       "    return a, b, k\n"));
	value f = global("f");
	value names = tuple_from(k.vm, (value[]){vm_name(k.vm, NAME_value)}, 1);
	const struct args a = {(value[]){value_small(1), value_small(7)}, 1, names};
	value r = vm_call(k.vm, f, &a), text = object_repr(k.vm, r);
	ck_assert_str_eq(str_text(text), "(1, 2, {'value': 7})");
	value_unref(k.vm, text);
	value_unref(k.vm, r);
	value_unref(k.vm, names);
	ck_assert(value_is_null(vm_call(k.vm, f, ARGS(value_small(0)))));
	ck_assert(vm_raised_is(k.vm, &exc_LookupError));
	value exception = vm_take(k.vm);
	ck_assert_int_eq(exception_matches(k.vm, exception, type_value(&exc_KeyError)), 1);
	vm_restore(k.vm, exception);
	ck_assert(!vm_caught(k.vm, &exc_ValueError));
	ck_assert(vm_caught(k.vm, &exc_KeyError));
}
END_TEST

/* ---- tracebacks ------------------------------------------------------------------------------------ */

START_TEST(tracebacks_show_frames_lines_and_causes)
{
	ck_assert(!kit_main(&k, "def f():\n"
	                        "    raise KeyError('k')\n"
	                        "def g():\n"
	                        "    try:\n"
	                        "        f()\n"
	                        "    except KeyError as e:\n"
	                        "        raise RuntimeError('boom') from e\n"
	                        "g()\n"));
	kit_report(&k);
	ck_assert_str_eq(
		buf_text(&k.err),
		"Traceback (most recent call last):\n"
		"  File \"main.py\", line 5, in g\n"
		"    f()\n"
		"    ~^^\n"
		"  File \"main.py\", line 2, in f\n"
		"    raise KeyError('k')\n"
		"KeyError: 'k'\n"
		"\n"
		"The above exception was the direct cause of the following exception:\n"
		"\n"
		"Traceback (most recent call last):\n"
		"  File \"main.py\", line 8, in <module>\n"
		"    g()\n"
		"    ~^^\n"
		"  File \"main.py\", line 7, in g\n"
		"    raise RuntimeError('boom') from e\n"
		"RuntimeError: boom\n");
}
END_TEST

START_TEST(tracebacks_of_groups_are_trees)
{
	ck_assert(!kit_main(&k, "raise ExceptionGroup('g', [ValueError(1),\n"
	                        "    ExceptionGroup('h', [TypeError(2)])])\n"));
	kit_report(&k);
	ck_assert_str_eq(
		buf_text(&k.err),
		"  + Exception Group Traceback (most recent call last):\n"
		"  |   File \"main.py\", line 1, in <module>\n"
		"  |     raise ExceptionGroup('g', [ValueError(1),\n"
		"  |         ExceptionGroup('h', [TypeError(2)])])\n"
		"  | ExceptionGroup: g (2 sub-exceptions)\n"
		"  +-+---------------- 1 ----------------\n"
		"    | ValueError: 1\n"
		"    +---------------- 2 ----------------\n"
		"    | ExceptionGroup: h (1 sub-exception)\n"
		"    +-+---------------- 1 ----------------\n"
		"      | TypeError: 2\n"
		"      +------------------------------------\n");
}
END_TEST

START_TEST(marks_point_at_what_failed)
{
	static const struct {
		const char *line, *marks;
	} rows[] = {
		{"x = 1 + 2 * (3 + 'x')", "             ~~^~~~~"},
		{"x = [1, 2][5] + 1", "    ~~~~~~^^^"},
		{"x = int('x')", NULL},
		{"x = int('x') + 1", "    ~~~^^^^^"},
		{"print('\xc3\xa9', int('x'))", "           ~~~^^^^^"},
		{"x = None.foo.bar", "    ^^^^^^^^"},
		{"x = not int('x')", "        ~~~^^^^^"},
		{"raise ValueError", NULL},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct kit own;
		kit_init(&own, NULL);
		ck_assert(!kit_main(&own, rows[i].line));
		kit_report(&own);
		struct buf wanted = {0};
		buf_printf(&wanted, "line 1, in <module>\n    %s\n", rows[i].line);
		if (rows[i].marks != NULL)
			buf_printf(&wanted, "    %s\n", rows[i].marks);
		else
			buf_puts(&wanted, "ValueError");
		ck_assert_msg(strstr(buf_text(&own.err), buf_text(&wanted)) != NULL, "wanted %s, got %s",
		              buf_text(&wanted), buf_text(&own.err));
		buf_free(&wanted);
		kit_fini(&own);
	}
}
END_TEST

START_TEST(mistyped_names_are_guessed)
{
	static const struct {
		const char *program, *end;
	} rows[] = {
		{"prnt(1)", "NameError: name 'prnt' is not defined. Did you mean: 'print'?\n"},
		{"'x'.uper()",
		 "AttributeError: 'str' object has no attribute 'uper'. Did you mean: 'upper'?\n"},
		{"time.sleep(1)",
		 "NameError: name 'time' is not defined. Did you forget to import 'time'?\n"},
		{"zzzz", "NameError: name 'zzzz' is not defined\n"},
		{"class A:\n    def f(self): return val\n    val = 1\nA().f()",
		 "NameError: name 'val' is not defined. Did you mean: 'self.val'?\n"},
		{"class A: _x = 1\nA().y", "AttributeError: 'A' object has no attribute 'y'\n"},
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct kit own;
		kit_init(&own, NULL);
		ck_assert(!kit_main(&own, rows[i].program));
		kit_report(&own);
		const char *text = buf_text(&own.err);
		size_t len = strlen(rows[i].end);
		ck_assert(own.err.len > len);
		ck_assert_str_eq(text + own.err.len - len, rows[i].end);
		kit_fini(&own);
	}
}
END_TEST

START_TEST(repeated_lines_are_counted)
{
	ck_assert(!kit_main(&k, "def f(n):\n"
	                        "    if n == 0: raise ValueError\n"
	                        "    f(n - 1)\n"
	                        "f(10)\n"));
	kit_report(&k);
	ck_assert_ptr_nonnull(strstr(buf_text(&k.err), "  [Previous line repeated 7 more times]\n"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lang embed");
	TCase *c = tcase_create("coroutines");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, a_coroutine_is_resumed_step_by_step);
	tcase_add_test(c, what_is_thrown_arrives_at_the_innermost_await);
	tcase_add_test(c, thrown_before_its_start_a_coroutine_runs_nothing);
	tcase_add_test(c, a_coroutine_that_never_ran_is_told_of);
	tcase_add_test(c, a_dropped_async_generator_can_be_saved_and_closed);
	tcase_add_test(c, a_body_in_c_awaits_a_body_in_python);
	suite_add_tcase(suite, c);
	c = tcase_create("types");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, a_type_in_c_is_used_and_subclassed);
	tcase_add_test(c, weak_references_forget_the_dead);
	suite_add_tcase(suite, c);
	c = tcase_create("hooks and limits");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, every_line_that_runs_is_told);
	tcase_add_test(c, an_endless_loop_can_be_interrupted);
	tcase_add_test(c, a_stopped_world_runs_nothing_more);
	tcase_add_test(c, memory_has_a_limit);
	tcase_add_test(c, calls_from_c_see_exceptions_as_values);
	suite_add_tcase(suite, c);
	c = tcase_create("tracebacks");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, tracebacks_show_frames_lines_and_causes);
	tcase_add_test(c, tracebacks_of_groups_are_trees);
	tcase_add_test(c, marks_point_at_what_failed);
	tcase_add_test(c, mistyped_names_are_guessed);
	tcase_add_test(c, repeated_lines_are_counted);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
