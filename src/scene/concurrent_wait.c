/*
 * Waiting for several concurrent futures: wait, as_completed, and the results of
 * Executor.map. Each is a condition on the futures' states, and block_until.
 */
#include "scene/concurrent.h"

#include "lang/float.h"
#include "lang/list.h"
#include "lang/set.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/arguments.h"
#include "scene/internal.h"
#include "scene/job.h"

/* The futures of an iterable, each once, as a list; null with what CPython raises. */
static value distinct_futures(struct vm *vm, value iterable)
{
	value seen = set_new(vm), list = list_new(vm, 0);
	value items = list_from_iterable(vm, iterable);
	bool ok = !value_is_null(items);
	for (size_t i = 0; ok && i < list_count(items); i++) {
		value v = list_at(items, i);
		int known = set_contains(vm, seen, v);
		ok = known >= 0;
		if (!ok || known)
			continue;
		if (value_is_small(v) || !value_is_a(v, &concurrent_future_type)) {
			vm_raise(vm, &exc_AttributeError,
			         "'%s' object has no attribute '_condition'",
			         value_type_name(v));
			ok = false;
			break;
		}
		ok = set_add(vm, seen, v);
		list_append(vm, list, v);
	}
	value_xunref(vm, items);
	value_unref(vm, seen);
	if (!ok)
		value_forget(vm, &list);
	return list;
}

static struct concurrent_future *future_at(value list, size_t i)
{
	return concurrent_future_of(list_at(list, i));
}

/* ---- wait(fs, timeout=None, return_when=ALL_COMPLETED) ---- */

enum wait_until { UNTIL_ALL, UNTIL_FIRST, UNTIL_EXCEPTION };

struct wait {
	value futures; /* list */
	enum wait_until until;
};

static bool wait_is_over(void *what)
{
	const struct wait *w = what;
	size_t count = list_count(w->futures), done = 0;
	for (size_t i = 0; i < count; i++) {
		const struct concurrent_future *f = future_at(w->futures, i);
		if (!concurrent_is_over(f))
			continue;
		done++;
		if (w->until == UNTIL_FIRST || (w->until == UNTIL_EXCEPTION && f->failed))
			return true;
	}
	return done == count;
}

static bool until_argument(struct vm *vm, value v, enum wait_until *until)
{
	static const char *const words[] = {"ALL_COMPLETED", "FIRST_COMPLETED",
	                                    "FIRST_EXCEPTION"};
	*until = UNTIL_ALL;
	if (value_is_null(v))
		return true;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		*until = (enum wait_until)i;
		if (value_is_str(v) && str_equal_c(v, words[i]))
			return true;
	}
	struct buf repr = {0};
	put_repr_of(vm, &repr, v);
	vm_raise(vm, &exc_ValueError, "Invalid return condition: %s", buf_text(&repr));
	buf_free(&repr);
	return false;
}

/* Those that are done and those that are not, in the order of the argument. */
static value wait_result(struct vm *vm, value futures)
{
	struct tuple *pair = object_new(vm, &done_and_not_done_type, 2 * sizeof(value));
	pair->items = (value *)(void *)((char *)pair + sizeof(struct tuple));
	pair->count = 2;
	pair->items[0] = set_new(vm);
	pair->items[1] = set_new(vm);
	for (size_t i = 0; i < list_count(futures); i++) {
		bool done = concurrent_is_over(future_at(futures, i));
		if (!set_add(vm, pair->items[done ? 0 : 1], list_at(futures, i)))
			vm_forget(vm);
	}
	return object_value(pair);
}

value concurrent_wait(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {
		.function = "wait",
		.names = {"fs", "timeout", "return_when"},
		.positional = 3,
		.required = 1};
	struct scene *s = scene_of(vm);
	value parsed[3], result = VALUE_NULL;
	int64_t deadline_ns;
	struct wait w = {0};
	if (!arguments_bind(vm, a, &signature, false, parsed) ||
	    !until_argument(vm, parsed[2], &w.until) ||
	    !block_deadline(vm, parsed[1], &deadline_ns))
		return VALUE_NULL;
	w.futures = distinct_futures(vm, parsed[0]);
	if (value_is_null(w.futures))
		return VALUE_NULL;
	for (size_t i = 0; i < list_count(w.futures); i++)
		concurrent_look(s, future_at(w.futures, i));
	enum block_end end = BLOCK_OVER;
	if (!wait_is_over(&w))
		end = block_until(
			s, wait_is_over, &w, deadline_ns,
			&(struct block_label){.text = w.until == UNTIL_ALL
		                                              ? "all of several futures"
		                                              : "any of several futures",
		                              .of = ""});
	if (end != BLOCK_RAISED)
		result = wait_result(vm, w.futures);
	value_unref(vm, w.futures);
	return result;
}

