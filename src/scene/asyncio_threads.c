/*
 * asyncio and threads: to_thread, run_in_executor, the loop's default executor and its
 * end, wrap_future, run_coroutine_threadsafe.
 */
#include "scene/concurrent.h"

#include "lang/float.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "loop/timeout.h"
#include "scene/arguments.h"
#include "scene/crossing.h"
#include "scene/executor.h"
#include "scene/internal.h"
#include "scene/job.h"
#include "scene/remote.h"

static struct loop_object *loop_object_at(value v)
{
	return (struct loop_object *)(void *)value_object(v);
}

/* ---- loop.run_in_executor ---- */

/* The default executor of a loop, made at its first use. Borrowed; null with
 * RuntimeError. */
static value default_executor(struct vm *vm, struct loop_object *l)
{
	if (l->executor_is_shut_down)
		return vm_raise(vm, &exc_RuntimeError,
		                "Executor shutdown has been called");
	if (value_is_null(l->default_executor))
		l->default_executor = executor_new_default(scene_of(vm));
	return l->default_executor;
}

value run_in_executor(struct vm *vm, value loop, value executor, value function,
                      const struct args *a)
{
	struct scene *s = scene_of(vm);
	struct loop *l = loop_of(loop);
	if (loop_closed(l))
		return vm_raise(vm, &exc_RuntimeError, "Event loop is closed");
	if (value_is_none(executor)) {
		executor = default_executor(vm, loop_object_at(loop));
		if (value_is_null(executor))
			return executor;
	}
	value made = VALUE_NULL;
	value future = executor_submit(s, executor, function, a, l, &made);
	if (!value_is_null(future) && value_is_null(made))
		made = wrap_future(vm, future, l);
	value_xunref(vm, future);
	return made;
}

value method_run_in_executor(struct vm *vm, value self, const struct args *a)
{
	return run_in_executor(vm, self, a->at[0], a->at[1],
	                       &(struct args){.at = a->at + 2, .count = a->count - 2});
}

value method_set_default_executor(struct vm *vm, value self, const struct args *a)
{
	if (!value_is_a(a->at[0], &thread_pool_type))
		return vm_raise(vm, &exc_TypeError,
		                "executor must be ThreadPoolExecutor instance");
	value_replace(vm, &loop_object_at(self)->default_executor, value_ref(a->at[0]));
	return VALUE_NONE;
}

value wrap_future(struct vm *vm, value future, struct loop *l)
{
	if (!value_is_small(future) && value_is_future(future))
		return value_ref(future);
	if (!value_is_a(future, &concurrent_future_type)) {
		struct buf repr = {0};
		put_repr_of(vm, &repr, future);
		vm_raise(vm, &exc_AssertionError,
		         "concurrent.futures.Future is expected, got %s",
		         buf_text(&repr));
		buf_free(&repr);
		return VALUE_NULL;
	}
	value loop = l != NULL ? loop_object_of(scene_of(vm), l) : event_loop_get(vm);
	if (value_is_null(loop))
		return loop;
	value made = bridge_to_loop(scene_of(vm), future, loop_of(loop));
	value_unref(vm, loop);
	return made;
}

value asyncio_wrap_future(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {.function = "wrap_future",
	                                           .names = {"future", "loop"},
	                                           .positional = 1,
	                                           .required = 1};
	value parsed[2];
	if (!arguments_bind(vm, a, &signature, false, parsed))
		return VALUE_NULL;
	bool given = !value_is_null(parsed[1]) && !value_is_none(parsed[1]);
	if (given && !value_is_a(parsed[1], &base_loop_type))
		return vm_raise(vm, &exc_TypeError, "loop must be an event loop");
	return wrap_future(vm, parsed[0], given ? loop_of(parsed[1]) : NULL);
}

/* ---- asyncio.to_thread(func, /, *args, **kwargs) ---- */

struct to_thread_state {
	value function; /* null once it is under way */
	value args;     /* tuple: positional ones, then those of `names` */
	value names;    /* tuple or null */
	value iterator; /* over the future */
};

