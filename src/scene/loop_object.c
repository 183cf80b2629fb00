/*
 * The event loop as a scene has it: an object around the loop's struct, its methods,
 * and which loop is whose: the one that runs, the one that was set.
 */
#include "scene/internal.h"

#include <math.h>

#include "lang/dict.h"
#include "lang/float.h"
#include "lang/function.h"
#include "lang/int.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/arguments.h"
#include "scene/executor.h"
#include "scene/job.h"

static struct loop_object *object_of(value v)
{
	return (struct loop_object *)(void *)value_object(v);
}

/* ---- which loop ---- */

static value wrap_loop(struct scene *s, struct loop *l)
{
	struct loop_object *o = object_new(s->vm, &loop_type, 0);
	o->loop = l;
	loop_set_user(l, o);
	return object_value(o);
}

value loop_object_of(struct scene *s, struct loop *l)
{
	struct loop_object *o = loop_user(l);
	return o != NULL ? value_ref(object_value(o)) : wrap_loop(s, loop_ref(l));
}

uint64_t loop_serial(struct scene *s, value loop)
{
	struct loop_object *o = object_of(loop);
	if (o->serial == 0)
		o->serial = ++s->root->loop_serial;
	return o->serial;
}

void loop_tell_closed(struct scene *s, struct loop *l)
{
	struct loop_object *o = loop_user(l);
	if (o == NULL || o->serial == 0)
		return;
	pthread_mutex_lock(&s->root->words_lock);
	vec_push(&s->root->closed_loops, o->serial);
	pthread_mutex_unlock(&s->root->words_lock);
}

bool loop_is_known_closed(struct scene *s, uint64_t serial)
{
	bool closed = false;
	pthread_mutex_lock(&s->root->words_lock);
	for (size_t i = 0; i < s->root->closed_loops.count; i++)
		closed |= s->root->closed_loops.items[i] == serial;
	pthread_mutex_unlock(&s->root->words_lock);
	return closed;
}

static void forget_closed_loops(struct scene *s)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->loops.count; i++) {
		if (loop_closed(s->loops.items[i]))
			loop_unref(s->loops.items[i]);
		else
			s->loops.items[kept++] = s->loops.items[i];
	}
	s->loops.count = kept;
}

value loop_object_new(struct scene *s)
{
	struct loop *l = loop_new(&s->world, POLL_BACKEND_EPOLL);
	if (l == NULL)
		return vm_raise(s->vm, &exc_OSError,
		                "the system gives no more event loops");
	forget_closed_loops(s);
	vec_push(&s->loops, loop_ref(l));
	return wrap_loop(s, l);
}

struct loop *running_loop(struct vm *vm)
{
	struct loop *l = scene_of(vm)->world.running;
	if (l == NULL)
		vm_raise(vm, &exc_RuntimeError, "no running event loop");
	return l;
}

void event_loop_set(struct scene *s, value loop_or_none)
{
	struct loop_object *before = s->event_loop;
	s->event_loop_was_set = true;
	s->event_loop =
		value_is_none(loop_or_none) ? NULL : object_of(value_ref(loop_or_none));
	if (before != NULL)
		value_unref(s->vm, object_value(before));
}

value event_loop_get(struct vm *vm)
{
	struct scene *s = scene_of(vm);
	if (s->world.running != NULL)
		return loop_object_of(s, s->world.running);
	if (s->event_loop == NULL && !s->event_loop_was_set && scene_is_root(s)) {
		report_warning(s, "DeprecationWarning", "There is no current event loop");
		value made = loop_object_new(s);
		if (value_is_null(made))
			return made;
		event_loop_set(s, made);
		value_unref(vm, made);
	}
	if (s->event_loop == NULL)
		return vm_raise(vm, &exc_RuntimeError,
		                "There is no current event loop in thread '%s'.",
		                scene_is_root(s) ? "MainThread" : s->worker_name);
	return value_ref(object_value(s->event_loop));
}

/* ---- running ---- */

