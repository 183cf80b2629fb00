/*
 * Format specs: see format_spec.h. A number is laid out as
 * padding, sign, prefix, padding (with =), grouped digits, the rest, padding.
 */
#include "lang/format_spec.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "lang/bigint.h"
#include "base/float_text.h"

__attribute__((format(printf, 3, 4))) static bool
fail(struct format_error *error, enum format_failure failure, const char *format, ...)
{
	va_list args;
	error->failure = failure;
	buf_reset(&error->text);
	va_start(args, format);
	buf_vprintf(&error->text, format, args);
	va_end(args);
	return false;
}

static bool fail_type(struct format_error *error, uint32_t type, const char *type_name)
{
	if (type > 32 && type < 128)
		return fail(error, FORMAT_VALUE, "Unknown format code '%c' for object of type '%s'",
		            (char)type, type_name);
	return fail(error, FORMAT_VALUE, "Unknown format code '\\x%x' for object of type '%s'", type,
	            type_name);
}

/* ---- reading a spec -------------------------------------------------------------- */

/* One code point, lone surrogates included; returns how many bytes it took. */
static size_t next_char(const char *s, size_t len, uint32_t *out)
{
	unsigned char c = (unsigned char)s[0];
	size_t need = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
	if (need > len)
		need = len;
	uint32_t code = need == 1 ? c : c & (0x7Fu >> need);
	for (size_t i = 1; i < need; i++)
		code = code << 6 | ((unsigned char)s[i] & 0x3F);
	*out = code;
	return need;
}

static bool is_align(char c)
{
	return c == '<' || c == '>' || c == '=' || c == '^';
}

/* Decimal digits at `*at`; -1 if none, -2 if too many. */
static int64_t read_count(const char *text, size_t len, size_t *at)
{
	int64_t n = -1;
	for (; *at < len && text[*at] >= '0' && text[*at] <= '9'; ++*at) {
		if (n < 0)
			n = 0;
		int digit = text[*at] - '0';
		if (n > (INT64_MAX - digit) / 10)
			return -2;
		n = n * 10 + digit;
	}
	return n;
}

/* Only numbers are grouped; `type` is the one that counts when the spec names none. */
static bool grouping_fits(const struct format_spec *spec, char type, struct format_error *error)
{
	if (!spec->grouping)
		return true;
	uint32_t t = spec->type ? spec->type : (uint32_t)type;
	if (t < 128 && strchr("defgEGF%", (int)t))
		return true;
	if (spec->grouping == '_' && t < 128 && strchr("boxX", (int)t))
		return true;
	if (t > 32 && t < 128)
		return fail(error, FORMAT_VALUE, "Cannot specify '%c' with '%c'.", spec->grouping,
		            (char)t);
	return fail(error, FORMAT_VALUE, "Cannot specify '%c' with '\\x%x'.", spec->grouping, t);
}

bool format_spec_parse(struct format_spec *spec, const char *text, size_t len, char default_align,
                       const char *type_name, struct format_error *error)
{
	*spec = (struct format_spec){
		.fill = ' ', .align = default_align, .width = -1, .precision = -1};
	size_t at = 0;
	bool fill_given = false;
	uint32_t first = 0;
	size_t first_len = len ? next_char(text, len, &first) : 0;
	if (first_len < len && is_align(text[first_len])) {
		spec->fill = first;
		spec->align = text[first_len];
		fill_given = spec->align_given = true;
		at = first_len + 1;
	} else if (len > 0 && is_align(text[0])) {
		spec->align = text[0];
		spec->align_given = true;
		at = 1;
	}
	if (at < len && (text[at] == ' ' || text[at] == '+' || text[at] == '-'))
		spec->sign = text[at++];
	if (at < len && text[at] == 'z') {
		spec->no_minus_zero = true;
		at++;
	}
	if (at < len && text[at] == '#') {
		spec->alternate = true;
		at++;
	}
	if (!fill_given && at < len && text[at] == '0') {
		spec->fill = '0';
		if (!spec->align_given && default_align == '>')
			spec->align = '=';
		at++;
	}
	spec->width = read_count(text, len, &at);
	if (spec->width == -2)
		return fail(error, FORMAT_VALUE, "Too many decimal digits in format string");
	if (at < len && text[at] == ',') {
		spec->grouping = ',';
		at++;
	}
	if (at < len && text[at] == '_') {
		if (spec->grouping)
			return fail(error, FORMAT_VALUE, "Cannot specify both ',' and '_'.");
		spec->grouping = '_';
		at++;
	}
	if (at < len && text[at] == ',' && spec->grouping == '_')
		return fail(error, FORMAT_VALUE, "Cannot specify both ',' and '_'.");
	if (at < len && text[at] == '.') {
		at++;
		spec->precision = read_count(text, len, &at);
		if (spec->precision == -2)
			return fail(error, FORMAT_VALUE, "Too many decimal digits in format string");
		if (spec->precision == -1)
			return fail(error, FORMAT_VALUE, "Format specifier missing precision");
	}
	if (at < len)
		at += next_char(text + at, len - at, &spec->type);
	if (at < len)
		return fail(error, FORMAT_VALUE,
		            "Invalid format specifier '%.*s' for object of type '%s'",
		            len > INT16_MAX ? INT16_MAX : (int)len, text, type_name);
	return grouping_fits(spec, default_align == '>' ? 'd' : 's', error);
}

