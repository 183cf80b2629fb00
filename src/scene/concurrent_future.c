/*
 * The type concurrent.futures.Future: a result that a worker will bring. All that
 * happens to one happens on the thread of its world: a job's end is delivered there, and
 * whoever looks has it delivered first. Nothing here waits but result() and exception().
 */
#include "scene/concurrent.h"

#include "lang/float.h"
#include "lang/list.h"
#include "lang/str.h"
#include "scene/arguments.h"
#include "scene/internal.h"
#include "scene/job.h"
#include "scene/remote.h"

#define ERROR_HEAD(parent) EXCEPTION_TYPE(parent), .module = "concurrent.futures._base"

const struct type concurrent_error_type = {
	ERROR_HEAD(&exc_Exception),
	.name = "Error",
};

const struct type concurrent_cancelled_error_type = {
	ERROR_HEAD(&concurrent_error_type),
	.name = "CancelledError",
};

const struct type concurrent_invalid_state_error_type = {
	ERROR_HEAD(&concurrent_error_type),
	.name = "InvalidStateError",
};

const struct type broken_executor_type = {
	ERROR_HEAD(&exc_RuntimeError),
	.name = "BrokenExecutor",
};

/* ---- what others do with one ---- */

value concurrent_future_new(struct scene *s)
{
	return object_value(object_new(s->vm, &concurrent_future_type, 0));
}

void concurrent_look(struct scene *s, struct concurrent_future *f)
{
	if (concurrent_done(f) || f->job == NULL)
		return;
	value self = value_ref(object_value(f));
	job_look(s, f->job);
	if (!concurrent_done(f) && f->job != NULL && job_is_running(f->job))
		f->state = CONCURRENT_RUNNING;
	value_unref(s->vm, self);
}

/* A done callback failed: CPython's logger says so, with nobody to handle it. */
static void log_failed_callback(struct scene *s, value future)
{
	value error = vm_take(s->vm);
	if (vm_stopped(s->vm)) {
		value_xunref(s->vm, error);
		return;
	}
	struct buf message = {0};
	buf_puts(&message, "exception calling callback for ");
	put_repr_of(s->vm, &message, future);
	report_error(s, &message, error);
	buf_free(&message);
	value_unref(s->vm, error);
}

/* BaseExceptions leave: only Exceptions are logged. False with one set. */
static bool call_back(struct scene *s, value callback, value future)
{
	if (bridge_call(s, callback, future) || remote_call_back(s, callback, future))
		return true;
	value result = vm_call(s->vm, callback, ARGS(future));
	if (!value_is_null(result)) {
		value_unref(s->vm, result);
		return true;
	}
	if (!vm_stopped(s->vm) && vm_raised_is(s->vm, &exc_Exception)) {
		log_failed_callback(s, future);
		return true;
	}
	return false;
}

/* In order of registration. What leaves a callback that is no Exception ends the calls,
 * and is left to whoever delivers. */
static void call_all_back(struct scene *s, struct concurrent_future *f)
{
	value callbacks = f->callbacks;
	f->callbacks = VALUE_NULL;
	if (value_is_null(callbacks))
		return;
	for (size_t i = 0; i < list_count(callbacks); i++) {
		value callback = value_ref(list_at(callbacks, i));
		bool went_on = call_back(s, callback, object_value(f));
		value_unref(s->vm, callback);
		if (!went_on)
			break;
	}
	value_unref(s->vm, callbacks);
}

void concurrent_complete(struct scene *s, struct concurrent_future *f, value outcome,
                         bool failed)
{
	assert(!concurrent_done(f));
	value self = value_ref(object_value(f));
	value raised = vm_take(s->vm);
	f->outcome = value_ref(outcome);
	f->failed = failed;
	f->state = CONCURRENT_FINISHED;
	f->finished_at = ++s->futures_finished;
	f->job = NULL;
	call_all_back(s, f);
	if (!value_is_null(raised)) {
		value_xunref(s->vm, vm_take(s->vm));
		vm_restore(s->vm, raised);
	}
	value_unref(s->vm, self);
}

bool concurrent_cancel(struct scene *s, struct concurrent_future *f)
{
	concurrent_look(s, f);
	if (f->state == CONCURRENT_CANCELLED)
		return true;
	if (f->state != CONCURRENT_PENDING)
		return false;
	if (f->job != NULL && !job_drop(s, f->job))
		return false;
	value self = value_ref(object_value(f));
	f->state = CONCURRENT_CANCELLED;
	f->job = NULL;
	call_all_back(s, f);
	value_unref(s->vm, self);
	return true;
}

bool concurrent_begin(struct scene *s, struct concurrent_future *f)
{
	if (f->state == CONCURRENT_CANCELLED) {
		if (!f->is_notified)
			f->finished_at = ++s->futures_finished;
		f->is_notified = true;
		return false;
	}
	f->state = CONCURRENT_RUNNING;
	return true;
}

