/* Foreign tokens: what stays at home, and what stands for it elsewhere. */
#include "base/mem.h"
#include "parcel_kit.h"

/* A job of the program, called with the global `thing`: a new reference to what came back. */
static value send_thing(struct trip *t, struct pair *p)
{
	return trip_whole(t, p, "job", ARGS(pair_global(p, "thing")));
}

START_TEST(a_token_comes_home_as_what_it_stands_for)
{
	trip_prints("the same generator; its bound method; an attribute's attribute",
	            "class Box: pass\n"
	            "def steps():\n"
	            "    got = yield 1\n"
	            "    yield got\n"
	            "thing = steps()\n"
	            "next(thing)\n"
	            "arguments = (thing, thing.send, [thing])\n"
	            "def job(g, send, both):\n"
	            "    print(g is both[0], g == both[0], g.send == send, g == 1, bool(g), {g: 1}[both[0]])\n"
	            "    print(repr(g)[:23], str(g.gi_frame.f_code)[:35], type(g).__name__)\n"
	            "    return g, send, g.send, g.gi_code.co_name\n"
	            "def check(result):\n"
	            "    g, send, again, name = result\n"
	            "    print(g is thing, send('x'), again.__self__ is thing, name)\n",
	            "True True True False True 1\n"
	            "<generator object steps <gi_frame.f_code of <generator obje foreign\n"
	            "True x True steps\n");
}
END_TEST

START_TEST(using_a_token_says_whose_it_is)
{
	static const char *const uses[] = {
		"thing()", "len(thing)", "for x in thing: pass", "next(thing)", "thing[0]", "thing + 1",
		"1 + thing", "-thing", "thing < 2", "1 in thing", "thing.x = 1", "del thing.x",
		"thing[0] = 1", "with thing: pass", "int(thing)", "float(thing)", "thing.send(1)",
		"thing += 1", "[].extend(thing)", "range(thing)", "a, b = thing", "'x' * thing",
		"round(thing)", "abs(thing)",
	};
	for (size_t i = 0; i < COUNT_OF(uses); i++) {
		struct pair p;
		struct trip t;
		struct buf program = {0}, text = {0};
		buf_printf(&program, "def steps(): yield\nthing = steps()\nnext(thing)\ndef job(thing):\n    %s\n",
		           uses[i]);
		pair_init(&p, buf_text(&program));
		value e = send_thing(&t, &p);
		ck_assert_msg(t.raised, "%s", uses[i]);
		exception_print_only(p.home.vm, e, &text);
		ck_assert_msg(strncmp(buf_text(&text), "RuntimeError: generator", 23) == 0 &&
		              strstr(buf_text(&text), "cannot be used in a worker") != NULL,
		              "%s: %s", uses[i], buf_text(&text));
		value_unref(p.home.vm, e);
		trip_fini(&t);
		pair_fini(&p);
		buf_free(&program);
		buf_free(&text);
	}
}
END_TEST

START_TEST(awaiting_a_token_is_refused)
{
	static const char *const uses[] = {"await thing", "async for x in thing: pass",
	                                   "async with thing: pass"};
	for (size_t i = 0; i < COUNT_OF(uses); i++) {
		struct pair p;
		struct trip t;
		struct buf program = {0}, text = {0};
		buf_printf(&program,
		           "import kit\ndef steps(): yield\nthing = steps()\nnext(thing)\ndef job(thing):\n"
		           "    async def use():\n        %s\n    kit.run(use())\n",
		           uses[i]);
		pair_init(&p, buf_text(&program));
		value e = send_thing(&t, &p);
		ck_assert_msg(t.raised, "%s", uses[i]);
		exception_print_only(p.home.vm, e, &text);
		ck_assert_msg(strncmp(buf_text(&text), "RuntimeError: generator", 23) == 0, "%s: %s",
		              uses[i], buf_text(&text));
		value_unref(p.home.vm, e);
		trip_fini(&t);
		pair_fini(&p);
		buf_free(&program);
		buf_free(&text);
	}
}
END_TEST

/* ---- a type of another floor --------------------------------------------------------------- */

/* A thing that stays at home and has proxies elsewhere; and one that is copied. */
struct bell {
	struct object head;
	value tone; /* or null */
	struct origin origin;
};

static struct bell *bell_of(value v)
{
	return (struct bell *)(void *)value_object(v);
}

static void bell_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct bell *)(void *)self)->tone);
}

static void bell_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct bell *)(void *)self)->tone, context);
}

static value bell_ring(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return str_printf(vm, "%s %u", value_type_name(self), bell_of(self)->origin.world);
}

static bool bell_init(struct vm *vm, value self, const struct args *a)
{
	if (a->count > 0)
		value_replace(vm, &bell_of(self)->tone, value_ref(a->at[0]));
	return true;
}

static value bell_tone(struct vm *vm, value self)
{
	(void)vm;
	return value_xref(bell_of(self)->tone);
}

