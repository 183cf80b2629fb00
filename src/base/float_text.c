/*
 * Floats to and from text: see float_text.h. The C library rounds correctly, so it
 * makes the digits; where the point goes is decided here. Only digits and exponents
 * are read from what it prints, never its decimal point, which the locale may change.
 */
#include "base/float_text.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A magnitude as digits: 0.DIGITS times ten to the power `point`. */
struct digits {
	struct buf text;
	int64_t point;
};

/* Read the digits that printf made with %e or %f; `point` counts those before its point. */
static void take_digits(struct digits *d, const char *printed)
{
	int64_t before = -1;
	const char *s = printed;
	for (; *s && *s != 'e'; s++) {
		if (isdigit((unsigned char)*s))
			buf_putc(&d->text, *s);
		else if (before < 0)
			before = (int64_t)d->text.len;
	}
	d->point = before < 0 ? (int64_t)d->text.len : before;
	if (*s == 'e')
		d->point += strtol(s + 1, NULL, 10);
}

static void print_digits(struct digits *d, double x, char style, int precision)
{
	char format[] = {'%', '.', '*', style, '\0'};
	char small[64];
	char *text = small;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	int len = snprintf(small, sizeof small, format, precision, x);
	if (len < 0)
		die("a float cannot be printed with %d digits", precision);
	if ((size_t)len >= sizeof small) {
		text = mem_alloc((size_t)len + 1);
		snprintf(text, (size_t)len + 1, format, precision, x);
	}
#pragma GCC diagnostic pop
	take_digits(d, text);
	if (text != small)
		free(text);
}

static void strip_zeros(struct digits *d)
{
	while (d->text.len > 1 && d->text.data[d->text.len - 1] == '0')
		d->text.data[--d->text.len] = '\0';
}

static double read_digits(const char *digits, size_t count, int64_t exponent)
{
	struct buf text = {0};
	buf_put(&text, digits, count);
	buf_printf(&text, "e%lld", (long long)exponent);
	double x = strtod(buf_text(&text), NULL);
	buf_free(&text);
	return x;
}

static bool reads_back(const struct digits *d, double x)
{
	return read_digits(d->text.data, d->text.len, d->point - (int64_t)d->text.len) == x;
}

/* The next larger number of as many digits. */
static void count_up(struct digits *d)
{
	size_t i = d->text.len;
	while (i > 0 && d->text.data[i - 1] == '9')
		d->text.data[--i] = '0';
	if (i > 0) {
		d->text.data[i - 1]++;
		return;
	}
	d->text.data[0] = '1';
	d->point++;
}

/*
 * The shortest digits that read back. Any 15 digits survive a float, so shorter ones need no
 * search except among the subnormals. Above a power of two floats lie twice as far apart as
 * below it, so there the right digits may be the ones above the nearest.
 */
static void shortest_digits(struct digits *d, double x)
{
	int unused;
	bool power_of_two = frexp(x, &unused) == 0.5;
	for (int count = x < 1e-300 ? 1 : 15; count <= 17; count++) {
		buf_reset(&d->text);
		print_digits(d, x, 'e', count - 1);
		if (reads_back(d, x))
			break;
		if (power_of_two) {
			count_up(d);
			if (reads_back(d, x))
				break;
		}
	}
	strip_zeros(d);
}

static void put_name(struct buf *out, double x, bool upper)
{
	if (isnan(x))
		buf_puts(out, upper ? "NAN" : "nan");
	else
		buf_puts(out, upper ? "INF" : "inf");
}

/* Append digits `from` to `to` of d, zeros where it has none, with the point before `point`. */
static void put_placed(struct buf *out, const struct digits *d, int64_t from, int64_t to,
                       int64_t point, bool keep_point)
{
	for (int64_t i = from; i < to; i++) {
		if (i == point)
			buf_putc(out, '.');
		bool known = i >= 0 && i < (int64_t)d->text.len;
		buf_putc(out, known ? d->text.data[i] : '0');
	}
	if (keep_point && point >= to)
		buf_putc(out, '.');
}

void float_put(struct buf *out, double x, char style, int precision, unsigned flags)
{
	bool upper = isupper((unsigned char)style) != 0;
	char kind = (char)tolower((unsigned char)style);
	if (!isfinite(x)) {
		put_name(out, x, upper);
		return;
	}
	x = fabs(x);
	bool alternate = (flags & FLOAT_ALTERNATE) != 0, dot_zero = (flags & FLOAT_DOT_ZERO) != 0;
	struct digits d = {0};
	int64_t to;
	bool exponent_form = kind == 'e';
	if (kind == 'f') {
		print_digits(&d, x, 'f', precision);
		to = (int64_t)d.text.len;
	} else if (kind == 'e') {
		print_digits(&d, x, 'e', precision);
		to = (int64_t)d.text.len;
	} else if (kind == 'g') {
		if (precision == 0)
			precision = 1;
		print_digits(&d, x, 'e', precision - 1);
		strip_zeros(&d);
		to = alternate ? precision : (int64_t)d.text.len;
		exponent_form = d.point <= -4 || d.point > precision - (dot_zero ? 1 : 0);
	} else {
		shortest_digits(&d, x);
		to = (int64_t)d.text.len;
		exponent_form = d.point <= -4 || d.point > 16;
	}
	int64_t point = d.point;
	if (exponent_form)
		point = 1;
	int64_t from = point <= 0 ? point - 1 : 0;
	int64_t least = !exponent_form && dot_zero ? point + 1 : point;
	if (to < least)
		to = least;
	put_placed(out, &d, from, to, point, alternate);
	if (exponent_form) {
		long long e = (long long)d.point - 1;
		buf_printf(out, "%c%c%02lld", upper ? 'E' : 'e', e < 0 ? '-' : '+', e < 0 ? -e : e);
	}
	buf_free(&d.text);
}

