/*
 * Values: one word that is a small int or a counted reference to an object.
 *
 * The low bit tells: 1 is an int of 63 bits, 0 is a `struct object *`. The word 0 is
 * "no value": as a result it says that an exception is set in the vm, as an
 * argument that something was left out. It never reaches a scene.
 */
#ifndef LANG_VALUE_H
#define LANG_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm;
struct type;

typedef struct value {
	uintptr_t bits;
} value;

/* What every object begins with. */
struct object {
	uint32_t refs;           /* how many references; with REFS_IMMORTAL set never written */
	uint32_t flags;          /* OBJECT_*, see object.h */
	const struct type *type; /* instances of classes made by a scene hold a reference on it */
};

#define REFS_IMMORTAL 0x80000000u

/* "No value". A macro, so that it can initialise constants. */
#define VALUE_NULL ((value){0})

/* The constants. Immortal objects, shared by every vm. */
extern const struct object none_object, true_object, false_object, ellipsis_object,
	not_implemented_object;
#define VALUE_OF_CONST(object)  ((value){(uintptr_t)(const void *)&(object)})
#define VALUE_NONE              VALUE_OF_CONST(none_object)
#define VALUE_TRUE              VALUE_OF_CONST(true_object)
#define VALUE_FALSE             VALUE_OF_CONST(false_object)
#define VALUE_ELLIPSIS          VALUE_OF_CONST(ellipsis_object)
#define VALUE_NOT_IMPLEMENTED   VALUE_OF_CONST(not_implemented_object)

/* The range of small ints. */
#define SMALL_INT_MAX ((int64_t)INT64_MAX >> 1)
#define SMALL_INT_MIN ((int64_t)INT64_MIN >> 1)

static inline bool value_is_null(value v)
{
	return v.bits == 0;
}

static inline bool value_is(value a, value b)
{
	return a.bits == b.bits;
}

static inline bool value_is_none(value v)
{
	return v.bits == VALUE_NONE.bits;
}

/* Whether `v` is an int held in the word itself. */
static inline bool value_is_small(value v)
{
	return (v.bits & 1) != 0;
}

static inline bool small_fits(int64_t n)
{
	return n >= SMALL_INT_MIN && n <= SMALL_INT_MAX;
}

/* The small int `n`, which must fit; int_new (lang/int.h) takes any. */
static inline value value_small(int64_t n)
{
	return (value){(uintptr_t)n << 1 | 1};
}

/* The number in a small int. */
static inline int64_t small_number(value v)
{
	return (int64_t)v.bits >> 1;
}

static inline value value_bool(bool yes)
{
	return yes ? VALUE_TRUE : VALUE_FALSE;
}

/* The object in `v`, which must be one. */
static inline struct object *value_object(value v)
{
	return (struct object *)v.bits;
}

/* The value that refers to `object`: borrows, counts nothing. */
static inline value object_value(const void *object)
{
	return (value){(uintptr_t)object};
}

/* The last reference is gone: finalize, drop what it owns, free. For value_unref only. */
void object_die(struct vm *vm, struct object *o);

/* A new reference to the same. `v` must not be null. */
static inline value value_ref(value v)
{
	if (!value_is_small(v)) {
		struct object *o = value_object(v);
		if (!(o->refs & REFS_IMMORTAL))
			o->refs++;
	}
	return v;
}

/* Give a reference back. `v` must not be null. */
static inline void value_unref(struct vm *vm, value v)
{
	if (value_is_small(v))
		return;
	struct object *o = value_object(v);
	if (!(o->refs & REFS_IMMORTAL) && --o->refs == 0)
		object_die(vm, o);
}

/* The same for values that may be null. */
static inline value value_xref(value v)
{
	return value_is_null(v) ? v : value_ref(v);
}

static inline void value_xunref(struct vm *vm, value v)
{
	if (!value_is_null(v))
		value_unref(vm, v);
}

/* Put `v` (taken, may be null) into `*slot` and give back what was there, in this order. */
static inline void value_replace(struct vm *vm, value *slot, value v)
{
	value old = *slot;
	*slot = v;
	value_xunref(vm, old);
}

/* Empty `*slot` and give back what was there. */
static inline void value_forget(struct vm *vm, value *slot)
{
	value_replace(vm, slot, VALUE_NULL);
}

#endif
