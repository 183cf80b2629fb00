/* Cutting str into pieces and joining pieces: split, splitlines, partition, join. */
#include <string.h>

#include "lang/exception.h"
#include "lang/list.h"
#include "lang/pools.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"
#include "lang/unicode.h"

static void add_piece(struct vm *vm, value list, const char *from, const char *to)
{
	value piece = str_new(vm, from, (size_t)(to - from));
	list_append(vm, list, piece);
	value_unref(vm, piece);
}

static void turn_around(value list)
{
	struct list *l = list_of(list);
	for (size_t i = 0; i < l->count / 2; i++) {
		value v = l->items[i];
		l->items[i] = l->items[l->count - 1 - i];
		l->items[l->count - 1 - i] = v;
	}
}

static bool blank_at(const char *at, size_t *len)
{
	uint32_t c;
	*len = str_decode(at, &c);
	return unicode_is(c, UNICODE_SPACE);
}

static const char *char_before(const char *at)
{
	do
		at--;
	while (((unsigned char)*at & 0xC0) == 0x80);
	return at;
}

/* At runs of blanks, from the left; `most` cuts, negative: all. */
static void split_blanks(struct vm *vm, value list, const char *at, const char *end, int64_t most)
{
	size_t n;
	for (;;) {
		while (at < end && blank_at(at, &n))
			at += n;
		if (at >= end)
			return;
		if (most-- == 0) {
			add_piece(vm, list, at, end);
			return;
		}
		const char *from = at;
		while (at < end && !blank_at(at, &n))
			at += n;
		add_piece(vm, list, from, at);
	}
}

/* The same from the right; the pieces come out last first. */
static void rsplit_blanks(struct vm *vm, value list, const char *start, const char *at,
                          int64_t most)
{
	size_t n;
	for (;;) {
		while (at > start && blank_at(char_before(at), &n))
			at = char_before(at);
		if (at <= start)
			return;
		if (most-- == 0) {
			add_piece(vm, list, start, at);
			return;
		}
		const char *to = at;
		while (at > start && !blank_at(char_before(at), &n))
			at = char_before(at);
		add_piece(vm, list, at, to);
	}
}

static void split_at(struct vm *vm, value list, const char *at, const char *end, value separator,
                     int64_t most)
{
	size_t len = str_len(separator);
	while (most-- != 0) {
		const char *hit = memmem(at, (size_t)(end - at), str_text(separator), len);
		if (!hit)
			break;
		add_piece(vm, list, at, hit);
		at = hit + len;
	}
	add_piece(vm, list, at, end);
}

static const char *last_hit(const char *start, const char *end, value what)
{
	size_t len = str_len(what);
	if (len > (size_t)(end - start))
		return NULL;
	for (const char *at = end - len;; at--) {
		if (memcmp(at, str_text(what), len) == 0)
			return at;
		if (at == start)
			return NULL;
	}
}

static void rsplit_at(struct vm *vm, value list, const char *start, const char *end,
                      value separator, int64_t most)
{
	while (most-- != 0) {
		const char *hit = last_hit(start, end, separator);
		if (!hit)
			break;
		add_piece(vm, list, hit + str_len(separator), end);
		end = hit;
	}
	add_piece(vm, list, start, end);
}

static value split_any(struct vm *vm, value self, const struct args *a, bool right)
{
	const struct signature signature = {
		.function = right ? "rsplit" : "split", .names = {"sep", "maxsplit"}, .positional = 2};
	value arg[2];
	int64_t most = -1;
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	if (!value_is_null(arg[1]) && !object_index_int64(vm, arg[1], false, &most))
		return VALUE_NULL;
	bool blanks = value_is_null(arg[0]) || value_is_none(arg[0]);
	if (!blanks && !value_is_str(arg[0]))
		return vm_raise(vm, &exc_TypeError, "must be str or None, not %s",
		                value_type_name(arg[0]));
	if (!blanks && str_len(arg[0]) == 0)
		return vm_raise(vm, &exc_ValueError, "empty separator");
	value list = list_new(vm, 0);
	const char *text = str_text(self), *end = text + str_len(self);
	if (blanks && right)
		rsplit_blanks(vm, list, text, end, most);
	else if (blanks)
		split_blanks(vm, list, text, end, most);
	else if (right)
		rsplit_at(vm, list, text, end, arg[0], most);
	else
		split_at(vm, list, text, end, arg[0], most);
	if (right)
		turn_around(list);
	return list;
}