void concurrent_add_callback(struct scene *s, value future, value callback)
{
	struct concurrent_future *f = concurrent_future_of(future);
	concurrent_look(s, f);
	if (concurrent_done(f)) {
		call_back(s, callback, future);
		return;
	}
	if (value_is_null(f->callbacks))
		f->callbacks = list_new(s->vm, 1);
	list_append(s->vm, f->callbacks, callback);
}

/* ---- waiting for one ---- */

static bool is_done(void *what)
{
	return concurrent_done(what);
}

/* Wait until it is done. False with what that raises: TimeoutError, CancelledError. */
static bool wait_done(struct vm *vm, struct concurrent_future *f, value timeout)
{
	struct scene *s = scene_of(vm);
	concurrent_look(s, f);
	int64_t deadline_ns;
	if (!concurrent_done(f)) {
		if (!block_deadline(vm, timeout, &deadline_ns))
			return false;
		enum block_end end = block_until(
			s, is_done, f, deadline_ns,
			&(struct block_label){.job = f->job,
		                              .text = "result of ",
		                              .of = f->job != NULL ? NULL
		                                    : !value_is_null(f->what)
		                                            ? str_text(f->what)
		                                            : "a future"});
		if (end == BLOCK_RAISED)
			return false;
		if (end == BLOCK_TIMED_OUT && !concurrent_done(f)) {
			vm_raise_with(vm, &exc_TimeoutError, VALUE_NULL);
			return false;
		}
	}
	if (f->state != CONCURRENT_CANCELLED)
		return true;
	vm_raise_with(vm, &concurrent_cancelled_error_type, VALUE_NULL);
	return false;
}

value concurrent_result(struct vm *vm, value future, value timeout)
{
	struct concurrent_future *f = concurrent_future_of(future);
	value self = value_ref(future), result = VALUE_NULL;
	if (wait_done(vm, f, timeout))
		result = f->failed ? vm_raise_value(vm, f->outcome)
		                   : value_ref(f->outcome);
	value_unref(vm, self);
	return result;
}

/* ---- what a scene asks of one ---- */

static bool timeout_argument(struct vm *vm, const struct args *a, const char *function,
                             value *timeout)
{
	const struct signature signature = {
		.function = function, .names = {"timeout"}, .positional = 1};
	return arguments_bind(vm, a, &signature, true, timeout);
}

static value method_result(struct vm *vm, value self, const struct args *a)
{
	value timeout[1];
	if (!timeout_argument(vm, a, "Future.result", timeout))
		return VALUE_NULL;
	return concurrent_result(vm, self, timeout[0]);
}

static value method_exception(struct vm *vm, value self, const struct args *a)
{
	struct concurrent_future *f = concurrent_future_of(self);
	value timeout[1];
	if (!timeout_argument(vm, a, "Future.exception", timeout) ||
	    !wait_done(vm, f, timeout[0]))
		return VALUE_NULL;
	return f->failed ? value_ref(f->outcome) : VALUE_NONE;
}

static value method_cancel(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	bool cancelled = concurrent_cancel(scene_of(vm), concurrent_future_of(self));
	return value_is_null(vm_raised(vm)) ? value_bool(cancelled) : VALUE_NULL;
}

/* Its state as of now; null with what a callback raised that was called meanwhile. */
static value answer(struct vm *vm, value self, enum concurrent_state least,
                    enum concurrent_state most)
{
	struct concurrent_future *f = concurrent_future_of(self);
	concurrent_look(scene_of(vm), f);
	if (!value_is_null(vm_raised(vm)))
		return VALUE_NULL;
	return value_bool(f->state >= least && f->state <= most);
}

static value method_cancelled(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return answer(vm, self, CONCURRENT_CANCELLED, CONCURRENT_CANCELLED);
}

static value method_running(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return answer(vm, self, CONCURRENT_RUNNING, CONCURRENT_RUNNING);
}

static value method_done(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return answer(vm, self, CONCURRENT_CANCELLED, CONCURRENT_FINISHED);
}

static value method_add_done_callback(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {.function = "Future.add_done_callback",
	                                           .names = {"fn"},
	                                           .positional = 1,
	                                           .required = 1};
	value callback[1];
	if (!arguments_bind(vm, a, &signature, true, callback))
		return VALUE_NULL;
	concurrent_add_callback(scene_of(vm), self, callback[0]);
	return value_is_null(vm_raised(vm)) ? VALUE_NONE : VALUE_NULL;
}

static const char *const state_words[] = {
	[CONCURRENT_PENDING] = "PENDING",
	[CONCURRENT_RUNNING] = "RUNNING",
	[CONCURRENT_CANCELLED] = "CANCELLED",
	[CONCURRENT_FINISHED] = "FINISHED",
};

