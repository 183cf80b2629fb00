/*
 * asyncio.run and Runner: make a loop, run a main task on it, clean up, and turn
 * Ctrl-C into a cancellation of that task.
 */
#include "scene/internal.h"

#include "lang/str.h"
#include "loop/runner.h"
#include "scene/arguments.h"

enum runner_state { RUNNER_CREATED, RUNNER_READY, RUNNER_CLOSED };

struct runner_object {
	struct object head;
	value debug;   /* True, False or None */
	value factory; /* makes the loop; or None */
	value loop;    /* while ready, else null */
	bool set_event_loop;
	uint8_t state; /* enum runner_state */
};

static struct runner_object *object_of(value v)
{
	return (struct runner_object *)(void *)value_object(v);
}

static value runner_new(struct vm *vm, value debug, value factory)
{
	struct runner_object *r = object_new(vm, &runner_type, 0);
	r->debug = value_is_null(debug) ? VALUE_NONE : value_ref(debug);
	r->factory = value_is_null(factory) ? VALUE_NONE : value_ref(factory);
	return object_value(r);
}

/* Make the loop if there is none yet. False with the exception set. */
static bool runner_begin(struct vm *vm, struct runner_object *r)
{
	struct scene *s = scene_of(vm);
	if (r->state == RUNNER_CLOSED) {
		vm_raise(vm, &exc_RuntimeError, "Runner is closed");
		return false;
	}
	if (r->state == RUNNER_READY)
		return true;
	bool own = value_is_none(r->factory);
	r->loop = own ? loop_object_new(s) : vm_call(vm, r->factory, NO_ARGS);
	if (value_is_null(r->loop))
		return false;
	if (!value_is_a(r->loop, &base_loop_type)) {
		value_forget(vm, &r->loop);
		vm_raise(vm, &exc_TypeError, "loop_factory must return an event loop");
		return false;
	}
	if (own && !r->set_event_loop) {
		event_loop_set(s, r->loop);
		r->set_event_loop = true;
	}
	if (!value_is_none(r->debug)) {
		int debug = object_truth(vm, r->debug);
		if (debug < 0)
			return false;
		((struct loop_object *)(void *)value_object(r->loop))->debug = debug != 0;
	}
	r->state = RUNNER_READY;
	return true;
}

/* Cancel what is left, run the clean-ups, close the loop. An exception that is set stays,
   or becomes the context of what the clean-up raises. False: one is set now. */
static bool runner_end(struct vm *vm, struct runner_object *r)
{
	struct scene *s = scene_of(vm);
	if (r->state != RUNNER_READY || vm_stopped(vm))
		return value_is_null(vm_raised(vm));
	value before = vm_take(vm);
	struct loop *l = loop_ref(loop_of(r->loop));
	struct datum error = DATUM_NONE;
	enum run_end end = runner_close(l, &error);
	loop_tell_closed(s, l);
	bool ok = run_ended(s, l, end, error);
	if (r->set_event_loop && !vm_stopped(vm))
		event_loop_set(s, VALUE_NONE);
	loop_unref(l);
	value_forget(vm, &r->loop);
	r->state = RUNNER_CLOSED;
	if (ok) {
		vm_restore(vm, before);
		return value_is_null(before);
	}
	if (!value_is_null(before) && !vm_stopped(vm))
		exception_set_context(vm, vm_raised(vm), before);
	value_xunref(vm, before);
	return false;
}

bool runner_take_interrupt(struct scene *s)
{
	if (s->main_task == NULL || s->interrupts_taken > 0 ||
	    future_done(&s->main_task->future))
		return false;
	s->interrupts_taken++;
	task_cancel(s->main_task, DATUM_NONE);
	return true;
}

