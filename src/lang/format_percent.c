/* text % arguments and bytes % arguments: the notation of printf with a scene's values. */
#include <string.h>

#include "lang/bigint.h"
#include "lang/bytes.h"
#include "lang/dict.h"
#include "lang/exception.h"
#include "lang/float.h"
#include "base/float_text.h"
#include "lang/format_spec.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/pools.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"
#include "lang/vm.h"

/* One conversion, as it was written. */
struct conversion {
	bool left, plus, blank, alternate, zeros;
	int64_t width, precision; /* -1: not given */
	char type;
};

struct percent {
	struct vm *vm;
	struct buf out;
	const char *text;
	size_t len, at;
	value arguments;
	size_t next; /* of the tuple, or of the one argument that is no tuple */
	bool mapping;
	bool bytes;  /* bytes % arguments: the text is any bytes */
	value key;   /* of %(key)s: what was looked up, owned, or null */
};

static value fail(struct percent *p, const struct type *type, const char *text)
{
	return vm_raise(p->vm, type, "%s", text);
}

/* The next argument, borrowed. */
static value next_argument(struct percent *p)
{
	if (!value_is_null(p->key))
		return p->key;
	if (value_is_tuple(p->arguments)) {
		if (p->next < tuple_count(p->arguments))
			return tuple_at(p->arguments, p->next++);
	} else if (p->next == 0) {
		p->next = 1;
		return p->arguments;
	}
	return fail(p, &exc_TypeError, "not enough arguments for format string");
}

/* Put sign, prefix and digits or text into the field. */
static void put_field(struct percent *p, const struct conversion *c, const char *sign,
                      const char *prefix, const struct buf *body, bool zeros)
{
	size_t count = p->bytes ? body->len : text_count(buf_text(body), body->len);
	int64_t used = (int64_t)(strlen(sign) + strlen(prefix) + count);
	size_t fill = c->width > used ? (size_t)(c->width - used) : 0;
	if (!c->left && !zeros)
		buf_fill(&p->out, ' ', fill);
	buf_puts(&p->out, sign);
	buf_puts(&p->out, prefix);
	if (!c->left && zeros)
		buf_fill(&p->out, '0', fill);
	buf_put(&p->out, buf_text(body), body->len);
	if (c->left)
		buf_fill(&p->out, ' ', fill);
}

static const char *sign_of(const struct conversion *c, bool negative)
{
	return negative ? "-" : c->plus ? "+" : c->blank ? " " : "";
}

/* %d and %i take any real number, %x and %o only ints. */
static value int_argument(struct percent *p, const struct conversion *c, value v)
{
	bool decimal = strchr("diu", c->type) != NULL;
	if (value_is_int(v))
		return value_ref(v);
	if (decimal && value_is_float(v))
		return int_from_double(p->vm, float_number(v));
	value (*to_int)(struct vm *, value);
	TYPE_SLOT(to_int, value_type(v), to_int);
	if (value_has_index(v))
		return object_index(p->vm, v);
	if (decimal && to_int)
		return to_int(p->vm, v);
	return vm_raise(p->vm, &exc_TypeError, "%%%c format: %s is required, not %s", c->type,
	                decimal ? "a real number" : "an integer", value_type_name(v));
}

static bool put_int(struct percent *p, const struct conversion *c, value v)
{
	value n = int_argument(p, c, v);
	if (value_is_null(n))
		return false;
	struct int_view room;
	const struct bigint *number = int_view(n, &room);
	unsigned base = c->type == 'o' ? 8 : c->type == 'x' || c->type == 'X' ? 16 : 10;
	struct buf digits = {0}, body = {0};
	if (base == 10 && bigint_too_long(number)) {
		int_put_decimal(p->vm, &digits, n);
		buf_free(&digits);
		value_unref(p->vm, n);
		return false;
	}
	bigint_put_digits(&digits, number, base);
	if (c->precision > (int64_t)digits.len)
		buf_fill(&body, '0', (size_t)c->precision - digits.len);
	for (size_t i = 0; i < digits.len; i++) {
		char digit = digits.data[i];
		bool small = digit >= 'a' && c->type == 'X';
		buf_putc(&body, small ? (char)(digit - 'a' + 'A') : digit);
	}
	const char *prefix = "";
	if (c->alternate && base != 10)
		prefix = c->type == 'o' ? "0o" : c->type == 'x' ? "0x" : "0X";
	put_field(p, c, sign_of(c, number->negative), prefix, &body, c->zeros);
	buf_free(&digits);
	buf_free(&body);
	value_unref(p->vm, n);
	return true;
}

