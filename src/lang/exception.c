/*
 * Exceptions: objects with args, a traceback and links to what they came from; and the
 * one that is set in the vm while a failure is on its way out.
 */
#include "lang/internal.h"

#include <errno.h>
#include <string.h>

#include "lang/dict.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"

bool value_is_exception(value v)
{
	return !value_is_small(v) && value_is_a(v, &exc_BaseException);
}

bool value_is_exception_type(value v)
{
	return !value_is_small(v) && value_is_type(v) &&
		type_is_subtype(value_as_type(v), &exc_BaseException);
}

/* ---- setting and taking ----------------------------------------------------------- */

value vm_raised(const struct vm *vm)
{
	return vm->raised;
}

value vm_take(struct vm *vm)
{
	value raised = vm->raised;
	vm->raised = VALUE_NULL;
	return raised;
}

void vm_restore(struct vm *vm, value exception)
{
	if (value_is_null(exception))
		return;
	value_replace(vm, &vm->raised, exception);
}

void vm_forget(struct vm *vm)
{
	value_forget(vm, &vm->raised);
}

bool vm_raised_is(const struct vm *vm, const struct type *type)
{
	return !value_is_null(vm->raised) && value_is_a(vm->raised, type);
}

bool vm_caught(struct vm *vm, const struct type *type)
{
	if (!vm_raised_is(vm, type) || vm->stopped)
		return false;
	vm_forget(vm);
	return true;
}

value vm_handled(const struct vm *vm)
{
	for (const struct frame *f = vm->frame; f != NULL; f = f->back)
		if (!value_is_null(f->handled))
			return f->handled;
	return vm->handled;
}

value vm_handling(struct vm *vm, value exception)
{
	value *slot = vm->frame != NULL ? &vm->frame->handled : &vm->handled;
	value previous = *slot;
	*slot = exception;
	return previous;
}

/* Make the handled exception the context of `exception`, without making a circle. */
static void add_context(struct vm *vm, value exception)
{
	value handled = vm_handled(vm);
	if (value_is_null(handled) || value_is(handled, exception))
		return;
	value at = handled;
	for (size_t steps = 0; steps < 1000; steps++) {
		struct exception *e = value_as_exception(at);
		if (value_is_null(e->context))
			break;
		if (value_is(e->context, exception)) {
			value_forget(vm, &e->context);
			break;
		}
		at = e->context;
	}
	value_replace(vm, &value_as_exception(exception)->context, value_ref(handled));
}

/* Set `exception`, taking the reference. */
static value set_raised(struct vm *vm, value exception)
{
	add_context(vm, exception);
	value_replace(vm, &vm->raised, exception);
	return VALUE_NULL;
}

value vm_raise(struct vm *vm, const struct type *type, const char *format, ...)
{
	struct buf text = {0};
	va_list list;
	va_start(list, format);
	buf_vprintf(&text, format, list);
	va_end(list);
	value message = str_from_buf(vm, &text);
	vm_raise_with(vm, type, message);
	value_unref(vm, message);
	return VALUE_NULL;
}

value vm_raise_with(struct vm *vm, const struct type *type, value arg)
{
	value args = tuple_from(vm, &arg, value_is_null(arg) ? 0 : 1);
	value exception = exception_new(vm, type, args);
	value_unref(vm, args);
	return value_is_null(exception) ? exception : set_raised(vm, exception);
}

value vm_raise_value(struct vm *vm, value exception)
{
	if (value_is_exception(exception))
		return set_raised(vm, value_ref(exception));
	if (value_is_exception_type(exception)) {
		value made = vm_call(vm, exception, NO_ARGS);
		if (value_is_null(made))
			return made;
		if (value_is_exception(made))
			return set_raised(vm, made);
		vm_raise(vm, &exc_TypeError,
		         "calling %s should have returned an instance of BaseException, not %s",
		         value_as_type(exception)->name, value_type_name(made));
		value_unref(vm, made);
		return VALUE_NULL;
	}
	return vm_raise(vm, &exc_TypeError, "exceptions must derive from BaseException");
}

