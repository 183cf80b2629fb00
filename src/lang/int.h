/*
 * The type int: small ones live in the value, others hold a big integer. bool is a
 * subclass whose two objects have no number inside; int_view makes all three look alike.
 */
#ifndef LANG_INT_H
#define LANG_INT_H

#include "lang/bigint.h"
#include "lang/object.h"

struct int_object {
	struct object head;
	struct bigint n; /* its limbs are behind the struct */
};

/* Room for the number of a small int while it is looked at as a bigint. */
struct int_view {
	struct bigint n;
	uint32_t limbs[2];
};

static inline bool value_is_int(value v)
{
	return value_is_small(v) || value_is_a(v, &int_type);
}

/* The int `n`, of any size. */
value int_new(struct vm *vm, int64_t n);
value int_new_u64(struct vm *vm, uint64_t n);

/* The int that the number is; the number is taken and zero afterwards. */
value int_from_bigint(struct vm *vm, struct bigint *n);

/* The float without its fraction; OverflowError and ValueError for inf and nan. */
value int_from_double(struct vm *vm, double x);

/* The number of an int (bool included); `room` must live as long as the result is used. */
const struct bigint *int_view(value v, struct int_view *room);

/* Whether the int fits; `*out` is untouched when it does not. */
bool int_get_i64(value v, int64_t *out);

/* Negative, 0 or positive. */
int int_sign(value v);

/* a OP b for two ints (bools included), as the scene's operator does. */
value int_binary(struct vm *vm, enum binary_op op, value a, value b);

/* An int from a literal or from the text given to int(): null with ValueError set. */
value int_from_text(struct vm *vm, const char *text, size_t len, unsigned base);

/* pow(a, b, m). */
value int_pow_mod(struct vm *vm, value a, value b, value m);

/* Append the decimal digits; false with ValueError set when they are too many. */
bool int_put_decimal(struct vm *vm, struct buf *out, value v);

#endif
