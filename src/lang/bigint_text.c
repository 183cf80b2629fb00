/*
 * Big integers to and from text and floats: see bigint.h. Rounding is done once,
 * here, on the exact number, so every float that comes out is the nearest one.
 */
#include "lang/bigint.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* How many digits of the base fit one limb, and the base to that power. */
static uint32_t limb_of_digits(unsigned base, unsigned *digits)
{
	uint64_t power = base;
	*digits = 1;
	while (power * base <= UINT32_MAX) {
		power *= base;
		++*digits;
	}
	return (uint32_t)power;
}

static char digit_char(uint32_t digit)
{
	return (char)(digit < 10 ? '0' + digit : 'a' + (digit - 10));
}

static void reverse(char *text, size_t len)
{
	for (size_t i = 0; i < len / 2; i++) {
		char c = text[i];
		text[i] = text[len - 1 - i];
		text[len - 1 - i] = c;
	}
}

/* Bases 2, 4, 8, 16, 32: cut the bits into digits. */
static void put_bits(struct buf *out, const struct bigint *a, unsigned width)
{
	uint64_t bits = bigint_bits(a);
	for (uint64_t n = (bits + width - 1) / width; n-- > 0;) {
		uint64_t at = n * width;
		size_t limb = (size_t)(at / 32);
		uint64_t wide = a->limbs[limb];
		if (limb + 1 < a->count)
			wide |= (uint64_t)a->limbs[limb + 1] << 32;
		buf_putc(out, digit_char((uint32_t)(wide >> (at % 32)) & ((1u << width) - 1)));
	}
}

void bigint_put_digits(struct buf *out, const struct bigint *a, unsigned base)
{
	if (a->count == 0) {
		buf_putc(out, '0');
		return;
	}
	if ((base & (base - 1)) == 0) {
		put_bits(out, a, (unsigned)__builtin_ctz(base));
		return;
	}
	unsigned digits;
	uint32_t power = limb_of_digits(base, &digits);
	size_t count = a->count, start = out->len;
	uint32_t *limbs = mem_alloc(mem_mul(count, sizeof *limbs));
	memcpy(limbs, a->limbs, count * sizeof *limbs);
	while (count > 0) {
		uint64_t rest = 0;
		for (size_t i = count; i-- > 0;) {
			rest = rest << 32 | limbs[i];
			limbs[i] = (uint32_t)(rest / power);
			rest %= power;
		}
		while (count > 0 && limbs[count - 1] == 0)
			count--;
		for (unsigned i = 0; i < digits && (count > 0 || rest > 0); i++) {
			buf_putc(out, digit_char((uint32_t)(rest % base)));
			rest /= base;
		}
	}
	free(limbs);
	reverse(out->data + start, out->len - start);
}

void bigint_put_decimal(struct buf *out, const struct bigint *a)
{
	if (a->negative)
		buf_putc(out, '-');
	bigint_put_digits(out, a, 10);
}

bool bigint_too_long(const struct bigint *a)
{
	uint64_t bits = bigint_bits(a);
	/* 10 ** 4300 has 14285 bits; between the easy cases, count. */
	if (bits < 14285)
		return false;
	if (bits > 14285)
		return true;
	struct buf digits = {0};
	bigint_put_digits(&digits, a, 10);
	bool too_long = digits.len > BIGINT_MAX_DIGITS;
	buf_free(&digits);
	return too_long;
}

/* The digit's value, or 99. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A') + 10;
	return 99;
}

void bigint_set_digits(struct bigint *out, const char *digits, size_t len, unsigned base)
{
	unsigned at_once;
	limb_of_digits(base, &at_once);
	bool bits = (base & (base - 1)) == 0;
	unsigned width = bits ? (unsigned)__builtin_ctz(base) : 0;
	size_t room = mem_add(len / at_once, 2);
	uint32_t *limbs = mem_zalloc(room, sizeof *limbs);
	size_t count = 0;
	if (bits) {
		uint64_t at = 0;
		for (size_t i = len; i-- > 0;) {
			if (digits[i] == '_')
				continue;
			uint64_t wide = (uint64_t)digit_value(digits[i]) << (at % 32);
			size_t limb = (size_t)(at / 32);
			limbs[limb] |= (uint32_t)wide;
			if (wide >> 32)
				limbs[limb + 1] |= (uint32_t)(wide >> 32);
			at += width;
		}
		count = room;
	} else {
		for (size_t i = 0; i < len;) {
			uint64_t carry = 0;
			uint32_t power = 1;
			for (unsigned n = 0; n < at_once && i < len; i++) {
				if (digits[i] == '_')
					continue;
				carry = carry * base + digit_value(digits[i]);
				power *= base;
				n++;
			}
			for (size_t k = 0; k < count; k++) {
				carry += (uint64_t)limbs[k] * power;
				limbs[k] = (uint32_t)carry;
				carry >>= 32;
			}
			if (carry)
				limbs[count++] = (uint32_t)carry;
		}
	}
	while (count > 0 && limbs[count - 1] == 0)
		count--;
	free(out->limbs);
	*out = (struct bigint){.limbs = limbs, .count = count};
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

/* The base that a prefix like 0x names, or 0. */
static unsigned prefix_base(const char *text, size_t len)
{
	if (len < 2 || text[0] != '0')
		return 0;
	switch (text[1] | 0x20) {
	case 'x':
		return 16;
	case 'o':
		return 8;
	case 'b':
		return 2;
	default:
		return 0;
	}
}

