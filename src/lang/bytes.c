/* The type bytes, and the encodings: UTF-8, ASCII, Latin-1. */
#include "lang/bytes.h"

#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "lang/exception.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/pools.h"
#include "lang/range.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"

value bytes_of_type(struct vm *vm, const struct type *type, const void *data, size_t len)
{
	struct bytes *b = object_new(vm, type, mem_add(len, 1));
	unsigned char *copy = (unsigned char *)b + type->size;
	if (len)
		memcpy(copy, data, len);
	copy[len] = 0;
	b->data = copy;
	b->len = len;
	return object_value(b);
}

value bytes_new(struct vm *vm, const void *data, size_t len)
{
	return bytes_of_type(vm, &bytes_type, data, len);
}

static value bytes_from_buf(struct vm *vm, struct buf *b)
{
	value v = VALUE_NULL;
	if (vm_room(vm, b->len))
		v = bytes_new(vm, buf_text(b), b->len);
	buf_free(b);
	return v;
}

/* ---- encodings ------------------------------------------------------------------- */

enum encoding { ENCODING_UTF8, ENCODING_ASCII, ENCODING_LATIN1, ENCODING_COUNT };
static const char *const encoding_names[] = {"utf-8", "ascii", "latin-1"};

/* Spellings differ in case, `-` and `_`. */
static bool same_name(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (*a == '-' || *a == '_' || *a == ' ')
			a++;
		if (tolower((unsigned char)*a) != *b)
			return false;
		if (*a == '\0')
			return true;
	}
}

static bool find_encoding(struct vm *vm, value name, enum encoding *out)
{
	static const struct {
		const char *name;
		enum encoding encoding;
	} names[] = {{"utf8", ENCODING_UTF8},     {"utf", ENCODING_UTF8},
	             {"u8", ENCODING_UTF8},       {"ascii", ENCODING_ASCII},
	             {"usascii", ENCODING_ASCII}, {"latin1", ENCODING_LATIN1},
	             {"latin", ENCODING_LATIN1},  {"iso88591", ENCODING_LATIN1},
	             {"l1", ENCODING_LATIN1}};
	*out = ENCODING_UTF8;
	if (value_is_null(name))
		return true;
	if (!value_is_str(name)) {
		vm_raise(vm, &exc_TypeError, "encoding must be str, not %s", value_type_name(name));
		return false;
	}
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (same_name(str_text(name), names[i].name)) {
			*out = names[i].encoding;
			return true;
		}
	}
	vm_raise(vm, &exc_LookupError, "unknown encoding: %s", str_text(name));
	return false;
}

/* What to do with what does not fit; false with LookupError set. */
enum on_error { ON_ERROR_STRICT, ON_ERROR_IGNORE, ON_ERROR_REPLACE, ON_ERROR_ESCAPE };

static bool find_handler(struct vm *vm, value name, enum on_error *out)
{
	static const char *const names[] = {"strict", "ignore", "replace", "backslashreplace"};
	*out = ON_ERROR_STRICT;
	if (value_is_null(name))
		return true;
	for (size_t i = 0; value_is_str(name) && i < COUNT_OF(names); i++) {
		if (str_equal_c(name, names[i])) {
			*out = (enum on_error)i;
			return true;
		}
	}
	vm_raise(vm, &exc_LookupError, "unknown error handler name '%s'",
	         value_is_str(name) ? str_text(name) : value_type_name(name));
	return false;
}

static bool fits(enum encoding encoding, uint32_t c)
{
	if (encoding == ENCODING_ASCII)
		return c < 0x80;
	if (encoding == ENCODING_LATIN1)
		return c < 0x100;
	return c < 0xD800 || c > 0xDFFF;
}

static void put_escaped(struct buf *out, uint32_t c)
{
	if (c <= 0xFF)
		buf_printf(out, "\\x%02x", c);
	else if (c <= 0xFFFF)
		buf_printf(out, "\\u%04x", c);
	else
		buf_printf(out, "\\U%08x", c);
}

