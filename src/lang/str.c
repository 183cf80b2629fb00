/*
 * The type str: see str.h. Its methods are in str_methods.c and str_split.c, its
 * formatting in format_str.c and format_percent.c.
 */
#include "lang/str.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lang/bytes.h"
#include "lang/exception.h"
#include "lang/int.h"
#include "lang/pools.h"
#include "lang/range.h"
#include "lang/types_internal.h"
#include "lang/unicode.h"

/* ---- code points ----------------------------------------------------------------- */

size_t str_decode(const char *text, uint32_t *out)
{
	const unsigned char *s = (const unsigned char *)text;
	if (s[0] < 0x80) {
		*out = s[0];
		return 1;
	}
	if (s[0] < 0xE0) {
		*out = (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu);
		return 2;
	}
	if (s[0] < 0xF0) {
		*out = (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
		return 3;
	}
	*out = (s[0] & 0x07u) << 18 | (s[1] & 0x3Fu) << 12 | (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
	return 4;
}

static size_t encode(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

void str_put_char(struct buf *out, uint32_t code_point)
{
	char bytes[4];
	buf_put(out, bytes, encode(code_point, bytes));
}

size_t text_count(const char *text, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xC0) != 0x80;
	return n;
}

size_t str_offset(value v, size_t index)
{
	if (str_is_ascii(v))
		return index;
	const char *text = str_text(v);
	size_t len = str_len(v), at = 0;
	while (at < len) {
		if (((unsigned char)text[at] & 0xC0) != 0x80 && index-- == 0)
			break;
		at++;
	}
	return at;
}

/* ---- making ---------------------------------------------------------------------- */

struct str *str_of_type(struct vm *vm, const struct type *type, size_t len, size_t chars,
                        char **text)
{
	struct str *s = object_new(vm, type, mem_add(len, 1));
	*text = (char *)s + type->size;
	s->len = len;
	s->chars = chars;
	s->text = *text;
	(*text)[len] = '\0';
	return s;
}

value str_make(struct vm *vm, size_t len, size_t chars, char **text)
{
	return object_value(str_of_type(vm, &str_type, len, chars, text));
}

value str_new(struct vm *vm, const char *text, size_t len)
{
	if (len == 1 && (unsigned char)text[0] < 128)
		return value_ref(vm_pools(vm)->chars[(unsigned char)text[0]]);
	if (len == 0)
		return value_ref(vm_pools(vm)->empty_str);
	char *copy;
	value v = str_make(vm, len, text_count(text, len), &copy);
	memcpy(copy, text, len);
	return v;
}

value str_new_c(struct vm *vm, const char *text)
{
	return str_new(vm, text, strlen(text));
}

value str_from_buf(struct vm *vm, struct buf *b)
{
	value v = VALUE_NULL;
	if (vm_room(vm, b->len))
		v = str_new(vm, buf_text(b), b->len);
	buf_free(b);
	return v;
}

value str_printf(struct vm *vm, const char *format, ...)
{
	struct buf b = {0};
	va_list args;
	va_start(args, format);
	buf_vprintf(&b, format, args);
	va_end(args);
	return str_from_buf(vm, &b);
}

value str_char(struct vm *vm, uint32_t code_point)
{
	char bytes[4];
	return str_new(vm, bytes, encode(code_point, bytes));
}

/* ---- hashing and interning ------------------------------------------------------- */

static int64_t hash_text(const char *text, size_t len)
{
	uint64_t h = 0x9E3779B97F4A7C15u ^ len;
	while (len >= 8) {
		uint64_t word;
		memcpy(&word, text, 8);
		h = (h ^ word) * 0xFF51AFD7ED558CCDu;
		h ^= h >> 32;
		text += 8, len -= 8;
	}
	uint64_t word = 0;
	if (len > 0)
		memcpy(&word, text, len);
	h = (h ^ word) * 0xC4CEB9FE1A85EC53u;
	h ^= h >> 29;
	h *= 0x9E3779B97F4A7C15u;
	h ^= h >> 32;
	int64_t hash = (int64_t)h;
	return hash == 0 ? 1 : hash == -1 ? -2 : hash;
}

int64_t str_hash(value v)
{
	struct str *s = (struct str *)(void *)value_object(v);
	if (s->hash != 0)
		return s->hash;
	int64_t hash = hash_text(s->text, s->len);
	if (!(s->head.refs & REFS_IMMORTAL)) /* immortal objects are shared and never written */
		s->hash = hash;
	return hash;
}

/* The slot of the name, or the empty one where it belongs. */
static size_t name_slot(const struct pools *p, const char *text, size_t len, int64_t hash)
{
	size_t mask = p->name_room - 1;
	size_t i = (size_t)hash & mask;
	while (p->names[i]) {
		const struct str *s = p->names[i];
		if (s->hash == hash && s->len == len && memcmp(s->text, text, len) == 0)
			break;
		i = (i + 1) & mask;
	}
	return i;
}

static void grow_names(struct vm *vm, struct pools *p)
{
	struct pools old = *p;
	p->name_room = old.name_room ? old.name_room * 2 : 1024;
	p->names = vm_alloc(vm, p->name_room * sizeof *p->names);
	memset(p->names, 0, p->name_room * sizeof *p->names);
	for (size_t i = 0; i < old.name_room; i++) {
		struct str *s = old.names[i];
		if (s)
			p->names[name_slot(p, s->text, s->len, s->hash)] = s;
	}
	vm_release(vm, old.names, old.name_room * sizeof *old.names);
}

/* The names do not count as references: a name that dies takes itself out. */
static void forget_name(struct vm *vm, struct str *s)
{
	struct pools *p = vm_pools(vm);
	if (p->name_room == 0)
		return;
	size_t mask = p->name_room - 1, hole = name_slot(p, s->text, s->len, s->hash);
	if (p->names[hole] != s)
		return;
	p->name_count--;
	for (size_t i = (hole + 1) & mask; p->names[i]; i = (i + 1) & mask) {
		size_t home = (size_t)p->names[i]->hash & mask;
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			p->names[hole] = p->names[i];
			hole = i;
		}
	}
	p->names[hole] = NULL;
}

value str_intern(struct vm *vm, const char *text, size_t len)
{
	struct pools *p = vm_pools(vm);
	if (p->name_count + 1 > p->name_room / 4 * 3)
		grow_names(vm, p);
	int64_t hash = hash_text(text, len);
	size_t slot = name_slot(p, text, len, hash);
	if (p->names[slot])
		return value_ref(object_value(p->names[slot]));
	char *copy;
	struct str *s = str_of_type(vm, &str_type, len, text_count(text, len), &copy);
	if (len)
		memcpy(copy, text, len);
	s->hash = hash;
	s->head.flags |= STR_INTERNED;
	p->names[slot] = s;
	p->name_count++;
	return object_value(s);
}

value str_intern_c(struct vm *vm, const char *text)
{
	return str_intern(vm, text, strlen(text));
}

value str_interned(struct vm *vm, value v)
{
	if (value_object(v)->flags & STR_INTERNED)
		return value_ref(v);
	return str_intern(vm, str_text(v), str_len(v));
}

static void str_drop(struct vm *vm, struct object *self)
{
	if (self->flags & STR_INTERNED)
		forget_name(vm, (struct str *)(void *)self);
}

/* ---- comparing, joining, cutting ------------------------------------------------- */

bool str_equal(value a, value b)
{
	return value_is(a, b) ||
		(str_len(a) == str_len(b) && memcmp(str_text(a), str_text(b), str_len(a)) == 0);
}

bool str_equal_c(value a, const char *text)
{
	size_t len = strlen(text);
	return str_len(a) == len && memcmp(str_text(a), text, len) == 0;
}

/* UTF-8 sorts as its code points do. */
int str_order(value a, value b)
{
	size_t la = str_len(a), lb = str_len(b);
	int order = memcmp(str_text(a), str_text(b), la < lb ? la : lb);
	if (order == 0 && la != lb)
		order = la < lb ? -1 : 1;
	return order;
}

value str_concat(struct vm *vm, value a, value b)
{
	return str_concat_all(vm, (const value[]){a, b}, 2);
}

value str_concat_all(struct vm *vm, const value *parts, size_t count)
{
	size_t len = 0, chars = 0;
	const value *only = NULL;
	for (size_t i = 0; i < count; i++) {
		if (str_len(parts[i]) == 0)
			continue;
		only = len == 0 ? &parts[i] : NULL;
		len = mem_add(len, str_len(parts[i]));
		chars += str_chars(parts[i]);
	}
	if (len == 0)
		return value_ref(vm_pools(vm)->empty_str);
	if (only && value_is_exactly(*only, &str_type))
		return value_ref(*only);
	if (!vm_room(vm, len))
		return VALUE_NULL;
	char *text;
	value v = str_make(vm, len, chars, &text);
	for (size_t i = 0; i < count; i++) {
		memcpy(text, str_text(parts[i]), str_len(parts[i]));
		text += str_len(parts[i]);
	}
	return v;
}

value str_at(struct vm *vm, value v, size_t index)
{
	return str_slice(vm, v, index, index + 1);
}

value str_slice(struct vm *vm, value v, size_t start, size_t end)
{
	if (start >= end)
		return value_ref(vm_pools(vm)->empty_str);
	if (start == 0 && end == str_chars(v) && value_is_exactly(v, &str_type))
		return value_ref(v);
	size_t from = str_offset(v, start), to;
	const char *text = str_text(v);
	if (str_is_ascii(v)) {
		to = end;
	} else {
		size_t left = end - start, len = str_len(v);
		for (to = from; to < len; to++) {
			if (((unsigned char)text[to] & 0xC0) != 0x80 && left-- == 0)
				break;
		}
	}
	return str_new(vm, text + from, to - from);
}

static value repeat(struct vm *vm, value v, value times)
{
	int64_t n;
	if (!object_index_int64(vm, times, false, &n))
		return VALUE_NULL;
	if (n <= 0 || str_len(v) == 0)
		return value_ref(vm_pools(vm)->empty_str);
	if (n == 1 && value_is_exactly(v, &str_type))
		return value_ref(v);
	size_t len = str_len(v), total;
	if (__builtin_mul_overflow(len, (size_t)n, &total) || !vm_room(vm, total)) {
		if (value_is_null(vm_raised(vm)))
			vm_raise_with(vm, &exc_MemoryError, VALUE_NULL);
		return VALUE_NULL;
	}
	char *text;
	value result = str_make(vm, total, str_chars(v) * (size_t)n, &text);
	for (int64_t i = 0; i < n; i++, text += len)
		memcpy(text, str_text(v), len);
	return result;
}

/* ---- repr ------------------------------------------------------------------------ */

static void put_escape(struct buf *out, uint32_t c)
{
	if (c <= 0xFF)
		buf_printf(out, "\\x%02x", c);
	else if (c <= 0xFFFF)
		buf_printf(out, "\\u%04x", c);
	else
		buf_printf(out, "\\U%08x", c);
}

void str_put_repr(struct buf *out, value v, bool ascii_only)
{
	const char *text = str_text(v), *end = text + str_len(v);
	bool single = memchr(text, '\'', str_len(v)) != NULL;
	bool twice = memchr(text, '"', str_len(v)) != NULL;
	char quote = single && !twice ? '"' : '\'';
	buf_putc(out, quote);
	while (text < end) {
		uint32_t c;
		size_t n = str_decode(text, &c);
		if (c == (uint32_t)quote || c == '\\')
			buf_printf(out, "\\%c", (char)c);
		else if (c == '\n')
			buf_puts(out, "\\n");
		else if (c == '\r')
			buf_puts(out, "\\r");
		else if (c == '\t')
			buf_puts(out, "\\t");
		else if (c < 0x20 || c == 0x7F)
			put_escape(out, c);
		else if (c < 0x7F)
			buf_putc(out, (char)c);
		else if (ascii_only || !unicode_is(c, UNICODE_PRINTABLE))
			put_escape(out, c);
		else
			buf_put(out, text, n);
		text += n;
	}
	buf_putc(out, quote);
}

static value str_repr_slot(struct vm *vm, value self)
{
	struct buf out = {0};
	str_put_repr(&out, self, false);
	return str_from_buf(vm, &out);
}

static value str_str_slot(struct vm *vm, value self)
{
	if (value_is_exactly(self, &str_type))
		return value_ref(self);
	return str_new(vm, str_text(self), str_len(self));
}

/* ---- slots ----------------------------------------------------------------------- */

static bool str_hash_slot(struct vm *vm, value self, int64_t *out)
{
	(void)vm;
	*out = str_hash(self);
	return true;
}

static int str_truth(struct vm *vm, value self)
{
	(void)vm;
	return str_len(self) > 0;
}

static value str_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	(void)vm;
	if (!value_is_str(a) || !value_is_str(b))
		return VALUE_NOT_IMPLEMENTED;
	if (op == COMPARE_EQ)
		return value_bool(str_equal(a, b));
	if (op == COMPARE_NE)
		return value_bool(!str_equal(a, b));
	return value_bool(order_holds(str_order(a, b), op));
}