static bool to_thread_begin(struct vm *vm, struct to_thread_state *st)
{
	struct loop *l = running_loop(vm);
	if (l == NULL)
		return false;
	value loop = loop_object_of(scene_of(vm), l);
	size_t keywords = value_is_null(st->names) ? 0 : tuple_count(st->names);
	const struct args a = {.at = tuple_of(st->args)->items,
	                       .count = tuple_count(st->args) - keywords,
	                       .names = st->names};
	value future = run_in_executor(vm, loop, VALUE_NONE, st->function, &a);
	value_unref(vm, loop);
	value_forget(vm, &st->function);
	if (value_is_null(future))
		return false;
	st->iterator = future_wait_new(vm, future);
	value_unref(vm, future);
	return true;
}

static enum coro_outcome to_thread_resume(struct vm *vm, void *state, value sent,
                                          value thrown, value *out)
{
	struct to_thread_state *st = state;
	*out = VALUE_NULL;
	if (value_is_null(st->iterator) && !to_thread_begin(vm, st))
		return CORO_RAISE;
	return await_step(vm, &st->iterator, sent, thrown, out);
}

static void to_thread_drop(struct vm *vm, void *state)
{
	struct to_thread_state *st = state;
	value_forget(vm, &st->iterator);
	value_forget(vm, &st->function);
	value_forget(vm, &st->args);
	value_forget(vm, &st->names);
}

static void to_thread_traverse(void *state, visit_fn visit, void *context)
{
	struct to_thread_state *st = state;
	const value owned[] = {st->iterator, st->function, st->args, st->names};
	for (size_t i = 0; i < COUNT_OF(owned); i++) {
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
	}
}

static value to_thread_awaiting(void *state)
{
	return ((struct to_thread_state *)state)->iterator;
}

static const struct native_body to_thread_body = {
	.name = "to_thread",
	.state_size = sizeof(struct to_thread_state),
	.resume = to_thread_resume,
	.drop = to_thread_drop,
	.traverse = to_thread_traverse,
	.awaiting = to_thread_awaiting,
};

value asyncio_to_thread(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	if (!arguments_need(vm, a, "to_thread", "func"))
		return VALUE_NULL;
	struct to_thread_state *st;
	value coro = coro_native_new(vm, &to_thread_body, (void **)&st);
	st->function = value_ref(a->at[0]);
	st->args = tuple_from(vm, a->at + 1, a->count - 1 + args_keywords(a));
	st->names = value_xref(a->names);
	return coro;
}

/* ---- loop.shutdown_default_executor(timeout=None) ---- */

/*
 * CPython has a thread wait for the pool and then call the loop; here the pool itself
 * tells. The timeout is on the heap since its timer may outlive the coroutine.
 */
struct shutdown_timeout {
	struct timeout timeout;
	size_t refs;
};

struct shutdown_state {
	value loop;     /* loop object */
	value seconds;  /* or null */
	value executor; /* null until begun */
	value iterator;
	struct shutdown_timeout *timeout;
};

static void shutdown_timeout_ref(struct timeout *t)
{
	CONTAINER_OF(t, struct shutdown_timeout, timeout)->refs++;
}

static void shutdown_timeout_unref(struct timeout *t)
{
	struct shutdown_timeout *st = CONTAINER_OF(t, struct shutdown_timeout, timeout);
	if (--st->refs > 0)
		return;
	timeout_fini(t);
	free(st);
}

static const struct timeout_ops shutdown_timeout_ops = {
	.ref = shutdown_timeout_ref,
	.unref = shutdown_timeout_unref,
};

static bool begin_timeout(struct vm *vm, struct shutdown_state *st, struct loop *l)
{
	double seconds = 0;
	bool has = !value_is_null(st->seconds) && !value_is_none(st->seconds);
	if (!has)
		return true;
	if (!number_to_double(vm, st->seconds, &seconds))
		return false;
	st->timeout = mem_zalloc(1, sizeof *st->timeout);
	st->timeout->refs = 1;
	timeout_init(&st->timeout->timeout, &shutdown_timeout_ops, true,
	             loop_time(l) + seconds);
	if (timeout_enter(&st->timeout->timeout, l) == TIMEOUT_OK)
		return true;
	vm_raise(vm, &exc_RuntimeError, "Timeout should be used inside a task");
	return false;
}