bool str_check_encodable(struct vm *vm, value text)
{
	if (str_is_ascii(text))
		return true;
	const char *at = str_text(text), *end = at + str_len(text);
	for (size_t position = 0; at < end; position++) {
		uint32_t c;
		at += str_decode(at, &c);
		if (fits(ENCODING_UTF8, c))
			continue;
		vm_raise(vm, &exc_UnicodeEncodeError,
		         "'utf-8' codec can't encode character '\\u%04x' in position %zu: "
		         "surrogates not allowed",
		         c, position);
		return false;
	}
	return true;
}

value str_encode(struct vm *vm, value text, value encoding_name, value errors)
{
	enum encoding encoding;
	enum on_error handler;
	if (!find_encoding(vm, encoding_name, &encoding) || !find_handler(vm, errors, &handler))
		return VALUE_NULL;
	if (str_is_ascii(text))
		return bytes_new(vm, str_text(text), str_len(text));
	struct buf out = {0};
	const char *at = str_text(text), *end = at + str_len(text);
	for (size_t position = 0; at < end; position++) {
		uint32_t c;
		size_t n = str_decode(at, &c);
		if (fits(encoding, c)) {
			if (encoding == ENCODING_UTF8)
				buf_put(&out, at, n);
			else
				buf_putc(&out, (char)c);
		} else if (handler == ON_ERROR_REPLACE) {
			buf_putc(&out, '?');
		} else if (handler == ON_ERROR_ESCAPE) {
			put_escaped(&out, c);
		} else if (handler == ON_ERROR_STRICT) {
			struct buf shown = {0};
			put_escaped(&shown, c);
			vm_raise(vm, &exc_UnicodeEncodeError,
			         "'%s' codec can't encode character '%s' in position %zu: %s%s",
			         encoding_names[encoding], buf_text(&shown), position,
			         encoding == ENCODING_UTF8 ? "surrogates not allowed"
			                                   : "ordinal not in range",
			         encoding == ENCODING_UTF8 ? ""
			         : encoding == ENCODING_ASCII ? "(128)"
			                                      : "(256)");
			buf_free(&shown);
			buf_free(&out);
			return VALUE_NULL;
		}
		at += n;
	}
	return bytes_from_buf(vm, &out);
}

/*
 * What is wrong with the UTF-8 at `at`; `*bytes` is how many of them look like the beginning of
 * a character all the same, at least 1.
 */
static const char *utf8_problem(const unsigned char *at, size_t left, size_t *bytes)
{
	*bytes = 1;
	if (at[0] < 0xC2 || at[0] > 0xF4)
		return "invalid start byte";
	size_t need = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
	for (size_t i = 1; i < need; i++) {
		if (i >= left)
			return "unexpected end of data";
		unsigned char low = 0x80, high = 0xBF;
		if (i == 1 && at[0] == 0xE0)
			low = 0xA0;
		else if (i == 1 && at[0] == 0xED)
			high = 0x9F;
		else if (i == 1 && at[0] == 0xF0)
			low = 0x90;
		else if (i == 1 && at[0] == 0xF4)
			high = 0x8F;
		if (at[i] < low || at[i] > high)
			return "invalid continuation byte";
		*bytes = i + 1;
	}
	return "invalid continuation byte";
}

static value refuse_byte(struct vm *vm, enum encoding encoding, const struct bytes *b, size_t at)
{
	size_t bytes = 1;
	const char *problem = "ordinal not in range(128)";
	if (encoding == ENCODING_UTF8)
		problem = utf8_problem(b->data + at, b->len - at, &bytes);
	if (bytes > 1)
		return vm_raise(vm, &exc_UnicodeDecodeError,
		                "'%s' codec can't decode bytes in position %zu-%zu: %s",
		                encoding_names[encoding], at, at + bytes - 1, problem);
	return vm_raise(vm, &exc_UnicodeDecodeError,
	                "'%s' codec can't decode byte 0x%02x in position %zu: %s",
	                encoding_names[encoding], b->data[at], at, problem);
}

