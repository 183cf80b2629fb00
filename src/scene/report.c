/*
 * What CPython says on standard error while a scene runs: warnings, and errors that
 * nobody handled, as its default exception handler logs them. Also simmer's own lines.
 */
#include "scene/internal.h"

#include "lang/dict.h"
#include "lang/list.h"
#include "syntax/parser.h"
#include "syntax/source.h"
#include "lang/str.h"
#include "scene/stream.h"

/* ---- simmer's own lines ---- */

void report_line(struct scene *s, const char *format, ...)
{
	struct buf line = {0};
	va_list args;
	va_start(args, format);
	buf_puts(&line, "simmer: ");
	buf_vprintf(&line, format, args);
	va_end(args);
	buf_putc(&line, '\n');
	scene_write(s, 2, buf_text(&line), line.len);
	buf_free(&line);
}

void report_deadlock(struct scene *s, struct loop *l)
{
	struct buf text = {0};
	for (struct task *t = NULL; (t = task_next(l, t)) != NULL;) {
		buf_puts(&text, text.len > 0 ? ", " : ": ");
		task_name(t, &text);
		buf_puts(&text, " waits for ");
		if (t->waiter != NULL)
			future_describe(t->waiter, &text);
		else
			buf_puts(&text, "nothing");
	}
	report_line(s,
	            "deadlock: nothing is ready, no timer is armed, and nothing that is "
	            "awaited "
	            "will ever be done%s",
	            buf_text(&text));
	buf_free(&text);
}

void report_blocked(struct scene *s, const char *what)
{
	report_line(s,
	            "deadlock: the thread is blocked until %s is done, so its event loop cannot "
	            "run, and no worker will do it",
	            what);
}

void report_limit(struct scene *s, const char *what)
{
	if (s->writer.trace != NULL)
		trace_emit(&s->writer, EV_LIMIT, 0,
		           trace_string(s->writer.trace, what, strlen(what)), 0);
	report_line(s, "%s", what);
}

/* ---- warnings ---- */

/* The text of a line without the blanks around it. */
static const char *stripped_line(struct scene *s, uint32_t line, size_t *len)
{
	const struct source *source = module_source(s->tree);
	*len = 0;
	if (line == 0 || line > source->line_count)
		return "";
	const char *text = source_line_text(source, line, len);
	while (*len > 0 && strchr(" \t\f", text[0]) != NULL) {
		text++;
		--*len;
	}
	while (*len > 0 && strchr(" \t\f\r", text[*len - 1]) != NULL)
		--*len;
	return text;
}

/* Whether this text was not warned of at this line before. */
static bool warn_first_time(struct scene *s, const char *text, uint32_t line)
{
	struct buf key = {0};
	buf_printf(&key, "%s\n%u", text, line);
	bool first = map_find(&s->warned, key.data, key.len) == NULL;
	if (first)
		map_set(&s->warned, key.data, key.len, 1);
	buf_free(&key);
	return first;
}

static void warn_of(struct scene *s, const char *category, const char *text,
                    const char *more, const char *file, uint32_t line_number)
{
	if (!warn_first_time(s, text, line_number))
		return;
	if (s->writer.trace != NULL)
		trace_emit(&s->writer, EV_WARNED,
		           trace_string(s->writer.trace, category, strlen(category)),
		           trace_string(s->writer.trace, text, strlen(text)), 0);
	struct buf out = {0};
	buf_printf(&out, "%s:%u: %s: %s\n", file, line_number, category, text);
	size_t len;
	const char *line = stripped_line(s, line_number, &len);
	if (len > 0) {
		buf_puts(&out, "  ");
		buf_put(&out, line, len);
		buf_putc(&out, '\n');
	}
	buf_puts(&out, more);
	scene_write(s, 2, buf_text(&out), out.len);
	buf_free(&out);
}

static void warn(struct scene *s, const char *category, const char *text,
                 const char *more)
{
	struct place place = {.file = "", .function = "", .line = 0};
	bool somewhere = vm_place(s->vm, &place);
	warn_of(s, category, text, more, somewhere ? place.file : "<sys>",
	        somewhere ? place.line : 0);
}

void report_warning_at(struct scene *s, const char *category, const char *text,
                       uint32_t line)
{
	warn_of(s, category, text, "", line > 0 ? s->path : "<sys>", line);
}

void report_warning(struct scene *s, const char *category, const char *text)
{
	warn(s, category, text, "");
}

void report_never_awaited(void *context, struct vm *vm, value coroutine)
{
	(void)vm;
	struct buf text = {0};
	buf_printf(&text, "coroutine '%s' was never awaited",
	           str_text(coro_qualname(coroutine)));
	warn(context, "RuntimeWarning", buf_text(&text),
	     "RuntimeWarning: Enable tracemalloc to get the object allocation "
	     "traceback\n");
	buf_free(&text);
}

/* ---- the default exception handler: a log message at level ERROR ---- */

static void tell_logged(struct scene *s, const char *text)
{
	if (s->writer.trace != NULL)
		trace_emit(&s->writer, EV_LOGGED,
		           trace_string(s->writer.trace, text, strcspn(text, "\n")), 0,
		           0);
}

void report_logged(struct scene *s, const char *text)
{
	if (s->quiet)
		return;
	tell_logged(s, text);
	scene_write(s, 2, text, strlen(text));
	scene_write(s, 2, "\n", 1);
}

void report_error(struct scene *s, struct buf *message, value exception)
{
	tell_logged(s, buf_text(message));
	buf_putc(message, '\n');
	if (!value_is_null(exception))
		exception_print(s->vm, exception, message);
	scene_write(s, 2, buf_text(message), message->len);
}

