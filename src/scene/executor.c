/*
 * concurrent.futures.Executor, ThreadPoolExecutor and ProcessPoolExecutor. A pool is one
 * of the crew's; both kinds have the same workers and differ in what may cross to them.
 */
#include "scene/concurrent.h"

#include <unistd.h>

#include "lang/dict.h"
#include "lang/float.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/arguments.h"
#include "loop/crew.h"
#include "scene/crew.h"
#include "scene/executor.h"
#include "scene/internal.h"
#include "scene/job.h"

const struct type broken_thread_pool_type = {
	EXCEPTION_TYPE(&broken_executor_type),
	.name = "BrokenThreadPool",
	.module = "concurrent.futures.thread",
};

const struct type broken_process_pool_type = {
	EXCEPTION_TYPE(&broken_executor_type),
	.name = "BrokenProcessPool",
	.module = "concurrent.futures.process",
};

struct executor_object {
	struct object head;
	value dict;
	struct crew_pool *pool;      /* NULL before __init__ */
	value initializer, initargs; /* or null */
	size_t max_workers;
	size_t jobs_left; /* submitted and not over */
	struct list_node idle_watches;
	/* Futures of jobs that wait, and of those cancelled while they did, in order; the
	   first `taken` are gone. See knows_queue. */
	VEC(value) queue;
	size_t taken;
	bool is_shut_down, is_broken;
};

static struct executor_object *executor_of(value v)
{
	return (struct executor_object *)(void *)value_object(v);
}

static bool is_process_pool(value v)
{
	return value_is_a(v, &process_pool_type);
}

/* ---- making one ---- */

/* More threads than that help nobody. */
enum {
	EXECUTOR_WORKERS_MAX = 1024,
	DEFAULT_WORKERS_VIRTUAL = 8,
	DEFAULT_WORKERS_MAX = 32
};

/* As CPython has it; under the virtual clock the same on every machine. */
static int64_t executor_default_workers(struct scene *s, bool processes)
{
	if (!s->options.real_clock)
		return DEFAULT_WORKERS_VIRTUAL;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	if (processors < 1)
		processors = 1;
	if (processes)
		return processors;
	return processors + 4 < DEFAULT_WORKERS_MAX ? processors + 4
	                                            : DEFAULT_WORKERS_MAX;
}

/* max_workers: a positive number; null and None are CPython's defaults. */
static bool max_workers_argument(struct vm *vm, value v, bool processes, int64_t *most)
{
	if (value_is_null(v) || value_is_none(v)) {
		*most = executor_default_workers(scene_of(vm), processes);
		return true;
	}
	double number;
	if (!number_to_double(vm, v, &number))
		return false;
	if (number <= 0) {
		vm_raise(vm, &exc_ValueError, "max_workers must be greater than 0");
		return false;
	}
	*most = number < 1                      ? 1
	        : number > EXECUTOR_WORKERS_MAX ? EXECUTOR_WORKERS_MAX
	                                        : (int64_t)number;
	return true;
}

static struct executor_object *executor_start(struct scene *s, struct executor_object *e,
                                              const char *prefix, int64_t most)
{
	bool processes = is_process_pool(object_value(e));
	struct buf name = {0};
	if (prefix[0] != '\0')
		buf_puts(&name, prefix);
	else if (processes)
		buf_puts(&name, "ProcessPoolExecutor");
	else
		buf_printf(&name, "ThreadPoolExecutor-%u", s->pool_number++);
	e->max_workers = (size_t)most;
	scene_crew(s);
	e->pool = crew_pool_new(&s->world, processes ? WORKER_PROCESS : WORKER_POOL,
	                        buf_text(&name), (uint32_t)most);
	buf_free(&name);
	return e;
}

value executor_new_default(struct scene *s)
{
	struct executor_object *e = object_new(s->vm, &thread_pool_type, 0);
	list_init(&e->idle_watches);
	executor_start(s, e, "asyncio", executor_default_workers(s, false));
	return object_value(e);
}

