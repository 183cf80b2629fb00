/*
 * Worlds on several threads at once: nothing is shared but the tree, the static tables and the
 * parcels that are handed over. Run under ThreadSanitizer: make MODE=tsan unit-lang.
 */
#include <pthread.h>

#include "base/mem.h"
#include "parcel_kit.h"

enum { THREADS = 4, ROUNDS = 6 };

/* A bit of everything that keeps caches, interns names, formats, raises or collects. */
static const char busy_program[] =
	"class Dish:\n"
	"    count = 0\n"
	"    def __init__(self, name): self.name = name; Dish.count += 1\n"
	"    def __repr__(self): return f'Dish({self.name!r})'\n"
	"    def __lt__(self, other): return self.name < other.name\n"
	"    def __hash__(self): return hash(self.name)\n"
	"    def __eq__(self, other): return self.name == other.name\n"
	"    @property\n"
	"    def loud(self): return self.name.upper()\n"
	"class Curry(Dish):\n"
	"    def __init__(self, name): super().__init__(name + ' curry')\n"
	"async def inner(n):\n"
	"    return n * 2\n"
	"async def outer(n):\n"
	"    total = 0\n"
	"    for i in range(n): total += await inner(i)\n"
	"    return total\n"
	"def drive(coro):\n"
	"    try:\n"
	"        coro.send(None)\n"
	"    except StopIteration as e:\n"
	"        return e.value\n"
	"def steps(n):\n"
	"    for i in range(n):\n"
	"        yield i, str(i)\n"
	"def deep(n): return deep(n - 1) + 1 if n else 0\n"
	"def work(seed):\n"
	"    out = []\n"
	"    for k in range(30):\n"
	"        dishes = [Dish(f'd{(i * seed) % 17}') for i in range(20)] + [Curry('c')]\n"
	"        dishes.sort()\n"
	"        out.append('%s %5.2f {} {!r:>9}'.format(k, dishes[0]) % (dishes[1], k / 3))\n"
	"        out.append(repr(sorted({d: d.loud for d in dishes}.items(), key=lambda p: p[1])[:2]))\n"
	"        out.append(str(2 ** (60 + k) // 7 ** k) + 'é'.join(map(str, [1.5, None, b'x', (1,), {2}])))\n"
	"        out.append(str(drive(outer(10))) + str(dict(steps(5))))\n"
	"        try:\n"
	"            {}['missing%d' % k]\n"
	"        except KeyError as e:\n"
	"            out.append(repr(e))\n"
	"        try:\n"
	"            getattr(dishes[0], 'x%d' % k)\n"
	"        except AttributeError as e:\n"
	"            out.append(str(e))\n"
	"        match [k, {'a': k}]:\n"
	"            case [int(n), {'a': m}]: out.append(str(n + m))\n"
	"        loop = []; loop.append(loop); del loop\n"
	"    try:\n"
	"        deep(5000)\n"
	"    except RecursionError as e:\n"
	"        out.append(str(e))\n"
	"    nested = []\n"
	"    for i in range(100000): nested = [nested]\n"
	"    try:\n"
	"        repr(nested)\n"
	"    except RecursionError:\n"
	"        out.append('deep')\n"
	"    return '\\n'.join(out)\n";

/* ---- many worlds from one tree -------------------------------------------------------------- */

struct runner {
	pthread_t thread;
	const struct module_tree *tree;
	char *text; /* what work(3) gave; freed by the test */
};

static void *run_worlds(void *context)
{
	struct runner *r = context;
	for (int i = 0; i < ROUNDS; i++) {
		const struct vm_limits limits = {.stack_bytes = (size_t)1 << 20};
		struct vm *vm = vm_new(&limits, NULL);
		value code = compile_module(vm, r->tree);
		bool ok = !value_is_null(code) && vm_run_module(vm, code, "__main__");
		value result = ok ? vm_call(vm, module_get(vm, vm_module(vm, "__main__"), "work"),
		                            ARGS(value_small(3)))
				  : VALUE_NULL;
		free(r->text);
		struct buf error = {0};
		if (value_is_null(result)) {
			value e = vm_take(vm);
			exception_print(vm, e, &error);
			value_unref(vm, e);
			r->text = buf_take(&error);
		} else {
			r->text = mem_strdup(str_text(result));
			value_unref(vm, result);
		}
		if (!value_is_null(code))
			value_unref(vm, code);
		vm_free(vm);
	}
	return NULL;
}