void float_put_repr(struct buf *out, double x)
{
	if (signbit(x) && !isnan(x))
		buf_putc(out, '-');
	float_put(out, x, 'r', 0, FLOAT_DOT_ZERO);
}

/* ---- reading --------------------------------------------------------------------- */

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F);
}

static bool same_word(const char *text, size_t len, const char *word)
{
	if (strlen(word) != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((text[i] | 0x20) != word[i])
			return false;
	}
	return true;
}

/* Append the digits at the beginning of the text; false if an underscore is misplaced. */
static bool scan_digits(struct buf *out, const char *text, size_t len, size_t *used)
{
	size_t i = 0;
	for (; i < len; i++) {
		if (text[i] == '_') {
			bool between = i > 0 && text[i - 1] != '_' && i + 1 < len &&
				isdigit((unsigned char)text[i + 1]);
			if (!between)
				return false;
			continue;
		}
		if (!isdigit((unsigned char)text[i]))
			break;
		buf_putc(out, text[i]);
	}
	*used = i;
	return true;
}

/* Number := digits [. digits] [e sign digits], with at least one digit before the e. */
static bool parse_number(const char *text, size_t len, double *out)
{
	struct buf digits = {0}, power = {0};
	int64_t exponent = 0;
	size_t used = 0;
	bool valid = scan_digits(&digits, text, len, &used);
	text += used, len -= used;
	if (valid && len > 0 && text[0] == '.') {
		size_t before = digits.len;
		valid = scan_digits(&digits, text + 1, len - 1, &used);
		exponent = -(int64_t)(digits.len - before);
		text += used + 1, len -= used + 1;
	}
	valid = valid && digits.len > 0;
	if (valid && len > 0 && (text[0] == 'e' || text[0] == 'E')) {
		text++, len--;
		bool negative = len > 0 && text[0] == '-';
		if (len > 0 && (text[0] == '-' || text[0] == '+'))
			text++, len--;
		valid = scan_digits(&power, text, len, &used) && power.len > 0;
		text += used, len -= used;
		/* Beyond a billion it is 0 or infinity whatever the digits are. */
		long long shift = power.len > 9 ? 1000000000 : atoll(buf_text(&power));
		exponent += negative ? -shift : shift;
	}
	valid = valid && len == 0;
	if (valid)
		*out = read_digits(digits.data, digits.len, exponent);
	buf_free(&digits);
	buf_free(&power);
	return valid;
}

bool float_parse(const char *text, size_t len, double *out)
{
	while (len > 0 && is_blank(text[0]))
		text++, len--;
	while (len > 0 && is_blank(text[len - 1]))
		len--;
	bool negative = len > 0 && text[0] == '-';
	if (len > 0 && (text[0] == '-' || text[0] == '+'))
		text++, len--;
	double x;
	if (same_word(text, len, "inf") || same_word(text, len, "infinity"))
		x = (double)INFINITY;
	else if (same_word(text, len, "nan"))
		x = (double)NAN;
	else if (!parse_number(text, len, &x))
		return false;
	*out = negative ? -x : x;
	return true;
}

/* ---- rounding -------------------------------------------------------------------- */

/* Round to a power of ten above one: cut the exact integer digits, ties to even. */
static double round_whole(double x, size_t places)
{
	struct digits d = {0};
	double whole = trunc(fabs(x));
	bool fraction = whole != fabs(x);
	print_digits(&d, whole, 'f', 0);
	size_t len = d.text.len;
	const char *s = d.text.data;
	double result = 0;
	if (places <= len) {
		size_t keep = len - places;
		bool above = fraction;
		for (size_t i = keep + 1; i < len; i++)
			above = above || s[i] != '0';
		bool odd = keep > 0 && (s[keep - 1] - '0') % 2 != 0;
		bool up = s[keep] > '5' || (s[keep] == '5' && (above || odd));
		struct digits kept = {0};
		buf_putc(&kept.text, '0');
		buf_put(&kept.text, s, keep);
		if (up)
			count_up(&kept);
		result = read_digits(kept.text.data, kept.text.len, (int64_t)places);
		buf_free(&kept.text);
	}
	buf_free(&d.text);
	return signbit(x) ? -result : result;
}

double float_round(double x, int64_t digits)
{
	if (digits > 323)
		return x;
	if (digits < -308)
		return 0.0 * x;
	if (digits < 0)
		return round_whole(x, (size_t)-digits);
	struct digits d = {0};
	print_digits(&d, fabs(x), 'f', (int)digits);
	double result = read_digits(d.text.data, d.text.len, -digits);
	buf_free(&d.text);
	return signbit(x) ? -result : result;
}