/* ---- its result: a named tuple ---- */

static value named_repr(struct vm *vm, value self)
{
	struct buf text = {0};
	buf_puts(&text, "DoneAndNotDoneFutures(done=");
	put_repr_of(vm, &text, tuple_at(self, 0));
	buf_puts(&text, ", not_done=");
	put_repr_of(vm, &text, tuple_at(self, 1));
	buf_putc(&text, ')');
	return str_from_buf(vm, &text);
}

static value get_done(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(tuple_at(self, 0));
}

static value get_not_done(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(tuple_at(self, 1));
}

static const struct getset_def named_getset[] = {
	{"done", get_done, NULL},
	{"not_done", get_not_done, NULL},
	{0},
};

static void named_drop(struct vm *vm, struct object *self)
{
	struct tuple *t = (struct tuple *)(void *)self;
	for (size_t i = 0; i < t->count; i++)
		value_forget(vm, &t->items[i]);
}

static void named_traverse(struct object *self, visit_fn visit, void *context)
{
	struct tuple *t = (struct tuple *)(void *)self;
	for (size_t i = 0; i < t->count; i++) {
		if (!value_is_null(t->items[i]))
			visit(t->items[i], context);
	}
}

const struct type done_and_not_done_type = {
	TYPE_HEAD_OF("concurrent.futures._base"),
	.name = "DoneAndNotDoneFutures",
	.base = &tuple_type,
	.size = sizeof(struct tuple),
	.flags = TYPE_TRACKED | TYPE_SEQUENCE | TYPE_FINAL | TYPE_NO_NEW,
	.getset = named_getset,
	.drop = named_drop,
	.clear = named_drop,
	.traverse = named_traverse,
	.repr = named_repr,
};

/* ---- an iterator over futures: as_completed, and map's results ---- */

/*
 * Its arguments are looked at by the first next(), as in a generator; map's are there
 * from the beginning.
 */
struct future_iterator {
	struct object head;
	value iterable; /* as_completed: until the first next(), else null */
	value futures;  /* list: those not handed out; null before and at the end */
	size_t next;    /* map: the index of the next one */
	size_t total;
	bool chunked; /* map: each gives a list */
	value chunk;  /* that list, or null */
	size_t chunk_next;
	int64_t deadline_ns; /* INT64_MAX: none */
};

static struct future_iterator *iterator_of(value v)
{
	return (struct future_iterator *)(void *)value_object(v);
}

static void iterator_drop(struct vm *vm, struct object *self)
{
	struct future_iterator *it = (struct future_iterator *)(void *)self;
	value_forget(vm, &it->iterable);
	value_forget(vm, &it->futures);
	value_forget(vm, &it->chunk);
}

static void iterator_traverse(struct object *self, visit_fn visit, void *context)
{
	struct future_iterator *it = (struct future_iterator *)(void *)self;
	if (!value_is_null(it->iterable))
		visit(it->iterable, context);
	if (!value_is_null(it->futures))
		visit(it->futures, context);
	if (!value_is_null(it->chunk))
		visit(it->chunk, context);
}

static value iterator_itself(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(self);
}

/* The first of those that are done to have been done; its index, or -1. */
static ptrdiff_t first_done(value futures)
{
	ptrdiff_t first = -1;
	for (size_t i = 0; i < list_count(futures); i++) {
		const struct concurrent_future *f = future_at(futures, i);
		if (concurrent_is_over(f) &&
		    (first < 0 ||
		     f->finished_at < future_at(futures, (size_t)first)->finished_at))
			first = (ptrdiff_t)i;
	}
	return first;
}

static bool any_done(void *what)
{
	return first_done(((struct future_iterator *)what)->futures) >= 0;
}

static bool completed_begin(struct vm *vm, struct future_iterator *it)
{
	value iterable = it->iterable;
	it->iterable = VALUE_NULL;
	it->futures = distinct_futures(vm, iterable);
	value_unref(vm, iterable);
	if (value_is_null(it->futures))
		return false;
	it->total = list_count(it->futures);
	return true;
}

