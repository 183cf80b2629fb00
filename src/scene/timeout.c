/*
 * The type Timeout: asyncio.timeout() and timeout_at() around the loop's timeout.
 */
#include "scene/internal.h"

#include <math.h>

#include "lang/float.h"
#include "lang/str.h"
#include "scene/arguments.h"

struct timeout_object {
	struct object head;
	value dict;
	struct loop *loop; /* counted, from making on */
	struct timeout timeout;
};

static struct timeout_object *object_of(value v)
{
	return (struct timeout_object *)(void *)value_object(v);
}

static void timeout_object_ref(struct timeout *t)
{
	value_ref(object_value(CONTAINER_OF(t, struct timeout_object, timeout)));
}

static void timeout_object_unref(struct timeout *t)
{
	struct timeout_object *o = CONTAINER_OF(t, struct timeout_object, timeout);
	value_unref(scene_of_loop(o->loop)->vm, object_value(o));
}

static const struct timeout_ops object_timeout_ops = {
	.ref = timeout_object_ref,
	.unref = timeout_object_unref,
};

static value timeout_object_new(struct vm *vm, struct loop *l, bool has_when, double when)
{
	struct timeout_object *o = object_new(vm, &timeout_type, 0);
	o->loop = loop_ref(l);
	timeout_init(&o->timeout, &object_timeout_ops, has_when, when);
	return object_value(o);
}

/* A time or None. False with the exception set. */
static bool when_argument(struct vm *vm, value v, bool *has_when, double *when)
{
	*has_when = !value_is_none(v);
	*when = 0;
	return !*has_when || number_to_double(vm, v, when);
}

/* timeout(delay): from now on, not from entering on. */
value asyncio_timeout(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {.function = "timeout",
	                                           .names = {"delay"},
	                                           .positional = 1,
	                                           .required = 1};
	value delay[1];
	bool has_when;
	double seconds;
	if (!arguments_bind(vm, a, &signature, false, delay))
		return VALUE_NULL;
	struct loop *l = running_loop(vm);
	if (l == NULL || !when_argument(vm, delay[0], &has_when, &seconds))
		return VALUE_NULL;
	return timeout_object_new(vm, l, has_when, loop_time(l) + seconds);
}

value asyncio_timeout_at(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {.function = "timeout_at",
	                                           .names = {"when"},
	                                           .positional = 1,
	                                           .required = 1};
	value when[1];
	bool has_when;
	double seconds;
	if (!arguments_bind(vm, a, &signature, false, when))
		return VALUE_NULL;
	struct loop *l = running_loop(vm);
	if (l == NULL || !when_argument(vm, when[0], &has_when, &seconds))
		return VALUE_NULL;
	return timeout_object_new(vm, l, has_when, seconds);
}

/* RuntimeError; always null. */
static value refuse(struct vm *vm, const struct timeout *t, enum timeout_refusal refusal)
{
	static const char *const texts[] = {
		[TIMEOUT_NO_TASK] = "Timeout should be used inside a task",
		[TIMEOUT_AGAIN] = "Timeout has already been entered",
		[TIMEOUT_NOT_ENTERED] = "Timeout has not been entered",
	};
	if (refusal == TIMEOUT_TOO_LATE)
		return vm_raise(vm, &exc_RuntimeError,
		                "Cannot change state of %s Timeout",
		                timeout_state_word(t->state));
	return vm_raise(vm, &exc_RuntimeError, "%s", texts[refusal]);
}

static value method_when(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	const struct timeout *t = &object_of(self)->timeout;
	return t->has_when ? float_new(vm, t->when) : VALUE_NONE;
}

static value method_reschedule(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "Timeout.reschedule",
	                                           .names = {"when"},
	                                           .positional = 1,
	                                           .required = 1};
	struct timeout *t = &object_of(self)->timeout;
	value when[1];
	bool has_when;
	double seconds;
	if (!arguments_bind(vm, a, &signature, true, when) ||
	    !when_argument(vm, when[0], &has_when, &seconds))
		return VALUE_NULL;
	enum timeout_refusal refusal = timeout_reschedule(t, has_when, seconds);
	return refusal == TIMEOUT_OK ? VALUE_NONE : refuse(vm, t, refusal);
}

static value method_expired(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	enum timeout_state state = object_of(self)->timeout.state;
	return value_bool(state == TIMEOUT_EXPIRING || state == TIMEOUT_EXPIRED);
}

/* ---- async with: neither end of the block ever suspends ---- */

struct block_state {
	value timeout;
	value error; /* the exit's: or null */
};

static void block_drop(struct vm *vm, void *state)
{
	struct block_state *st = state;
	value_forget(vm, &st->timeout);
	value_forget(vm, &st->error);
}

static void block_traverse(void *state, visit_fn visit, void *context)
{
	struct block_state *st = state;
	if (!value_is_null(st->timeout))
		visit(st->timeout, context);
	if (!value_is_null(st->error))
		visit(st->error, context);
}

