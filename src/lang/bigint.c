/*
 * Arithmetic of big integers: see bigint.h. Functions named mag_ work on bare
 * magnitudes; the bigint_ functions put signs around them.
 */
#include "lang/bigint.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Above this many limbs multiplication splits its operands (Karatsuba). */
enum { KARATSUBA_LIMBS = 48 };

void bigint_free(struct bigint *a)
{
	free(a->limbs);
	*a = (struct bigint){0};
}

static uint32_t *limbs_new(size_t count)
{
	return mem_zalloc(count, sizeof(uint32_t));
}

/* Give `limbs` (taken) to out, without leading zeros. */
static void adopt(struct bigint *out, uint32_t *limbs, size_t count, bool negative)
{
	while (count > 0 && limbs[count - 1] == 0)
		count--;
	free(out->limbs);
	out->limbs = limbs;
	out->count = count;
	out->negative = negative && count > 0;
}

void bigint_set_i64(struct bigint *out, int64_t value)
{
	uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	uint32_t *limbs = limbs_new(2);
	limbs[0] = (uint32_t)magnitude;
	limbs[1] = (uint32_t)(magnitude >> 32);
	adopt(out, limbs, 2, value < 0);
}

void bigint_copy(struct bigint *out, const struct bigint *a)
{
	if (out == a)
		return;
	uint32_t *limbs = limbs_new(a->count);
	if (a->count)
		memcpy(limbs, a->limbs, a->count * sizeof *limbs);
	adopt(out, limbs, a->count, a->negative);
}

bool bigint_get_i64(const struct bigint *a, int64_t *out)
{
	if (a->count > 2)
		return false;
	uint64_t magnitude = 0;
	if (a->count > 0)
		magnitude = a->limbs[0];
	if (a->count > 1)
		magnitude |= (uint64_t)a->limbs[1] << 32;
	uint64_t limit = (uint64_t)INT64_MAX + (a->negative ? 1 : 0);
	if (magnitude > limit)
		return false;
	if (a->negative && magnitude == (uint64_t)INT64_MAX + 1)
		*out = INT64_MIN;
	else
		*out = a->negative ? -(int64_t)magnitude : (int64_t)magnitude;
	return true;
}

uint64_t bigint_bits(const struct bigint *a)
{
	if (a->count == 0)
		return 0;
	uint32_t top = a->limbs[a->count - 1];
	return (uint64_t)(a->count - 1) * 32 + (uint64_t)(32 - __builtin_clz(top));
}

bool bigint_is_odd(const struct bigint *a)
{
	return a->count > 0 && (a->limbs[0] & 1) != 0;
}

void bigint_negate(struct bigint *a)
{
	a->negative = !a->negative && a->count > 0;
}

/* ---- magnitudes ------------------------------------------------------------------ */

static int mag_compare(const struct bigint *a, const struct bigint *b)
{
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	for (size_t i = a->count; i-- > 0;) {
		if (a->limbs[i] != b->limbs[i])
			return a->limbs[i] < b->limbs[i] ? -1 : 1;
	}
	return 0;
}

/* out (room for an + 1) = a + b, with an >= bn. */
static void mag_add(uint32_t *out, const uint32_t *a, size_t an, const uint32_t *b, size_t bn)
{
	uint64_t carry = 0;
	for (size_t i = 0; i < an; i++) {
		carry += (uint64_t)a[i] + (i < bn ? b[i] : 0);
		out[i] = (uint32_t)carry;
		carry >>= 32;
	}
	out[an] = (uint32_t)carry;
}

/* out (room for an) = a - b, with a >= b; out may be a. */
static void mag_sub(uint32_t *out, const uint32_t *a, size_t an, const uint32_t *b, size_t bn)
{
	uint64_t borrow = 0;
	for (size_t i = 0; i < an; i++) {
		uint64_t take = (i < bn ? b[i] : 0) + borrow;
		borrow = a[i] < take;
		out[i] = (uint32_t)(a[i] - take);
	}
}