static int64_t str_len_slot(struct vm *vm, value self)
{
	(void)vm;
	return (int64_t)str_chars(self);
}

static value str_getitem(struct vm *vm, value self, value key)
{
	if (value_is_exactly(key, &slice_type)) {
		int64_t start, stop, step;
		size_t count;
		if (!slice_indices(vm, key, str_chars(self), &start, &stop, &step, &count))
			return VALUE_NULL;
		if (step == 1)
			return str_slice(vm, self, (size_t)start, (size_t)start + count);
		struct buf out = {0};
		const char *text = str_text(self);
		for (size_t i = 0; i < count; i++, start += step) {
			uint32_t c;
			const char *at = text + str_offset(self, (size_t)start);
			buf_put(&out, at, str_decode(at, &c));
		}
		return str_from_buf(vm, &out);
	}
	size_t index;
	if (!sequence_index(vm, key, str_chars(self), "string", &index))
		return VALUE_NULL;
	return str_at(vm, self, index);
}

static int str_contains(struct vm *vm, value self, value item)
{
	if (!value_is_str(item)) {
		vm_raise(vm, &exc_TypeError, "'in <string>' requires string as left operand, not %s",
		         value_type_name(item));
		return -1;
	}
	return memmem(str_text(self), str_len(self), str_text(item), str_len(item)) != NULL;
}