value exception_new(struct vm *vm, const struct type *type, value args)
{
	value empty = VALUE_NULL;
	if (value_is_null(args))
		args = empty = tuple_new(vm, 0);
	const struct args a = {tuple_of(args)->items, tuple_count(args), VALUE_NULL};
	value exception = type_call(vm, type, &a);
	value_xunref(vm, empty);
	return exception;
}

value exception_text_new(struct vm *vm, const struct type *type, const char *format, ...)
{
	struct buf text = {0};
	va_list list;
	va_start(list, format);
	buf_vprintf(&text, format, list);
	va_end(list);
	value message = str_from_buf(vm, &text);
	value args = tuple_from(vm, &message, 1);
	value exception = exception_new(vm, type, args);
	value_unref(vm, args);
	value_unref(vm, message);
	return exception;
}

int exception_matches(struct vm *vm, value exception, value match)
{
	if (value_is_tuple(match)) {
		for (size_t i = 0; i < tuple_count(match); i++) {
			int yes = exception_matches(vm, exception, tuple_at(match, i));
			if (yes != 0)
				return yes;
		}
		return 0;
	}
	if (!value_is_exception_type(match)) {
		vm_raise(vm, &exc_TypeError, "catching classes that do not inherit from "
		                             "BaseException is not allowed");
		return -1;
	}
	const struct type *type = value_is_exception(exception) ? value_type(exception)
	                                                        : value_as_type(exception);
	return type_is_subtype(type, value_as_type(match));
}

void exception_set_context(struct vm *vm, value exception, value context)
{
	if (!value_is_null(context) && value_is_none(context))
		context = VALUE_NULL;
	value_replace(vm, &value_as_exception(exception)->context, value_xref(context));
}

void exception_set_cause(struct vm *vm, value exception, value cause)
{
	if (!value_is_null(cause) && value_is_none(cause))
		cause = VALUE_NULL;
	value_replace(vm, &value_as_exception(exception)->cause, value_xref(cause));
	value_as_exception(exception)->suppress_context = true;
}

value vm_raise_stop_iteration(struct vm *vm, value result)
{
	if (value_is_none(result))
		return vm_raise_with(vm, &exc_StopIteration, VALUE_NULL);
	return vm_raise_with(vm, &exc_StopIteration, result);
}

bool vm_caught_stop_iteration(struct vm *vm, value *out)
{
	if (!vm_raised_is(vm, &exc_StopIteration))
		return false;
	value exception = vm_take(vm);
	value args = value_as_exception(exception)->args;
	*out = tuple_count(args) > 0 ? value_ref(tuple_at(args, 0)) : VALUE_NONE;
	value_unref(vm, exception);
	return true;
}

/* ---- BaseException ---------------------------------------------------------------- */

static value base_make(struct vm *vm, const struct type *type, const struct args *a)
{
	struct exception *e = object_new(vm, type, 0);
	e->args = tuple_from(vm, a->at, a->count);
	return object_value(e);
}

static bool base_init(struct vm *vm, value self, const struct args *a)
{
	if (!args_no_keywords(vm, a, value_type_name(self)))
		return false;
	struct exception *e = value_as_exception(self);
	if (tuple_count(e->args) == 0 && a->count == 0)
		return true;
	value_replace(vm, &e->args, tuple_from(vm, a->at, a->count));
	return true;
}

void exception_drop(struct vm *vm, struct object *self)
{
	struct exception *e = (struct exception *)(void *)self;
	value_xunref(vm, e->args);
	value_xunref(vm, e->traceback);
	value_xunref(vm, e->context);
	value_xunref(vm, e->cause);
	value_xunref(vm, e->dict);
}

void exception_traverse(struct object *self, visit_fn visit, void *context)
{
	struct exception *e = (struct exception *)(void *)self;
	visit(e->args, context);
	visit(e->traceback, context);
	visit(e->context, context);
	visit(e->cause, context);
	visit(e->dict, context);
}