static bool shutdown_begin(struct vm *vm, struct shutdown_state *st)
{
	struct loop_object *o = loop_object_at(st->loop);
	struct scene *s = scene_of(vm);
	st->executor = value_ref(o->default_executor);
	s->thread_number++; /* that of CPython's thread */
	value future = future_object_new(s, o->loop);
	future_label(future_of(future), WAIT_WORKER,
	             (struct future_label){.describe = future_describe_text,
	                                   .text = "the default executor"});
	executor_call_when_idle(s, st->executor, future);
	st->iterator = future_wait_new(vm, future);
	value_unref(vm, future);
	return begin_timeout(vm, st, o->loop);
}

/* It took too long: go on without. */
static void give_up_waiting(struct vm *vm, struct shutdown_state *st)
{
	struct buf text = {0};
	buf_puts(&text, "The executor did not finishing joining its threads within ");
	value seconds = object_str(vm, st->seconds);
	if (value_is_null(seconds))
		vm_forget(vm);
	else
		buf_puts(&text, str_text(seconds));
	value_xunref(vm, seconds);
	buf_puts(&text, " seconds.");
	report_warning(scene_of(vm), "RuntimeWarning", buf_text(&text));
	buf_free(&text);
}

static enum coro_outcome shutdown_resume(struct vm *vm, void *state, value sent,
                                         value thrown, value *out)
{
	struct shutdown_state *st = state;
	struct loop_object *o = loop_object_at(st->loop);
	*out = VALUE_NULL;
	if (value_is_null(st->executor)) {
		o->executor_is_shut_down = true;
		if (value_is_null(o->default_executor)) {
			*out = VALUE_NONE;
			return CORO_RETURN;
		}
		if (!shutdown_begin(vm, st))
			return CORO_RAISE;
	}
	enum coro_outcome outcome = await_step(vm, &st->iterator, sent, thrown, out);
	if (outcome == CORO_AWAIT || st->timeout == NULL)
		return outcome;
	value error = outcome == CORO_RAISE ? vm_take(vm) : VALUE_NULL;
	if (timeout_exit(&st->timeout->timeout, datum_maybe(error)) == TIMEOUT_RAISES) {
		value_forget(vm, &error);
		give_up_waiting(vm, st);
		*out = VALUE_NONE;
		return CORO_RETURN;
	}
	vm_restore(vm, error);
	return outcome;
}

static void shutdown_drop(struct vm *vm, void *state)
{
	struct shutdown_state *st = state;
	if (st->timeout != NULL)
		shutdown_timeout_unref(&st->timeout->timeout);
	st->timeout = NULL;
	value_forget(vm, &st->iterator);
	value_forget(vm, &st->executor);
	value_forget(vm, &st->seconds);
	value_forget(vm, &st->loop);
}

static void shutdown_traverse(void *state, visit_fn visit, void *context)
{
	struct shutdown_state *st = state;
	const value owned[] = {st->loop, st->seconds, st->executor, st->iterator};
	for (size_t i = 0; i < COUNT_OF(owned); i++) {
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
	}
	if (st->timeout != NULL && st->timeout->timeout.task != NULL)
		visit(future_object_value(&st->timeout->timeout.task->future), context);
}

static const struct native_body shutdown_body = {
	.name = "shutdown_default_executor",
	.state_size = sizeof(struct shutdown_state),
	.resume = shutdown_resume,
	.drop = shutdown_drop,
	.traverse = shutdown_traverse,
};

value default_executor_shutdown(struct vm *vm, value loop, value seconds)
{
	struct shutdown_state *st;
	value coro = coro_native_new(vm, &shutdown_body, (void **)&st);
	st->loop = value_ref(loop);
	st->seconds = value_xref(seconds);
	coro_set_names(vm, coro, "shutdown_default_executor",
	               "BaseEventLoop.shutdown_default_executor");
	return coro;
}

value method_shutdown_default_executor(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "BaseEventLoop.shutdown_default_executor",
		.names = {"timeout"},
		.positional = 1};
	value seconds[1];
	if (!arguments_bind(vm, a, &signature, true, seconds))
		return VALUE_NULL;
	return default_executor_shutdown(vm, self, seconds[0]);
}

/* ---- run_coroutine_threadsafe(coro, loop) ---- */

