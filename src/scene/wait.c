/*
 * asyncio.wait and as_completed: to be told when some of many futures are done. Neither
 * owns or cancels what it watches.
 */
#include "scene/internal.h"

#include "lang/float.h"
#include "lang/list.h"
#include "lang/set.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/arguments.h"
#include "scene/waiter.h"

struct watcher;

/* One future that is watched. */
struct watched {
	struct done_callback done;
	struct watcher
		*owner; /* held while the callback is registered, queued or running */
	value future;   /* counted until it is let go of */
	bool pending;   /* as_completed: still to be handed out */
};

enum wait_until { UNTIL_ALL, UNTIL_FIRST, UNTIL_EXCEPTION, UNTIL_EACH };

/* An object, so that callbacks and timers hold it by its one reference count. */
struct watcher {
	struct object head;
	struct loop *loop;  /* counted */
	struct timer timer; /* its deadline */
	bool has_timer;
	enum wait_until until; /* UNTIL_EACH: as_completed */
	value waiter;          /* wait: the future that ends the wait */
	size_t left;           /* futures that have not called back */
	/* as_completed: what is done and not handed out yet, and who waits for more. */
	value finished; /* list; None stands for a time-out */
	size_t finished_first;
	struct waiters line;
	size_t to_hand_out;
	size_t count;
	struct watched futures[];
};

static struct watcher *watcher_of(value v)
{
	return (struct watcher *)(void *)value_object(v);
}

/* ---- handles ---- */

static struct watched *watched_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct watched, done.handle);
}

static struct vm *vm_of_watcher(const struct watcher *w)
{
	return scene_of_loop(w->loop)->vm;
}

static void stop_timer(struct watcher *w)
{
	if (w->has_timer)
		handle_cancel(w->loop, &w->timer.handle);
	w->has_timer = false;
}

static void wake_one(struct watcher *w)
{
	while (!list_empty(&w->line.line)) {
		struct waiter *first = list_entry(w->line.line.next, struct waiter, link);
		bool pending = !future_done(future_of(first->future));
		if (pending)
			waiter_wake(first, VALUE_NONE);
		waiter_leave(first);
		if (pending)
			return;
	}
}

static void completed_run(struct loop *l, struct handle *h)
{
	(void)l;
	struct watched *one = watched_of(h);
	struct watcher *w = one->owner;
	struct future *f = future_of(one->future);
	if (w->until == UNTIL_EACH) {
		if (!one->pending)
			return;
		one->pending = false;
		w->left--;
		list_append(vm_of_watcher(w), w->finished, one->future);
		wake_one(w);
		if (w->left == 0)
			stop_timer(w);
		return;
	}
	if (w->left > 0)
		w->left--;
	bool failed = !future_cancelled(f) && !datum_is_none(future_error(f));
	if (w->left > 0 && w->until != UNTIL_FIRST &&
	    !(w->until == UNTIL_EXCEPTION && failed))
		return;
	stop_timer(w);
	future_set_result(future_of(w->waiter), DATUM_NONE);
}

static void completed_hold(struct handle *h)
{
	value_ref(object_value(watched_of(h)->owner));
}

static void completed_release(struct handle *h)
{
	struct watcher *w = watched_of(h)->owner;
	value_unref(vm_of_watcher(w), object_value(w));
}

static void completed_name(const struct handle *h, struct buf *out)
{
	buf_puts(out, watched_of(h)->owner->until == UNTIL_EACH
	                      ? "_AsCompletedIterator._handle_completion"
	                      : "_wait.<locals>._on_completion");
}

const struct handle_ops watched_ops = {
	.run = completed_run,
	.hold = completed_hold,
	.release = completed_release,
	.name = completed_name,
};

value watched_owner(const struct handle *h)
{
	return object_value(watched_of(h)->owner);
}

static struct watcher *watcher_of_timer(const struct handle *h)
{
	return CONTAINER_OF(h, struct watcher, timer.handle);
}