void exception_clear(struct vm *vm, struct object *self)
{
	struct exception *e = (struct exception *)(void *)self;
	value_forget(vm, &e->traceback);
	value_forget(vm, &e->context);
	value_forget(vm, &e->cause);
	value_forget(vm, &e->dict);
	value_replace(vm, &e->args, tuple_new(vm, 0));
}

static value base_repr(struct vm *vm, value self)
{
	value args = value_as_exception(self)->args;
	value inside;
	if (tuple_count(args) == 1) {
		inside = object_repr(vm, tuple_at(args, 0));
		if (value_is_null(inside))
			return inside;
		value text = str_printf(vm, "%s(%s)", value_type_name(self), str_text(inside));
		value_unref(vm, inside);
		return text;
	}
	inside = object_repr(vm, args);
	if (value_is_null(inside))
		return inside;
	value text = str_printf(vm, "%s%s", value_type_name(self), str_text(inside));
	value_unref(vm, inside);
	return text;
}

static value base_str(struct vm *vm, value self)
{
	value args = value_as_exception(self)->args;
	switch (tuple_count(args)) {
	case 0:
		return value_ref(vm_name(vm, NAME_empty));
	case 1:
		return object_str(vm, tuple_at(args, 0));
	default:
		return object_str(vm, args);
	}
}

static value get_args(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(value_as_exception(self)->args);
}

static bool set_args(struct vm *vm, value self, value v)
{
	if (value_is_null(v)) {
		vm_raise(vm, &exc_TypeError, "args may not be deleted");
		return false;
	}
	value tuple = tuple_from_iterable(vm, v);
	if (value_is_null(tuple))
		return false;
	value_replace(vm, &value_as_exception(self)->args, tuple);
	return true;
}

static value none_if_null(value v)
{
	return value_is_null(v) ? VALUE_NONE : value_ref(v);
}

static value get_traceback(struct vm *vm, value self)
{
	(void)vm;
	return none_if_null(value_as_exception(self)->traceback);
}
static value get_context(struct vm *vm, value self)
{
	(void)vm;
	return none_if_null(value_as_exception(self)->context);
}
static value get_cause(struct vm *vm, value self)
{
	(void)vm;
	return none_if_null(value_as_exception(self)->cause);
}
static value get_suppress(struct vm *vm, value self)
{
	(void)vm;
	return value_bool(value_as_exception(self)->suppress_context);
}

static bool set_traceback(struct vm *vm, value self, value v)
{
	if (value_is_null(v) || (!value_is_none(v) && !value_is_exactly(v, &traceback_type))) {
		vm_raise(vm, &exc_TypeError, "__traceback__ must be a traceback or None");
		return false;
	}
	value_replace(vm, &value_as_exception(self)->traceback,
	              value_is_none(v) ? VALUE_NULL : value_ref(v));
	return true;
}

static bool exception_or_none(struct vm *vm, value v, const char *what)
{
	if (!value_is_null(v) && (value_is_none(v) || value_is_exception(v)))
		return true;
	vm_raise(vm, &exc_TypeError, "exception %s must be None or derive from BaseException", what);
	return false;
}
static bool set_context(struct vm *vm, value self, value v)
{
	if (!exception_or_none(vm, v, "context"))
		return false;
	exception_set_context(vm, self, v);
	return true;
}
static bool set_cause(struct vm *vm, value self, value v)
{
	if (!exception_or_none(vm, v, "cause"))
		return false;
	exception_set_cause(vm, self, v);
	return true;
}
static bool set_suppress(struct vm *vm, value self, value v)
{
	int yes = value_is_null(v) ? 0 : object_truth(vm, v);
	value_as_exception(self)->suppress_context = yes > 0;
	return yes >= 0;
}

static value with_traceback(struct vm *vm, value self, const struct args *a)
{
	return set_traceback(vm, self, a->at[0]) ? value_ref(self) : VALUE_NULL;
}