value bytes_decode(struct vm *vm, value v, value encoding_name, value errors)
{
	enum encoding encoding;
	enum on_error handler;
	if (value_is_str(v))
		return vm_raise(vm, &exc_TypeError, "decoding str is not supported");
	if (!value_is_bytes(v))
		return vm_raise(vm, &exc_TypeError,
		                "decoding to str: need a bytes-like object, %s found",
		                value_type_name(v));
	if (!find_encoding(vm, encoding_name, &encoding) || !find_handler(vm, errors, &handler))
		return VALUE_NULL;
	const struct bytes *b = bytes_of(v);
	struct buf out = {0};
	for (size_t i = 0; i < b->len;) {
		unsigned char byte = b->data[i];
		uint32_t c = byte;
		size_t n = 1;
		bool valid = byte < 0x80 || encoding == ENCODING_LATIN1;
		if (!valid && encoding == ENCODING_UTF8) {
			n = utf8_decode((const char *)b->data + i, b->len - i, &c);
			valid = n > 1;
			if (!valid)
				utf8_problem(b->data + i, b->len - i, &n);
		}
		if (valid) {
			str_put_char(&out, c);
		} else if (handler == ON_ERROR_REPLACE) {
			str_put_char(&out, UTF8_REPLACEMENT);
		} else if (handler == ON_ERROR_ESCAPE) {
			for (size_t k = 0; k < n; k++)
				put_escaped(&out, b->data[i + k]);
		} else if (handler == ON_ERROR_STRICT) {
			buf_free(&out);
			return refuse_byte(vm, encoding, b, i);
		}
		i += n;
	}
	return str_from_buf(vm, &out);
}

/* ---- making ---------------------------------------------------------------------- */

static bool put_byte(struct vm *vm, struct buf *out, value v)
{
	int64_t n;
	if (!object_index_int64(vm, v, true, &n))
		return false;
	if (n < 0 || n > 255) {
		vm_raise(vm, &exc_ValueError, "bytes must be in range(0, 256)");
		return false;
	}
	buf_putc(out, (char)n);
	return true;
}

static value bytes_from_iterable(struct vm *vm, value iterable)
{
	value iterator = object_iter(vm, iterable);
	if (value_is_null(iterator)) {
		if (vm_caught(vm, &exc_TypeError))
			vm_raise(vm, &exc_TypeError, "cannot convert '%s' object to bytes",
			         value_type_name(iterable));
		return VALUE_NULL;
	}
	struct buf out = {0};
	bool fine = true;
	for (value item; fine && !value_is_null(item = object_next(vm, iterator));) {
		fine = put_byte(vm, &out, item);
		value_unref(vm, item);
	}
	value_unref(vm, iterator);
	if (fine && value_is_null(vm_raised(vm)))
		return bytes_from_buf(vm, &out);
	buf_free(&out);
	return VALUE_NULL;
}