static bool callable_argument(struct vm *vm, value v)
{
	if (value_is_null(v) || value_is_none(v) || value_is_callable(v))
		return true;
	vm_raise(vm, &exc_TypeError, "initializer must be a callable");
	return false;
}

/* What both kinds have: what the initializer is called with. */
static bool take_initializer(struct vm *vm, struct executor_object *e, value initializer,
                             value initargs)
{
	if (!callable_argument(vm, initializer))
		return false;
	if (value_is_null(initializer) || value_is_none(initializer))
		return true;
	value args = value_is_null(initargs) ? tuple_new(vm, 0)
	                                     : tuple_from_iterable(vm, initargs);
	if (value_is_null(args))
		return false;
	value_replace(vm, &e->initializer, value_ref(initializer));
	value_replace(vm, &e->initargs, args);
	return true;
}

static bool thread_pool_init(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "ThreadPoolExecutor.__init__",
		.names = {"max_workers", "thread_name_prefix", "initializer", "initargs"},
		.positional = 4};
	struct executor_object *e = executor_of(self);
	value parsed[4];
	int64_t most;
	if (!arguments_bind(vm, a, &signature, true, parsed) ||
	    !max_workers_argument(vm, parsed[0], false, &most) ||
	    !take_initializer(vm, e, parsed[2], parsed[3]))
		return false;
	value prefix = VALUE_NULL;
	if (!value_is_null(parsed[1]) && object_truth(vm, parsed[1]) > 0) {
		prefix = object_str(vm, parsed[1]);
		if (value_is_null(prefix))
			return false;
	}
	if (e->pool == NULL)
		executor_start(scene_of(vm), e,
		               value_is_null(prefix) ? "" : str_text(prefix), most);
	value_xunref(vm, prefix);
	return true;
}

static bool process_pool_init(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "ProcessPoolExecutor.__init__",
		.names = {"max_workers", "mp_context", "initializer", "initargs",
	                  "max_tasks_per_child"},
		.positional = 4};
	struct executor_object *e = executor_of(self);
	value parsed[5];
	int64_t most;
	if (!arguments_bind(vm, a, &signature, true, parsed) ||
	    !max_workers_argument(vm, parsed[0], true, &most) ||
	    !take_initializer(vm, e, parsed[2], parsed[3]))
		return false;
	if (e->pool == NULL)
		executor_start(scene_of(vm), e, "", most);
	return true;
}

void executor_initializer(value executor, value *initializer, value *initargs)
{
	*initializer = executor_of(executor)->initializer;
	*initargs = executor_of(executor)->initargs;
}

void executor_break(struct scene *s, value executor)
{
	(void)s;
	executor_of(executor)->is_broken = true;
}

/* ---- submit ---- */

/* The pool of an executor that takes jobs; NULL with the exception set. */
static struct crew_pool *open_pool(struct vm *vm, value executor)
{
	struct executor_object *e = executor_of(executor);
	if (e->pool == NULL)
		vm_raise(vm, &exc_AttributeError, "'%s' object has no attribute '_pool'",
		         value_type_name(executor));
	else if (e->is_broken)
		vm_raise(vm, &broken_thread_pool_type,
		         "A thread initializer failed, the thread pool is not usable "
		         "anymore");
	else if (e->is_shut_down)
		vm_raise(vm, &exc_RuntimeError,
		         "cannot schedule new futures after shutdown");
	else
		return e->pool;
	return NULL;
}

/* One of simmer's own, whose submit() nobody has redefined. */
static bool is_plain(struct vm *vm, value executor)
{
	if (value_is_exactly(executor, &thread_pool_type) ||
	    value_is_exactly(executor, &process_pool_type))
		return true;
	if (!value_is_a(executor, &executor_type))
		return false;
	value name = str_intern_c(vm, "submit");
	value found = type_lookup(vm, value_type(executor), name);
	value own = is_process_pool(executor) ? type_lookup(vm, &process_pool_type, name)
	            : value_is_a(executor, &thread_pool_type)
	                    ? type_lookup(vm, &thread_pool_type, name)
	                    : VALUE_NULL;
	value_unref(vm, name);
	return !value_is_null(own) && value_is(found, own);
}