/* Add b to the limbs at `out`, whose room is known to hold the sum. */
static void mag_add_into(uint32_t *out, const uint32_t *b, size_t bn)
{
	uint64_t carry = 0;
	size_t i = 0;
	for (; i < bn; i++) {
		carry += (uint64_t)out[i] + b[i];
		out[i] = (uint32_t)carry;
		carry >>= 32;
	}
	for (; carry; i++) {
		carry += out[i];
		out[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

/* out (zeroed, room for an + bn) = a * b, digit by digit. */
static void mag_mul_plain(uint32_t *out, const uint32_t *a, size_t an, const uint32_t *b, size_t bn)
{
	for (size_t i = 0; i < an; i++) {
		uint64_t carry = 0;
		uint64_t digit = a[i];
		if (digit == 0)
			continue;
		for (size_t j = 0; j < bn; j++) {
			carry += digit * b[j] + out[i + j];
			out[i + j] = (uint32_t)carry;
			carry >>= 32;
		}
		out[i + bn] = (uint32_t)carry;
	}
}

/*
 * out (zeroed, room for an + bn) = a * b. With x = high and low halves,
 * (ah + al)(bh + bl) - ah bh - al bl gives the middle from one product.
 */
static void mag_mul(uint32_t *out, const uint32_t *a, size_t an, const uint32_t *b, size_t bn)
{
	if (an < bn) {
		const uint32_t *t = a;
		a = b;
		b = t;
		size_t n = an;
		an = bn;
		bn = n;
	}
	if (bn < KARATSUBA_LIMBS) {
		mag_mul_plain(out, a, an, b, bn);
		return;
	}
	size_t half = (an + 1) / 2;
	if (bn <= half) {
		/* Lopsided: slice the longer one into pieces as long as the shorter one. */
		uint32_t *piece = mem_alloc(mem_mul(2 * bn, sizeof *piece));
		for (size_t at = 0; at < an; at += bn) {
			size_t n = an - at < bn ? an - at : bn;
			memset(piece, 0, (n + bn) * sizeof *piece);
			mag_mul(piece, a + at, n, b, bn);
			mag_add_into(out + at, piece, n + bn);
		}
		free(piece);
		return;
	}
	const uint32_t *ah = a + half, *bh = b + half;
	size_t ahn = an - half, bhn = bn - half, n = half + 1;
	uint32_t *work = limbs_new(mem_mul(n, 4));
	uint32_t *as = work, *bs = work + n, *middle = work + 2 * n;
	mag_add(as, a, half, ah, ahn);
	mag_add(bs, b, half, bh, bhn);
	mag_mul(middle, as, n, bs, n);
	mag_mul(out, a, half, b, half);
	mag_mul(out + 2 * half, ah, ahn, bh, bhn);
	mag_sub(middle, middle, 2 * n, out, 2 * half);
	mag_sub(middle, middle, 2 * n, out + 2 * half, ahn + bhn);
	size_t used = 2 * n;
	while (used > 0 && middle[used - 1] == 0)
		used--;
	mag_add_into(out + half, middle, used);
	free(work);
}

/* Divide in place by one limb; returns the remainder. */
static uint32_t mag_div_limb(uint32_t *limbs, size_t count, uint32_t by)
{
	uint64_t rest = 0;
	for (size_t i = count; i-- > 0;) {
		rest = rest << 32 | limbs[i];
		limbs[i] = (uint32_t)(rest / by);
		rest %= by;
	}
	return (uint32_t)rest;
}

static void mag_shift_left(uint32_t *out, const uint32_t *a, size_t n, unsigned bits)
{
	uint32_t carry = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t wide = (uint64_t)a[i] << bits;
		out[i] = (uint32_t)wide | carry;
		carry = (uint32_t)(wide >> 32);
	}
	out[n] = carry;
}

/*
 * Long division (Knuth's algorithm D): u has un + 1 limbs and becomes the remainder,
 * v has vn >= 2 limbs with its top bit set, q gets un - vn + 1 limbs.
 */
static void mag_divide(uint32_t *q, uint32_t *u, size_t un, const uint32_t *v, size_t vn)
{
	uint64_t top = v[vn - 1], second = v[vn - 2];
	for (size_t j = un - vn + 1; j-- > 0;) {
		uint64_t head = (uint64_t)u[j + vn] << 32 | u[j + vn - 1];
		uint64_t guess = head / top, rest = head % top;
		while (guess >> 32 || guess * second > (rest << 32 | u[j + vn - 2])) {
			guess--;
			rest += top;
			if (rest >> 32)
				break;
		}
		uint64_t carry = 0;
		int64_t borrow = 0;
		for (size_t i = 0; i < vn; i++) {
			carry += guess * v[i];
			int64_t t = (int64_t)u[i + j] - borrow - (int64_t)(carry & 0xFFFFFFFF);
			u[i + j] = (uint32_t)t;
			borrow = t < 0;
			carry >>= 32;
		}
		int64_t t = (int64_t)u[j + vn] - borrow - (int64_t)carry;
		u[j + vn] = (uint32_t)t;
		if (t < 0) { /* the guess was one too large: add v back */
			guess--;
			uint64_t sum = 0;
			for (size_t i = 0; i < vn; i++) {
				sum += (uint64_t)u[i + j] + v[i];
				u[i + j] = (uint32_t)sum;
				sum >>= 32;
			}
			u[j + vn] += (uint32_t)sum;
		}
		q[j] = (uint32_t)guess;
	}
}

/* ---- signed ---------------------------------------------------------------------- */

int bigint_compare(const struct bigint *a, const struct bigint *b)
{
	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	int order = mag_compare(a, b);
	return a->negative ? -order : order;
}

static void add_signed(struct bigint *out, const struct bigint *a, const struct bigint *b,
                       bool b_negative)
{
	if (a->negative == b_negative) {
		bool negative = a->negative;
		if (a->count < b->count) {
			const struct bigint *t = a;
			a = b;
			b = t;
		}
		uint32_t *limbs = limbs_new(mem_add(a->count, 1));
		mag_add(limbs, a->limbs, a->count, b->limbs, b->count);
		adopt(out, limbs, a->count + 1, negative);
		return;
	}
	bool swapped = mag_compare(a, b) < 0;
	bool negative = swapped ? b_negative : a->negative;
	const struct bigint *large = swapped ? b : a, *small = swapped ? a : b;
	uint32_t *limbs = limbs_new(large->count);
	mag_sub(limbs, large->limbs, large->count, small->limbs, small->count);
	adopt(out, limbs, large->count, negative);
}

void bigint_add(struct bigint *out, const struct bigint *a, const struct bigint *b)
{
	add_signed(out, a, b, b->negative);
}

void bigint_sub(struct bigint *out, const struct bigint *a, const struct bigint *b)
{
	add_signed(out, a, b, !b->negative);
}

void bigint_mul(struct bigint *out, const struct bigint *a, const struct bigint *b)
{
	size_t count = mem_add(a->count, b->count);
	uint32_t *limbs = limbs_new(count);
	mag_mul(limbs, a->limbs, a->count, b->limbs, b->count);
	adopt(out, limbs, count, a->negative != b->negative);
}

/* Truncating division of magnitudes; q and r are not operands. */
static void divide_magnitudes(struct bigint *q, struct bigint *r, const struct bigint *a,
                              const struct bigint *b)
{
	if (mag_compare(a, b) < 0) {
		bigint_copy(r, a);
		r->negative = false;
		return;
	}
	if (b->count == 1) {
		uint32_t *limbs = limbs_new(a->count);
		memcpy(limbs, a->limbs, a->count * sizeof *limbs);
		uint32_t rest = mag_div_limb(limbs, a->count, b->limbs[0]);
		adopt(q, limbs, a->count, false);
		bigint_set_i64(r, rest);
		return;
	}
	unsigned shift = (unsigned)__builtin_clz(b->limbs[b->count - 1]);
	uint32_t *u = limbs_new(mem_add(a->count, 1));
	uint32_t *v = limbs_new(mem_add(b->count, 1));
	uint32_t *limbs = limbs_new(a->count - b->count + 1);
	mag_shift_left(u, a->limbs, a->count, shift);
	mag_shift_left(v, b->limbs, b->count, shift);
	mag_divide(limbs, u, a->count, v, b->count);
	adopt(q, limbs, a->count - b->count + 1, false);
	free(v);
	adopt(r, u, b->count, false);
	bigint_shift_right(r, r, shift);
}

void bigint_divmod(struct bigint *quotient, struct bigint *remainder, const struct bigint *a,
                   const struct bigint *b)
{
	struct bigint q = {0}, r = {0};
	divide_magnitudes(&q, &r, a, b);
	if (a->negative != b->negative) {
		bigint_negate(&q);
		if (r.count > 0) { /* floor: one further down, and the rest from the other side */
			struct bigint one = {0};
			bigint_set_i64(&one, 1);
			bigint_sub(&q, &q, &one);
			bigint_free(&one);
			add_signed(&r, b, &r, !b->negative);
			r.negative = b->negative && r.count > 0;
		}
	} else {
		r.negative = b->negative && r.count > 0;
	}
	if (quotient) {
		bigint_free(quotient);
		*quotient = q;
	} else {
		bigint_free(&q);
	}
	if (remainder) {
		bigint_free(remainder);
		*remainder = r;
	} else {
		bigint_free(&r);
	}
}

void bigint_pow(struct bigint *out, const struct bigint *a, uint64_t exponent)
{
	struct bigint base = {0}, result = {0};
	bigint_copy(&base, a);
	bigint_set_i64(&result, 1);
	while (exponent > 0) {
		if (exponent & 1)
			bigint_mul(&result, &result, &base);
		exponent >>= 1;
		if (exponent > 0)
			bigint_mul(&base, &base, &base);
	}
	bigint_free(&base);
	bigint_free(out);
	*out = result;
}

void bigint_pow_mod(struct bigint *out, const struct bigint *a, const struct bigint *exponent,
                    const struct bigint *m)
{
	struct bigint base = {0}, result = {0};
	bigint_divmod(NULL, &base, a, m);
	bigint_set_i64(&result, 1);
	bigint_divmod(NULL, &result, &result, m);
	for (uint64_t bit = bigint_bits(exponent); bit-- > 0;) {
		bigint_mul(&result, &result, &result);
		bigint_divmod(NULL, &result, &result, m);
		if (exponent->limbs[bit / 32] >> (bit % 32) & 1) {
			bigint_mul(&result, &result, &base);
			bigint_divmod(NULL, &result, &result, m);
		}
	}
	bigint_free(&base);
	bigint_free(out);
	*out = result;
}

/* Euclid's algorithm on (x, m), carrying along the coefficient of a. */
bool bigint_inverse(struct bigint *out, const struct bigint *a, const struct bigint *m)
{
	struct bigint x = {0}, y = {0}, cx = {0}, cy = {0}, q = {0}, t = {0};
	bigint_copy(&y, m);
	y.negative = false;
	bigint_divmod(NULL, &x, a, &y);
	bigint_set_i64(&cx, 1);
	while (x.count > 0) {
		bigint_divmod(&q, &t, &y, &x);
		struct bigint old = y;
		y = x;
		x = t;
		t = old;
		bigint_mul(&q, &q, &cx);
		bigint_sub(&q, &cy, &q);
		old = cy;
		cy = cx;
		cx = q;
		q = old;
	}
	int64_t divisor = 0;
	bool found = bigint_get_i64(&y, &divisor) && divisor == 1;
	if (found)
		bigint_divmod(NULL, out, &cy, m);
	bigint_free(&x);
	bigint_free(&y);
	bigint_free(&cx);
	bigint_free(&cy);
	bigint_free(&q);
	bigint_free(&t);
	return found;
}

void bigint_shift_left(struct bigint *out, const struct bigint *a, uint64_t bits)
{
	size_t skip = (size_t)(bits / 32);
	size_t count = mem_add(mem_add(a->count, skip), 1);
	uint32_t *limbs = limbs_new(count);
	mag_shift_left(limbs + skip, a->limbs, a->count, (unsigned)(bits % 32));
	adopt(out, limbs, count, a->negative);
}

void bigint_shift_right(struct bigint *out, const struct bigint *a, uint64_t bits)
{
	bool negative = a->negative, lost = false;
	if (bits / 32 >= a->count) {
		bigint_set_i64(out, negative ? -1 : 0);
		return;
	}
	size_t skip = (size_t)(bits / 32), count = a->count - skip;
	unsigned shift = (unsigned)(bits % 32);
	for (size_t i = 0; i < skip; i++)
		lost = lost || a->limbs[i] != 0;
	lost = lost || (a->limbs[skip] & ((UINT32_C(1) << shift) - 1)) != 0;
	uint32_t *limbs = limbs_new(count);
	for (size_t i = 0; i < count; i++) {
		uint64_t wide = a->limbs[skip + i];
		if (skip + i + 1 < a->count)
			wide |= (uint64_t)a->limbs[skip + i + 1] << 32;
		limbs[i] = (uint32_t)(wide >> shift);
	}
	adopt(out, limbs, count, negative);
	if (negative && lost) { /* rounds down, away from zero */
		struct bigint one = {0};
		bigint_set_i64(&one, 1);
		bigint_sub(out, out, &one);
		bigint_free(&one);
	}
}

/* The number's lowest `count` limbs in two's complement. */
static uint32_t *complement(const struct bigint *a, size_t count)
{
	uint32_t *limbs = limbs_new(count);
	uint64_t carry = 1;
	for (size_t i = 0; i < count; i++) {
		uint32_t limb = i < a->count ? a->limbs[i] : 0;
		if (a->negative) {
			carry += (uint32_t)~limb;
			limb = (uint32_t)carry;
			carry >>= 32;
		}
		limbs[i] = limb;
	}
	return limbs;
}

void bigint_bitwise(struct bigint *out, const struct bigint *a, const struct bigint *b, char op)
{
	size_t count = mem_add(a->count > b->count ? a->count : b->count, 1);
	uint32_t *x = complement(a, count), *y = complement(b, count);
	for (size_t i = 0; i < count; i++) {
		if (op == '&')
			x[i] &= y[i];
		else if (op == '|')
			x[i] |= y[i];
		else
			x[i] ^= y[i];
	}
	free(y);
	if (x[count - 1] >> 31) {
		struct bigint positive = {.limbs = x, .count = count, .negative = true};
		uint32_t *magnitude = complement(&positive, count);
		free(x);
		adopt(out, magnitude, count, true);
		return;
	}
	adopt(out, x, count, false);
}
