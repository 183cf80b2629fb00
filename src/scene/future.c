/*
 * The types Future and _GatheringFuture: objects around the loop's futures. What a future
 * does is the loop's business; here is how a scene says it and what it is told.
 */
#include "scene/internal.h"

#include "lang/dict.h"
#include "lang/int.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* ---- one count of references: the object's ---- */

static void object_future_ref(struct future *f)
{
	value_ref(future_object_value(f));
}

static void object_future_unref(struct future *f)
{
	value_unref(scene_of_future(f)->vm, future_object_value(f));
}

const struct future_ops object_future_ops = {
	.ref = object_future_ref,
	.unref = object_future_unref,
};

void future_object_finalize(struct vm *vm, struct object *self)
{
	(void)vm;
	struct future *f = future_of(object_value(self));
	if (f->loop != NULL)
		future_finalize(f);
}

void future_object_drop(struct vm *vm, struct object *self)
{
	struct future_object *o = (struct future_object *)(void *)self;
	value_forget(vm, &o->dict);
	if (o->future.loop != NULL)
		future_fini(&o->future);
}

/* The collector asks the loop what a future holds and is told in the loop's own terms. */
struct visitor {
	visit_fn visit;
	void *context;
};

static void visit_datum(void *context, struct datum d)
{
	const struct visitor *v = context;
	if (!datum_is_none(d))
		v->visit(value_of(d), v->context);
}

static void visit_future(void *context, struct future *f)
{
	const struct visitor *v = context;
	v->visit(future_object_value(f), v->context);
}

static void visit_callback(void *context, struct done_callback *cb)
{
	const struct visitor *v = context;
	value owner = handle_owner(&cb->handle);
	if (!value_is_null(owner))
		v->visit(owner, v->context);
}

static void visit_group(void *context, struct group *g)
{
	const struct visitor *v = context;
	v->visit(group_object_value(g), v->context);
}

static void visit_body(void *context, struct body *body)
{
	const struct visitor *v = context;
	v->visit(body_value(body), v->context);
}

void visit_with_loop(visit_fn visit, void *context,
                     void (*traverse)(void *what, const struct future_visitor *v),
                     void *what)
{
	struct visitor visitor = {visit, context};
	traverse(what, &(struct future_visitor){
			       .context = &visitor,
			       .datum = visit_datum,
			       .future = visit_future,
			       .callback = visit_callback,
			       .group = visit_group,
			       .body = visit_body,
		       });
}

static void traverse_future(void *what, const struct future_visitor *v)
{
	future_traverse(what, v);
}

void future_object_traverse(struct object *self, visit_fn visit, void *context)
{
	struct future_object *o = (struct future_object *)(void *)self;
	if (!value_is_null(o->dict))
		visit(o->dict, context);
	if (o->future.loop != NULL)
		visit_with_loop(visit, context, traverse_future, &o->future);
}

void future_object_clear(struct vm *vm, struct object *self)
{
	struct future_object *o = (struct future_object *)(void *)self;
	value_forget(vm, &o->dict);
	if (o->future.loop != NULL)
		future_clear(&o->future);
}

value future_object_new(struct scene *s, struct loop *l)
{
	struct future_object *o = object_new(s->vm, &future_type, 0);
	future_init(&o->future, l, &object_future_ops);
	return object_value(o);
}

value gathering_new(struct scene *s, struct loop *l, struct future *const *futures,
                    size_t count, bool return_exceptions)
{
	struct gather_object *o = object_new(s->vm, &gathering_type, 0);
	gather_init(&o->gather, l, &object_future_ops, futures, count, return_exceptions);
	return object_value(o);
}

/* asyncio.Future(*, loop=None): a subclass may have its own __init__, and may forget
 * ours. */
static value future_make(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)a;
	return object_value(object_new(vm, type, 0));
}