bool run_ended(struct scene *s, struct loop *l, enum run_end end, struct datum error)
{
	struct vm *vm = s->vm;
	switch (end) {
	case RUN_DONE:
		return true;
	case RUN_STOPPED:
		vm_raise(vm, &exc_RuntimeError,
		         "Event loop stopped before Future completed.");
		return false;
	case RUN_EXIT:
		raise_datum(vm, error);
		return false;
	case RUN_DEADLOCK:
		report_deadlock(s, l);
		scene_halt(s, STOP_DEADLOCK);
		return false;
	case RUN_HALTED:
		scene_halt(s, STOP_ASKED);
		return false;
	case RUN_CLOSED:
		vm_raise(vm, &exc_RuntimeError, "Event loop is closed");
		return false;
	case RUN_BUSY:
		vm_raise(vm, &exc_RuntimeError, "This event loop is already running");
		return false;
	case RUN_OTHER:
		vm_raise(vm, &exc_RuntimeError,
		         "Cannot run the event loop while another loop is running");
		return false;
	}
	return false;
}

bool loop_run(struct scene *s, struct loop *l, struct future *f)
{
	struct datum error = DATUM_NONE;
	loop_ref(l);
	enum run_end end = f != NULL ? loop_run_until_complete(l, f, &error)
	                             : loop_run_forever(l, &error);
	bool ok = run_ended(s, l, end, error);
	loop_unref(l);
	return ok;
}

value ensure_future(struct vm *vm, value v, struct loop *l)
{
	struct scene *s = scene_of(vm);
	if (!value_is_small(v) && value_is_future(v)) {
		if (l != NULL && future_of(v)->loop != l)
			return vm_raise(
				vm, &exc_ValueError,
				"The future belongs to a different loop than the one "
				"specified as the loop argument");
		return value_ref(v);
	}
	value coro;
	if (value_can_be_task(v)) {
		coro = value_ref(v);
	} else {
		coro = awaitable_wrap(vm, v);
		if (value_is_null(coro))
			return coro;
	}
	value of = l != NULL ? loop_object_of(s, l) : event_loop_get(vm);
	value task = VALUE_NULL;
	if (!value_is_null(of) && loop_closed(loop_of(of)))
		vm_raise(vm, &exc_RuntimeError, "Event loop is closed");
	else if (!value_is_null(of))
		task = task_object_new(s, loop_of(of), coro, VALUE_NULL);
	value_xunref(vm, of);
	value_unref(vm, coro);
	return task;
}

/* ---- methods: scheduling ---- */

static bool check_open(struct vm *vm, struct loop *l)
{
	if (loop_closed(l))
		vm_raise(vm, &exc_RuntimeError, "Event loop is closed");
	return !loop_closed(l);
}

/* The arguments after the first `skip` as a tuple: those of the callback. */
static value rest_of(struct vm *vm, const struct args *a, size_t skip)
{
	return tuple_from(vm, a->at + skip, a->count - skip);
}

/* Only `context` may be given by keyword; at least `least` arguments by position. */
static bool check_call(struct vm *vm, const struct args *a, const char *function,
                       size_t least)
{
	if (args_keywords(a) > (value_is_null(args_keyword(a, "context")) ? 0u : 1u)) {
		vm_raise(vm, &exc_TypeError,
		         "BaseEventLoop.%s() got an unexpected keyword argument",
		         function);
		return false;
	}
	if (a->count < least) {
		vm_raise(vm, &exc_TypeError,
		         "BaseEventLoop.%s() missing %zu required positional "
		         "argument%s",
		         function, least - a->count, least - a->count == 1 ? "" : "s");
		return false;
	}
	return true;
}

static value method_call_soon(struct vm *vm, value self, const struct args *a)
{
	struct loop *l = loop_of(self);
	if (!check_call(vm, a, "call_soon", 1) || !check_open(vm, l))
		return VALUE_NULL;
	value args = rest_of(vm, a, 1);
	value handle = handle_call_soon(scene_of(vm), l, a->at[0], args, ROLE_CALLBACK);
	value_unref(vm, args);
	return handle;
}

