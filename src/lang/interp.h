/*
 * What the interpreter's instructions do when they are more than a line: helpers of interp.c,
 * kept out of the loop. All borrow their arguments, return new references, and null (or
 * false) with an exception set.
 */
#ifndef LANG_INTERP_H
#define LANG_INTERP_H

#include "lang/internal.h"

/* Kinds of inline caches of LOAD_GLOBAL; 0: nothing is known. */
enum { GLOBAL_UNKNOWN, GLOBAL_OWN, GLOBAL_BUILTIN };

/* Kinds of inline caches of attribute instructions. */
enum {
	ATTR_UNKNOWN,
	ATTR_INSTANCE, /* nothing in the class, or something that the instance goes before */
	ATTR_CLASS,    /* a plain value of the class that no descriptor guards */
	ATTR_FUNCTION, /* a function of the class */
	ATTR_GETSET,   /* an attribute in C */
};

/* left OP right for two small ints, when the result is one too. */
static inline bool small_binary(enum binary_op op, value left, value right, value *out)
{
	if ((left.bits & right.bits & 1) == 0)
		return false;
	intptr_t a = (intptr_t)left.bits, b = (intptr_t)right.bits, r;
	switch (op) {
	case BINARY_ADD:
		if (__builtin_add_overflow(a, b - 1, &r))
			return false;
		*out = (value){(uintptr_t)r};
		return true;
	case BINARY_SUB:
		if (__builtin_sub_overflow(a, b - 1, &r))
			return false;
		*out = (value){(uintptr_t)r};
		return true;
	case BINARY_MUL:
		if (__builtin_mul_overflow(a - 1, b >> 1, &r))
			return false;
		*out = (value){(uintptr_t)(r + 1)};
		return true;
	case BINARY_AND:
		*out = (value){left.bits & right.bits};
		return true;
	case BINARY_OR:
		*out = (value){left.bits | right.bits};
		return true;
	case BINARY_MOD:
	case BINARY_FLOORDIV:
		/* Only where C and Python agree on the signs. */
		if (a < 0 || b < 2)
			return false;
		a >>= 1;
		b >>= 1;
		*out = value_small(op == BINARY_MOD ? a % b : a / b);
		return true;
	default:
		return false;
	}
}

/* left OP right for two small ints. */
static inline bool small_compare(enum compare_op op, value left, value right)
{
	intptr_t a = (intptr_t)left.bits, b = (intptr_t)right.bits;
	switch (op) {
	case COMPARE_LT:
		return a < b;
	case COMPARE_LE:
		return a <= b;
	case COMPARE_EQ:
		return a == b;
	case COMPARE_NE:
		return a != b;
	case COMPARE_GT:
		return a > b;
	case COMPARE_GE:
		return a >= b;
	}
	return false;
}

/* Whether a call with `count` positional arguments fills the parameters one to one. */
static inline bool simple_call(const struct code *code, size_t count)
{
	enum {
		SPECIAL = CODE_VARARGS | CODE_VARKEYWORDS | CODE_GENERATOR | CODE_COROUTINE |
			CODE_ASYNC_GENERATOR,
	};
	return code->arg_count == count && (code->flags & SPECIAL) == 0 &&
		code->keyword_only_count == 0 && code->free_count == 0;
}

value load_global(struct frame *f, struct inline_cache *c, value name); /* borrowed; raises nothing */
value load_attr(struct vm *vm, struct inline_cache *c, value obj, value name);
/* `*bound`: the result needs no self; otherwise `obj` is to go first. */
value load_method(struct vm *vm, struct inline_cache *c, value obj, value name, bool *bound);
bool store_attr(struct vm *vm, struct inline_cache *c, value obj, value name, value v);
value load_item(struct vm *vm, value container, value key);
value quick_binary(struct vm *vm, enum binary_op op, value left, value right);

value build_set(struct vm *vm, const value *items, size_t count);
value build_dict(struct vm *vm, const value *pairs, size_t count);
bool star_extend(struct vm *vm, value list, value iterable);
bool display_update(struct vm *vm, value dict, value mapping);
bool merge_keywords(struct vm *vm, value callable, value dict, value mapping);
value format_value(struct vm *vm, value v, uint32_t conversion, value spec);
/* Items into `to`, the first on top. */
bool unpack_sequence(struct vm *vm, value v, uint32_t count, value *to);
bool unpack_star(struct vm *vm, value v, uint32_t before, uint32_t after, value *to);

/* What error texts about a call name it: "module.f()". */
value callable_name(struct vm *vm, value callable);

/* Call anything: the result, or a frame in `*callee` that the caller runs. */
value call_any(struct vm *vm, value callable, const struct args *a, struct frame **callee);
value call_spread(struct vm *vm, value callable, value self, value positional, value keywords,
                  struct frame **callee);
/* The frame of a class's __init__ with the arguments moved into it; NULL: go the long way. */
struct frame *enter_class(struct vm *vm, value class, value *args, size_t count);

value get_awaitable(struct vm *vm, value v, uint32_t from);
value get_yield_from(struct vm *vm, value v, const struct code *code);
value get_aiter(struct vm *vm, value v);
value get_anext(struct vm *vm, value v);

/* True: the exception set is to go on as it is. */
bool do_raise(struct vm *vm, value exception, value cause);
/* The bound exit method, and what entering gave; both null on failure. */
value before_with(struct vm *vm, value manager, bool async, value *exit_method);
value import_from(struct vm *vm, value module, value name);

bool match_kind(const struct type *type, uint32_t flag);
value match_keys(struct vm *vm, value subject, value keys);
value match_rest(struct vm *vm, value subject, value keys);
value match_class(struct vm *vm, value subject, value class, value names, uint32_t positional);

#endif