static const struct method_def bell_methods[] = {{"ring", bell_ring, 0, 0, 0}, {0}};
static const struct getset_def bell_getset[] = {{"tone", bell_tone, NULL}, {0}};

#define BELL                                                                              \
	TYPE_HEAD, .base = &object_type, .size = sizeof(struct bell), .flags = TYPE_TRACKED,    \
		.drop = bell_drop, .traverse = bell_traverse, .clear = bell_drop, .init = bell_init, .methods = bell_methods, .getset = bell_getset

static const struct type bell_type = {BELL, .name = "Bell"}, echo_type = {BELL, .name = "Echo"},
			 gong_type = {BELL, .name = "Gong"}, stone_type = {BELL, .name = "Stone"};

static enum crossing_way pack_bell(struct vm *vm, struct parcel_writer *w, value v)
{
	(void)vm;
	if (value_is_exactly(v, &echo_type))
		parcel_put_origin(w, &bell_of(v)->origin);
	parcel_put_bytes(w, "ding", 4);
	return CROSSING_HANDLE;
}

static value make_echo(struct vm *vm, struct parcel_reader *r, const struct type *type)
{
	(void)type;
	size_t len;
	ck_assert_mem_eq(parcel_get_bytes(r, &len), "ding", 4);
	ck_assert_uint_eq(len, 4);
	struct bell *b = object_new(vm, &echo_type, 0);
	parcel_get_origin(r, &b->origin);
	return object_value(b);
}

static enum crossing_way pack_gong(struct vm *vm, struct parcel_writer *w, value v)
{
	(void)vm;
	parcel_put_word(w, 2 + 8 * 5); /* looks like a reference, and is none */
	parcel_put_value(w, bell_of(v)->tone);
	return CROSSING_COPY;
}

static value make_gong(struct vm *vm, struct parcel_reader *r, const struct type *type)
{
	ck_assert_uint_eq(parcel_get_word(r), 42);
	return object_value(object_new(vm, type, 0));
}

static bool fill_gong(struct vm *vm, struct parcel_reader *r, value v)
{
	(void)vm;
	bell_of(v)->tone = parcel_get_value(r);
	return true;
}

static enum crossing_way pack_stone(struct vm *vm, struct parcel_writer *w, value v)
{
	(void)vm;
	(void)w;
	(void)v;
	return CROSSING_STAYS;
}

static const struct parcel_crossing crossings[] = {
	{&bell_type, pack_bell, make_echo, NULL},
	{&echo_type, pack_bell, make_echo, NULL},
	{&gong_type, pack_gong, make_gong, fill_gong},
	{&stone_type, pack_stone, NULL, NULL},
	{0},
};

static void bells_init(struct kit *k)
{
	value builtins = vm_module(k->vm, "builtins");
	module_set(k->vm, builtins, "Bell", type_value(&bell_type));
	module_set(k->vm, builtins, "Gong", type_value(&gong_type));
	module_set(k->vm, builtins, "Stone", type_value(&stone_type));
	vm_set_crossings(k->vm, crossings);
}

START_TEST(other_floors_say_how_their_types_cross)
{
	static const char program[] =
		"class Big(Gong):\n"
		"    def __del__(self): print('del')\n"
		"    def hit(self): return self.tone, self.size\n"
		"bell, gong, stone = Bell(), Big([1]), Stone()\n"
		"gong.size = 9\n"
		"gong.tone.append(gong)\n"
		"thing = (bell, gong, stone, bell.ring, gong.ring, gong.hit, stone.ring)\n"
		"def job(thing):\n"
		"    bell, gong, stone, ring, gring, hit, sring = thing\n"
		"    assert gong.tone[1] is gong and hit()[1] == 9 and type(gong).__name__ == 'Big'\n"
		"    told = [type(bell).__name__, ring(), gring(), type(stone).__name__]\n"
		"    return thing, told, {'again': bell}\n"
		"def check(result):\n"
		"    (b, g, s, ring, gring, hit, sring), told, more = result\n"
		"    print(told, b is bell, s is stone, g is gong, type(g) is Big, g.hit()[1], more['again'] is bell)\n"
		"    print(ring(), ring.__self__ is bell, gring(), hit.__self__ is g, sring.__self__ is stone)\n";
	struct pair p;
	struct trip t;
	kit_init(&p.home, NULL);
	kit_init(&p.away, NULL);
	vm_set_world(p.away.vm, 1);
	bells_init(&p.home);
	bells_init(&p.away);
	if (!kit_main(&p.home, program))
		kit_report(&p.home);
	ck_assert_str_eq(buf_text(&p.home.err), "");
	value code = compile_module(p.away.vm, p.home.tree);
	value_unref(p.away.vm, code);
	value result = send_thing(&t, &p);
	value r = vm_call(p.home.vm, pair_global(&p, "check"), ARGS(result));
	if (value_is_null(r))
		kit_report(&p.home);
	ck_assert_str_eq(buf_text(&p.home.err), "");
	ck_assert_str_eq(buf_text(&p.home.out),
	                 "['Echo', 'Echo 0', 'Big 0', 'foreign'] True True False True 9 True\n"
	                 "Bell 0 True Big 0 True True\n");
	ck_assert_str_eq(buf_text(&p.away.out), "");
	value_xunref(p.home.vm, r);
	value_unref(p.home.vm, result);
	trip_fini(&t);
	pair_fini(&p);
}
END_TEST