/* Time is up: who waits is let go; as_completed hands out a mark for each that is not
 * done. */
static void expired_run(struct loop *l, struct handle *h)
{
	(void)l;
	struct watcher *w = watcher_of_timer(h);
	if (w->until != UNTIL_EACH) {
		future_set_result(future_of(w->waiter), DATUM_NONE);
		return;
	}
	for (size_t i = 0; i < w->count; i++) {
		struct watched *one = &w->futures[i];
		if (!one->pending)
			continue;
		one->pending = false;
		future_remove_callback(future_of(one->future), &one->done);
		list_append(vm_of_watcher(w), w->finished, VALUE_NONE);
		wake_one(w);
	}
	w->left = 0;
}

static void expired_hold(struct handle *h)
{
	value_ref(object_value(watcher_of_timer(h)));
}

static void expired_release(struct handle *h)
{
	struct watcher *w = watcher_of_timer(h);
	value_unref(vm_of_watcher(w), object_value(w));
}

static void expired_name(const struct handle *h, struct buf *out)
{
	buf_puts(out, watcher_of_timer(h)->until == UNTIL_EACH
	                      ? "_AsCompletedIterator._handle_timeout"
	                      : "_release_waiter");
}

static const struct handle_ops expired_ops = {
	.run = expired_run,
	.hold = expired_hold,
	.release = expired_release,
	.name = expired_name,
};

/* ---- the watcher ---- */

static void watcher_drop(struct vm *vm, struct object *self)
{
	struct watcher *w = (struct watcher *)(void *)self;
	for (size_t i = 0; i < w->count; i++)
		value_forget(vm, &w->futures[i].future);
	value_forget(vm, &w->waiter);
	value_forget(vm, &w->finished);
	if (w->loop != NULL)
		loop_unref(w->loop);
	w->loop = NULL;
}

static void watcher_traverse(struct object *self, visit_fn visit, void *context)
{
	struct watcher *w = (struct watcher *)(void *)self;
	for (size_t i = 0; i < w->count; i++)
		if (!value_is_null(w->futures[i].future))
			visit(w->futures[i].future, context);
	if (!value_is_null(w->waiter))
		visit(w->waiter, context);
	if (!value_is_null(w->finished))
		visit(w->finished, context);
	waiters_traverse(&w->line, visit, context);
}

/* Watch the items of `list`, which are distinct futures of `l`. */
static struct watcher *watcher_new(struct vm *vm, const struct type *type, struct loop *l,
                                   value list, enum wait_until until)
{
	size_t count = list_count(list);
	struct watcher *w = object_new(vm, type, mem_mul(count, sizeof w->futures[0]));
	w->loop = loop_ref(l);
	w->until = until;
	w->count = w->left = count;
	waiters_init(&w->line);
	for (size_t i = 0; i < count; i++) {
		w->futures[i] = (struct watched){.owner = w,
		                                 .future = value_ref(list_at(list, i)),
		                                 .pending = true};
		done_callback_init(&w->futures[i].done, &watched_ops, ROLE_INTERNAL);
	}
	return w;
}

static void watcher_begin(struct watcher *w, bool has_timeout, double seconds)
{
	if (has_timeout) {
		timer_init(&w->timer, &expired_ops, ROLE_INTERNAL_TIMER);
		w->has_timer = true;
		loop_call_at(w->loop, &w->timer, loop_deadline_ns(w->loop, seconds));
	}
	for (size_t i = 0; i < w->count; i++)
		future_add_callback(future_of(w->futures[i].future), &w->futures[i].done);
}

/* A list of the distinct items of an iterable. */
static value distinct(struct vm *vm, value iterable)
{
	value set = set_new(vm);
	value list =
		set_update(vm, set, iterable) ? list_from_iterable(vm, set) : VALUE_NULL;
	value_unref(vm, set);
	return list;
}