static value add_note(struct vm *vm, value self, const struct args *a)
{
	if (!value_is_str(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "note must be a str, not '%s'",
		                value_type_name(a->at[0]));
	struct exception *e = value_as_exception(self);
	if (value_is_null(e->dict))
		e->dict = dict_new(vm);
	value notes = dict_get_name(e->dict, vm_name(vm, NAME_notes));
	if (value_is_null(notes) || !value_is_list(notes)) {
		value fresh = list_new(vm, 1);
		dict_set_name(vm, e->dict, vm_name(vm, NAME_notes), fresh);
		value_unref(vm, fresh);
		notes = fresh;
	}
	list_append(vm, notes, a->at[0]);
	return VALUE_NONE;
}

static const struct method_def base_methods[] = {
	{"with_traceback", with_traceback, 1, 1, 0},
	{"add_note", add_note, 1, 1, 0},
	{0},
};

static const struct getset_def base_getset[] = {
	{"args", get_args, set_args},
	{"__traceback__", get_traceback, set_traceback},
	{"__context__", get_context, set_context},
	{"__cause__", get_cause, set_cause},
	{"__suppress_context__", get_suppress, set_suppress},
	{0},
};

const struct type exc_BaseException = {
	EXCEPTION_TYPE(&object_type),
	.name = "BaseException",
	.module = "builtins",
	.make = base_make,
	.init = base_init,
	.drop = exception_drop,
	.traverse = exception_traverse,
	.clear = exception_clear,
	.repr = base_repr,
	.str = base_str,
	.methods = base_methods,
	.getset = base_getset,
};

/* ---- those with something of their own -------------------------------------------- */

/* The first argument as an attribute: StopIteration.value, SystemExit.code. */
static value first_arg(struct vm *vm, value self)
{
	(void)vm;
	value args = value_as_exception(self)->args;
	return tuple_count(args) > 0 ? value_ref(tuple_at(args, 0)) : VALUE_NONE;
}

static value system_exit_code(struct vm *vm, value self)
{
	(void)vm;
	value args = value_as_exception(self)->args;
	size_t n = tuple_count(args);
	return n == 0 ? VALUE_NONE : value_ref(n == 1 ? tuple_at(args, 0) : args);
}

/* KeyError shows the repr of its key. */
static value key_error_str(struct vm *vm, value self)
{
	value args = value_as_exception(self)->args;
	return tuple_count(args) == 1 ? object_repr(vm, tuple_at(args, 0)) : base_str(vm, self);
}

/* OSError(errno, strerror[, filename]) */
static value os_error_str(struct vm *vm, value self)
{
	value args = value_as_exception(self)->args;
	size_t n = tuple_count(args);
	if (n != 2 && n != 3)
		return base_str(vm, self);
	value number = object_str(vm, tuple_at(args, 0));
	value text = object_str(vm, tuple_at(args, 1));
	value name = n == 3 ? object_repr(vm, tuple_at(args, 2)) : VALUE_NULL;
	value r = VALUE_NULL;
	if (value_is_null(vm->raised))
		r = str_printf(vm, "[Errno %s] %s%s%s", str_text(number), str_text(text),
		               n == 3 ? ": " : "", n == 3 ? str_text(name) : "");
	value_xunref(vm, number);
	value_xunref(vm, text);
	value_xunref(vm, name);
	return r;
}

static value os_error_arg(value self, size_t i)
{
	value args = value_as_exception(self)->args;
	size_t n = tuple_count(args);
	return n >= 2 && i < n ? value_ref(tuple_at(args, i)) : VALUE_NONE;
}
static value os_error_errno(struct vm *vm, value self)
{
	(void)vm;
	return os_error_arg(self, 0);
}
static value os_error_strerror(struct vm *vm, value self)
{
	(void)vm;
	return os_error_arg(self, 1);
}
static value os_error_filename(struct vm *vm, value self)
{
	(void)vm;
	return os_error_arg(self, 2);
}

/* OSError(errno, text) becomes the subclass for that errno. */
static value os_error_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct {
		int number;
		const struct type *type;
	} kinds[] = {
		{EAGAIN, &exc_BlockingIOError},       {EALREADY, &exc_BlockingIOError},
		{EINPROGRESS, &exc_BlockingIOError},  {ECHILD, &exc_ChildProcessError},
		{EPIPE, &exc_BrokenPipeError},        {ESHUTDOWN, &exc_BrokenPipeError},
		{ECONNABORTED, &exc_ConnectionAbortedError},
		{ECONNREFUSED, &exc_ConnectionRefusedError},
		{ECONNRESET, &exc_ConnectionResetError},
		{EEXIST, &exc_FileExistsError},       {ENOENT, &exc_FileNotFoundError},
		{EINTR, &exc_InterruptedError},       {EISDIR, &exc_IsADirectoryError},
		{ENOTDIR, &exc_NotADirectoryError},   {EACCES, &exc_PermissionError},
		{EPERM, &exc_PermissionError},        {ESRCH, &exc_ProcessLookupError},
		{ETIMEDOUT, &exc_TimeoutError},
	};
	if (type == &exc_OSError && a->count >= 2 && value_is_small(a->at[0]))
		for (size_t i = 0; i < COUNT_OF(kinds); i++)
			if (kinds[i].number == small_number(a->at[0]))
				return base_make(vm, kinds[i].type, a);
	return base_make(vm, type, a);
}