/* Whether it is known at submit() if a job waits; elsewhere what is cancelled is over at
 * once. */
static bool knows_queue(const struct scene *s)
{
	return !s->options.real_clock && scene_is_root(s);
}

/* What was to go to a process cannot: its future fails with the exception that is set. */
static void refuse_later(struct scene *s, value future, struct loop *l, value *wrapped)
{
	value error = vm_take(s->vm);
	if (l != NULL)
		*wrapped = bridge_to_loop(s, future, l);
	concurrent_begin(s, concurrent_future_of(future));
	concurrent_complete(s, concurrent_future_of(future), error, true);
	value_unref(s->vm, error);
}

static value submit(struct scene *s, value executor, value function, const struct args *a,
                    bool is_chunk, struct loop *l, value *wrapped)
{
	struct crew_pool *pool = open_pool(s->vm, executor);
	if (pool == NULL)
		return VALUE_NULL;
	value future = concurrent_future_new(s);
	struct scene_job *job = job_new(s, executor, pool, is_chunk, function, a,
	                                concurrent_future_of(future));
	if (job == NULL && is_process_pool(executor) &&
	    vm_raised_is(s->vm, &exc_Exception) && !vm_stopped(s->vm)) {
		/* Its feeder would find out: the future says so. */
		refuse_later(s, future, l, wrapped);
		return future;
	}
	if (job == NULL) {
		value_unref(s->vm, future);
		return VALUE_NULL;
	}
	executor_of(executor)->jobs_left++;
	if (l != NULL)
		*wrapped = bridge_to_loop(s, future, l);
	if (!job_start(s, job)) {
		executor_of(executor)->jobs_left--;
		value_forget(s->vm, wrapped);
		value_unref(s->vm, future);
		return VALUE_NULL;
	}
	if (knows_queue(s) && job_is_queued(job))
		vec_push(&executor_of(executor)->queue, value_ref(future));
	return future;
}

value executor_submit(struct scene *s, value executor, value function,
                      const struct args *a, struct loop *l, value *wrapped)
{
	struct vm *vm = s->vm;
	*wrapped = VALUE_NULL;
	if (is_plain(vm, executor))
		return submit(s, executor, function, a, false, l, wrapped);
	value list = list_new(vm, a->count + 1);
	list_append(vm, list, function);
	for (size_t i = 0; i < a->count; i++)
		list_append(vm, list, a->at[i]);
	value future = vm_call_method(
		vm, executor, "submit",
		&(struct args){.at = list_of(list)->items, .count = list_count(list)});
	value_unref(vm, list);
	return future;
}

static value method_submit(struct vm *vm, value self, const struct args *a)
{
	value none;
	if (!arguments_need(vm, a,
	                    is_process_pool(self) ? "ProcessPoolExecutor.submit"
	                                          : "ThreadPoolExecutor.submit",
	                    "fn"))
		return VALUE_NULL;
	return submit(
		scene_of(vm), self, a->at[0],
		&(struct args){.at = a->at + 1, .count = a->count - 1, .names = a->names},
		false, NULL, &none);
}

static value executor_base_submit(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	(void)a;
	return vm_raise_with(vm, &exc_NotImplementedError, VALUE_NULL);
}

/* ---- map ---- */

/* submit() for each tuple of zip(*iterables): the futures, or null. */
static value submit_all(struct vm *vm, value self, value function, value zipped)
{
	struct scene *s = scene_of(vm);
	value futures = list_new(vm, 0), item, none;
	while (!value_is_null(item = object_next(vm, zipped))) {
		value future = executor_submit(s, self, function,
		                               &(struct args){.at = tuple_of(item)->items,
		                                              .count = tuple_count(item)},
		                               NULL, &none);
		value_unref(vm, item);
		if (value_is_null(future))
			break;
		list_append(vm, futures, future);
		value_unref(vm, future);
	}
	if (!value_is_null(vm_raised(vm)))
		value_forget(vm, &futures);
	return futures;
}