/* A time-out: a number or None. */
static bool timeout_argument(struct vm *vm, value v, bool *has_timeout, double *seconds)
{
	*has_timeout = !value_is_null(v) && !value_is_none(v);
	*seconds = 0;
	return !*has_timeout || number_to_double(vm, v, seconds);
}

/* ---- wait(fs, *, timeout=None, return_when=ALL_COMPLETED) ---- */

/* What wait() waits with: never seen by a scene. */
static const struct type wait_type = {
	TYPE_HEAD_OF("asyncio.tasks"),
	.name = "_wait",
	.base = &object_type,
	.size = sizeof(struct watcher),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = watcher_drop,
	.traverse = watcher_traverse,
};

struct wait_state {
	value futures, timeout, until; /* as given */
	value watcher;                 /* once begun */
	value iterator;                /* over its waiter */
};

static void wait_drop(struct vm *vm, void *state)
{
	struct wait_state *st = state;
	value_forget(vm, &st->iterator);
	value_forget(vm, &st->watcher);
	value_forget(vm, &st->futures);
	value_forget(vm, &st->timeout);
	value_forget(vm, &st->until);
}

static void wait_traverse(void *state, visit_fn visit, void *context)
{
	struct wait_state *st = state;
	const value owned[] = {st->futures, st->timeout, st->until, st->watcher,
	                       st->iterator};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
}

static const char *const until_words[] = {
	[UNTIL_ALL] = "ALL_COMPLETED",
	[UNTIL_FIRST] = "FIRST_COMPLETED",
	[UNTIL_EXCEPTION] = "FIRST_EXCEPTION",
};

static bool until_argument(struct vm *vm, value v, enum wait_until *until)
{
	*until = UNTIL_ALL;
	for (size_t i = 0; i < COUNT_OF(until_words); i++) {
		*until = (enum wait_until)i;
		if (value_is_null(v) ||
		    (value_is_str(v) && str_equal_c(v, until_words[i])))
			return true;
	}
	value text = object_str(vm, v);
	if (!value_is_null(text))
		vm_raise(vm, &exc_ValueError, "Invalid return_when value: %s",
		         str_text(text));
	value_xunref(vm, text);
	return false;
}

/* Whether they are futures, all of them; coroutines are refused by name. */
static bool check_futures(struct vm *vm, value list)
{
	for (size_t i = 0; i < list_count(list); i++) {
		value v = list_at(list, i);
		if (!value_is_small(v) && value_can_be_task(v)) {
			vm_raise(
				vm, &exc_TypeError,
				"Passing coroutines is forbidden, use tasks explicitly.");
			return false;
		}
	}
	for (size_t i = 0; i < list_count(list); i++) {
		value v = list_at(list, i);
		if (value_is_small(v) || !value_is_future(v)) {
			vm_raise(vm, &exc_AttributeError,
			         "'%s' object has no attribute 'add_done_callback'",
			         value_type_name(v));
			return false;
		}
	}
	return true;
}

static bool wait_begin(struct vm *vm, struct wait_state *st)
{
	enum wait_until until;
	bool has_timeout;
	double seconds;
	if (!value_is_small(st->futures) &&
	    (value_is_future(st->futures) || value_can_be_task(st->futures))) {
		vm_raise(vm, &exc_TypeError, "expect a list of futures, not %s",
		         value_type_name(st->futures));
		return false;
	}
	value list = distinct(vm, st->futures);
	if (value_is_null(list))
		return false;
	struct loop *l = NULL;
	bool ok = list_count(list) > 0;
	if (!ok)
		vm_raise(vm, &exc_ValueError, "Set of Tasks/Futures is empty.");
	ok = ok && until_argument(vm, st->until, &until) && check_futures(vm, list) &&
	     timeout_argument(vm, st->timeout, &has_timeout, &seconds) &&
	     (l = running_loop(vm)) != NULL;
	if (ok) {
		struct watcher *w = watcher_new(vm, &wait_type, l, list, until);
		st->watcher = object_value(w);
		w->waiter = future_object_new(scene_of(vm), l);
		future_label(future_of(w->waiter), WAIT_WAIT,
		             (struct future_label){.describe = future_describe_text,
		                                   .text = "wait"});
		st->iterator = future_wait_new(vm, w->waiter);
		watcher_begin(w, has_timeout, seconds);
	}
	value_unref(vm, list);
	return ok;
}