/* ---- laying out ------------------------------------------------------------------ */

static void put_fill(struct buf *out, uint32_t fill, int64_t count)
{
	char bytes[4];
	size_t n = 1;
	if (fill < 0x80) {
		bytes[0] = (char)fill;
	} else if (fill < 0x800) {
		bytes[0] = (char)(0xC0 | fill >> 6);
		bytes[1] = (char)(0x80 | (fill & 0x3F));
		n = 2;
	} else if (fill < 0x10000) {
		bytes[0] = (char)(0xE0 | fill >> 12);
		bytes[1] = (char)(0x80 | (fill >> 6 & 0x3F));
		bytes[2] = (char)(0x80 | (fill & 0x3F));
		n = 3;
	} else {
		bytes[0] = (char)(0xF0 | fill >> 18);
		bytes[1] = (char)(0x80 | (fill >> 12 & 0x3F));
		bytes[2] = (char)(0x80 | (fill >> 6 & 0x3F));
		bytes[3] = (char)(0x80 | (fill & 0x3F));
		n = 4;
	}
	for (; count > 0; count--)
		buf_put(out, bytes, n);
}

/*
 * The digits in groups from the right, filled up with zeros, themselves grouped, to at least
 * `least` columns. Never begins with a separator, so it may come out one wider.
 */
static void group_digits(struct buf *out, const char *digits, size_t count, int64_t least,
                         char separator, int64_t group)
{
	struct buf turned = {0};
	int64_t left = (int64_t)count;
	for (bool first = true;; first = false) {
		int64_t want = left > least ? left : least;
		if (want < 1)
			want = 1;
		if (separator && want > group)
			want = group;
		if (!first)
			buf_putc(&turned, separator);
		for (int64_t i = 0; i < want; i++)
			buf_putc(&turned, left > 0 ? digits[--left] : '0');
		least -= want;
		if (left <= 0 && least <= 0)
			break;
		least--;
	}
	while (turned.len > 0)
		buf_putc(out, turned.data[--turned.len]);
	buf_free(&turned);
}

/*
 * Lay out a number: `body` begins with `digit_count` digits that may be grouped; what
 * follows them (fraction, exponent, inf, a character) is `rest_cols` columns wide.
 */
static void put_number(struct buf *out, const struct format_spec *spec, bool negative,
                       const char *prefix, const struct buf *body, size_t digit_count,
                       int64_t rest_cols)
{
	char sign = 0;
	if (negative)
		sign = '-';
	else if (spec->sign == '+' || spec->sign == ' ')
		sign = spec->sign;
	int64_t fixed = (sign != 0) + (int64_t)strlen(prefix) + rest_cols;
	struct buf digits = {0};
	if (digit_count > 0) {
		bool zeros = spec->fill == '0' && spec->align == '=';
		int64_t least = zeros && spec->grouping ? spec->width - fixed : 0;
		int64_t group = spec->type < 128 && spec->type && strchr("boxX", (int)spec->type) ? 4 : 3;
		group_digits(&digits, buf_text(body), digit_count, least, spec->grouping, group);
	}
	int64_t padding = spec->width - fixed - (int64_t)digits.len;
	int64_t before = 0, inside = 0, after = 0;
	if (padding > 0) {
		if (spec->align == '<')
			after = padding;
		else if (spec->align == '^')
			before = padding / 2, after = padding - padding / 2;
		else if (spec->align == '=')
			inside = padding;
		else
			before = padding;
	}
	put_fill(out, spec->fill, before);
	if (sign)
		buf_putc(out, sign);
	buf_puts(out, prefix);
	put_fill(out, spec->fill, inside);
	buf_put(out, buf_text(&digits), digits.len);
	buf_put(out, buf_text(body) + digit_count, body->len - digit_count);
	put_fill(out, spec->fill, after);
	buf_free(&digits);
}