/* A job for each `size` tuples of zip(*iterables): as submit_all. */
static value submit_chunks(struct vm *vm, value self, value function, value zipped,
                           int64_t size)
{
	struct scene *s = scene_of(vm);
	value futures = list_new(vm, 0), none;
	bool more = true;
	while (more && value_is_null(vm_raised(vm))) {
		value chunk = list_new(vm, 0), item = VALUE_NULL;
		while ((int64_t)list_count(chunk) < size &&
		       !value_is_null(item = object_next(vm, zipped))) {
			list_append(vm, chunk, item);
			value_unref(vm, item);
		}
		more = !value_is_null(item);
		value future = VALUE_NULL;
		if (value_is_null(vm_raised(vm)) && list_count(chunk) > 0)
			future = submit(s, self, function,
			                &(struct args){.at = list_of(chunk)->items,
			                               .count = list_count(chunk)},
			                true, NULL, &none);
		if (!value_is_null(future)) {
			list_append(vm, futures, future);
			value_unref(vm, future);
		}
		value_unref(vm, chunk);
	}
	if (!value_is_null(vm_raised(vm)))
		value_forget(vm, &futures);
	return futures;
}

/* map(fn, *iterables, timeout=None, chunksize=1) */
static value method_map(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "Executor.map",
	                                           .names = {"timeout", "chunksize"}};
	value options[2];
	const struct args keywords = {.at = a->at + a->count, .names = a->names};
	int64_t deadline_ns, chunk = 1;
	if (!arguments_need(vm, a, "Executor.map", "fn") ||
	    !arguments_bind(vm, &keywords, &signature, true, options) ||
	    !block_deadline(vm, options[0], &deadline_ns) ||
	    (!value_is_null(options[1]) &&
	     !object_index_int64(vm, options[1], true, &chunk)))
		return VALUE_NULL;
	if (chunk < 1 && is_process_pool(self))
		return vm_raise(vm, &exc_ValueError, "chunksize must be >= 1.");
	value zip = dict_get_c(vm, module_dict(vm_module(vm, "builtins")), "zip");
	value zipped =
		vm_call(vm, zip, &(struct args){.at = a->at + 1, .count = a->count - 1});
	value iterator = value_is_null(zipped) ? zipped : object_iter(vm, zipped);
	value_xunref(vm, zipped);
	if (value_is_null(iterator))
		return iterator;
	bool chunked = chunk > 1 && is_process_pool(self) && is_plain(vm, self);
	value futures = chunked ? submit_chunks(vm, self, a->at[0], iterator, chunk)
	                        : submit_all(vm, self, a->at[0], iterator);
	value_unref(vm, iterator);
	if (value_is_null(futures))
		return futures;
	value results = concurrent_results_new(vm, futures, chunked, deadline_ns);
	value_unref(vm, futures);
	return results;
}

/* ---- the end ---- */

/* A future that waits for the executor to have nothing left to do. */
struct idle_watch {
	struct handle handle;
	struct list_node link; /* in executor->idle_watches, until it is called */
	struct scene *scene;
	value future; /* counted */
	size_t refs;
};

static struct idle_watch *watch_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct idle_watch, handle);
}

static void watch_unref(struct idle_watch *w)
{
	if (--w->refs > 0)
		return;
	value_unref(w->scene->vm, w->future);
	free(w);
}

static void watch_run(struct loop *l, struct handle *h)
{
	(void)l;
	struct future *f = future_of(watch_of(h)->future);
	if (!future_done(f))
		future_set_result(f, DATUM_NONE);
}

static void watch_hold(struct handle *h)
{
	watch_of(h)->refs++;
}

static void watch_release(struct handle *h)
{
	watch_unref(watch_of(h));
}

static void watch_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "_set_result_unless_cancelled");
}

static void watch_traverse(struct handle *h, const struct future_visitor *v)
{
	v->future(v->context, future_of(watch_of(h)->future));
}

static const struct handle_ops watch_ops = {
	.run = watch_run,
	.hold = watch_hold,
	.release = watch_release,
	.name = watch_name,
	.traverse = watch_traverse,
};

