/*
 * Integers of any size: a sign and limbs of 32 bits, least significant first.
 * Knows nothing of Python objects; the type int is built on it. The rules are
 * Python's: division and remainder floor, shifts and bit operations see an
 * endless two's complement, hashing agrees with that of small ints and floats.
 *
 * Numbers live in the caller: start from {0}, which is the number zero, and end
 * with bigint_free. Every result argument may be one of the operands.
 */
#ifndef LANG_BIGINT_H
#define LANG_BIGINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct bigint {
	uint32_t *limbs; /* owned; the highest one is never 0 */
	size_t count;    /* 0 for zero */
	bool negative;   /* false for zero */
};

/* Hashes of numbers are taken modulo this prime, so that 1, 1.0 and True agree. */
#define HASH_MODULUS ((UINT64_C(1) << 61) - 1)

/* Free what the number owns; it is zero afterwards. */
void bigint_free(struct bigint *a);

void bigint_set_i64(struct bigint *out, int64_t value);
void bigint_copy(struct bigint *out, const struct bigint *a);

/* Whether the number fits; `*out` is untouched when it does not. */
bool bigint_get_i64(const struct bigint *a, int64_t *out);

/* Negative, 0 or positive as a is less than, equal to or greater than b. */
int bigint_compare(const struct bigint *a, const struct bigint *b);

/* Bits of the magnitude without leading zeros: 0 for 0, 3 for -5. */
uint64_t bigint_bits(const struct bigint *a);
bool bigint_is_odd(const struct bigint *a);

void bigint_add(struct bigint *out, const struct bigint *a, const struct bigint *b);
void bigint_sub(struct bigint *out, const struct bigint *a, const struct bigint *b);
void bigint_mul(struct bigint *out, const struct bigint *a, const struct bigint *b);
void bigint_negate(struct bigint *a);

/*
 * Quotient rounded down and remainder with the sign of b. Either result may be
 * NULL. `b` must not be zero.
 */
void bigint_divmod(struct bigint *quotient, struct bigint *remainder, const struct bigint *a,
                   const struct bigint *b);

/* a ** exponent. The caller has checked that the result is not too large. */
void bigint_pow(struct bigint *out, const struct bigint *a, uint64_t exponent);

/* a ** exponent modulo m, with the sign of m; exponent >= 0, m not zero. */
void bigint_pow_mod(struct bigint *out, const struct bigint *a, const struct bigint *exponent,
                    const struct bigint *m);

/* The x with a * x congruent to 1 modulo m; false when there is none. */
bool bigint_inverse(struct bigint *out, const struct bigint *a, const struct bigint *m);

void bigint_shift_left(struct bigint *out, const struct bigint *a, uint64_t bits);
void bigint_shift_right(struct bigint *out, const struct bigint *a, uint64_t bits);

/* `op` is one of '&', '|', '^'. */
void bigint_bitwise(struct bigint *out, const struct bigint *a, const struct bigint *b, char op);

/* ---- bigint_text.c: to and from text and floats ---------------------------------- */

/*
 * Append the magnitude in base 2 to 36 with lower case digits; no sign, no prefix.
 * Bases that are not a power of two take time in proportion to the square of the length.
 */
void bigint_put_digits(struct buf *out, const struct bigint *a, unsigned base);

/* Append sign and decimal digits. */
void bigint_put_decimal(struct buf *out, const struct bigint *a);

/* More decimal digits than this are refused, as CPython does; so is reading them. */
enum { BIGINT_MAX_DIGITS = 4300 };

/* Whether the number has more than BIGINT_MAX_DIGITS decimal digits. */
bool bigint_too_long(const struct bigint *a);

/*
 * Read `len` digits of base 2 to 36, either case, `_` skipped. The caller has checked
 * that they are digits of the base.
 */
void bigint_set_digits(struct bigint *out, const char *digits, size_t len, unsigned base);

enum int_text { INT_TEXT_OK, INT_TEXT_INVALID, INT_TEXT_TOO_LONG };

/*
 * Read an int as int() and a literal do: blanks around it, sign, prefix (when `base` is 0
 * or fits it), single underscores between digits. `*digit_count` (may be NULL) gets the
 * number of digits when they are too many. ASCII only.
 */
enum int_text bigint_parse(struct bigint *out, const char *text, size_t len, unsigned base,
                           size_t *digit_count);

/* The nearest float, ties to even; false when it is too large. */
bool bigint_to_double(const struct bigint *a, double *out);

/* The float without its fraction; `x` must be finite. */
void bigint_set_double(struct bigint *out, double x);

/* a / b as the nearest float; false when it is too large. `b` must not be zero. */
bool bigint_true_divide(const struct bigint *a, const struct bigint *b, double *out);

/* Compare with a float that is not NaN: exact, infinities included. */
int bigint_compare_double(const struct bigint *a, double b);

/* Python's hash: congruent to the number modulo HASH_MODULUS, never -1. */
int64_t bigint_hash(const struct bigint *a);

/* Python's hash of a small int and of a float that is not NaN. */
int64_t hash_i64(int64_t value);
int64_t hash_double(double x);

#endif
