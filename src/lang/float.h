/* The type float. */
#ifndef LANG_FLOAT_H
#define LANG_FLOAT_H

#include "lang/object.h"

struct float_object {
	struct object head;
	double x;
};

extern const struct type float_type;

static inline bool value_is_float(value v)
{
	return !value_is_small(v) &&
		(value_object(v)->type == &float_type || value_is_a(v, &float_type));
}

/* The number in `v`, which must be a float. */
static inline double float_number(value v)
{
	return ((const struct float_object *)(const void *)value_object(v))->x;
}

value float_new(struct vm *vm, double x);

/*
 * The number that `v` stands for: float, int, __float__ or __index__. False with TypeError
 * `must be real number, not X` or OverflowError set.
 */
bool number_to_double(struct vm *vm, value v, double *out);

#endif