static void tell_idle(struct executor_object *e)
{
	while (e->jobs_left == 0 && !list_empty(&e->idle_watches)) {
		struct idle_watch *w = list_entry(list_pop_head(&e->idle_watches),
		                                  struct idle_watch, link);
		scene_call_soon(w->scene, future_of(w->future)->loop, &w->handle);
		watch_unref(w);
	}
}

void executor_call_when_idle(struct scene *s, value executor, value future)
{
	struct executor_object *e = executor_of(executor);
	struct idle_watch *w = mem_zalloc(1, sizeof *w);
	w->scene = s;
	w->refs = 1;
	w->future = value_ref(future);
	handle_init(&w->handle, &watch_ops, ROLE_INTERNAL);
	executor_close(s, executor);
	list_push_tail(&e->idle_watches, &w->link);
	job_gather(s);
	tell_idle(e);
}

/*
 * A worker is free and takes what is next in the queue: on its way it comes upon those
 * that were cancelled, which only now are over for wait() and as_completed().
 */
static void take_next(struct scene *s, struct executor_object *e)
{
	bool found = false;
	while (!found && e->taken < e->queue.count) {
		value future = e->queue.items[e->taken++];
		found = concurrent_begin(s, concurrent_future_of(future));
		value_unref(s->vm, future);
	}
}

static void forget_queue(struct vm *vm, struct executor_object *e)
{
	while (e->taken < e->queue.count)
		value_unref(vm, e->queue.items[e->taken++]);
	vec_free(&e->queue);
	e->taken = 0;
}

void executor_job_ended(struct scene *s, value executor)
{
	struct executor_object *e = executor_of(executor);
	e->jobs_left--;
	take_next(s, e);
	tell_idle(e);
}

void executor_job_dropped(struct scene *s, value executor, value future)
{
	struct executor_object *e = executor_of(executor);
	e->jobs_left--;
	if (!knows_queue(s))
		concurrent_begin(s, concurrent_future_of(future));
	tell_idle(e);
}

void executor_close(struct scene *s, value executor)
{
	struct executor_object *e = executor_of(executor);
	if (!e->is_shut_down && e->pool != NULL)
		crew_pool_close(&s->world, e->pool);
	e->is_shut_down = true;
}

static bool has_no_jobs(void *what)
{
	return ((struct executor_object *)what)->jobs_left == 0;
}

/* Wait for all its jobs. False with the exception set. */
static bool wait_for_jobs(struct scene *s, struct executor_object *e)
{
	job_gather(s);
	if (has_no_jobs(e))
		return true;
	return block_until(s, has_no_jobs, e, INT64_MAX,
	                   &(struct block_label){.text = "all jobs of ",
	                                         .of = crew_pool_name(e->pool)}) ==
	       BLOCK_OVER;
}

/* shutdown(wait=True, *, cancel_futures=False) */
static value method_shutdown(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "shutdown",
	                                           .names = {"wait", "cancel_futures"},
	                                           .positional = 1};
	struct scene *s = scene_of(vm);
	struct executor_object *e = executor_of(self);
	value parsed[2];
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return VALUE_NULL;
	int wait = value_is_null(parsed[0]) ? 1 : object_truth(vm, parsed[0]);
	int cancel = value_is_null(parsed[1]) ? 0 : object_truth(vm, parsed[1]);
	if (wait < 0 || cancel < 0)
		return VALUE_NULL;
	if (e->pool == NULL)
		return VALUE_NONE;
	value self_ref = value_ref(self);
	executor_close(s, self);
	if (cancel)
		job_drop_all(s, self);
	if (cancel)
		forget_queue(vm, e);
	bool ok = !wait || wait_for_jobs(s, e);
	if (ok)
		ok = value_is_null(vm_raised(vm));
	value_unref(vm, self_ref);
	return ok ? VALUE_NONE : VALUE_NULL;
}

static value executor_base_shutdown(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)self;
	(void)a;
	return VALUE_NONE;
}

static value method_enter(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_ref(self);
}

static value method_exit(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	value result = vm_call_method(vm, self, "shutdown", ARGS(VALUE_TRUE));
	if (value_is_null(result))
		return result;
	value_unref(vm, result);
	return VALUE_FALSE;
}