/* Run `coro` on the runner's loop as its main task. */
static value runner_run(struct vm *vm, struct runner_object *r, value coro)
{
	struct scene *s = scene_of(vm);
	if (!value_can_be_task(coro)) {
		struct buf repr = {0};
		put_repr_of(vm, &repr, coro);
		vm_raise(vm, &exc_ValueError, "a coroutine was expected, got %s",
		         buf_text(&repr));
		buf_free(&repr);
		return VALUE_NULL;
	}
	if (s->world.running != NULL)
		return vm_raise(
			vm, &exc_RuntimeError,
			"Runner.run() cannot be called from a running event loop");
	if (!runner_begin(vm, r))
		return VALUE_NULL;
	value task = task_object_new(s, loop_of(r->loop), coro, VALUE_NULL);
	if (value_is_null(task))
		return task;

	struct task *outer_main = s->main_task;
	unsigned outer_taken = s->interrupts_taken;
	s->main_task = task_of(task);
	s->interrupts_taken = 0;
	value result = VALUE_NULL;
	if (loop_run(s, loop_of(r->loop), future_of(task)))
		result = future_result(vm, future_of(task));
	if (value_is_null(result) && s->interrupts_taken > 0 &&
	    vm_raised_is(vm, &cancelled_error_type) &&
	    task_uncancel(task_of(task)) == 0) {
		value cancelled = vm_take(vm);
		value interrupt = exception_new(vm, &exc_KeyboardInterrupt, VALUE_NULL);
		exception_set_context(vm, interrupt, cancelled);
		value_unref(vm, cancelled);
		vm_restore(vm, interrupt);
	}
	s->main_task = outer_main;
	s->interrupts_taken = outer_taken;
	value_unref(vm, task);
	return result;
}

/* run(main, *, debug=None, loop_factory=None) */
value asyncio_run(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	static const struct signature signature = {
		.function = "run",
		.names = {"main", "debug", "loop_factory"},
		.positional = 1,
		.required = 1};
	value parsed[3];
	if (!arguments_bind(vm, a, &signature, false, parsed))
		return VALUE_NULL;
	if (scene_of(vm)->world.running != NULL)
		return vm_raise(
			vm, &exc_RuntimeError,
			"asyncio.run() cannot be called from a running event loop");
	value runner = runner_new(vm, parsed[1], parsed[2]);
	value result = VALUE_NULL;
	if (runner_begin(vm, object_of(runner)))
		result = runner_run(vm, object_of(runner), parsed[0]);
	if (!runner_end(vm, object_of(runner)))
		value_forget(vm, &result);
	value_unref(vm, runner);
	return result;
}

/* ---- the type Runner ---- */

static value runner_make(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)type;
	static const struct signature signature = {.function = "Runner.__init__",
	                                           .names = {"debug", "loop_factory"}};
	value parsed[2];
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return VALUE_NULL;
	return runner_new(vm, parsed[0], parsed[1]);
}

static value method_run(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "Runner.run",
	                                           .names = {"coro", "context"},
	                                           .positional = 1,
	                                           .required = 1};
	value parsed[2];
	if (!arguments_bind(vm, a, &signature, true, parsed))
		return VALUE_NULL;
	return runner_run(vm, object_of(self), parsed[0]);
}

static value method_close(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return runner_end(vm, object_of(self)) ? VALUE_NONE : VALUE_NULL;
}

static value method_get_loop(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return runner_begin(vm, object_of(self)) ? value_ref(object_of(self)->loop)
	                                         : VALUE_NULL;
}

static value method_enter(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return runner_begin(vm, object_of(self)) ? value_ref(self) : VALUE_NULL;
}

static void runner_drop(struct vm *vm, struct object *self)
{
	struct runner_object *r = (struct runner_object *)(void *)self;
	value_forget(vm, &r->debug);
	value_forget(vm, &r->factory);
	value_forget(vm, &r->loop);
}

static void runner_traverse(struct object *self, visit_fn visit, void *context)
{
	struct runner_object *r = (struct runner_object *)(void *)self;
	if (!value_is_null(r->factory))
		visit(r->factory, context);
	if (!value_is_null(r->loop))
		visit(r->loop, context);
}

static const struct method_def runner_methods[] = {
	{"run", method_run, 1, 1, METHOD_KEYWORDS}, {"close", method_close, 0, 0, 0},
	{"get_loop", method_get_loop, 0, 0, 0},     {"__enter__", method_enter, 0, 0, 0},
	{"__exit__", method_close, 3, 3, 0},        {0},
};

const struct type runner_type = {
	TYPE_HEAD_OF("asyncio.runners"),
	.name = "Runner",
	.base = &object_type,
	.size = sizeof(struct runner_object),
	.flags = TYPE_TRACKED | TYPE_FINAL,
	.methods = runner_methods,
	.make = runner_make,
	.drop = runner_drop,
	.clear = runner_drop,
	.traverse = runner_traverse,
};