static bool check_size(const struct format_spec *spec, struct format_error *error)
{
	if (spec->width > FORMAT_MAX_COLUMNS || spec->precision > FORMAT_MAX_COLUMNS) {
		error->failure = FORMAT_MEMORY;
		return false;
	}
	return true;
}

/* ---- text ------------------------------------------------------------------------ */

static bool is_lead_byte(char c)
{
	return ((unsigned char)c & 0xC0) != 0x80;
}

static size_t count_chars(const char *text, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++)
		n += is_lead_byte(text[i]);
	return n;
}

/* Bytes of the first `chars` characters. */
static size_t prefix_bytes(const char *text, size_t len, int64_t chars)
{
	size_t i = 0;
	for (; i < len; i++) {
		if (is_lead_byte(text[i]) && chars-- == 0)
			break;
	}
	return i;
}

bool format_text_with(struct buf *out, const char *text, size_t text_len,
                      const struct format_spec *spec, const char *type_name,
                      struct format_error *error)
{
	if (spec->type && spec->type != 's')
		return fail_type(error, spec->type, type_name);
	if (spec->sign == ' ')
		return fail(error, FORMAT_VALUE, "Space not allowed in string format specifier");
	if (spec->sign)
		return fail(error, FORMAT_VALUE, "Sign not allowed in string format specifier");
	if (spec->no_minus_zero)
		return fail(error, FORMAT_VALUE,
		            "Negative zero coercion (z) not allowed in string format specifier");
	if (spec->alternate)
		return fail(error, FORMAT_VALUE,
		            "Alternate form (#) not allowed in string format specifier");
	if (spec->align == '=')
		return fail(error, FORMAT_VALUE,
		            "'=' alignment not allowed in string format specifier");
	if (!check_size(spec, error))
		return false;
	if (spec->precision >= 0)
		text_len = prefix_bytes(text, text_len, spec->precision);
	int64_t padding = spec->width - (int64_t)count_chars(text, text_len);
	if (padding < 0)
		padding = 0;
	int64_t before = spec->align == '>' ? padding : spec->align == '^' ? padding / 2 : 0;
	put_fill(out, spec->fill, before);
	buf_put(out, text, text_len);
	put_fill(out, spec->fill, padding - before);
	return true;
}

bool format_put_text(struct buf *out, const char *text, size_t text_len, const char *spec,
                     size_t len, const char *type_name, struct format_error *error)
{
	struct format_spec parsed;
	return format_spec_parse(&parsed, spec, len, '<', type_name, error) &&
		format_text_with(out, text, text_len, &parsed, type_name, error);
}

/* ---- floats ---------------------------------------------------------------------- */

/* Whether what was made for a negative number shows nothing but zeros. */
static bool all_zeros(const struct buf *body)
{
	for (size_t i = 0; i < body->len && body->data[i] != 'e' && body->data[i] != 'E'; i++) {
		if (body->data[i] != '0' && body->data[i] != '.' && body->data[i] != '%')
			return false;
	}
	return true;
}