static bool future_init_object(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "Future",
	                                           .names = {"loop"}};
	struct future_object *o = (struct future_object *)(void *)value_object(self);
	value loop[1];
	if (!args_parse(vm, a, &signature, loop))
		return false;
	value of = value_is_null(loop[0]) || value_is_none(loop[0]) ? event_loop_get(vm)
	                                                            : value_ref(loop[0]);
	if (value_is_null(of))
		return false;
	bool ok = value_is_a(of, &base_loop_type);
	if (!ok) {
		vm_raise(vm, &exc_TypeError, "loop must be an event loop");
	} else if (o->future.loop == NULL) {
		future_init(&o->future, loop_of(of), &object_future_ops);
		future_label(&o->future, WAIT_FUTURE, (struct future_label){0});
	}
	value_unref(vm, of);
	return ok;
}

/* The future of a method's `self`; NULL with RuntimeError when its __init__ was left out.
 */
static struct future *self_future(struct vm *vm, value self)
{
	struct future *f = future_of(self);
	if (f->loop != NULL)
		return f;
	vm_raise(vm, &exc_RuntimeError, "Future object is not initialized.");
	return NULL;
}

/* ---- what a scene asks of one ---- */

value future_result(struct vm *vm, struct future *f)
{
	if (!future_done(f))
		return vm_raise(vm, &invalid_state_error_type, "Result is not set.");
	struct datum d;
	if (!future_take(f, &d))
		return raise_datum(vm, d);
	return value_of(d);
}

static value method_result(struct vm *vm, value self, const struct args *a)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	(void)a;
	return future_result(vm, f);
}

static value method_exception(struct vm *vm, value self, const struct args *a)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	(void)a;
	if (future_cancelled(f))
		return raise_datum(vm, future_cancelled_error(f));
	if (!future_done(f))
		return vm_raise(vm, &invalid_state_error_type, "Exception is not set.");
	return value_ref(value_of(future_error(f)));
}

static value method_done(struct vm *vm, value self, const struct args *a)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	(void)a;
	return value_bool(future_done(f));
}

static value method_cancelled(struct vm *vm, value self, const struct args *a)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	(void)a;
	return value_bool(future_cancelled(f));
}

/* Its callbacks were to be appended to a closed loop: raise what call_soon raises then.
 */
static bool was_refused(struct vm *vm, struct future *f)
{
	if (!loop_closed(f->loop) || !loop_take_refusal(f->loop))
		return false;
	vm_raise(vm, &exc_RuntimeError, "Event loop is closed");
	return true;
}

static value method_cancel(struct vm *vm, value self, const struct args *a)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	static const struct signature signature = {
		.function = "cancel", .names = {"msg"}, .positional = 1};
	value message[1];
	if (!args_parse(vm, a, &signature, message))
		return VALUE_NULL;
	bool asked = future_cancel(f, datum_maybe(message[0]));
	return was_refused(vm, f) ? VALUE_NULL : value_bool(asked);
}

static value method_set_result(struct vm *vm, value self, const struct args *a)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	if (f->kind == FUTURE_TASK)
		return vm_raise(vm, &exc_RuntimeError,
		                "Task does not support set_result operation");
	if (!future_set_result(f, datum_of(a->at[0])))
		return vm_raise(vm, &invalid_state_error_type, "invalid state");
	return was_refused(vm, f) ? VALUE_NULL : VALUE_NONE;
}

/* What set_exception takes: an exception, or a class of which it makes one. A new
 * reference. */
static value exception_argument(struct vm *vm, value v)
{
	value e = value_is_exception_type(v) ? vm_call(vm, v, NO_ARGS) : value_ref(v);
	if (value_is_null(e))
		return e;
	if (!value_is_exception(e)) {
		value_unref(vm, e);
		return vm_raise(vm, &exc_TypeError, "invalid exception object");
	}
	if (!value_is_a(e, &exc_StopIteration))
		return e;
	value wrapped =
		exception_text_new(vm, &exc_RuntimeError,
	                           "StopIteration interacts badly with generators and "
	                           "cannot be raised into a Future");
	exception_set_context(vm, wrapped, e);
	exception_set_cause(vm, wrapped, e);
	value_unref(vm, e);
	return wrapped;
}