static bool put_float(struct percent *p, const struct conversion *c, value v)
{
	double x;
	if (!number_to_double(p->vm, v, &x))
		return false;
	struct buf body = {0};
	float_put(&body, x, c->type, c->precision < 0 ? 6 : (int)c->precision,
	          c->alternate ? FLOAT_ALTERNATE : 0);
	bool negative = x < 0 || (x == 0 && __builtin_signbit(x));
	put_field(p, c, sign_of(c, negative), "", &body, c->zeros);
	buf_free(&body);
	return true;
}

static bool put_byte(struct percent *p, const struct conversion *c, value v)
{
	struct buf body = {0};
	int64_t code;
	if (value_is_bytes(v) && bytes_of(v)->len == 1) {
		buf_put(&body, bytes_of(v)->data, 1);
	} else if (!value_is_int(v)) {
		fail(p, &exc_TypeError,
		     "%c requires an integer in range(256) or a single byte");
		return false;
	} else if (!int_get_i64(v, &code) || code < 0 || code > 255) {
		fail(p, &exc_OverflowError, "%c arg not in range(256)");
		return false;
	} else {
		buf_putc(&body, (char)(unsigned char)code);
	}
	put_field(p, c, "", "", &body, false);
	buf_free(&body);
	return true;
}

static bool put_char(struct percent *p, const struct conversion *c, value v)
{
	if (p->bytes)
		return put_byte(p, c, v);
	struct buf body = {0};
	int64_t code;
	if (value_is_str(v) && str_chars(v) == 1) {
		buf_put(&body, str_text(v), str_len(v));
	} else if (value_is_int(v)) {
		if (!int_get_i64(v, &code) || code < 0 || code > 0x10FFFF) {
			fail(p, &exc_OverflowError, "%c arg not in range(0x110000)");
			return false;
		}
		str_put_char(&body, (uint32_t)code);
	} else {
		fail(p, &exc_TypeError, "%c requires int or char");
		return false;
	}
	put_field(p, c, "", "", &body, false);
	buf_free(&body);
	return true;
}

static value ascii_repr(struct vm *vm, value v)
{
	value repr = object_repr(vm, v);
	if (value_is_null(repr) || str_is_ascii(repr))
		return repr;
	value text = ascii_escaped(vm, repr);
	value_unref(vm, repr);
	return text;
}

/* %b of bytes, and %s, which is the same there. */
static bool put_bytes(struct percent *p, const struct conversion *c, value v)
{
	value data;
	if (value_is_bytes(v)) {
		data = value_ref(v);
	} else {
		bool failed = false;
		value method = object_getattr_maybe(p->vm, v, vm_name(p->vm, NAME_bytes), &failed);
		if (failed)
			return false;
		data = value_is_null(method)
			? vm_raise(p->vm, &exc_TypeError,
		                   "%%b requires a bytes-like object, or an object that "
		                   "implements __bytes__, not '%s'", value_type_name(v))
			: vm_call(p->vm, method, NO_ARGS);
		value_xunref(p->vm, method);
		if (!value_is_null(data) && !value_is_bytes(data)) {
			vm_raise(p->vm, &exc_TypeError, "__bytes__ returned non-bytes (type %s)",
			         value_type_name(data));
			value_unref(p->vm, data);
			return false;
		}
		if (value_is_null(data))
			return false;
	}
	size_t len = bytes_of(data)->len;
	if (c->precision >= 0 && (size_t)c->precision < len)
		len = (size_t)c->precision;
	struct buf body = {0};
	buf_put(&body, bytes_of(data)->data, len);
	put_field(p, c, "", "", &body, false);
	buf_free(&body);
	value_unref(p->vm, data);
	return true;
}