/* (done, pending), each by the state of its futures now. */
static value wait_result(struct vm *vm, struct watcher *w)
{
	value sets[2] = {set_new(vm), set_new(vm)};
	for (size_t i = 0; i < w->count; i++) {
		bool done = future_done(future_of(w->futures[i].future));
		if (!set_add(vm, sets[done ? 0 : 1], w->futures[i].future))
			vm_forget(vm);
	}
	value result = tuple_from(vm, sets, 2);
	value_unref(vm, sets[0]);
	value_unref(vm, sets[1]);
	return result;
}

static enum coro_outcome wait_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	struct wait_state *st = state;
	*out = VALUE_NULL;
	if (value_is_null(st->watcher) && !wait_begin(vm, st))
		return CORO_RAISE;
	enum coro_outcome outcome = await_step(vm, &st->iterator, sent, thrown, out);
	if (outcome == CORO_AWAIT)
		return outcome;
	struct watcher *w = watcher_of(st->watcher);
	stop_timer(w);
	for (size_t i = 0; i < w->count; i++)
		future_remove_callback(future_of(w->futures[i].future),
		                       &w->futures[i].done);
	if (outcome == CORO_RETURN)
		value_replace(vm, out, wait_result(vm, w));
	return outcome;
}

static const struct native_body wait_body = {
	.name = "wait",
	.state_size = sizeof(struct wait_state),
	.resume = wait_resume,
	.drop = wait_drop,
	.traverse = wait_traverse,
};

value asyncio_wait(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {
		.function = "wait",
		.names = {"fs", "timeout", "return_when"},
		.positional = 1,
		.required = 1};
	value parsed[3];
	if (!arguments_bind(vm, a, &signature, false, parsed))
		return VALUE_NULL;
	struct wait_state *st;
	value coro = coro_native_new(vm, &wait_body, (void **)&st);
	st->futures = value_ref(parsed[0]);
	st->timeout = value_xref(parsed[1]);
	st->until = value_xref(parsed[2]);
	return coro;
}

/* ---- as_completed(fs, *, timeout=None) ---- */

struct next_state {
	value watcher;
	struct waiter waiter;
	bool waits;
	bool resolve; /* give the result; otherwise the future itself */
};

static void next_drop(struct vm *vm, void *state)
{
	struct next_state *st = state;
	waiter_fini(vm, &st->waiter);
	value_forget(vm, &st->watcher);
}

static void next_traverse(void *state, visit_fn visit, void *context)
{
	struct next_state *st = state;
	if (!value_is_null(st->watcher))
		visit(st->watcher, context);
	waiter_traverse(&st->waiter, visit, context);
}

static enum coro_outcome next_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	struct next_state *st = state;
	struct watcher *w = watcher_of(st->watcher);
	*out = VALUE_NULL;
	while (st->waits || w->finished_first == list_count(w->finished)) {
		if (!st->waits) {
			waiter_fini(vm, &st->waiter);
			if (!waiter_begin(vm, st->watcher, &w->loop, &w->line,
			                  &st->waiter, WAIT_WAIT, "as_completed"))
				return CORO_RAISE;
			st->waits = true;
		}
		enum coro_outcome outcome =
			waiter_step(vm, &st->waiter, sent, thrown, out);
		if (outcome == CORO_AWAIT)
			return outcome;
		st->waits = false;
		if (outcome == CORO_RAISE) {
			if (waiter_let_go(&st->waiter) &&
			    w->finished_first < list_count(w->finished))
				wake_one(w);
			return outcome;
		}
		value_forget(vm, out);
		sent = VALUE_NONE;
		thrown = VALUE_NULL;
	}
	value done = list_at(w->finished, w->finished_first++);
	if (value_is_none(done)) {
		vm_raise_with(vm, &exc_TimeoutError, VALUE_NULL);
		return CORO_RAISE;
	}
	*out = st->resolve ? future_result(vm, future_of(done)) : value_ref(done);
	return value_is_null(*out) ? CORO_RAISE : CORO_RETURN;
}