static value bytes_make(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {
		.function = "bytes", .names = {"source", "encoding", "errors"}, .positional = 3};
	value arg[3], v;
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	if (value_is_null(arg[0])) {
		v = bytes_new(vm, "", 0);
	} else if (value_is_str(arg[0])) {
		if (value_is_null(arg[1]))
			return vm_raise(vm, &exc_TypeError, "string argument without an encoding");
		v = str_encode(vm, arg[0], arg[1], arg[2]);
	} else if (!value_is_null(arg[1]) || !value_is_null(arg[2])) {
		return vm_raise(vm, &exc_TypeError, "encoding without a string argument");
	} else if (value_is_bytes(arg[0])) {
		v = bytes_new(vm, bytes_of(arg[0])->data, bytes_of(arg[0])->len);
	} else if (value_has_index(arg[0])) {
		int64_t n;
		if (!object_index_int64(vm, arg[0], false, &n))
			return VALUE_NULL;
		if (n < 0)
			return vm_raise(vm, &exc_ValueError, "negative count");
		if (!vm_room(vm, (size_t)n))
			return VALUE_NULL;
		struct buf zeros = {0};
		buf_fill(&zeros, '\0', (size_t)n);
		v = bytes_from_buf(vm, &zeros);
	} else {
		v = bytes_from_iterable(vm, arg[0]);
	}
	if (value_is_null(v) || type == &bytes_type)
		return v;
	value copy = bytes_of_type(vm, type, bytes_of(v)->data, bytes_of(v)->len);
	value_unref(vm, v);
	return copy;
}

/* ---- slots ----------------------------------------------------------------------- */

static value bytes_repr(struct vm *vm, value self)
{
	const struct bytes *b = bytes_of(self);
	bool single = memchr(b->data, '\'', b->len) != NULL;
	char quote = single && !memchr(b->data, '"', b->len) ? '"' : '\'';
	struct buf out = {0};
	buf_putc(&out, 'b');
	buf_putc(&out, quote);
	for (size_t i = 0; i < b->len; i++) {
		unsigned char c = b->data[i];
		if (c == quote || c == '\\')
			buf_printf(&out, "\\%c", c);
		else if (c == '\t' || c == '\n' || c == '\r')
			buf_puts(&out, c == '\t' ? "\\t" : c == '\n' ? "\\n" : "\\r");
		else if (c < 0x20 || c >= 0x7F)
			buf_printf(&out, "\\x%02x", c);
		else
			buf_putc(&out, (char)c);
	}
	buf_putc(&out, quote);
	return str_from_buf(vm, &out);
}

static bool bytes_hash(struct vm *vm, value self, int64_t *out)
{
	(void)vm;
	uint64_t h = 14695981039346656037u;
	for (size_t i = 0; i < bytes_of(self)->len; i++)
		h = (h ^ bytes_of(self)->data[i]) * 1099511628211u;
	*out = (int64_t)h == -1 ? -2 : (int64_t)h;
	return true;
}

static int bytes_truth(struct vm *vm, value self)
{
	(void)vm;
	return bytes_of(self)->len > 0;
}

static value bytes_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	(void)vm;
	if (!value_is_bytes(a) || !value_is_bytes(b))
		return VALUE_NOT_IMPLEMENTED;
	size_t n = bytes_of(a)->len, m = bytes_of(b)->len;
	int order = memcmp(bytes_of(a)->data, bytes_of(b)->data, n < m ? n : m);
	if (order == 0)
		order = (n > m) - (n < m);
	return value_bool(order_holds(order, op));
}

static value bytes_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	if (op == BINARY_ADD && value_is_bytes(left)) {
		if (!value_is_bytes(right)) {
			if (value_type(right)->flags & TYPE_HEAP)
				return VALUE_NOT_IMPLEMENTED;
			return vm_raise(vm, &exc_TypeError, "can't concat %s to bytes",
			                value_type_name(right));
		}
		struct buf out = {0};
		buf_put(&out, bytes_of(left)->data, bytes_of(left)->len);
		buf_put(&out, bytes_of(right)->data, bytes_of(right)->len);
		return bytes_from_buf(vm, &out);
	}
	if (op == BINARY_MOD && value_is_bytes(left))
		return bytes_percent(vm, left, right);
	if (op != BINARY_MUL)
		return VALUE_NOT_IMPLEMENTED;
	value self = value_is_bytes(left) ? left : right;
	value times = value_is_bytes(left) ? right : left;
	if (!value_has_index(times))
		return sequence_refuse_repeat(vm, times);
	int64_t n = repeat_count(vm, times, bytes_of(self)->len, 1);
	if (n < 0)
		return VALUE_NULL;
	size_t len = bytes_of(self)->len, all = (size_t)n * len; /* repeat_count looked */
	struct buf out = {0};
	if (all == 0)
		return bytes_from_buf(vm, &out);
	char *to = buf_reserve(&out, all);
	memcpy(to, bytes_of(self)->data, len);
	for (size_t done = len; done < all; done *= 2)
		memcpy(to + done, to, done < all - done ? done : all - done);
	buf_advance(&out, all);
	return bytes_from_buf(vm, &out);
}

