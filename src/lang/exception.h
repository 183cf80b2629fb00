/*
 * Exceptions as values: the built-in hierarchy, raising, matching, chaining, groups.
 *
 * A function that fails sets the exception in the vm and returns null (false, -1). Whoever
 * handles it takes it out with vm_take. Nothing ever jumps.
 */
#ifndef LANG_EXCEPTION_H
#define LANG_EXCEPTION_H

#include "base/buf.h"
#include "lang/object.h"

/* What every exception object begins with. */
struct exception {
	struct object head;
	value args;      /* tuple */
	value traceback; /* struct traceback or null */
	value context;   /* __context__: exception or null */
	value cause;     /* __cause__: exception or null */
	value dict;      /* other attributes: dict or null */
	bool suppress_context;
};

extern const struct type exc_BaseException;
#define EXCEPTION(name, parent, adds) extern const struct type exc_##name;
#include "lang/exception.def"
#undef EXCEPTION
extern const struct type exc_BaseExceptionGroup;
extern const struct type exc_ExceptionGroup; /* BaseExceptionGroup and Exception */

/*
 * A static exception type of another floor: the slots that any exception needs.
 *
 *	const struct type cancelled_error_type = { EXCEPTION_TYPE(&exc_BaseException),
 *		.name = "CancelledError", .module = "asyncio.exceptions" };
 */
#define EXCEPTION_TYPE(parent) EXCEPTION_TYPE_SIZED(parent, sizeof(struct exception))
#define EXCEPTION_TYPE_SIZED(parent, bytes)                                              \
	.head = {.refs = REFS_IMMORTAL, .type = &type_type}, .base = (parent), .size = (bytes), \
	.flags = TYPE_TRACKED | TYPE_EXCEPTION, .dict_offset = offsetof(struct exception, dict)

static inline struct exception *value_as_exception(value v)
{
	return (struct exception *)(void *)value_object(v);
}

/* Whether `v` is an exception object; whether it is an exception class. */
bool value_is_exception(value v);
bool value_is_exception_type(value v);

/*
 * Raise `type` with a formatted text as its only argument. Always returns null, so that
 * functions end with `return vm_raise(vm, &exc_ValueError, "...", ...)`. The format is
 * printf's; what comes from a scene goes in as %s or %.*s in UTF-8.
 */
value vm_raise(struct vm *vm, const struct type *type, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Raise `type` with one argument (borrowed; null: with none), such as KeyError(key). */
value vm_raise_with(struct vm *vm, const struct type *type, value arg);
/* Raise an exception object (borrowed), or an instance of an exception class. */
value vm_raise_value(struct vm *vm, value exception);

/* The exception that is set, borrowed, or null. */
value vm_raised(const struct vm *vm);
/* Take it out of the vm: a reference of the caller's, or null when none is set. */
value vm_take(struct vm *vm);
/* Set it again as it was: takes the reference, adds no context. Null: nothing happens. */
void vm_restore(struct vm *vm, value exception);
/* Whether the set exception is of `type`; and forget it if so. */
bool vm_raised_is(const struct vm *vm, const struct type *type);
bool vm_caught(struct vm *vm, const struct type *type);
/* Forget whatever is set. */
void vm_forget(struct vm *vm);

/* The exception being handled right now (sys.exception()), borrowed, or null. */
value vm_handled(const struct vm *vm);

/*
 * For C code that handles an exception as an except block does: what is raised meanwhile gets it
 * as context. Takes `exception` (null: none) and gives what was handled before, which the
 * caller hands back in the same way when it is done: vm_handling(vm, vm_handling(vm, exc)).
 */
value vm_handling(struct vm *vm, value exception);

/* A new exception: `args` is a tuple (borrowed) or null for none; or with a formatted text. */
value exception_new(struct vm *vm, const struct type *type, value args);
value exception_text_new(struct vm *vm, const struct type *type, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Whether `except match:` catches `exception` (object or class); -1 when `match` is no class. */
int exception_matches(struct vm *vm, value exception, value match);
/* Set __context__ or __cause__ (borrowed, null for None; a cause also suppresses the context). */
void exception_set_context(struct vm *vm, value exception, value context);
void exception_set_cause(struct vm *vm, value exception, value cause);

/* ExceptionGroup(message, [exceptions...]), or BaseExceptionGroup if one of them needs it, as
   `BaseExceptionGroup(...)` chooses. `exceptions` is a list or tuple. */
value exception_group_new(struct vm *vm, const char *message, value exceptions);
/* The tuple of a group's exceptions, borrowed, or null when it is no group. */
value exception_group_items(value exception);

/*
 * StopIteration: raise it with a value (as generators return), and take the value out of the one
 * that is set: true and a new reference in `*out` if StopIteration was set, which is forgotten.
 */
value vm_raise_stop_iteration(struct vm *vm, value result);
bool vm_caught_stop_iteration(struct vm *vm, value *out);

/*
 * The traceback as CPython prints it for an uncaught exception, with causes, contexts and
 * groups; ends with a newline. Never fails: what cannot be shown is shown as CPython does.
 */
void exception_print(struct vm *vm, value exception, struct buf *out);
/* Only its last line or lines: `ValueError: bad rice`. */
void exception_print_only(struct vm *vm, value exception, struct buf *out);

/* Where the innermost frame of its traceback was: false without a traceback. */
struct place;
bool exception_place(value exception, struct place *out);

#endif