static enum coro_outcome enter_resume(struct vm *vm, void *state, value sent,
                                      value thrown, value *out)
{
	(void)sent;
	(void)thrown;
	struct block_state *st = state;
	struct timeout_object *o = object_of(st->timeout);
	*out = VALUE_NULL;
	enum timeout_refusal refusal = timeout_enter(&o->timeout, o->loop);
	if (refusal != TIMEOUT_OK) {
		refuse(vm, &o->timeout, refusal);
		return CORO_RAISE;
	}
	*out = value_ref(st->timeout);
	return CORO_RETURN;
}

void exception_mark_timeout(struct vm *vm, value error)
{
	for (value at = error; !value_is_null(value_as_exception(at)->context);
	     at = value_as_exception(at)->context) {
		value context = value_as_exception(at)->context;
		if (!value_is_a(context, &cancelled_error_type))
			continue;
		value marker = exception_new(vm, &exc_TimeoutError, VALUE_NULL);
		exception_set_context(vm, marker, context);
		exception_set_cause(vm, marker, context);
		exception_set_context(vm, at, marker);
		value_unref(vm, marker);
		return;
	}
}

static enum coro_outcome exit_resume(struct vm *vm, void *state, value sent, value thrown,
                                     value *out)
{
	(void)sent;
	(void)thrown;
	struct block_state *st = state;
	*out = VALUE_NULL;
	switch (timeout_exit(&object_of(st->timeout)->timeout, datum_maybe(st->error))) {
	case TIMEOUT_PASSES:
		break;
	case TIMEOUT_MARKS:
		exception_mark_timeout(vm, st->error);
		break;
	case TIMEOUT_RAISES: {
		value error = exception_new(vm, &exc_TimeoutError, VALUE_NULL);
		exception_set_context(vm, error, st->error);
		exception_set_cause(vm, error, st->error);
		vm_restore(vm, error);
		return CORO_RAISE;
	}
	}
	*out = VALUE_NONE;
	return CORO_RETURN;
}

static const struct native_body enter_body = {
	.name = "Timeout.__aenter__",
	.state_size = sizeof(struct block_state),
	.resume = enter_resume,
	.drop = block_drop,
	.traverse = block_traverse,
};

static const struct native_body exit_body = {
	.name = "Timeout.__aexit__",
	.state_size = sizeof(struct block_state),
	.resume = exit_resume,
	.drop = block_drop,
	.traverse = block_traverse,
};

static value method_aenter(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct block_state *st;
	value coro = coro_native_new(vm, &enter_body, (void **)&st);
	st->timeout = value_ref(self);
	return coro;
}

static value method_aexit(struct vm *vm, value self, const struct args *a)
{
	struct block_state *st;
	value coro = coro_native_new(vm, &exit_body, (void **)&st);
	st->timeout = value_ref(self);
	st->error = value_is_none(a->at[1]) ? VALUE_NULL : value_ref(a->at[1]);
	return coro;
}

/* ---- the type ---- */

/* asyncio.Timeout(when) */
static value timeout_make(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)type;
	return asyncio_timeout_at(vm, VALUE_NULL, a);
}

static value timeout_repr(struct vm *vm, value self)
{
	const struct timeout *t = &object_of(self)->timeout;
	struct buf out = {0};
	buf_printf(&out, "<Timeout [%s]", timeout_state_word(t->state));
	if (t->state == TIMEOUT_ENTERED) {
		buf_puts(&out, " when=");
		value when = t->has_when ? float_new(vm, round(t->when * 1000) / 1000)
		                         : VALUE_NONE;
		put_repr_of(vm, &out, when);
		value_unref(vm, when);
	}
	buf_putc(&out, '>');
	return str_from_buf(vm, &out);
}

static void timeout_drop(struct vm *vm, struct object *self)
{
	struct timeout_object *o = (struct timeout_object *)(void *)self;
	value_forget(vm, &o->dict);
	if (o->loop == NULL)
		return;
	timeout_fini(&o->timeout);
	loop_unref(o->loop);
	o->loop = NULL;
}

static void timeout_traverse(struct object *self, visit_fn visit, void *context)
{
	struct timeout_object *o = (struct timeout_object *)(void *)self;
	if (!value_is_null(o->dict))
		visit(o->dict, context);
	if (o->timeout.task != NULL)
		visit(future_object_value(&o->timeout.task->future), context);
}

static const struct method_def timeout_methods[] = {
	{"when", method_when, 0, 0, 0},
	{"reschedule", method_reschedule, 1, 1, METHOD_KEYWORDS},
	{"expired", method_expired, 0, 0, 0},
	{"__aenter__", method_aenter, 0, 0, 0},
	{"__aexit__", method_aexit, 3, 3, 0},
	{0},
};

const struct type timeout_type = {
	TYPE_HEAD_OF("asyncio.timeouts"),
	.name = "Timeout",
	.base = &object_type,
	.size = sizeof(struct timeout_object),
	.flags = TYPE_TRACKED | TYPE_FINAL,
	.dict_offset = offsetof(struct timeout_object, dict),
	.methods = timeout_methods,
	.make = timeout_make,
	.drop = timeout_drop,
	.traverse = timeout_traverse,
	.repr = timeout_repr,
};