value sequence_refuse_concat(struct vm *vm, value left, value right)
{
	if (value_type(right)->flags & TYPE_HEAP) /* it may have a say: __radd__ */
		return VALUE_NOT_IMPLEMENTED;
	return vm_raise(vm, &exc_TypeError, "can only concatenate %s (not \"%s\") to %s",
	                value_type_name(left), value_type_name(right), value_type_name(left));
}

bool value_has_index(value v)
{
	value (*index)(struct vm *, value);
	TYPE_SLOT(index, value_type(v), index);
	return index != NULL;
}

value sequence_refuse_repeat(struct vm *vm, value times)
{
	if (value_type(times)->flags & TYPE_HEAP)
		return VALUE_NOT_IMPLEMENTED;
	return vm_raise(vm, &exc_TypeError, "can't multiply sequence by non-int of type '%s'",
	                value_type_name(times));
}

static value str_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	if (op == BINARY_ADD && value_is_str(left)) {
		if (value_is_str(right))
			return str_concat(vm, left, right);
		return sequence_refuse_concat(vm, left, right);
	}
	if (op == BINARY_MUL) {
		value text = value_is_str(left) ? left : right;
		value times = value_is_str(left) ? right : left;
		if (value_is_int(times) || (!value_is_str(times) && value_has_index(times)))
			return repeat(vm, text, times);
		return sequence_refuse_repeat(vm, times);
	}
	if (op == BINARY_MOD && value_is_str(left))
		return str_percent(vm, left, right);
	return VALUE_NOT_IMPLEMENTED;
}