value str_split(struct vm *vm, value self, const struct args *a)
{
	return split_any(vm, self, a, false);
}

value str_rsplit(struct vm *vm, value self, const struct args *a)
{
	return split_any(vm, self, a, true);
}

static bool ends_line(uint32_t c)
{
	return (c >= 10 && c <= 13) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 ||
		c == 0x2029;
}

value str_splitlines(struct vm *vm, value self, const struct args *a)
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
	const char *at = str_text(self), *end = at + str_len(self), *from = at;
	while (at < end) {
		uint32_t c;
		const char *line_end = at;
		at += str_decode(at, &c);
		if (!ends_line(c))
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

static value partition_any(struct vm *vm, value self, const struct args *a, bool right)
{
	if (!value_is_str(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "must be str, not %s",
		                value_type_name(a->at[0]));
	if (str_len(a->at[0]) == 0)
		return vm_raise(vm, &exc_ValueError, "empty separator");
	const char *text = str_text(self), *end = text + str_len(self);
	const char *hit = right ? last_hit(text, end, a->at[0])
				: memmem(text, str_len(self), str_text(a->at[0]), str_len(a->at[0]));
	value t = tuple_new(vm, 3);
	value *items = tuple_of(t)->items;
	if (hit) {
		const char *behind = hit + str_len(a->at[0]);
		items[0] = str_new(vm, text, (size_t)(hit - text));
		items[1] = value_ref(a->at[0]);
		items[2] = str_new(vm, behind, (size_t)(end - behind));
	} else {
		value empty = vm_pools(vm)->empty_str;
		items[0] = right ? value_ref(empty) : object_str(vm, self);
		items[1] = value_ref(empty);
		items[2] = right ? object_str(vm, self) : value_ref(empty);
	}
	return t;
}

value str_partition(struct vm *vm, value self, const struct args *a)
{
	return partition_any(vm, self, a, false);
}

value str_rpartition(struct vm *vm, value self, const struct args *a)
{
	return partition_any(vm, self, a, true);
}

value str_join(struct vm *vm, value self, const struct args *a)
{
	value (*iter)(struct vm *, value);
	TYPE_SLOT(iter, value_type(a->at[0]), iter);
	value pieces = VALUE_NULL;
	if (value_is_exactly(a->at[0], &list_type) || value_is_exactly(a->at[0], &tuple_type)) {
		pieces = value_ref(a->at[0]);
	} else {
		pieces = list_from_iterable(vm, a->at[0]);
		if (value_is_null(pieces)) {
			if (!iter && vm_caught(vm, &exc_TypeError))
				vm_raise(vm, &exc_TypeError, "can only join an iterable");
			return VALUE_NULL;
		}
	}
	bool list = value_is_list(pieces);
	size_t count = list ? list_count(pieces) : tuple_count(pieces);
	const value *items = list ? list_of(pieces)->items : tuple_of(pieces)->items;
	value result = VALUE_NULL;
	size_t len = 0, chars = 0, gaps = count ? count - 1 : 0;
	for (size_t i = 0; i < count; i++) {
		if (!value_is_str(items[i])) {
			vm_raise(vm, &exc_TypeError,
			         "sequence item %zu: expected str instance, %s found", i,
			         value_type_name(items[i]));
			goto done;
		}
		len = mem_add(len, str_len(items[i]));
		chars += str_chars(items[i]);
	}
	len = mem_add(len, mem_mul(gaps, str_len(self)));
	chars += gaps * str_chars(self);
	if (count == 1 && value_is_exactly(items[0], &str_type)) {
		result = value_ref(items[0]);
		goto done;
	}
	if (!vm_room(vm, len))
		goto done;
	if (len <= 1) { /* one of the shared strings */
		struct buf b = {0};
		for (size_t i = 0; i < count; i++) {
			if (i > 0)
				buf_put(&b, str_text(self), str_len(self));
			buf_put(&b, str_text(items[i]), str_len(items[i]));
		}
		result = str_from_buf(vm, &b);
		goto done;
	}
	char *text;
	result = str_make(vm, len, chars, &text);
	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			memcpy(text, str_text(self), str_len(self));
			text += str_len(self);
		}
		memcpy(text, str_text(items[i]), str_len(items[i]));
		text += str_len(items[i]);
	}
done:
	value_unref(vm, pieces);
	return result;
}