static value completed_next(struct vm *vm, value self)
{
	struct scene *s = scene_of(vm);
	struct future_iterator *it = iterator_of(self);
	if (!value_is_null(it->iterable) && !completed_begin(vm, it))
		return VALUE_NULL;
	if (value_is_null(it->futures) || list_count(it->futures) == 0)
		return VALUE_NULL;
	for (size_t i = 0; i < list_count(it->futures); i++)
		concurrent_look(s, future_at(it->futures, i));
	enum block_end end = BLOCK_OVER;
	if (!any_done(it))
		end = block_until(s, any_done, it, it->deadline_ns,
		                  &(struct block_label){.text = "any of several futures",
		                                        .of = ""});
	ptrdiff_t at = first_done(it->futures);
	if (end != BLOCK_RAISED && at < 0) {
		vm_raise(vm, &exc_TimeoutError, "%zu (of %zu) futures unfinished",
		         list_count(it->futures), it->total);
		end = BLOCK_RAISED;
	}
	if (end == BLOCK_RAISED) {
		value_forget(vm, &it->futures);
		return VALUE_NULL;
	}
	value found = value_ref(list_at(it->futures, (size_t)at));
	list_splice(vm, it->futures, (size_t)at, (size_t)at + 1, NULL, 0);
	return found;
}

static const struct type as_completed_type = {
	TYPE_HEAD,
	.name = "generator",
	.base = &object_type,
	.size = sizeof(struct future_iterator),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = iterator_drop,
	.clear = iterator_drop,
	.traverse = iterator_traverse,
	.iter = iterator_itself,
	.next = completed_next,
};

value concurrent_as_completed(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {.function = "as_completed",
	                                           .names = {"fs", "timeout"},
	                                           .positional = 2,
	                                           .required = 1};
	value parsed[2];
	int64_t deadline_ns;
	if (!arguments_bind(vm, a, &signature, false, parsed) ||
	    !block_deadline(vm, parsed[1], &deadline_ns))
		return VALUE_NULL;
	struct future_iterator *it = object_new(vm, &as_completed_type, 0);
	it->iterable = value_ref(parsed[0]);
	it->deadline_ns = deadline_ns;
	return object_value(it);
}

/* ---- map ---- */

/* It ends here: what was not handed out is cancelled. */
static void results_end(struct vm *vm, struct future_iterator *it)
{
	value futures = it->futures;
	it->futures = VALUE_NULL;
	if (value_is_null(futures))
		return;
	value raised = vm_take(vm);
	for (size_t i = it->next; i < list_count(futures) && !vm_stopped(vm); i++)
		concurrent_cancel(scene_of(vm), future_at(futures, i));
	vm_restore(vm, raised);
	value_unref(vm, futures);
}

static value next_result(struct vm *vm, value self)
{
	struct future_iterator *it = iterator_of(self);
	if (value_is_null(it->futures))
		return VALUE_NULL;
	if (it->next == list_count(it->futures)) {
		results_end(vm, it);
		return VALUE_NULL;
	}
	value future = value_ref(list_at(it->futures, it->next++));
	value timeout = VALUE_NULL, self_ref = value_ref(self);
	if (it->deadline_ns != INT64_MAX)
		timeout = float_new(
			vm, clock_seconds(it->deadline_ns -
		                          loop_world_now_ns(&scene_of(vm)->world)));
	value result = concurrent_result(vm, future, timeout);
	if (value_is_null(result)) {
		if (!concurrent_done(concurrent_future_of(future)))
			it->next--; /* timed out: this one is cancelled as well */
		results_end(vm, it);
	} else if (!value_is_null(it->futures)) {
		/* Handed out: nothing keeps it. */
		list_splice(vm, it->futures, it->next - 1, it->next,
		            (const value[]){VALUE_NONE}, 1);
	}
	value_xunref(vm, timeout);
	value_unref(vm, future);
	value_unref(vm, self_ref);
	return result;
}

static value results_next(struct vm *vm, value self)
{
	struct future_iterator *it = iterator_of(self);
	if (!it->chunked)
		return next_result(vm, self);
	while (value_is_null(it->chunk) || it->chunk_next == list_count(it->chunk)) {
		value_replace(vm, &it->chunk, next_result(vm, self));
		it->chunk_next = 0;
		if (value_is_null(it->chunk))
			return VALUE_NULL;
	}
	return value_ref(list_at(it->chunk, it->chunk_next++));
}

static void results_finalize(struct vm *vm, struct object *self)
{
	if (!vm_stopped(vm))
		results_end(vm, (struct future_iterator *)(void *)self);
}

static const struct type results_type = {
	TYPE_HEAD,
	.name = "generator",
	.base = &object_type,
	.size = sizeof(struct future_iterator),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.finalize = results_finalize,
	.drop = iterator_drop,
	.clear = iterator_drop,
	.traverse = iterator_traverse,
	.iter = iterator_itself,
	.next = results_next,
};

value concurrent_results_new(struct vm *vm, value futures, bool chunked,
                             int64_t deadline_ns)
{
	struct future_iterator *it = object_new(vm, &results_type, 0);
	it->futures = value_ref(futures);
	it->chunked = chunked;
	it->deadline_ns = deadline_ns;
	return object_value(it);
}