/* What the loop is to call: make a task of the coroutine, and chain it. */
struct threadsafe_call {
	struct object head;
	struct handle handle;
	struct loop *loop; /* counted */
	value coro, future;
};

static struct threadsafe_call *call_of(const struct handle *h)
{
	return CONTAINER_OF(h, struct threadsafe_call, handle);
}

static void call_run(struct loop *l, struct handle *h)
{
	struct scene *s = scene_of_loop(l);
	struct threadsafe_call *c = call_of(h);
	value task = ensure_future(s->vm, c->coro, l);
	if (!value_is_null(task)) {
		bridge_from_loop(s, task, c->future);
		value_unref(s->vm, task);
		return;
	}
	struct concurrent_future *f = concurrent_future_of(c->future);
	if (!vm_stopped(s->vm) && !concurrent_done(f) && concurrent_begin(s, f))
		concurrent_complete(s, f, vm_raised(s->vm), true);
	callback_failed(s, l, h);
}

static void call_hold(struct handle *h)
{
	value_ref(object_value(call_of(h)));
}

static void call_release(struct handle *h)
{
	struct threadsafe_call *c = call_of(h);
	value_unref(scene_of_loop(c->loop)->vm, object_value(c));
}

static void call_name(const struct handle *h, struct buf *out)
{
	(void)h;
	buf_puts(out, "run_coroutine_threadsafe.callback");
}

static const struct handle_ops call_ops = {
	.run = call_run,
	.hold = call_hold,
	.release = call_release,
	.name = call_name,
};

static void call_drop(struct vm *vm, struct object *self)
{
	struct threadsafe_call *c = (struct threadsafe_call *)(void *)self;
	value_forget(vm, &c->coro);
	value_forget(vm, &c->future);
	if (c->loop != NULL)
		loop_unref(c->loop);
	c->loop = NULL;
}

static void call_traverse(struct object *self, visit_fn visit, void *context)
{
	struct threadsafe_call *c = (struct threadsafe_call *)(void *)self;
	if (!value_is_null(c->coro))
		visit(c->coro, context);
	if (!value_is_null(c->future))
		visit(c->future, context);
}

static const struct type call_type = {
	TYPE_HEAD_OF("asyncio.tasks"),
	.name = "function",
	.base = &object_type,
	.size = sizeof(struct threadsafe_call),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = call_drop,
	.traverse = call_traverse,
};

void coroutine_call_soon(struct scene *s, struct loop *l, value coro, value future)
{
	struct threadsafe_call *c = object_new(s->vm, &call_type, 0);
	c->loop = loop_ref(l);
	c->coro = value_ref(coro);
	c->future = value_ref(future);
	handle_init(&c->handle, &call_ops, ROLE_INTERNAL);
	scene_call_soon(s, l, &c->handle);
	value_unref(s->vm, object_value(c));
}

value asyncio_run_coroutine_threadsafe(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {.function = "run_coroutine_threadsafe",
	                                           .names = {"coro", "loop"},
	                                           .positional = 2,
	                                           .required = 2};
	struct scene *s = scene_of(vm);
	value parsed[2];
	if (!arguments_bind(vm, a, &signature, false, parsed))
		return VALUE_NULL;
	if (value_is_small(parsed[0]) || !value_can_be_task(parsed[0]))
		return vm_raise(vm, &exc_TypeError, "A coroutine object is required");
	if (value_is_exactly(parsed[1], &loop_proxy_type))
		return remote_run_coroutine(s, parsed[1], parsed[0]);
	if (!value_is_a(parsed[1], &base_loop_type))
		return vm_raise(vm, &exc_AttributeError,
		                "'%s' object has no attribute 'call_soon_threadsafe'",
		                value_type_name(parsed[1]));
	if (loop_closed(loop_of(parsed[1])))
		return vm_raise(vm, &exc_RuntimeError, "Event loop is closed");
	value future = concurrent_future_new(s), name = coro_qualname(parsed[0]);
	concurrent_future_of(future)->what =
		value_is_null(name) ? str_new_c(vm, "coroutine") : value_ref(name);
	coroutine_call_soon(s, loop_of(parsed[1]), parsed[0], future);
	return future;
}