/* call_later and call_at: `when` is a number, `seconds` what it is. */
static value call_timer(struct vm *vm, struct loop *l, value when, double seconds,
                        const struct args *a)
{
	if (isnan(seconds))
		return vm_raise(vm, &exc_ValueError, "Invalid value NaN (not a number)");
	value args = rest_of(vm, a, 2);
	value handle = handle_call_at(scene_of(vm), l, when, seconds, a->at[1], args);
	value_unref(vm, args);
	return handle;
}

static value method_call_later(struct vm *vm, value self, const struct args *a)
{
	struct loop *l = loop_of(self);
	double delay;
	if (!check_call(vm, a, "call_later", 2))
		return VALUE_NULL;
	if (value_is_none(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "delay must not be None");
	if (!number_to_double(vm, a->at[0], &delay) || !check_open(vm, l))
		return VALUE_NULL;
	double seconds = loop_time(l) + delay;
	value when = float_new(vm, seconds);
	value handle = call_timer(vm, l, when, seconds, a);
	value_unref(vm, when);
	return handle;
}

static value method_call_at(struct vm *vm, value self, const struct args *a)
{
	struct loop *l = loop_of(self);
	double seconds;
	if (!check_call(vm, a, "call_at", 2))
		return VALUE_NULL;
	if (value_is_none(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "when cannot be None");
	if (!number_to_double(vm, a->at[0], &seconds) || !check_open(vm, l))
		return VALUE_NULL;
	return call_timer(vm, l, a->at[0], seconds, a);
}

static value method_time(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return float_new(vm, loop_time(loop_of(self)));
}

static value method_create_future(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	value f = future_object_new(scene_of(vm), loop_of(self));
	future_label(future_of(f), WAIT_FUTURE, (struct future_label){0});
	return f;
}

static value method_create_task(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function =
	                                                   "BaseEventLoop.create_task",
	                                           .names = {"coro", "name", "context"},
	                                           .positional = 1,
	                                           .required = 1};
	value parsed[3], name = VALUE_NULL;
	if (!arguments_bind(vm, a, &signature, true, parsed) ||
	    !check_open(vm, loop_of(self)))
		return VALUE_NULL;
	if (!value_is_null(parsed[1]) && !value_is_none(parsed[1])) {
		name = object_str(vm, parsed[1]);
		if (value_is_null(name))
			return name;
	}
	value task = task_object_new(scene_of(vm), loop_of(self), parsed[0], name);
	value_xunref(vm, name);
	return task;
}

/* ---- methods: running ---- */

static value method_run_forever(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return loop_run(scene_of(vm), loop_of(self), NULL) ? VALUE_NONE : VALUE_NULL;
}

/* Refuse before anything is made of the argument, as CPython does. */
static bool check_may_run(struct vm *vm, struct loop *l)
{
	struct scene *s = scene_of(vm);
	if (loop_closed(l))
		return run_ended(s, l, RUN_CLOSED, DATUM_NONE);
	if (loop_running(l))
		return run_ended(s, l, RUN_BUSY, DATUM_NONE);
	if (s->world.running != NULL)
		return run_ended(s, l, RUN_OTHER, DATUM_NONE);
	return true;
}

static value method_run_until_complete(struct vm *vm, value self, const struct args *a)
{
	struct loop *l = loop_of(self);
	if (!check_may_run(vm, l))
		return VALUE_NULL;
	value future = ensure_future(vm, a->at[0], l);
	if (value_is_null(future))
		return future;
	struct future *f = future_of(future);
	struct task *t = future_task(f);
	bool is_new = !value_is(future, a->at[0]);
	if (is_new && t != NULL)
		t->quiet = true; /* the run itself says what went wrong */
	value result = VALUE_NULL;
	if (loop_run(scene_of(vm), l, f)) {
		result = future_result(vm, f);
	} else if (is_new && future_done(f) && !future_cancelled(f)) {
		future_error(f); /* it left as the exception that is set */
	}
	value_unref(vm, future);
	return result;
}

static value method_stop(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	loop_stop(loop_of(self));
	return VALUE_NONE;
}

static value method_close(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	if (loop_running(loop_of(self)))
		return vm_raise(vm, &exc_RuntimeError,
		                "Cannot close a running event loop");
	struct loop_object *o = object_of(self);
	job_gather(scene_of(vm)); /* what runs beside sees it open until here */
	o->executor_is_shut_down = true;
	if (!value_is_null(o->default_executor))
		executor_close(scene_of(vm), o->default_executor);
	loop_close(o->loop);
	loop_tell_closed(scene_of(vm), o->loop);
	return VALUE_NONE;
}

static value method_is_running(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(loop_running(loop_of(self)));
}

static value method_is_closed(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(loop_closed(loop_of(self)));
}

static value method_shutdown_asyncgens(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return asyncgens_shutdown(vm, loop_of(self));
}

/* ---- methods: errors and debugging ---- */

bool value_is_callable(value v)
{
	if (value_is_small(v))
		return false;
	value (*call)(struct vm *, value, const struct args *);
	TYPE_SLOT(call, value_type(v), call);
	return call != NULL;
}

static value method_set_exception_handler(struct vm *vm, value self, const struct args *a)
{
	value handler = a->at[0];
	if (!value_is_none(handler) && !value_is_callable(handler)) {
		value text = object_repr(vm, handler);
		if (value_is_null(text))
			return text;
		vm_raise(vm, &exc_TypeError,
		         "A callable object or None is expected, got %s", str_text(text));
		value_unref(vm, text);
		return VALUE_NULL;
	}
	value_replace(vm, &object_of(self)->exception_handler,
	              value_is_none(handler) ? VALUE_NULL : value_ref(handler));
	return VALUE_NONE;
}

static value method_get_exception_handler(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	value handler = object_of(self)->exception_handler;
	return value_is_null(handler) ? VALUE_NONE : value_ref(handler);
}

static value method_get_debug(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_bool(object_of(self)->debug);
}

static value method_set_debug(struct vm *vm, value self, const struct args *a)
{
	int truth = object_truth(vm, a->at[0]);
	if (truth < 0)
		return VALUE_NULL;
	object_of(self)->debug = truth != 0;
	return VALUE_NONE;
}

static value loop_repr(struct vm *vm, value self)
{
	struct loop_object *o = object_of(self);
	return str_printf(vm, "<%s running=%s closed=%s debug=%s>", value_type_name(self),
	                  loop_running(o->loop) ? "True" : "False",
	                  loop_closed(o->loop) ? "True" : "False",
	                  o->debug ? "True" : "False");
}

/* ---- the types ---- */

static void loop_drop(struct vm *vm, struct object *self)
{
	struct loop_object *o = (struct loop_object *)(void *)self;
	value_forget(vm, &o->dict);
	value_forget(vm, &o->exception_handler);
	value_forget(vm, &o->task_factory);
	value_forget(vm, &o->default_executor);
	if (o->loop != NULL) {
		loop_set_user(o->loop, NULL);
		loop_unref(o->loop);
	}
	o->loop = NULL;
}

static void loop_clear(struct vm *vm, struct object *self)
{
	struct loop_object *o = (struct loop_object *)(void *)self;
	value_forget(vm, &o->dict);
	value_forget(vm, &o->exception_handler);
	value_forget(vm, &o->task_factory);
	value_forget(vm, &o->default_executor);
}

static void loop_traverse(struct object *self, visit_fn visit, void *context)
{
	struct loop_object *o = (struct loop_object *)(void *)self;
	if (!value_is_null(o->dict))
		visit(o->dict, context);
	if (!value_is_null(o->exception_handler))
		visit(o->exception_handler, context);
	if (!value_is_null(o->task_factory))
		visit(o->task_factory, context);
	if (!value_is_null(o->default_executor))
		visit(o->default_executor, context);
}

static const struct method_def loop_methods[] = {
	{"call_soon", method_call_soon, 1, METHOD_ANY, METHOD_KEYWORDS},
	{"call_soon_threadsafe", method_call_soon, 1, METHOD_ANY, METHOD_KEYWORDS},
	{"call_later", method_call_later, 2, METHOD_ANY, METHOD_KEYWORDS},
	{"call_at", method_call_at, 2, METHOD_ANY, METHOD_KEYWORDS},
	{"time", method_time, 0, 0, 0},
	{"create_future", method_create_future, 0, 0, 0},
	{"create_task", method_create_task, 1, 1, METHOD_KEYWORDS},
	{"run_forever", method_run_forever, 0, 0, 0},
	{"run_until_complete", method_run_until_complete, 1, 1, 0},
	{"stop", method_stop, 0, 0, 0},
	{"close", method_close, 0, 0, 0},
	{"is_running", method_is_running, 0, 0, 0},
	{"is_closed", method_is_closed, 0, 0, 0},
	{"shutdown_asyncgens", method_shutdown_asyncgens, 0, 0, 0},
	{"shutdown_default_executor", method_shutdown_default_executor, 0, 1,
         METHOD_KEYWORDS},
	{"run_in_executor", method_run_in_executor, 2, METHOD_ANY, 0},
	{"set_default_executor", method_set_default_executor, 1, 1, 0},
	{"set_exception_handler", method_set_exception_handler, 1, 1, 0},
	{"get_exception_handler", method_get_exception_handler, 0, 0, 0},
	{"call_exception_handler", loop_call_exception_handler, 1, 1, 0},
	{"default_exception_handler", loop_default_exception_handler, 1, 1, 0},
	{"create_connection", loop_create_connection, 1, 3, METHOD_KEYWORDS},
	{"create_server", loop_create_server, 1, 3, METHOD_KEYWORDS},
	{"add_reader", loop_add_reader, 2, METHOD_ANY, 0},
	{"remove_reader", loop_remove_reader, 1, 1, 0},
	{"add_writer", loop_add_writer, 2, METHOD_ANY, 0},
	{"remove_writer", loop_remove_writer, 1, 1, 0},
	{"sock_recv", loop_sock_recv, 2, 2, 0},
	{"sock_sendall", loop_sock_sendall, 2, 2, 0},
	{"sock_accept", loop_sock_accept, 1, 1, 0},
	{"sock_connect", loop_sock_connect, 2, 2, 0},
	{"connect_read_pipe", loop_connect_read_pipe, 2, 2, 0},
	{"connect_write_pipe", loop_connect_write_pipe, 2, 2, 0},
	{"get_debug", method_get_debug, 0, 0, 0},
	{"set_debug", method_set_debug, 1, 1, 0},
	{0},
};

/* The methods stand in a base of their own, so that they are called BaseEventLoop.stop.
 */
const struct type base_loop_type = {
	TYPE_HEAD_OF("asyncio.base_events"),
	.name = "BaseEventLoop",
	.base = &object_type,
	.size = sizeof(struct loop_object),
	.flags = TYPE_TRACKED | TYPE_NO_NEW,
	.dict_offset = offsetof(struct loop_object, dict),
	.methods = loop_methods,
	.drop = loop_drop,
	.traverse = loop_traverse,
	.clear = loop_clear,
	.repr = loop_repr,
};

static value loop_make(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)type;
	if (!args_check(vm, a, "_UnixSelectorEventLoop", 0, 0) ||
	    !args_no_keywords(vm, a, "_UnixSelectorEventLoop"))
		return VALUE_NULL;
	return loop_object_new(scene_of(vm));
}

const struct type loop_type = {
	TYPE_HEAD_OF("asyncio.unix_events"),
	.name = "_UnixSelectorEventLoop",
	.base = &base_loop_type,
	.size = sizeof(struct loop_object),
	.flags = TYPE_TRACKED | TYPE_FINAL,
	.dict_offset = offsetof(struct loop_object, dict),
	.make = loop_make,
	.drop = loop_drop,
	.traverse = loop_traverse,
	.clear = loop_clear,
	.repr = loop_repr,
};