static struct module_tree *parse(const char *text)
{
	struct module_tree *tree;
	struct diagnostics d = {0};
	ck_assert_int_eq(module_parse("main.py", text, strlen(text), &d, &tree), 0);
	diagnostics_free(&d);
	return tree;
}

START_TEST(worlds_on_threads_share_a_tree_and_nothing_else)
{
	struct runner r[THREADS] = {{0}};
	struct module_tree *tree = parse(busy_program);
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)1 << 20);
	for (int i = 0; i < THREADS; i++) {
		r[i].tree = tree;
		ck_assert_int_eq(pthread_create(&r[i].thread, &attr, run_worlds, &r[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(r[i].thread, NULL);
	pthread_attr_destroy(&attr);
	for (int i = 0; i < THREADS; i++) {
		ck_assert_str_eq(r[i].text, r[0].text);
		ck_assert_msg(strstr(r[i].text, "deep") != NULL, "%s", r[i].text);
	}
	for (int i = 0; i < THREADS; i++)
		free(r[i].text);
	module_free(tree);
}
END_TEST

/* ---- parcels between them ---------------------------------------------------------------------- */

/* A worker with its world, which takes one job after the other from a mailbox. */
struct worker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const struct module_tree *tree;
	uint32_t number;
	struct parcel *job; /* to be done, or NULL; its own when it is */
	struct parcel done; /* what came of it */
	bool has_done, stop;
};

static void do_job(struct worker *w, struct vm *vm)
{
	struct landing *l = landing_new(vm);
	value f, args, keywords;
	const struct parcel_options in = {.landing = l};
	value result = VALUE_NULL;
	if (parcel_unpack_call(vm, w->job, &in, &f, &args, &keywords)) {
		result = parcel_call(vm, f, args, keywords);
		value_unref(vm, f);
		value_unref(vm, args);
		value_xunref(vm, keywords);
	}
	if (value_is_null(result))
		result = vm_take(vm);
	const struct parcel_options out = {.to = 0, .landing = l, .flags = PARCEL_MOVE};
	parcel_pack(vm, &result, 1, &out, &w->done);
	value_unref(vm, result);
	struct buf what = {0};
	parcel_changed(vm, w->job, l, &what);
	buf_free(&what);
	landing_free(l);
}

static void *work(void *context)
{
	struct worker *w = context;
	struct vm *vm = vm_new(NULL, NULL);
	vm_set_world(vm, w->number);
	value_unref(vm, compile_module(vm, w->tree));
	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (w->job == NULL && !w->stop)
			pthread_cond_wait(&w->changed, &w->lock);
		if (w->stop)
			break;
		pthread_mutex_unlock(&w->lock);
		do_job(w, vm);
		pthread_mutex_lock(&w->lock);
		w->job = NULL;
		w->has_done = true;
		pthread_cond_broadcast(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	vm_free(vm);
	return NULL;
}

static void hand_over(struct worker *w, struct parcel *job)
{
	pthread_mutex_lock(&w->lock);
	w->job = job;
	w->has_done = false;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

static struct parcel take_done(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	while (!w->has_done)
		pthread_cond_wait(&w->changed, &w->lock);
	pthread_mutex_unlock(&w->lock);
	return w->done;
}

START_TEST(jobs_go_to_threads_and_come_back)
{
	struct kit home;
	kit_init(&home, NULL);
	struct buf program = {0};
	buf_puts(&program, busy_program);
	buf_puts(&program, "menu = {'rice': Dish('rice')}\n"
	                   "def gen(): yield\n"
	                   "token = gen()\nnext(token)\n"
	                   "def job(n, dish, token):\n"
	                   "    if n % 5 == 4: raise ValueError(n)\n"
	                   "    menu[n] = dish\n"
	                   "    return n, [Curry(str(n)), dish, token], len(work(n)), list(menu)\n");
	ck_assert(kit_main(&home, buf_text(&program)));
	buf_free(&program);
	value main = vm_module(home.vm, "__main__");
	value job = module_get(home.vm, main, "job"), token = module_get(home.vm, main, "token");
	value dish = dict_get_c(home.vm, module_get(home.vm, main, "menu"), "rice");

	struct worker w[THREADS];
	struct parcel calls[THREADS];
	struct manifest *manifests[THREADS];
	for (int i = 0; i < THREADS; i++) {
		w[i] = (struct worker){.tree = home.tree, .number = (uint32_t)i + 1};
		pthread_mutex_init(&w[i].lock, NULL);
		pthread_cond_init(&w[i].changed, NULL);
		ck_assert_int_eq(pthread_create(&w[i].thread, NULL, work, &w[i]), 0);
	}
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < THREADS; i++) {
			manifests[i] = manifest_new(home.vm);
			const struct parcel_options o = {.to = w[i].number, .manifest = manifests[i]};
			ck_assert(parcel_pack_call(home.vm, job,
			                           ARGS(value_small(round + i), dish, token), &o,
			                           &calls[i]));
			hand_over(&w[i], &calls[i]);
		}
		for (int i = 0; i < THREADS; i++) {
			struct parcel done = take_done(&w[i]);
			const struct parcel_options o = {.globals = module_dict(main)};
			value r;
			ck_assert(parcel_unpack(home.vm, &done, &o, &r, 1));
			if ((round + i) % 5 == 4) {
				ck_assert(value_is_a(r, &exc_ValueError));
			} else {
				ck_assert(value_is_tuple(r));
				value items = tuple_at(r, 1);
				ck_assert(value_type(list_at(items, 1)) == value_type(dish));
				ck_assert(value_is(list_at(items, 2), token));
				ck_assert_uint_eq(list_count(tuple_at(r, 3)), 2);
			}
			value_unref(home.vm, r);
			parcel_free(&done);
			parcel_free(&calls[i]);
			manifest_free(manifests[i]);
		}
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_mutex_lock(&w[i].lock);
		w[i].stop = true;
		pthread_cond_broadcast(&w[i].changed);
		pthread_mutex_unlock(&w[i].lock);
		pthread_join(w[i].thread, NULL);
		pthread_mutex_destroy(&w[i].lock);
		pthread_cond_destroy(&w[i].changed);
	}
	kit_fini(&home);
}
END_TEST

/* ---- asking a world to stop ------------------------------------------------------------------- */

static enum vm_verdict stop_world(void *context, struct vm *vm)
{
	(void)context;
	(void)vm;
	return VM_STOP;
}

struct spinner {
	pthread_t thread;
	struct vm *vm;
	value code;
	bool ended;
};

static void *spin(void *context)
{
	struct spinner *s = context;
	s->ended = !vm_run_module(s->vm, s->code, "__main__");
	return NULL;
}

START_TEST(a_world_is_interrupted_from_another_thread)
{
	struct module_tree *tree = parse("while True: pass\n");
	const struct vm_hooks hooks = {.interrupted = stop_world};
	struct spinner s = {.vm = vm_new(NULL, &hooks)};
	s.code = compile_module(s.vm, tree);
	ck_assert_int_eq(pthread_create(&s.thread, NULL, spin, &s), 0);
	vm_interrupt(s.vm);
	pthread_join(s.thread, NULL);
	ck_assert(s.ended && vm_stopped(s.vm));
	value_unref(s.vm, s.code);
	vm_free(s.vm);
	module_free(tree);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lang threads");
	TCase *c = tcase_create("threads");
	tcase_set_timeout(c, 240);
	tcase_add_test(c, worlds_on_threads_share_a_tree_and_nothing_else);
	tcase_add_test(c, jobs_go_to_threads_and_come_back);
	tcase_add_test(c, a_world_is_interrupted_from_another_thread);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