static int64_t bytes_len(struct vm *vm, value self)
{
	(void)vm;
	return (int64_t)bytes_of(self)->len;
}

static value bytes_getitem(struct vm *vm, value self, value key)
{
	const struct bytes *b = bytes_of(self);
	if (!value_is_exactly(key, &slice_type)) {
		size_t index;
		if (!sequence_index(vm, key, b->len, "index", &index))
			return VALUE_NULL;
		return value_small(b->data[index]);
	}
	int64_t start, stop, step;
	size_t count;
	if (!slice_indices(vm, key, b->len, &start, &stop, &step, &count))
		return VALUE_NULL;
	struct buf out = {0};
	for (size_t i = 0; i < count; i++, start += step)
		buf_putc(&out, (char)b->data[start]);
	return bytes_from_buf(vm, &out);
}

static int bytes_contains(struct vm *vm, value self, value item)
{
	const struct bytes *b = bytes_of(self);
	if (value_is_bytes(item))
		return memmem(b->data, b->len, bytes_of(item)->data, bytes_of(item)->len) != NULL;
	if (!value_has_index(item)) {
		vm_raise(vm, &exc_TypeError, "a bytes-like object is required, not '%s'",
		         value_type_name(item));
		return -1;
	}
	int64_t n;
	if (!object_index_int64(vm, item, true, &n))
		return -1;
	if (n < 0 || n > 255) {
		vm_raise(vm, &exc_ValueError, "byte must be in range(0, 256)");
		return -1;
	}
	return b->len > 0 && memchr(b->data, (int)n, b->len) != NULL;
}

struct bytes_iterator {
	struct object head;
	value bytes;
	size_t at;
};

static value bytes_iterator_next(struct vm *vm, value self)
{
	(void)vm;
	struct bytes_iterator *it = (struct bytes_iterator *)(void *)value_object(self);
	if (it->at >= bytes_of(it->bytes)->len)
		return VALUE_NULL;
	return value_small(bytes_of(it->bytes)->data[it->at++]);
}

static void bytes_iterator_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct bytes_iterator *)(void *)self)->bytes);
}

const struct type bytes_iterator_type = {
	TYPE_HEAD,
	.name = "bytes_iterator",
	.base = &object_type,
	.size = sizeof(struct bytes_iterator),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
	.drop = bytes_iterator_drop,
	.iter = iterator_self,
	.next = bytes_iterator_next,
};

static value bytes_iter(struct vm *vm, value self)
{
	struct bytes_iterator *it = object_new(vm, &bytes_iterator_type, 0);
	it->bytes = value_ref(self);
	return object_value(it);
}

/* ---- methods --------------------------------------------------------------------- */

static bool want_bytes(struct vm *vm, value v)
{
	if (value_is_bytes(v))
		return true;
	vm_raise(vm, &exc_TypeError, "a bytes-like object is required, not '%s'",
	         value_type_name(v));
	return false;
}

static value bytes_decode_method(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "decode", .names = {"encoding", "errors"}, .positional = 2};
	value arg[2];
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	return bytes_decode(vm, self, arg[0], arg[1]);
}

static value bytes_hex(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	struct buf out = {0};
	for (size_t i = 0; i < bytes_of(self)->len; i++)
		buf_printf(&out, "%02x", bytes_of(self)->data[i]);
	return str_from_buf(vm, &out);
}