static bool put_text(struct percent *p, const struct conversion *c, value v)
{
	if (p->bytes && (c->type == 's' || c->type == 'b'))
		return put_bytes(p, c, v);
	value text = c->type == 's'              ? object_str(p->vm, v)
		: c->type == 'r' && !p->bytes ? object_repr(p->vm, v)
					      : ascii_repr(p->vm, v);
	if (value_is_null(text))
		return false;
	size_t chars = str_chars(text);
	if (c->precision >= 0 && (size_t)c->precision < chars)
		chars = (size_t)c->precision;
	struct buf body = {0};
	buf_put(&body, str_text(text), str_offset(text, chars));
	put_field(p, c, "", "", &body, false);
	buf_free(&body);
	value_unref(p->vm, text);
	return true;
}

/* ---- reading the notation -------------------------------------------------------- */

/* %(key)s: look the key up; brackets may nest. */
static bool read_key(struct percent *p)
{
	if (!p->mapping) {
		fail(p, &exc_TypeError, "format requires a mapping");
		return false;
	}
	size_t start = ++p->at;
	for (int depth = 1; p->at < p->len; p->at++) {
		if (p->text[p->at] == '(')
			depth++;
		else if (p->text[p->at] == ')' && --depth == 0)
			break;
	}
	if (p->at >= p->len) {
		fail(p, &exc_ValueError, "incomplete format key");
		return false;
	}
	value key = p->bytes ? bytes_new(p->vm, p->text + start, p->at - start)
	                     : str_new(p->vm, p->text + start, p->at - start);
	value_replace(p->vm, &p->key, object_getitem(p->vm, p->arguments, key));
	value_unref(p->vm, key);
	p->at++;
	return !value_is_null(p->key);
}

static void read_flags(struct percent *p, struct conversion *c)
{
	for (; p->at < p->len; p->at++) {
		switch (p->text[p->at]) {
		case '-':
			c->left = true;
			break;
		case '+':
			c->plus = true;
			break;
		case ' ':
			c->blank = true;
			break;
		case '#':
			c->alternate = true;
			break;
		case '0':
			c->zeros = true;
			break;
		default:
			return;
		}
	}
}

/* Digits or `*`; nothing leaves `*out`. */
static bool read_size(struct percent *p, int64_t *out, const char *too_big)
{
	if (p->at < p->len && p->text[p->at] == '*') {
		p->at++;
		value v = next_argument(p);
		if (value_is_null(v))
			return false;
		if (!value_is_int(v)) {
			fail(p, &exc_TypeError, "* wants int");
			return false;
		}
		return object_index_int64(p->vm, v, true, out);
	}
	for (int64_t n = -1; p->at < p->len; p->at++) {
		char d = p->text[p->at];
		if (d < '0' || d > '9')
			break;
		n = (n < 0 ? 0 : n * 10) + (d - '0');
		if (n > FORMAT_MAX_COLUMNS) {
			fail(p, &exc_ValueError, too_big);
			return false;
		}
		*out = n;
	}
	return true;
}

