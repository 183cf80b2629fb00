/*
 * Floats to and from text, as Python writes and reads them. No objects here; the type
 * float, format specs and % formatting are built on it. Independent of the locale.
 */
#ifndef BASE_FLOAT_TEXT_H
#define BASE_FLOAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum float_flags {
	FLOAT_ALTERNATE = 1, /* keep the decimal point and, with g, trailing zeros */
	FLOAT_DOT_ZERO = 2,  /* a whole number that is not in exponent form ends in .0 */
};

/* Append the shortest text that reads back as x: 0.1, 1e+16, -0.0, inf, nan. */
void float_put_repr(struct buf *out, double x);

/*
 * Append the magnitude of x without a sign. `style` is e, f, g, their capitals or r (repr, which
 * ignores `precision`); `precision` is as in printf, and not negative; `flags` of enum float_flags.
 */
void float_put(struct buf *out, double x, char style, int precision, unsigned flags);

/*
 * Read a float as float() does: blanks around it, sign, digits with single underscores
 * between them, exponent, inf, infinity and nan in any case. ASCII only. Returns whether it
 * was one; too large a number gives an infinity.
 */
bool float_parse(const char *text, size_t len, double *out);

/*
 * Round to `digits` decimals (negative: to tens, hundreds...), exact ties to even, as round(x, n)
 * does. x must be finite; the result can be infinite only when it does not fit a float.
 */
double float_round(double x, int64_t digits);

#endif