/* ---- over more than two worlds ------------------------------------------------------------- */

START_TEST(what_goes_on_to_a_third_world_still_comes_home)
{
	struct pair p;
	struct kit third;
	struct trip t;
	pair_init(&p, "class Dish: pass\n"
	              "def steps(): yield\n"
	              "thing = (steps(), Dish, Dish())\n"
	              "next(thing[0])\n"
	              "def job(thing): return thing\n");
	kit_init(&third, NULL);
	vm_set_world(third.vm, 2);
	value code = compile_module(third.vm, p.home.tree);
	value_unref(third.vm, code);
	ck_assert(trip_begin(&t, &p, 0, pair_global(&p, "job"), ARGS(pair_global(&p, "thing"))));

	/* Home to away ... */
	struct vm *away = p.away.vm;
	t.landing = landing_new(away);
	value f, args, keywords;
	const struct parcel_options in = {.landing = t.landing};
	ck_assert(parcel_unpack_call(away, &t.call, &in, &f, &args, &keywords));

	/* ... to the third ... */
	struct manifest *m = manifest_new(away);
	struct parcel on, home;
	const struct parcel_options out = {.to = 2, .manifest = m, .landing = t.landing};
	ck_assert(parcel_pack_call(away, f, &(const struct args){tuple_of(args)->items, 1, VALUE_NULL},
	                           &out, &on));
	value_unref(away, f);
	value_unref(away, args);
	struct landing *l = landing_new(third.vm);
	const struct parcel_options in_third = {.landing = l};
	ck_assert(parcel_unpack_call(third.vm, &on, &in_third, &f, &args, &keywords));
	value r = parcel_call(third.vm, f, args, keywords);
	ck_assert(!value_is_null(r));

	/* ... and from there straight home. */
	const struct parcel_options back = {.to = 0, .landing = l};
	ck_assert(parcel_pack(third.vm, &r, 1, &back, &home));
	value_unref(third.vm, r);
	value_unref(third.vm, f);
	value_unref(third.vm, args);
	const struct parcel_options end = {.globals = kit_globals(&p.home)};
	ck_assert(parcel_unpack(p.home.vm, &home, &end, &r, 1));
	value thing = pair_global(&p, "thing");
	ck_assert(value_is(tuple_at(r, 0), tuple_at(thing, 0)));
	ck_assert(value_is(tuple_at(r, 1), tuple_at(thing, 1)));
	ck_assert(value_type(tuple_at(r, 2)) == value_type(tuple_at(thing, 2)));
	value_unref(p.home.vm, r);

	parcel_free(&on);
	parcel_free(&home);
	landing_free(l);
	manifest_free(m);
	trip_fini(&t);
	kit_fini(&third);
	pair_fini(&p);
}
END_TEST

START_TEST(what_comes_home_too_late_says_so)
{
	struct pair p;
	struct trip t;
	pair_init(&p, "def steps(): yield\n"
	              "thing = steps()\n"
	              "next(thing)\n"
	              "def job(thing): return thing\n");
	ck_assert(trip_begin(&t, &p, 0, pair_global(&p, "job"), ARGS(pair_global(&p, "thing"))));
	ck_assert(trip_run(&t));
	manifest_free(t.manifest);
	t.manifest = NULL;
	ck_assert(value_is_null(trip_end(&t)));
	ck_assert_str_eq(buf_text(&t.error), "RuntimeError: what came back belongs to a job that has "
	                                     "ended and is not kept any more");
	trip_fini(&t);
	pair_fini(&p);
}
END_TEST

START_TEST(manifests_keep_and_let_go)
{
	struct kit k;
	kit_init(&k, NULL);
	enum { MANY = 1000 };
	struct manifest *m[MANY], *first = manifest_new(k.vm);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < MANY; i++)
			m[i] = manifest_new(k.vm);
		for (int i = 0; i < MANY; i++)
			manifest_free(m[i * 7 % MANY]);
	}
	manifest_free(first);
	manifest_free(manifest_new(k.vm));
	kit_fini(&k);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lang foreign");
	TCase *c = tcase_create("tokens");
	tcase_set_timeout(c, 60);
	tcase_add_test(c, a_token_comes_home_as_what_it_stands_for);
	tcase_add_test(c, using_a_token_says_whose_it_is);
	tcase_add_test(c, awaiting_a_token_is_refused);
	tcase_add_test(c, other_floors_say_how_their_types_cross);
	tcase_add_test(c, what_goes_on_to_a_third_world_still_comes_home);
	tcase_add_test(c, what_comes_home_too_late_says_so);
	tcase_add_test(c, manifests_keep_and_let_go);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
