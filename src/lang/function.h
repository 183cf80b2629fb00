/*
 * Functions: Python's, C's, and methods bound to an object.
 */
#ifndef LANG_FUNCTION_H
#define LANG_FUNCTION_H

#include "lang/code.h"

struct inline_cache;

/* A Python function. */
struct function {
	struct object head;
	const struct code *code;
	value globals;     /* dict */
	value builtins;    /* dict */
	value name, qualname;
	value module;      /* str or null */
	value doc;         /* null: the code's */
	value defaults;    /* tuple or null */
	value keyword_defaults; /* dict or null */
	value annotations; /* dict or null */
	value closure;     /* tuple of cells or null */
	value dict;        /* other attributes, or null */
	struct inline_cache *caches; /* the vm's for this code; one an instruction */
};

/* A C function, with what it is bound to. */
struct native {
	struct object head;
	const struct method_def *def;
	value self;               /* or null */
	const struct type *owner; /* the type that it is a method of, unbound, or NULL */
	value module;             /* str or null */
};

/* function(self, ...) */
struct method {
	struct object head;
	value function, self;
};

extern const struct type function_type, native_type, method_type, cell_type;
/* A method of a built-in type, looked up on the type: `str.upper`. */
extern const struct type method_descriptor_type;

/* A variable shared by functions. */
struct cell {
	struct object head;
	value contents; /* null: unset */
};

value function_new(struct vm *vm, const struct code *code, value globals);
value method_new(struct vm *vm, value function, value self);
value cell_new(struct vm *vm, value contents);

/* Whether `v` is a function whose call makes a coroutine. */
bool function_is_coroutine(value v);

#endif