static bool put_conversion(struct percent *p)
{
	struct conversion c = {.width = -1, .precision = -1};
	value_forget(p->vm, &p->key);
	if (p->at < p->len && p->text[p->at] == '(' && !read_key(p))
		return false;
	read_flags(p, &c);
	if (!read_size(p, &c.width, "width too big"))
		return false;
	if (c.width < -1) {
		c.left = true;
		c.width = -c.width;
	}
	if (p->at < p->len && p->text[p->at] == '.') {
		p->at++;
		c.precision = 0;
		if (!read_size(p, &c.precision, "precision too big"))
			return false;
		if (c.precision < 0)
			c.precision = 0;
	}
	if (c.width > FORMAT_MAX_COLUMNS || c.precision > FORMAT_MAX_COLUMNS) {
		vm_raise_with(p->vm, &exc_MemoryError, VALUE_NULL);
		return false;
	}
	if (p->at < p->len && strchr("hlL", p->text[p->at]))
		p->at++;
	if (p->at >= p->len) {
		fail(p, &exc_ValueError, "incomplete format");
		return false;
	}
	uint32_t code;
	size_t index = p->bytes ? p->at : text_count(p->text, p->at);
	if (p->bytes)
		code = (unsigned char)p->text[p->at++];
	else
		p->at += str_decode(p->text + p->at, &code);
	c.type = code > 0 && code < 0x80 ? (char)code : '?';
	if (!strchr(p->bytes ? "diuoxXeEfFgGcrsab%" : "diuoxXeEfFgGcrsa%", c.type)) {
		struct buf shown = {0};
		str_put_char(&shown, code);
		vm_raise(p->vm, &exc_ValueError,
		         "unsupported format character '%s' (0x%x) at index %zu", buf_text(&shown),
		         code, index);
		buf_free(&shown);
		return false;
	}
	value v = next_argument(p);
	if (value_is_null(v))
		return false;
	if (c.type == '%') { /* %5% takes an argument and shows none of it */
		buf_putc(&p->out, '%');
		return true;
	}
	if (strchr("diuoxX", c.type))
		return put_int(p, &c, v);
	if (strchr("eEfFgG", c.type))
		return put_float(p, &c, v);
	return c.type == 'c' ? put_char(p, &c, v) : put_text(p, &c, v);
}

/* Whether %(key)s may look into it. */
static bool is_mapping(value v)
{
	value (*getitem)(struct vm *, value, value);
	TYPE_SLOT(getitem, value_type(v), getitem);
	return getitem != NULL && !value_is_tuple(v) && !value_is_str(v) && !value_is_bytes(v);
}

/* Fill p->out; when it fails it is empty. */
static bool put_all(struct percent *p)
{
	bool fine = true;
	while (fine && p->at < p->len) {
		const char *start = p->text + p->at;
		const char *mark = memchr(start, '%', p->len - p->at);
		size_t plain = mark ? (size_t)(mark - start) : p->len - p->at;
		buf_put(&p->out, start, plain);
		p->at += plain;
		if (!mark)
			break;
		p->at++;
		if (p->at < p->len && p->text[p->at] == '%') {
			buf_putc(&p->out, '%');
			p->at++;
		} else {
			fine = put_conversion(p);
		}
	}
	value_forget(p->vm, &p->key);
	size_t count = value_is_tuple(p->arguments) ? tuple_count(p->arguments) : 1;
	if (fine && p->next < count && !p->mapping) {
		fail(p, &exc_TypeError,
		     p->bytes ? "not all arguments converted during bytes formatting"
		              : "not all arguments converted during string formatting");
		fine = false;
	}
	if (!fine)
		buf_free(&p->out);
	return fine;
}

value str_percent(struct vm *vm, value text, value arguments)
{
	struct percent p = {.vm = vm, .text = str_text(text), .len = str_len(text),
	                    .arguments = arguments, .mapping = is_mapping(arguments)};
	return put_all(&p) ? str_from_buf(vm, &p.out) : VALUE_NULL;
}

value bytes_percent(struct vm *vm, value bytes, value arguments)
{
	const struct bytes *b = bytes_of(bytes);
	struct percent p = {.vm = vm, .text = (const char *)b->data, .len = b->len,
	                    .arguments = arguments, .mapping = is_mapping(arguments),
	                    .bytes = true};
	if (!put_all(&p))
		return VALUE_NULL;
	value v = vm_room(vm, p.out.len) ? bytes_new(vm, buf_text(&p.out), p.out.len)
	                                 : VALUE_NULL;
	buf_free(&p.out);
	return v;
}