enum int_text bigint_parse(struct bigint *out, const char *text, size_t len, unsigned base,
                           size_t *digit_count)
{
	while (len > 0 && is_blank(text[0]))
		text++, len--;
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	bool negative = false;
	if (len > 0 && (text[0] == '+' || text[0] == '-')) {
		negative = text[0] == '-';
		text++, len--;
	}
	unsigned prefix = prefix_base(text, len);
	bool zeros_only = false;
	if (prefix != 0 && (base == 0 || base == prefix)) {
		base = prefix;
		text += 2, len -= 2;
		if (len > 0 && text[0] == '_')
			text++, len--;
	} else if (base == 0) {
		base = 10;
		zeros_only = len > 0 && text[0] == '0'; /* 00 is legal, 01 is not */
	}
	size_t count = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '_') {
			if (i == 0 || i + 1 == len || text[i - 1] == '_')
				return INT_TEXT_INVALID;
			continue;
		}
		if (digit_value(text[i]) >= base || (zeros_only && text[i] != '0'))
			return INT_TEXT_INVALID;
		count++;
	}
	if (count == 0)
		return INT_TEXT_INVALID;
	if ((base & (base - 1)) != 0 && count > BIGINT_MAX_DIGITS) {
		if (digit_count)
			*digit_count = count;
		return INT_TEXT_TOO_LONG;
	}
	bigint_set_digits(out, text, len, base);
	out->negative = negative && out->count > 0;
	return INT_TEXT_OK;
}

/* ---- floats ---------------------------------------------------------------------- */

/*
 * The 64 highest bits of the magnitude, left-justified, and in `*exponent` the power of two
 * they are to be multiplied with; bits that were cut off leave a 1 in the lowest bit.
 */
static uint64_t top_bits(const struct bigint *a, int64_t *exponent)
{
	uint64_t bits = bigint_bits(a);
	if (bits == 0) {
		*exponent = 0;
		return 0;
	}
	uint64_t top = 0;
	size_t taken = 0;
	for (size_t i = a->count; i-- > 0 && taken < 2; taken++)
		top = top << 32 | a->limbs[i];
	if (taken < 2)
		top <<= 32;
	unsigned shift = (unsigned)__builtin_clzll(top);
	top <<= shift;
	if (a->count > 2) {
		uint32_t next = a->limbs[a->count - 3];
		bool lost;
		if (shift > 0) {
			top |= (uint64_t)next >> (32 - shift);
			lost = (uint32_t)(next << shift) != 0;
		} else {
			lost = next != 0;
		}
		for (size_t i = a->count - 3; i-- > 0 && !lost;)
			lost = a->limbs[i] != 0;
		if (lost)
			top |= 1;
	}
	*exponent = (int64_t)bits - 64;
	return top;
}

/* Round top * 2**exponent (top left-justified, sticky) to a float; false if too large. */
static bool round_to_double(uint64_t top, int64_t exponent, bool negative, double *out)
{
	if (top == 0 || exponent + 64 < -1080) {
		*out = negative && top ? -0.0 : 0.0;
		return true;
	}
	if (exponent + 64 > 1024)
		return false;
	int64_t drop = 11; /* 64 - 53 */
	if (exponent + drop < -1074)
		drop = -1074 - exponent; /* subnormal: fewer bits remain */
	uint64_t kept;
	if (drop > 64) {
		kept = 0;
	} else {
		uint64_t half = UINT64_C(1) << (drop - 1);
		uint64_t rest = drop == 64 ? top : top & ((half << 1) - 1);
		kept = drop == 64 ? 0 : top >> drop;
		if (rest > half || (rest == half && (kept & 1)))
			kept++;
	}
	double result = ldexp((double)kept, (int)(exponent + drop));
	if (isinf(result))
		return false;
	*out = negative ? -result : result;
	return true;
}