/* False with InvalidStateError when it is done already. */
static bool check_pending(struct vm *vm, value self)
{
	struct concurrent_future *f = concurrent_future_of(self);
	if (!concurrent_done(f))
		return true;
	struct buf repr = {0};
	put_repr_of(vm, &repr, self);
	vm_raise(vm, &concurrent_invalid_state_error_type, "%s: %s",
	         state_words[f->state], buf_text(&repr));
	buf_free(&repr);
	return false;
}

static value complete(struct vm *vm, value self, value outcome, bool failed)
{
	if (!check_pending(vm, self))
		return VALUE_NULL;
	concurrent_complete(scene_of(vm), concurrent_future_of(self), outcome, failed);
	return value_is_null(vm_raised(vm)) ? VALUE_NONE : VALUE_NULL;
}

static value method_set_result(struct vm *vm, value self, const struct args *a)
{
	return complete(vm, self, a->at[0], false);
}

static value method_set_exception(struct vm *vm, value self, const struct args *a)
{
	if (value_is_none(a->at[0]))
		return complete(vm, self, a->at[0], false);
	if (!value_is_exception(a->at[0]))
		return vm_raise(vm, &exc_TypeError,
		                "exceptions must derive from BaseException");
	return complete(vm, self, a->at[0], true);
}

static value method_set_running(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct concurrent_future *f = concurrent_future_of(self);
	if (f->state != CONCURRENT_PENDING && f->state != CONCURRENT_CANCELLED)
		return vm_raise(vm, &exc_RuntimeError, "Future in unexpected state");
	return value_bool(concurrent_begin(scene_of(vm), f));
}

static value get_state(struct vm *vm, value self)
{
	struct concurrent_future *f = concurrent_future_of(self);
	concurrent_look(scene_of(vm), f);
	return str_intern_c(vm, state_words[f->state]);
}

/* In CPython's words, which are small letters here. */
static value future_text(struct vm *vm, value self)
{
	static const char *const words[] = {"pending", "running", "cancelled",
	                                    "finished"};
	struct concurrent_future *f = concurrent_future_of(self);
	concurrent_look(scene_of(vm), f);
	struct buf text = {0};
	buf_printf(&text, "<%s at 0x%zx state=%s", value_type_name(self),
	           (size_t)self.bits, words[f->state]);
	if (f->state == CONCURRENT_FINISHED)
		buf_printf(&text, " %s %s", f->failed ? "raised" : "returned",
		           value_type_name(f->outcome));
	buf_putc(&text, '>');
	return str_from_buf(vm, &text);
}

/* ---- the type ---- */

static void concurrent_drop(struct vm *vm, struct object *self)
{
	struct concurrent_future *f = (struct concurrent_future *)(void *)self;
	value_forget(vm, &f->callbacks);
	value_forget(vm, &f->outcome);
	value_forget(vm, &f->what);
	value_forget(vm, &f->dict);
}

static void concurrent_clear(struct vm *vm, struct object *self)
{
	struct concurrent_future *f = (struct concurrent_future *)(void *)self;
	value_forget(vm, &f->callbacks);
	value_forget(vm, &f->dict);
}

static void concurrent_traverse(struct object *self, visit_fn visit, void *context)
{
	struct concurrent_future *f = (struct concurrent_future *)(void *)self;
	const value owned[] = {f->callbacks, f->outcome, f->dict};
	for (size_t i = 0; i < COUNT_OF(owned); i++) {
		if (!value_is_null(owned[i]))
			visit(owned[i], context);
	}
}

static const struct method_def methods[] = {
	{"result", method_result, 0, 1, METHOD_KEYWORDS},
	{"exception", method_exception, 0, 1, METHOD_KEYWORDS},
	{"cancel", method_cancel, 0, 0, 0},
	{"cancelled", method_cancelled, 0, 0, 0},
	{"running", method_running, 0, 0, 0},
	{"done", method_done, 0, 0, 0},
	{"add_done_callback", method_add_done_callback, 1, 1, METHOD_KEYWORDS},
	{"set_result", method_set_result, 1, 1, 0},
	{"set_exception", method_set_exception, 1, 1, 0},
	{"set_running_or_notify_cancel", method_set_running, 0, 0, 0},
	{0},
};

static const struct getset_def getset[] = {
	{"_state", get_state, NULL},
	{0},
};

const struct type concurrent_future_type = {
	TYPE_HEAD_OF("concurrent.futures._base"),
	.name = "Future",
	.base = &object_type,
	.size = sizeof(struct concurrent_future),
	.flags = TYPE_TRACKED,
	.dict_offset = offsetof(struct concurrent_future, dict),
	.methods = methods,
	.getset = getset,
	.drop = concurrent_drop,
	.clear = concurrent_clear,
	.traverse = concurrent_traverse,
	.repr = future_text,
};
