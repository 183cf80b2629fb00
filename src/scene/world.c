/*
 * The loop's client: what results and errors are made of. Data are values with None as
 * "nothing"; errors are exception objects.
 */
#include "scene/internal.h"

#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "scene/executor.h"
#include "scene/net_object.h"

const struct type cancelled_error_type = {
	EXCEPTION_TYPE(&exc_BaseException),
	.name = "CancelledError",
	.module = "asyncio.exceptions",
};

const struct type invalid_state_error_type = {
	EXCEPTION_TYPE(&exc_Exception),
	.name = "InvalidStateError",
	.module = "asyncio.exceptions",
};

static struct vm *vm_of(void *context)
{
	return ((struct scene *)context)->vm;
}

static void datum_ref(void *context, struct datum d)
{
	(void)context;
	value_ref(value_of(d));
}

static void datum_unref(void *context, struct datum d)
{
	value_unref(vm_of(context), value_of(d));
}

static struct datum make_cancelled_error(void *context, struct datum message)
{
	struct vm *vm = vm_of(context);
	if (datum_is_none(message))
		return datum_of(exception_new(vm, &cancelled_error_type, VALUE_NULL));
	value text = value_of(message);
	value args = tuple_from(vm, &text, 1);
	value error = exception_new(vm, &cancelled_error_type, args);
	value_unref(vm, args);
	return datum_of(error);
}

static const struct type *const error_types[] = {
	[LOOP_ERROR_RUNTIME] = &exc_RuntimeError,
	[LOOP_ERROR_INVALID_STATE] = &invalid_state_error_type,
	[LOOP_ERROR_TIMEOUT] = &exc_TimeoutError,
};

static struct datum make_error(void *context, enum loop_error kind, const char *text,
                               struct datum cause)
{
	struct vm *vm = vm_of(context);
	value error = text != NULL && text[0] != '\0'
	                      ? exception_text_new(vm, error_types[kind], "%s", text)
	                      : exception_new(vm, error_types[kind], VALUE_NULL);
	if (!datum_is_none(cause)) {
		exception_set_context(vm, error, value_of(cause));
		exception_set_cause(vm, error, value_of(cause));
	}
	return datum_of(error);
}

static struct datum error_trail(void *context, struct datum error)
{
	(void)context;
	return datum_maybe(value_xref(value_as_exception(value_of(error))->traceback));
}

static void set_error_trail(void *context, struct datum error, struct datum trail)
{
	value traceback = datum_is_none(trail) ? VALUE_NULL : value_ref(value_of(trail));
	value_replace(vm_of(context), &value_as_exception(value_of(error))->traceback,
	              traceback);
}

static enum error_class classify(void *context, struct datum error)
{
	(void)context;
	value e = value_of(error);
	if (value_is_a(e, &cancelled_error_type))
		return ERROR_CANCELLED;
	if (value_is_a(e, &exc_Exception))
		return ERROR_ORDINARY;
	if (value_is_a(e, &exc_SystemExit) || value_is_a(e, &exc_KeyboardInterrupt))
		return ERROR_EXIT;
	return ERROR_BASE;
}

static struct datum make_list(void *context, const struct datum *items, size_t count)
{
	struct vm *vm = vm_of(context);
	value list = list_new(vm, count);
	for (size_t i = 0; i < count; i++)
		list_append(vm, list, value_of(items[i]));
	return datum_of(list);
}

/* BaseExceptionGroup(message, errors): the class itself decides whether it is an
 * ExceptionGroup. */
static struct datum make_error_group(void *context, const char *message,
                                     const struct datum *errors, size_t count)
{
	struct vm *vm = vm_of(context);
	struct datum list = make_list(context, errors, count);
	value text = str_new_c(vm, message);
	value group = vm_call(vm, type_value(&exc_BaseExceptionGroup),
	                      ARGS(text, value_of(list)));
	value_unref(vm, text);
	datum_unref(context, list);
	if (value_is_null(group))
		group = vm_take(vm);
	else
		value_as_exception(group)->suppress_context = true;
	return datum_of(group);
}

static struct datum make_text(void *context, const char *text)
{
	return datum_of(str_new_c(vm_of(context), text));
}

static void mark_timeout(void *context, struct datum error)
{
	exception_mark_timeout(vm_of(context), value_of(error));
}

static struct datum make_os_error(void *context, int number, const char *text)
{
	return datum_of(os_error_new(vm_of(context), number, text));
}

static void datum_repr(void *context, struct datum d, struct buf *out)
{
	put_repr_of(vm_of(context), out, value_of(d));
}

static void repr_of_future(void *context, const struct future *f, struct buf *out)
{
	put_repr_of(vm_of(context), out, future_object_value(f));
}

static struct future *new_future(void *context, struct loop *l)
{
	return future_of(future_object_new(context, l));
}

/* A task of the scene's kind around a coroutine (taken); NULL leaves it to the loop. */
static struct task *clean_up_task(struct scene *s, struct loop *l, value coro)
{
	if (value_is_null(coro)) {
		vm_forget(s->vm);
		return NULL;
	}
	value task = task_object_new(s, l, coro, VALUE_NULL);
	value_unref(s->vm, coro);
	return value_is_null(task) ? NULL : task_of(task);
}

static struct task *shutdown_asyncgens(void *context, struct loop *l)
{
	struct scene *s = context;
	return clean_up_task(s, l, asyncgens_shutdown(s->vm, l));
}

static struct task *shutdown_executor(void *context, struct loop *l)
{
	struct scene *s = context;
	value loop = loop_object_of(s, l);
	value coro = default_executor_shutdown(s->vm, loop, value_small(300));
	value_unref(s->vm, loop);
	return clean_up_task(s, l, coro);
}

/* A signal woke the loop while nothing of the scene ran. */
static void on_interrupt(void *context, struct loop *l)
{
	struct scene *s = context;
	if (atomic_exchange(&s->interrupts, 0) == 0 || runner_take_interrupt(s))
		return;
	loop_exit(l, datum_of(exception_new(s->vm, &exc_KeyboardInterrupt, VALUE_NULL)));
}

const struct loop_client scene_client = {
	.ref = datum_ref,
	.unref = datum_unref,
	.cancelled_error = make_cancelled_error,
	.make_error = make_error,
	.os_error = make_os_error,
	.classify = classify,
	.trail = error_trail,
	.set_trail = set_error_trail,
	.list = make_list,
	.error_group = make_error_group,
	.text = make_text,
	.mark_timeout = mark_timeout,
	.report = report_to_handler,
	.repr = datum_repr,
	.repr_future = repr_of_future,
	.new_future = new_future,
	.shutdown_asyncgens = shutdown_asyncgens,
	.shutdown_executor = shutdown_executor,
	.on_interrupt = on_interrupt,
};
