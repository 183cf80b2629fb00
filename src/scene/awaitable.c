/*
 * Coroutines whose body is C: sleep, wait_for, and the wrapper that makes a coroutine of
 * any awaitable. Each is a thin state around one of the loop's bodies. As in any
 * coroutine, nothing happens, and nothing is refused, before the first step.
 */
#include "scene/internal.h"

#include <math.h>

#include "lang/float.h"
#include "lang/int.h"
#include "lang/str.h"
#include "loop/waitfor.h"
#include "scene/arguments.h"

/* Resume a body of the loop on behalf of a coroutine. */
static enum coro_outcome resume_body(struct vm *vm, struct body *b, value sent,
                                     value thrown, value *out)
{
	struct step_result r;
	enum outcome outcome =
		body_resume(b, datum_maybe(sent), (struct datum){thrown.bits}, &r);
	return coro_outcome_of(vm, outcome, &r, out);
}

/* Whether a delay is 0 or less: 1, 0 or -1; and what it is in seconds. */
static int delay_is_over(struct vm *vm, value delay, double *seconds)
{
	if (value_is_small(delay)) {
		*seconds = (double)small_number(delay);
		return *seconds <= 0;
	}
	if (value_is_exactly(delay, &float_type)) {
		*seconds = float_number(delay);
		return *seconds <= 0;
	}
	int over = object_compare_bool(vm, delay, value_small(0), COMPARE_LE);
	if (over == 0 && !number_to_double(vm, delay, seconds))
		return -1;
	return over;
}

/* ---- sleep(delay, result=None) ---- */

struct sleep_state {
	value delay, result;
	struct sleep sleep;
	bool begun;
};

static enum coro_outcome sleep_resume(struct vm *vm, void *state, value sent,
                                      value thrown, value *out)
{
	struct sleep_state *st = state;
	if (!st->begun) {
		struct scene *s = scene_of(vm);
		double seconds = 0;
		int over = delay_is_over(vm, st->delay, &seconds);
		*out = VALUE_NULL;
		if (over < 0)
			return CORO_RAISE;
		if (isnan(seconds)) {
			vm_raise(vm, &exc_ValueError,
			         "Invalid delay: NaN (not a number)");
			return CORO_RAISE;
		}
		if (!over && running_loop(vm) == NULL)
			return CORO_RAISE;
		sleep_init(&st->sleep, &s->world, over ? 0 : seconds,
		           datum_of(st->result));
		st->begun = true;
	}
	return resume_body(vm, &st->sleep.body, sent, thrown, out);
}

static void sleep_drop(struct vm *vm, void *state)
{
	struct sleep_state *st = state;
	if (st->begun)
		sleep_fini(&st->sleep);
	st->begun = false;
	value_forget(vm, &st->delay);
	value_forget(vm, &st->result);
}

static void traverse_sleep(void *sleep, const struct future_visitor *v)
{
	sleep_traverse(sleep, v);
}

static void sleep_state_traverse(void *state, visit_fn visit, void *context)
{
	struct sleep_state *st = state;
	visit(st->delay, context);
	visit(st->result, context);
	if (st->begun)
		visit_with_loop(visit, context, traverse_sleep, &st->sleep);
}

static const struct native_body sleep_body = {
	.name = "sleep",
	.state_size = sizeof(struct sleep_state),
	.resume = sleep_resume,
	.drop = sleep_drop,
	.traverse = sleep_state_traverse,
};

value asyncio_sleep(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {.function = "sleep",
	                                           .names = {"delay", "result"},
	                                           .positional = 2,
	                                           .required = 1};
	value parsed[2];
	if (a->count == 1 && value_is_null(a->names)) {
		parsed[0] = a->at[0];
		parsed[1] = VALUE_NULL;
	} else if (!arguments_bind(vm, a, &signature, false, parsed)) {
		return VALUE_NULL;
	}
	struct sleep_state *st;
	value coro = coro_native_new(vm, &sleep_body, (void **)&st);
	st->delay = value_ref(parsed[0]);
	st->result = value_is_null(parsed[1]) ? VALUE_NONE : value_ref(parsed[1]);
	return coro;
}

/* ---- wait_for(fut, timeout) ---- */

struct wait_for_state {
	value awaitable, time;
	struct wait_for *wait; /* with time left, owned */
	struct wait_expired expired;
	bool is_expired;
};

/* No time left: what is there already counts, else it is cancelled and waited for. */
static bool expire_at_once(struct vm *vm, struct wait_for_state *st, value *out)
{
	value future = ensure_future(vm, st->awaitable, NULL);
	*out = VALUE_NULL;
	if (value_is_null(future))
		return false;
	value_replace(vm, &st->awaitable, value_ref(future));
	struct future *f = future_of(future);
	if (future_done(f)) {
		*out = future_result(vm, f);
	} else {
		wait_expired_init(&st->expired, f);
		st->is_expired = true;
	}
	value_unref(vm, future);
	return st->is_expired;
}

static bool wait_with_timeout(struct vm *vm, struct wait_for_state *st, bool has_timeout,
                              double seconds)
{
	struct scene *s = scene_of(vm);
	if (running_loop(vm) == NULL)
		return false;
	value iterator = awaitable_iterator(vm, st->awaitable);
	if (value_is_null(iterator))
		return false;
	struct body *inner = await_body_new(s, iterator);
	st->wait = wait_for_new(&s->world, inner, has_timeout, seconds);
	return true;
}