/* str(object='') and str(bytes, encoding, errors). */
static value str_make_slot(struct vm *vm, const struct type *type, const struct args *a)
{
	static const struct signature signature = {
		.function = "str", .names = {"object", "encoding", "errors"}, .positional = 3};
	value arg[3], result;
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	if (value_is_null(arg[0]))
		result = value_ref(vm_pools(vm)->empty_str);
	else if (!value_is_null(arg[1]) || !value_is_null(arg[2]))
		result = bytes_decode(vm, arg[0], arg[1], arg[2]);
	else
		result = object_str(vm, arg[0]);
	if (value_is_null(result) || type == &str_type)
		return result;
	char *text;
	struct str *s = str_of_type(vm, type, str_len(result), str_chars(result), &text);
	memcpy(text, str_text(result), str_len(result));
	value_unref(vm, result);
	return object_value(s);
}

/* ---- iterating ------------------------------------------------------------------- */

struct str_iterator {
	struct object head;
	value text; /* null at the end */
	size_t at;  /* byte */
};


static value str_iter(struct vm *vm, value self)
{
	struct str_iterator *it = object_new(vm, &str_iterator_type, 0);
	it->text = value_ref(self);
	return object_value(it);
}

static value str_iterator_next(struct vm *vm, value self)
{
	struct str_iterator *it = (struct str_iterator *)(void *)value_object(self);
	if (value_is_null(it->text))
		return VALUE_NULL;
	if (it->at >= str_len(it->text)) {
		value_forget(vm, &it->text);
		return VALUE_NULL;
	}
	uint32_t c;
	const char *at = str_text(it->text) + it->at;
	size_t n = str_decode(at, &c);
	it->at += n;
	return str_new(vm, at, n);
}

static void str_iterator_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct str_iterator *)(void *)self)->text);
}

const struct type str_iterator_type = {
	TYPE_HEAD,
	.name = "str_iterator",
	.base = &object_type,
	.size = sizeof(struct str_iterator),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
	.drop = str_iterator_drop,
	.iter = iterator_self,
	.next = str_iterator_next,
};

const struct type str_type = {
	TYPE_HEAD,
	.name = "str",
	.base = &object_type,
	.size = sizeof(struct str),
	.flags = TYPE_MATCH_SELF,
	.methods = str_methods,
	.make = str_make_slot,
	.drop = str_drop,
	.repr = str_repr_slot,
	.str = str_str_slot,
	.format = str_format_slot,
	.hash = str_hash_slot,
	.truth = str_truth,
	.compare = str_compare,
	.binary = str_binary,
	.len = str_len_slot,
	.getitem = str_getitem,
	.contains = str_contains,
	.iter = str_iter,
};