/* The other keys of the context in sorted order, a line each. */
static bool put_details(struct vm *vm, struct buf *out, value context)
{
	value keys = list_from_iterable(vm, context);
	if (value_is_null(keys))
		return false;
	bool ok = list_sort(vm, keys, VALUE_NULL, false);
	for (size_t i = 0; ok && i < list_count(keys); i++) {
		value key = list_at(keys, i);
		if (value_is_str(key) &&
		    (str_equal_c(key, "message") || str_equal_c(key, "exception")))
			continue;
		bool failed = false;
		value text = object_str(vm, key);
		value item = dict_get(vm, context, key, &failed);
		ok = !value_is_null(text) && !failed && !value_is_null(item);
		if (ok) {
			buf_printf(out, "\n%s: ", str_text(text));
			put_repr_of(vm, out, item);
		}
		value_xunref(vm, text);
	}
	value_unref(vm, keys);
	return ok;
}

static bool handle_by_default(struct scene *s, value context)
{
	struct vm *vm = s->vm;
	struct buf text = {0};
	value message = dict_get_c(vm, context, "message");
	if (!value_is_null(message) && value_is_str(message) && str_len(message) > 0)
		buf_put(&text, str_text(message), str_len(message));
	else
		buf_puts(&text, "Unhandled exception in event loop");
	bool ok = put_details(vm, &text, context);
	if (ok) {
		value exception = dict_get_c(vm, context, "exception");
		if (!value_is_null(exception) && !value_is_exception(exception))
			exception = VALUE_NULL;
		report_error(s, &text, exception);
	}
	buf_free(&text);
	return ok;
}

/* A scene's own handler failed: say so by default, with what it was asked to handle. */
static void handler_failed(struct scene *s, value context, value handled)
{
	struct vm *vm = s->vm;
	value error = vm_take(vm);
	if (!value_is_null(handled) && value_is_null(value_as_exception(error)->context))
		exception_set_context(vm, error, handled);
	value outer = dict_new(vm),
	      message = str_new_c(vm, "Unhandled error in exception handler");
	dict_set_c(vm, outer, "message", message);
	dict_set_c(vm, outer, "exception", error);
	dict_set_c(vm, outer, "context", context);
	if (!handle_by_default(s, outer))
		vm_forget(vm);
	value_unref(vm, message);
	value_unref(vm, outer);
	value_unref(vm, error);
}

/*
 * call_exception_handler(context), while `handled` (or null) is being handled. False with
 * an exit error set, which goes through.
 */
static bool handle(struct scene *s, struct loop *l, value context, value handled)
{
	struct vm *vm = s->vm;
	struct loop_object *o = loop_user(l);
	if (o == NULL || value_is_null(o->exception_handler)) {
		if (!handle_by_default(s, context) && !vm_stopped(vm))
			vm_forget(vm);
		return !vm_stopped(vm);
	}
	value handler = value_ref(o->exception_handler);
	value loop = value_ref(object_value(o));
	value result = vm_call(vm, handler, ARGS(loop, context));
	value_unref(vm, loop);
	value_unref(vm, handler);
	if (!value_is_null(result)) {
		value_unref(vm, result);
		return true;
	}
	if (vm_stopped(vm) || vm_raised_is(vm, &exc_SystemExit) ||
	    vm_raised_is(vm, &exc_KeyboardInterrupt))
		return false;
	handler_failed(s, context, handled);
	return true;
}

value loop_call_exception_handler(struct vm *vm, value self, const struct args *a)
{
	if (!value_is_dict(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "context must be a dict");
	return handle(scene_of(vm), loop_of(self), a->at[0], vm_handled(vm)) ? VALUE_NONE
	                                                                     : VALUE_NULL;
}

value loop_default_exception_handler(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	if (!value_is_dict(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "context must be a dict");
	return handle_by_default(scene_of(vm), a->at[0]) ? VALUE_NONE : VALUE_NULL;
}

/* ---- what the loop reports ---- */

static value context_of(struct vm *vm, const struct loop_report *r)
{
	value context = dict_new(vm), message = str_new_c(vm, r->message);
	dict_set_c(vm, context, "message", message);
	value_unref(vm, message);
	if (!datum_is_none(r->error))
		dict_set_c(vm, context, "exception", value_of(r->error));
	if (r->future != NULL)
		dict_set_c(vm, context, "future", future_object_value(r->future));
	if (r->task != NULL)
		dict_set_c(vm, context, "task", future_object_value(&r->task->future));
	value handle_object = r->handle != NULL ? handle_owner(r->handle) : VALUE_NULL;
	if (!value_is_null(handle_object))
		dict_set_c(vm, context, "handle", handle_object);
	if (r->transport != NULL)
		dict_set_c(vm, context, "transport", transport_value(r->transport));
	if (r->transport != NULL && r->protocol)
		dict_set_c(vm, context, "protocol",
		           transport_object_of(transport_value(r->transport))->protocol);
	return context;
}

void report_to_handler(void *context, struct loop *l, const struct loop_report *r)
{
	struct scene *s = context;
	struct vm *vm = s->vm;
	if (vm_stopped(vm) || s->quiet)
		return;
	value raised = vm_take(vm);
	value details = context_of(vm, r);
	/* A callback's failure is reported while it is handled; others are found later.
	 */
	value handled = r->handle != NULL ? value_of(r->error) : VALUE_NULL;
	if (!handle(s, l, details, handled) && !vm_stopped(vm))
		loop_exit(l, datum_of(vm_take(vm)));
	value_unref(vm, details);
	if (!vm_stopped(vm))
		vm_restore(vm, raised);
	else
		value_xunref(vm, raised);
}