static value bytes_fromhex(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	if (!value_is_str(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "fromhex() argument must be str, not %s",
		                value_type_name(a->at[0]));
	struct buf out = {0};
	const char *s = str_text(a->at[0]);
	for (size_t i = 0; i < str_len(a->at[0]);) {
		if (isspace((unsigned char)s[i])) {
			i++;
			continue;
		}
		unsigned byte = 0, digits = 0;
		for (; digits < 2 && isxdigit((unsigned char)s[i]); digits++, i++) {
			int c = tolower((unsigned char)s[i]);
			byte = byte * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
		}
		if (digits < 2) {
			buf_free(&out);
			return vm_raise(vm, &exc_ValueError,
			                "non-hexadecimal number found in fromhex() arg at "
			                "position %zu",
			                i);
		}
		buf_putc(&out, (char)byte);
	}
	return bytes_from_buf(vm, &out);
}

static value bytes_join(struct vm *vm, value self, const struct args *a)
{
	value list = list_from_iterable(vm, a->at[0]);
	if (value_is_null(list))
		return VALUE_NULL;
	struct buf out = {0};
	bool fine = true;
	for (size_t i = 0; fine && i < list_count(list); i++) {
		value item = list_at(list, i);
		fine = value_is_bytes(item);
		if (!fine)
			vm_raise(vm, &exc_TypeError,
			         "sequence item %zu: expected a bytes-like object, %s found", i,
			         value_type_name(item));
		if (fine && i > 0)
			buf_put(&out, bytes_of(self)->data, bytes_of(self)->len);
		if (fine)
			buf_put(&out, bytes_of(item)->data, bytes_of(item)->len);
	}
	value_unref(vm, list);
	if (fine)
		return bytes_from_buf(vm, &out);
	buf_free(&out);
	return VALUE_NULL;
}

static void add_piece(struct vm *vm, value list, const unsigned char *from, const unsigned char *to)
{
	value piece = bytes_new(vm, from, (size_t)(to - from));
	list_append(vm, list, piece);
	value_unref(vm, piece);
}

static value bytes_split(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "split", .names = {"sep", "maxsplit"}, .positional = 2};
	value arg[2];
	int64_t most = -1;
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	if (!value_is_null(arg[1]) && !object_index_int64(vm, arg[1], false, &most))
		return VALUE_NULL;
	const unsigned char *at = bytes_of(self)->data, *end = at + bytes_of(self)->len;
	bool blanks = value_is_null(arg[0]) || value_is_none(arg[0]);
	if (!blanks && !want_bytes(vm, arg[0]))
		return VALUE_NULL;
	size_t len = blanks ? 0 : bytes_of(arg[0])->len;
	if (!blanks && len == 0)
		return vm_raise(vm, &exc_ValueError, "empty separator");
	value list = list_new(vm, 0);
	if (!blanks) {
		const unsigned char *hit;
		while (most-- != 0 &&
		       (hit = memmem(at, (size_t)(end - at), bytes_of(arg[0])->data, len))) {
			add_piece(vm, list, at, hit);
			at = hit + len;
		}
		add_piece(vm, list, at, end);
		return list;
	}
	for (;;) {
		while (at < end && isspace(*at))
			at++;
		if (at == end)
			return list;
		const unsigned char *from = at;
		if (most-- == 0)
			at = end;
		while (at < end && !isspace(*at))
			at++;
		add_piece(vm, list, from, at);
	}
}

static value bytes_splitlines(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "splitlines", .names = {"keepends"}, .positional = 1};
	value arg[1];
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	int keep = value_is_null(arg[0]) ? 0 : object_truth(vm, arg[0]);
	if (keep < 0)
		return VALUE_NULL;
	value list = list_new(vm, 0);
	const unsigned char *at = bytes_of(self)->data, *end = at + bytes_of(self)->len, *from = at;
	while (at < end) {
		const unsigned char *line_end = at;
		unsigned char c = *at++;
		if (c != '\n' && c != '\r')
			continue;
		if (c == '\r' && at < end && *at == '\n')
			at++;
		add_piece(vm, list, from, keep ? at : line_end);
		from = at;
	}
	if (from < end)
		add_piece(vm, list, from, end);
	return list;
}