bool format_float_with(struct buf *out, double x, const struct format_spec *spec,
                       const char *type_name, struct format_error *error)
{
	if (spec->type && (spec->type >= 128 || !strchr("eEfFgGn%", (int)spec->type)))
		return fail_type(error, spec->type, type_name);
	if (spec->precision > INT32_MAX)
		return fail(error, FORMAT_VALUE, "precision too big");
	if (!check_size(spec, error))
		return false;
	unsigned flags = spec->alternate ? FLOAT_ALTERNATE : 0;
	int precision = spec->precision < 0 ? 6 : (int)spec->precision;
	char style = (char)spec->type;
	if (style == 0) {
		flags |= FLOAT_DOT_ZERO;
		style = spec->precision < 0 ? 'r' : 'g';
	} else if (style == 'n') {
		style = 'g';
	} else if (style == '%') {
		x *= 100;
		style = 'f';
	}
	struct buf body = {0};
	float_put(&body, x, style, precision, flags);
	if (spec->type == '%')
		buf_putc(&body, '%');
	size_t digits = 0;
	while (digits < body.len && body.data[digits] >= '0' && body.data[digits] <= '9')
		digits++;
	bool negative = signbit(x) && !isnan(x);
	if (spec->no_minus_zero && negative && all_zeros(&body))
		negative = false;
	put_number(out, spec, negative, "", &body, digits, (int64_t)(body.len - digits));
	buf_free(&body);
	return true;
}

bool format_put_float(struct buf *out, double x, const char *spec, size_t len,
                      const char *type_name, struct format_error *error)
{
	struct format_spec parsed;
	return format_spec_parse(&parsed, spec, len, '>', type_name, error) &&
		format_float_with(out, x, &parsed, type_name, error);
}

/* ---- ints ------------------------------------------------------------------------ */

static bool put_char(struct buf *out, const struct bigint *n, const struct format_spec *spec,
                     struct format_error *error)
{
	int64_t code = -1;
	if (spec->sign)
		return fail(error, FORMAT_VALUE,
		            "Sign not allowed with integer format specifier 'c'");
	if (spec->alternate)
		return fail(error, FORMAT_VALUE,
		            "Alternate form (#) not allowed with integer format specifier 'c'");
	if (!bigint_get_i64(n, &code))
		return fail(error, FORMAT_OVERFLOW, "Python int too large to convert to C long");
	if (code < 0 || code > 0x10FFFF)
		return fail(error, FORMAT_OVERFLOW, "%%c arg not in range(0x110000)");
	struct buf body = {0};
	put_fill(&body, (uint32_t)code, 1);
	put_number(out, spec, false, "", &body, 0, 1);
	buf_free(&body);
	return true;
}

bool format_int_with(struct buf *out, const struct bigint *n, const struct format_spec *spec,
                     const char *type_name, struct format_error *error)
{
	uint32_t type = spec->type ? spec->type : 'd';
	if (type < 128 && strchr("eEfFgG%", (int)type)) {
		double x;
		if (!bigint_to_double(n, &x))
			return fail(error, FORMAT_OVERFLOW, "int too large to convert to float");
		return format_float_with(out, x, spec, type_name, error);
	}
	if (type >= 128 || !strchr("bcdnoxX", (int)type))
		return fail_type(error, spec->type, type_name);
	if (spec->precision >= 0)
		return fail(error, FORMAT_VALUE,
		            "Precision not allowed in integer format specifier");
	if (spec->no_minus_zero)
		return fail(error, FORMAT_VALUE,
		            "Negative zero coercion (z) not allowed in integer format specifier");
	if (!check_size(spec, error))
		return false;
	if (type == 'c')
		return put_char(out, n, spec, error);
	unsigned base = 10;
	const char *prefix = "";
	if (type == 'b')
		base = 2, prefix = "0b";
	else if (type == 'o')
		base = 8, prefix = "0o";
	else if (type == 'x' || type == 'X')
		base = 16, prefix = type == 'x' ? "0x" : "0X";
	if (base == 10 && bigint_too_long(n))
		return fail(error, FORMAT_VALUE,
		            "Exceeds the limit (%d digits) for integer string conversion; use "
		            "sys.set_int_max_str_digits() to increase the limit",
		            BIGINT_MAX_DIGITS);
	struct buf body = {0};
	bigint_put_digits(&body, n, base);
	if (type == 'X') {
		for (size_t i = 0; i < body.len; i++) {
			if (body.data[i] >= 'a')
				body.data[i] = (char)(body.data[i] - 'a' + 'A');
		}
	}
	put_number(out, spec, n->negative, spec->alternate ? prefix : "", &body, body.len, 0);
	buf_free(&body);
	return true;
}

bool format_put_int(struct buf *out, const struct bigint *n, const char *spec, size_t len,
                    const char *type_name, struct format_error *error)
{
	struct format_spec parsed;
	return format_spec_parse(&parsed, spec, len, '>', type_name, error) &&
		format_int_with(out, n, &parsed, type_name, error);
}