static const struct native_body next_body = {
	.name = "_AsCompletedIterator._wait_for_one",
	.state_size = sizeof(struct next_state),
	.resume = next_resume,
	.drop = next_drop,
	.traverse = next_traverse,
};

static value next_one(struct vm *vm, value self, bool resolve)
{
	struct next_state *st;
	value coro = coro_native_new(vm, &next_body, (void **)&st);
	st->watcher = value_ref(self);
	st->resolve = resolve;
	watcher_of(self)->to_hand_out--;
	return coro;
}

static value completed_self(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(self);
}

static value completed_next(struct vm *vm, value self)
{
	return watcher_of(self)->to_hand_out == 0 ? VALUE_NULL : next_one(vm, self, true);
}

static value completed_anext(struct vm *vm, value self)
{
	if (watcher_of(self)->to_hand_out == 0)
		return vm_raise_with(vm, &exc_StopAsyncIteration, VALUE_NULL);
	return next_one(vm, self, false);
}

static const struct type as_completed_type = {
	TYPE_HEAD_OF("asyncio.tasks"),
	.name = "_AsCompletedIterator",
	.base = &object_type,
	.size = sizeof(struct watcher),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = watcher_drop,
	.traverse = watcher_traverse,
	.iter = completed_self,
	.next = completed_next,
	.aiter = completed_self,
	.anext = completed_anext,
};

/* Each item as a future of `l`. */
static value to_futures(struct vm *vm, value items, struct loop *l)
{
	value futures = list_new(vm, list_count(items));
	for (size_t i = 0; i < list_count(items); i++) {
		value future = ensure_future(vm, list_at(items, i), l);
		if (value_is_null(future)) {
			value_unref(vm, futures);
			return VALUE_NULL;
		}
		list_append(vm, futures, future);
		value_unref(vm, future);
	}
	return futures;
}

value asyncio_as_completed(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {.function = "as_completed",
	                                           .names = {"fs", "timeout"},
	                                           .positional = 1,
	                                           .required = 1};
	value parsed[2];
	bool has_timeout;
	double seconds;
	if (!arguments_bind(vm, a, &signature, false, parsed) ||
	    !timeout_argument(vm, parsed[1], &has_timeout, &seconds))
		return VALUE_NULL;
	if (!value_is_small(parsed[0]) &&
	    (value_is_future(parsed[0]) || value_can_be_task(parsed[0])))
		return vm_raise(vm, &exc_TypeError,
		                "expect an iterable of futures, not %s",
		                value_type_name(parsed[0]));
	value items = distinct(vm, parsed[0]), loop = VALUE_NULL, futures = VALUE_NULL;
	value result = VALUE_NULL;
	if (!value_is_null(items))
		loop = event_loop_get(vm);
	if (!value_is_null(loop))
		futures = to_futures(vm, items, loop_of(loop));
	if (!value_is_null(futures)) {
		struct watcher *w = watcher_new(vm, &as_completed_type, loop_of(loop),
		                                futures, UNTIL_EACH);
		w->finished = list_new(vm, w->count);
		w->to_hand_out = w->count;
		watcher_begin(w, has_timeout && w->count > 0, seconds);
		result = object_value(w);
	}
	value_xunref(vm, futures);
	value_xunref(vm, loop);
	value_xunref(vm, items);
	return result;
}