static value strip(struct vm *vm, value self, const struct args *a, bool left, bool right)
{
	const char *set = " \t\n\r\v\f";
	size_t set_len = 6;
	if (a->count > 0 && !value_is_none(a->at[0])) {
		if (!want_bytes(vm, a->at[0]))
			return VALUE_NULL;
		set = (const char *)bytes_of(a->at[0])->data;
		set_len = bytes_of(a->at[0])->len;
	}
	const unsigned char *from = bytes_of(self)->data, *to = from + bytes_of(self)->len;
	while (left && from < to && memchr(set, *from, set_len))
		from++;
	while (right && from < to && memchr(set, to[-1], set_len))
		to--;
	return bytes_new(vm, from, (size_t)(to - from));
}

static value bytes_strip(struct vm *vm, value self, const struct args *a)
{
	return strip(vm, self, a, true, true);
}

static value bytes_lstrip(struct vm *vm, value self, const struct args *a)
{
	return strip(vm, self, a, true, false);
}

static value bytes_rstrip(struct vm *vm, value self, const struct args *a)
{
	return strip(vm, self, a, false, true);
}

static bool starts(value self, value part, bool tail)
{
	size_t n = bytes_of(self)->len, len = bytes_of(part)->len;
	if (len > n)
		return false;
	return memcmp(bytes_of(self)->data + (tail ? n - len : 0), bytes_of(part)->data, len) == 0;
}

static value starts_any(struct vm *vm, value self, value part, const char *function, bool tail)
{
	if (value_is_bytes(part))
		return value_bool(starts(self, part, tail));
	if (!value_is_tuple(part))
		return vm_raise(vm, &exc_TypeError,
		                "%s first arg must be bytes or a tuple of bytes, not %s", function,
		                value_type_name(part));
	for (size_t i = 0; i < tuple_count(part); i++) {
		if (!want_bytes(vm, tuple_at(part, i)))
			return VALUE_NULL;
		if (starts(self, tuple_at(part, i), tail))
			return VALUE_TRUE;
	}
	return VALUE_FALSE;
}

static value bytes_startswith(struct vm *vm, value self, const struct args *a)
{
	return starts_any(vm, self, a->at[0], "startswith", false);
}

static value bytes_endswith(struct vm *vm, value self, const struct args *a)
{
	return starts_any(vm, self, a->at[0], "endswith", true);
}

/* What find() and count() look for: bytes or one byte as an int. `byte` lives in the caller. */
static bool needle(struct vm *vm, value v, struct bytes *out, unsigned char *byte)
{
	int64_t n;
	if (value_is_bytes(v)) {
		*out = *bytes_of(v);
		return true;
	}
	if (!value_has_index(v)) {
		vm_raise(vm, &exc_TypeError,
		         "argument should be integer or bytes-like object, not '%s'",
		         value_type_name(v));
		return false;
	}
	if (!object_index_int64(vm, v, true, &n))
		return false;
	if (n < 0 || n > 255) {
		vm_raise(vm, &exc_ValueError, "byte must be in range(0, 256)");
		return false;
	}
	*byte = (unsigned char)n;
	*out = (struct bytes){.len = 1, .data = byte};
	return true;
}

static value bytes_find(struct vm *vm, value self, const struct args *a)
{
	struct bytes found;
	unsigned char byte;
	if (!needle(vm, a->at[0], &found, &byte))
		return VALUE_NULL;
	const struct bytes *b = bytes_of(self), *what = &found;
	int64_t start = 0;
	if (a->count > 1 && !bound_argument(vm, a->at[1], b->len, &start))
		return VALUE_NULL;
	if ((size_t)start > b->len)
		return value_small(-1);
	const unsigned char *hit =
		memmem(b->data + start, b->len - (size_t)start, what->data, what->len);
	return int_new(vm, hit ? hit - b->data : -1);
}