static value method_set_exception(struct vm *vm, value self, const struct args *a)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	if (f->kind == FUTURE_TASK)
		return vm_raise(vm, &exc_RuntimeError,
		                "Task does not support set_exception operation");
	if (future_done(f))
		return vm_raise(vm, &invalid_state_error_type, "invalid state");
	value e = exception_argument(vm, a->at[0]);
	if (value_is_null(e))
		return e;
	bool set = future_set_error(f, datum_of(e));
	value_unref(vm, e);
	if (!set)
		return vm_raise(vm, &invalid_state_error_type, "invalid state");
	return was_refused(vm, f) ? VALUE_NULL : VALUE_NONE;
}

static value method_add_done_callback(struct vm *vm, value self, const struct args *a)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	static const struct signature signature = {.function = "add_done_callback",
	                                           .names = {"", "context"},
	                                           .positional = 1,
	                                           .required = 1};
	value parsed[2];
	if (!args_parse(vm, a, &signature, parsed))
		return VALUE_NULL;
	value o = callback_object_new(scene_of(vm), f, parsed[0]);
	value_unref(vm, o); /* the future holds it, or the ready queue */
	return VALUE_NONE;
}

/* Equal ones all go. Comparing may run the scene's code, which may change the list: begin
 * anew then. */
static value method_remove_done_callback(struct vm *vm, value self, const struct args *a)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	int64_t removed = 0;
	struct done_callback *cb = NULL;
	while ((cb = future_next_callback(f, cb)) != NULL) {
		value callable = handle_callable(&cb->handle);
		if (value_is_null(callable))
			continue;
		int equal = 1;
		if (!value_is(callable, a->at[0])) {
			value owner = value_ref(handle_owner(&cb->handle));
			equal = object_equal(vm, callable, a->at[0]);
			bool still_there = cb->future == f;
			value_unref(vm, owner);
			if (equal < 0)
				return VALUE_NULL;
			if (!still_there) {
				cb = NULL;
				continue;
			}
		}
		if (equal && future_remove_callback(f, cb)) {
			removed++;
			cb = NULL;
		}
	}
	return int_new(vm, removed);
}

static value method_get_loop(struct vm *vm, value self, const struct args *a)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	(void)a;
	return loop_object_of(scene_of(vm), f->loop);
}

static value get_state(struct vm *vm, value self)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	static const char *const words[] = {
		[FUTURE_PENDING] = "PENDING",
		[FUTURE_CANCELLED] = "CANCELLED",
		[FUTURE_FINISHED] = "FINISHED",
	};
	return str_intern_c(vm, words[f->state]);
}

static value get_loop(struct vm *vm, value self)
{
	return method_get_loop(vm, self, NO_ARGS);
}

static value get_blocking(struct vm *vm, value self)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	return value_bool(f->blocking);
}

static bool set_blocking(struct vm *vm, value self, value v)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return false;
	int truth = value_is_null(v) ? 0 : object_truth(vm, v);
	if (truth < 0)
		return false;
	f->blocking = truth != 0;
	return true;
}

static value get_log_traceback(struct vm *vm, value self)
{
	struct future *f = self_future(vm, self);
	if (f == NULL)
		return VALUE_NULL;
	return value_bool(f->log_error);
}

const struct method_def future_methods[] = {
	{"result", method_result, 0, 0, 0},
	{"exception", method_exception, 0, 0, 0},
	{"done", method_done, 0, 0, 0},
	{"cancelled", method_cancelled, 0, 0, 0},
	{"cancel", method_cancel, 0, 1, METHOD_KEYWORDS},
	{"set_result", method_set_result, 1, 1, 0},
	{"set_exception", method_set_exception, 1, 1, 0},
	{"add_done_callback", method_add_done_callback, 1, 1, METHOD_KEYWORDS},
	{"remove_done_callback", method_remove_done_callback, 1, 1, 0},
	{"get_loop", method_get_loop, 0, 0, 0},
	{0},
};