static enum coro_outcome wait_for_resume(struct vm *vm, void *state, value sent,
                                         value thrown, value *out)
{
	struct wait_for_state *st = state;
	if (st->wait == NULL && !st->is_expired) {
		bool has_timeout = !value_is_none(st->time);
		double seconds = 0;
		int over = has_timeout ? delay_is_over(vm, st->time, &seconds) : 0;
		*out = VALUE_NULL;
		if (over < 0)
			return CORO_RAISE;
		if (over ? !expire_at_once(vm, st, out)
		         : !wait_with_timeout(vm, st, has_timeout, seconds))
			return value_is_null(*out) ? CORO_RAISE : CORO_RETURN;
	}
	return resume_body(vm, st->wait != NULL ? &st->wait->body : &st->expired.body,
	                   sent, thrown, out);
}

static void wait_for_drop(struct vm *vm, void *state)
{
	struct wait_for_state *st = state;
	if (st->wait != NULL)
		st->wait->body.ops->drop(&st->wait->body);
	st->wait = NULL;
	if (st->is_expired)
		wait_expired_fini(&st->expired);
	st->is_expired = false;
	value_forget(vm, &st->awaitable);
	value_forget(vm, &st->time);
}

static void traverse_wait(void *wait, const struct future_visitor *v)
{
	wait_for_traverse(wait, v);
}

static void traverse_expired(void *expired, const struct future_visitor *v)
{
	wait_expired_traverse(expired, v);
}

static void wait_for_state_traverse(void *state, visit_fn visit, void *context)
{
	struct wait_for_state *st = state;
	visit(st->awaitable, context);
	visit(st->time, context);
	if (st->wait != NULL)
		visit_with_loop(visit, context, traverse_wait, st->wait);
	if (st->is_expired)
		visit_with_loop(visit, context, traverse_expired, &st->expired);
}

static value wait_for_awaiting(void *state)
{
	struct wait_for_state *st = state;
	return st->wait != NULL && st->wait->inner != NULL ? st->awaitable : VALUE_NULL;
}

static const struct native_body wait_for_body = {
	.name = "wait_for",
	.state_size = sizeof(struct wait_for_state),
	.resume = wait_for_resume,
	.drop = wait_for_drop,
	.traverse = wait_for_state_traverse,
	.awaiting = wait_for_awaiting,
};

value asyncio_wait_for(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {.function = "wait_for",
	                                           .names = {"fut", "timeout"},
	                                           .positional = 2,
	                                           .required = 2};
	value parsed[2];
	if (!arguments_bind(vm, a, &signature, false, parsed))
		return VALUE_NULL;
	struct wait_for_state *st;
	value coro = coro_native_new(vm, &wait_for_body, (void **)&st);
	st->awaitable = value_ref(parsed[0]);
	st->time = value_ref(parsed[1]);
	return coro;
}

/* ---- any awaitable as a coroutine ---- */

struct wrap_state {
	value awaitable, iterator;
};

static enum coro_outcome wrap_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	struct wrap_state *st = state;
	if (value_is_null(st->iterator)) {
		*out = VALUE_NULL;
		st->iterator = awaitable_iterator(vm, st->awaitable);
		if (value_is_null(st->iterator))
			return CORO_RAISE;
	}
	return await_step(vm, &st->iterator, sent, thrown, out);
}

static void wrap_drop(struct vm *vm, void *state)
{
	struct wrap_state *st = state;
	value_forget(vm, &st->iterator);
	value_forget(vm, &st->awaitable);
}

static void wrap_traverse(void *state, visit_fn visit, void *context)
{
	struct wrap_state *st = state;
	visit(st->iterator, context);
	visit(st->awaitable, context);
}

static value wrap_awaiting(void *state)
{
	return ((struct wrap_state *)state)->iterator;
}

static const struct native_body wrap_body = {
	.name = "_wrap_awaitable",
	.state_size = sizeof(struct wrap_state),
	.resume = wrap_resume,
	.drop = wrap_drop,
	.traverse = wrap_traverse,
	.awaiting = wrap_awaiting,
};

value awaitable_wrap(struct vm *vm, value awaitable)
{
	value (*await)(struct vm *, value) = NULL;
	TYPE_SLOT(await, value_type(awaitable), await);
	if (await == NULL)
		return vm_raise(
			vm, &exc_TypeError,
			"An asyncio.Future, a coroutine or an awaitable is required");
	struct wrap_state *st;
	value coro = coro_native_new(vm, &wrap_body, (void **)&st);
	st->awaitable = value_ref(awaitable);
	return coro;
}

/* ---- a coroutine that ends in its first step ---- */

struct done_state {
	value result;
};

static enum coro_outcome done_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	(void)vm;
	(void)sent;
	(void)thrown;
	*out = value_ref(((struct done_state *)state)->result);
	return CORO_RETURN;
}

static void done_drop(struct vm *vm, void *state)
{
	value_forget(vm, &((struct done_state *)state)->result);
}

static void done_traverse(void *state, visit_fn visit, void *context)
{
	visit(((struct done_state *)state)->result, context);
}

static const struct native_body done_body = {
	.name = "coroutine",
	.state_size = sizeof(struct done_state),
	.resume = done_resume,
	.drop = done_drop,
	.traverse = done_traverse,
};

value coroutine_done(struct vm *vm, const char *name, value result)
{
	struct done_state *st;
	value coro = coro_native_new(vm, &done_body, (void **)&st);
	st->result = value_ref(result);
	const char *dot = strrchr(name, '.');
	coro_set_names(vm, coro, dot != NULL ? dot + 1 : name, name);
	return coro;
}