static value bytes_count(struct vm *vm, value self, const struct args *a)
{
	struct bytes found;
	unsigned char byte;
	if (!needle(vm, a->at[0], &found, &byte))
		return VALUE_NULL;
	const struct bytes *b = bytes_of(self), *what = &found;
	if (what->len == 0)
		return int_new(vm, (int64_t)b->len + 1);
	int64_t n = 0;
	const unsigned char *at = b->data, *end = at + b->len;
	while ((at = memmem(at, (size_t)(end - at), what->data, what->len)) != NULL) {
		at += what->len;
		n++;
	}
	return int_new(vm, n);
}

static value bytes_replace(struct vm *vm, value self, const struct args *a)
{
	if (!want_bytes(vm, a->at[0]) || !want_bytes(vm, a->at[1]))
		return VALUE_NULL;
	const struct bytes *b = bytes_of(self), *old = bytes_of(a->at[0]), *to = bytes_of(a->at[1]);
	const unsigned char *at = b->data, *end = at + b->len, *hit;
	struct buf out = {0};
	while (old->len > 0 && (hit = memmem(at, (size_t)(end - at), old->data, old->len))) {
		buf_put(&out, at, (size_t)(hit - at));
		buf_put(&out, to->data, to->len);
		at = hit + old->len;
	}
	buf_put(&out, at, (size_t)(end - at));
	return bytes_from_buf(vm, &out);
}

static value map_bytes(struct vm *vm, value self, int (*map)(int))
{
	struct buf out = {0};
	for (size_t i = 0; i < bytes_of(self)->len; i++) {
		int c = bytes_of(self)->data[i];
		buf_putc(&out, (char)(c < 0x80 ? map(c) : c));
	}
	return bytes_from_buf(vm, &out);
}

static value bytes_upper(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return map_bytes(vm, self, toupper);
}

static value bytes_lower(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return map_bytes(vm, self, tolower);
}

static const struct method_def bytes_methods[] = {
	{"count", bytes_count, 1, 1, 0},
	{"decode", bytes_decode_method, 0, 2, METHOD_KEYWORDS},
	{"endswith", bytes_endswith, 1, 1, 0},
	{"find", bytes_find, 1, 2, 0},
	{"fromhex", bytes_fromhex, 1, 1, METHOD_CLASS},
	{"hex", bytes_hex, 0, 0, 0},
	{"join", bytes_join, 1, 1, 0},
	{"lower", bytes_lower, 0, 0, 0},
	{"lstrip", bytes_lstrip, 0, 1, 0},
	{"replace", bytes_replace, 2, 2, 0},
	{"rstrip", bytes_rstrip, 0, 1, 0},
	{"split", bytes_split, 0, 2, METHOD_KEYWORDS},
	{"splitlines", bytes_splitlines, 0, 1, METHOD_KEYWORDS},
	{"startswith", bytes_startswith, 1, 1, 0},
	{"strip", bytes_strip, 0, 1, 0},
	{"upper", bytes_upper, 0, 0, 0},
	{0},
};

const struct type bytes_type = {
	TYPE_HEAD,
	.name = "bytes",
	.base = &object_type,
	.size = sizeof(struct bytes),
	.flags = TYPE_MATCH_SELF,
	.methods = bytes_methods,
	.make = bytes_make,
	.repr = bytes_repr,
	.hash = bytes_hash,
	.truth = bytes_truth,
	.compare = bytes_compare,
	.binary = bytes_binary,
	.len = bytes_len,
	.getitem = bytes_getitem,
	.contains = bytes_contains,
	.iter = bytes_iter,
};