bool bigint_to_double(const struct bigint *a, double *out)
{
	int64_t exponent;
	uint64_t top = top_bits(a, &exponent);
	return round_to_double(top, exponent, a->negative, out);
}

void bigint_set_double(struct bigint *out, double x)
{
	int exponent;
	double fraction = frexp(trunc(fabs(x)), &exponent);
	bool negative = x < 0;
	if (exponent <= 63) {
		bigint_set_i64(out, (int64_t)x);
		return;
	}
	bigint_set_i64(out, (int64_t)ldexp(fraction, 53));
	bigint_shift_left(out, out, (uint64_t)(exponent - 53));
	out->negative = negative;
}

bool bigint_true_divide(const struct bigint *a, const struct bigint *b, double *out)
{
	bool negative = a->negative != b->negative;
	if (a->count == 0) {
		*out = negative ? -0.0 : 0.0;
		return true;
	}
	int64_t gap = (int64_t)bigint_bits(a) - (int64_t)bigint_bits(b);
	if (gap > 1025)
		return false;
	if (gap < -1080) {
		*out = negative ? -0.0 : 0.0;
		return true;
	}
	/* Scale so that the quotient has 65 or 66 bits; what remains only breaks ties. */
	int64_t scale = 66 - gap - 1;
	struct bigint x = {0}, y = {0}, q = {0}, r = {0};
	bigint_copy(&x, a);
	bigint_copy(&y, b);
	x.negative = y.negative = false;
	if (scale >= 0)
		bigint_shift_left(&x, &x, (uint64_t)scale);
	else
		bigint_shift_left(&y, &y, (uint64_t)-scale);
	bigint_divmod(&q, &r, &x, &y);
	int64_t exponent;
	uint64_t top = top_bits(&q, &exponent);
	if (r.count > 0)
		top |= 1;
	bool fits = round_to_double(top, exponent - scale, negative, out);
	bigint_free(&x);
	bigint_free(&y);
	bigint_free(&q);
	bigint_free(&r);
	return fits;
}

int bigint_compare_double(const struct bigint *a, double b)
{
	if (isinf(b))
		return b > 0 ? -1 : 1;
	struct bigint whole = {0};
	bigint_set_double(&whole, b);
	int order = bigint_compare(a, &whole);
	bigint_free(&whole);
	if (order == 0) {
		double fraction = b - trunc(b);
		order = fraction > 0 ? -1 : fraction < 0 ? 1 : 0;
	}
	return order;
}

/* ---- hashes ---------------------------------------------------------------------- */

static int64_t signed_hash(uint64_t hash, bool negative)
{
	int64_t h = negative ? -(int64_t)hash : (int64_t)hash;
	return h == -1 ? -2 : h;
}

int64_t bigint_hash(const struct bigint *a)
{
	uint64_t hash = 0;
	for (size_t i = a->count; i-- > 0;) {
		/* Multiplying by 2**32 modulo 2**61 - 1 is a rotation of 61 bits. */
		hash = (hash << 32 & HASH_MODULUS) | hash >> 29;
		hash += a->limbs[i];
		if (hash >= HASH_MODULUS)
			hash -= HASH_MODULUS;
	}
	return signed_hash(hash, a->negative);
}

int64_t hash_i64(int64_t value)
{
	uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	return signed_hash(magnitude % HASH_MODULUS, value < 0);
}

int64_t hash_double(double x)
{
	if (isinf(x))
		return x > 0 ? 314159 : -314159;
	int exponent;
	double m = frexp(fabs(x), &exponent);
	uint64_t hash = 0;
	while (m != 0) { /* 28 bits at a time, as the exponent allows */
		hash = (hash << 28 & HASH_MODULUS) | hash >> 33;
		m *= 268435456.0;
		exponent -= 28;
		uint64_t whole = (uint64_t)m;
		m -= (double)whole;
		hash += whole;
		if (hash >= HASH_MODULUS)
			hash -= HASH_MODULUS;
	}
	unsigned turn = (unsigned)(((exponent % 61) + 61) % 61);
	hash = (hash << turn & HASH_MODULUS) | hash >> (61 - turn);
	return signed_hash(hash, x < 0);
}