/* Keywords that become attributes: ImportError(name=, path=), AttributeError(name=, obj=). */
static bool init_with_attributes(struct vm *vm, value self, const struct args *a)
{
	struct exception *e = value_as_exception(self);
	for (size_t i = 0; i < args_keywords(a); i++) {
		if (value_is_null(e->dict))
			e->dict = dict_new(vm);
		dict_set_name(vm, e->dict, tuple_at(a->names, i), a->at[a->count + i]);
	}
	const struct args plain = {a->at, a->count, VALUE_NULL};
	return base_init(vm, self, &plain);
}

static const struct getset_def stop_iteration_getset[] = {{"value", first_arg, NULL}, {0}};
static const struct getset_def system_exit_getset[] = {{"code", system_exit_code, NULL}, {0}};
static const struct getset_def os_error_getset[] = {{"errno", os_error_errno, NULL},
                                                    {"strerror", os_error_strerror, NULL},
                                                    {"filename", os_error_filename, NULL},
                                                    {0}};

/* What the last column of the table means. */
#define ADDS_PLAIN
#define ADDS_STOP  .getset = stop_iteration_getset,
#define ADDS_EXIT  .getset = system_exit_getset,
#define ADDS_KEY   .str = key_error_str,
#define ADDS_OS    .make = os_error_make, .str = os_error_str, .getset = os_error_getset,
#define ADDS_NAMED .init = init_with_attributes,

#define EXCEPTION(Name, parent, adds)                                                    \
	const struct type exc_##Name = {                                                   \
		EXCEPTION_TYPE(&exc_##parent), .module = "builtins", .name = #Name, ADDS_##adds};
#include "lang/exception.def"
#undef EXCEPTION

/* ---- the names in builtins -------------------------------------------------------- */

void exceptions_init_module(struct vm *vm, value builtins)
{
	static const struct type *const all[] = {
		&exc_BaseException, &exc_BaseExceptionGroup, &exc_ExceptionGroup,
#define EXCEPTION(Name, parent, adds) &exc_##Name,
#include "lang/exception.def"
#undef EXCEPTION
	};
	for (size_t i = 0; i < COUNT_OF(all); i++)
		dict_set_c(vm, builtins, all[i]->name, type_value(all[i]));
	dict_set_c(vm, builtins, "IOError", type_value(&exc_OSError));
	dict_set_c(vm, builtins, "EnvironmentError", type_value(&exc_OSError));
}