const struct getset_def future_getset[] = {
	{"_state", get_state, NULL},
	{"_loop", get_loop, NULL},
	{"_asyncio_future_blocking", get_blocking, set_blocking},
	{"_log_traceback", get_log_traceback, NULL},
	{0},
};

#define FUTURE_SLOTS                                                                     \
	.flags = TYPE_TRACKED, .dict_offset = offsetof(struct future_object, dict),      \
	.finalize = future_object_finalize, .drop = future_object_drop,                  \
	.traverse = future_object_traverse, .clear = future_object_clear,                \
	.repr = future_repr, .await = future_object_await, .iter = future_object_await

const struct type future_type = {
	TYPE_HEAD_OF("_asyncio"),
	.name = "Future",
	.base = &object_type,
	.size = sizeof(struct future_object),
	FUTURE_SLOTS,
	.methods = future_methods,
	.getset = future_getset,
	.make = future_make,
	.init = future_init_object,
};

const struct type gathering_type = {
	TYPE_HEAD_OF("asyncio.tasks"),
	.name = "_GatheringFuture",
	.base = &future_type,
	.size = sizeof(struct gather_object),
	FUTURE_SLOTS,
};

/* ---- await ---- */

/* The iterator of one `await f`: yields the future itself, once, unless it is done
 * already. */
struct future_wait {
	struct object head;
	value future; /* null once it is over */
	bool yielded;
};

static enum coro_outcome wait_resume(struct vm *vm, value self, value sent, value thrown,
                                     value *out)
{
	(void)sent;
	struct future_wait *w = (struct future_wait *)(void *)value_object(self);
	*out = VALUE_NULL;
	if (!value_is_null(thrown)) {
		value_forget(vm, &w->future);
		vm_restore(vm, value_ref(thrown));
		return CORO_RAISE;
	}
	if (value_is_null(w->future)) {
		*out = VALUE_NONE;
		return CORO_RETURN;
	}
	struct future *f = future_of(w->future);
	if (!w->yielded) {
		struct step_result r = {0};
		if (!future_await(f, &r)) {
			w->yielded = true;
			*out = future_object_value(r.future);
			return CORO_AWAIT;
		}
	} else if (!future_done(f)) {
		value_forget(vm, &w->future);
		vm_raise(vm, &exc_RuntimeError, "await wasn't used with future");
		return CORO_RAISE;
	}
	value future = w->future;
	w->future = VALUE_NULL;
	*out = future_result(vm, f);
	value_unref(vm, future);
	return value_is_null(*out) ? CORO_RAISE : CORO_RETURN;
}

static void wait_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct future_wait *)(void *)self)->future);
}

static void wait_traverse(struct object *self, visit_fn visit, void *context)
{
	value future = ((struct future_wait *)(void *)self)->future;
	if (!value_is_null(future))
		visit(future, context);
}

static value wait_self(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(self);
}

const struct type future_wait_type = {
	TYPE_HEAD_OF("_asyncio"),
	.name = "FutureIter",
	.base = &object_type,
	.size = sizeof(struct future_wait),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.methods = generator_methods,
	.drop = wait_drop,
	.clear = wait_drop,
	.traverse = wait_traverse,
	.iter = wait_self,
	.await = wait_self,
	.resume = wait_resume,
};

value future_wait_new(struct vm *vm, value future)
{
	struct future_wait *w = object_new(vm, &future_wait_type, 0);
	w->future = value_ref(future);
	return object_value(w);
}

value future_object_await(struct vm *vm, value self)
{
	return self_future(vm, self) == NULL ? VALUE_NULL : future_wait_new(vm, self);
}