/* ---- the types ---- */

static value get_max_workers(struct vm *vm, value self)
{
	return int_new(vm, (int64_t)executor_of(self)->max_workers);
}

static value executor_make(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)a;
	struct executor_object *e = object_new(vm, type, 0);
	list_init(&e->idle_watches);
	return object_value(e);
}

/* Bears the zeroed state. */
static void forget_watches(struct executor_object *e)
{
	while (e->idle_watches.next != NULL && !list_empty(&e->idle_watches))
		watch_unref(list_entry(list_pop_head(&e->idle_watches), struct idle_watch,
		                       link));
}

static void executor_drop(struct vm *vm, struct object *self)
{
	struct executor_object *e = (struct executor_object *)(void *)self;
	struct scene *s = scene_of(vm);
	if (e->pool != NULL && !e->is_shut_down && crew_of(&s->world) != NULL)
		crew_pool_close(&s->world, e->pool);
	e->pool = NULL;
	forget_watches(e);
	forget_queue(vm, e);
	value_forget(vm, &e->initializer);
	value_forget(vm, &e->initargs);
	value_forget(vm, &e->dict);
}

static void executor_clear(struct vm *vm, struct object *self)
{
	struct executor_object *e = (struct executor_object *)(void *)self;
	forget_watches(e);
	forget_queue(vm, e);
	value_forget(vm, &e->initializer);
	value_forget(vm, &e->initargs);
	value_forget(vm, &e->dict);
}

static void executor_traverse(struct object *self, visit_fn visit, void *context)
{
	struct executor_object *e = (struct executor_object *)(void *)self;
	const value owned[] = {e->initializer, e->initargs, e->dict};
	for (size_t i = 0; i < COUNT_OF(owned); i++) {
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
	}
	for (size_t i = e->taken; i < e->queue.count; i++)
		visit(e->queue.items[i], context);
	if (e->idle_watches.next == NULL)
		return;
	for (struct list_node *n = e->idle_watches.next; n != &e->idle_watches;
	     n = n->next)
		visit(list_entry(n, struct idle_watch, link)->future, context);
}

static const struct method_def base_methods[] = {
	{"submit", executor_base_submit, 1, METHOD_ANY, METHOD_KEYWORDS},
	{"map", method_map, 1, METHOD_ANY, METHOD_KEYWORDS},
	{"shutdown", executor_base_shutdown, 0, METHOD_ANY, METHOD_KEYWORDS},
	{"__enter__", method_enter, 0, 0, 0},
	{"__exit__", method_exit, 3, 3, 0},
	{0},
};

static const struct method_def pool_methods[] = {
	{"submit", method_submit, 1, METHOD_ANY, METHOD_KEYWORDS},
	{"shutdown", method_shutdown, 0, 1, METHOD_KEYWORDS},
	{0},
};

static const struct getset_def pool_getset[] = {
	{"_max_workers", get_max_workers, NULL},
	{0},
};

#define EXECUTOR_SLOTS                                                                   \
	.size = sizeof(struct executor_object), .flags = TYPE_TRACKED,                   \
	.dict_offset = offsetof(struct executor_object, dict), .make = executor_make,    \
	.drop = executor_drop, .clear = executor_clear, .traverse = executor_traverse

const struct type executor_type = {
	TYPE_HEAD_OF("concurrent.futures._base"),
	.name = "Executor",
	.base = &object_type,
	EXECUTOR_SLOTS,
	.methods = base_methods,
};

const struct type thread_pool_type = {
	TYPE_HEAD_OF("concurrent.futures.thread"),
	.name = "ThreadPoolExecutor",
	.base = &executor_type,
	EXECUTOR_SLOTS,
	.methods = pool_methods,
	.getset = pool_getset,
	.init = thread_pool_init,
};

const struct type process_pool_type = {
	TYPE_HEAD_OF("concurrent.futures.process"),
	.name = "ProcessPoolExecutor",
	.base = &executor_type,
	EXECUTOR_SLOTS,
	.methods = pool_methods,
	.getset = pool_getset,
	.init = process_pool_init,
};
