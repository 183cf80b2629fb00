/*
 * How arguments reach C code: one call convention for functions, methods and types.
 *
 *	value native(struct vm *vm, value self, const struct args *a);
 *
 * `a->at[0..count)` are the positional arguments, all borrowed. Keyword arguments
 * follow them: `a->names` is null or a tuple of str, and the value of its i-th name is
 * `a->at[a->count + i]`. The result is a new reference, or null with an exception set.
 */
#ifndef LANG_ARGS_H
#define LANG_ARGS_H

#include "lang/value.h"

struct args {
	const value *at; /* positional arguments, then the keyword ones */
	size_t count;    /* how many are positional */
	value names;     /* null or a tuple of str */
};

/* A C function that scenes can call. `self` is null for plain module functions. */
typedef value (*native_fn)(struct vm *vm, value self, const struct args *a);

enum method_flags {
	METHOD_KEYWORDS = 1, /* takes keywords and checks its own arguments (args_parse) */
	METHOD_STATIC = 2,   /* `self` is null even when called on an instance */
	METHOD_CLASS = 4,    /* `self` is the type */
	METHOD_ANY = 255,    /* as `max`: any number of positional arguments */
};

/*
 * A function or method in C: one row of a const table that ends with {0}.
 * Without METHOD_KEYWORDS the caller has already refused keywords and a number
 * of arguments outside of min..max, with CPython's texts.
 */
struct method_def {
	const char *name;
	native_fn fn;
	uint8_t min, max;
	uint8_t flags;
};

/*
 * An attribute in C. `get` returns a new reference. `set` takes a borrowed value, null
 * meaning `del`, and returns false with an exception set; NULL for read-only attributes.
 */
struct getset_def {
	const char *name;
	value (*get)(struct vm *vm, value self);
	bool (*set)(struct vm *vm, value self, value v);
};

enum { SIGNATURE_MAX = 12 };

/*
 * A Python parameter list for args_parse, for example sleep(delay, result=None):
 *
 *	static const struct signature sleep_signature = {
 *		.function = "sleep", .names = {"delay", "result"}, .positional = 2, .required = 1 };
 */
struct signature {
	const char *function;             /* without "()": for error texts */
	const char *names[SIGNATURE_MAX]; /* positional ones first, then keyword-only; "" ones can
	                                     only be given by position; NULL ends */
	uint8_t positional;               /* how many can be given by position */
	uint8_t required;                 /* how many of those must be given */
	uint16_t required_keywords;       /* bit i: the keyword-only name i must be given */
};

/*
 * Sort the arguments into `out[]`, one slot a name, borrowed; null where not given.
 * False with CPython's TypeError set when they do not fit.
 */
bool args_parse(struct vm *vm, const struct args *a, const struct signature *s, value out[]);

/* Refuse keyword arguments: false with `NAME() takes no keyword arguments` if there are any. */
bool args_no_keywords(struct vm *vm, const struct args *a, const char *function);

/* Check a number of positional arguments, as for a method_def without METHOD_KEYWORDS. */
bool args_check(struct vm *vm, const struct args *a, const char *function, size_t min, size_t max);

/* How many keyword arguments there are. */
size_t args_keywords(const struct args *a);

/* The keyword argument `name`, borrowed, or null if it was not given. */
value args_keyword(const struct args *a, const char *name);

/* Arguments with nothing by keyword, for calls from C: `vm_call(vm, f, ARGS(x, y))`. */
#define ARGS(...)                                                                        \
	(&(const struct args){.at = (const value[]){__VA_ARGS__},                          \
	                      .count = sizeof((const value[]){__VA_ARGS__}) / sizeof(value)})
#define NO_ARGS (&(const struct args){0})

#endif
