/*
 * repr() kept short. One rule a kind of value; what is cut is cut in the middle,
 * so that both ends stay readable.
 */
#include "scene/short_repr.h"

#include "base/buf.h"
#include "base/mem.h"
#include "lang/dict.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/object.h"
#include "lang/set.h"
#include "lang/str.h"
#include "lang/tuple.h"

enum {
	LEVELS = 6,
	ITEMS = 6,
	DICT_ITEMS = 4,
	TEXT_CHARS = 30,
	INT_CHARS = 40,
	OTHER_CHARS = 30
};

static bool put_short(struct vm *vm, struct buf *out, value v, int level);

/* Append the str `s`, its middle left out if it has more than `limit` characters. */
static void put_cut(struct vm *vm, struct buf *out, value s, size_t limit)
{
	size_t chars = str_chars(s);
	if (chars <= limit) {
		buf_put(out, str_text(s), str_len(s));
		return;
	}
	size_t head = (limit - 3) / 2, tail = limit - 3 - head;
	value first = str_slice(vm, s, 0, head);
	value last = str_slice(vm, s, chars - tail, chars);
	buf_put(out, str_text(first), str_len(first));
	buf_puts(out, "...");
	buf_put(out, str_text(last), str_len(last));
	value_unref(vm, first);
	value_unref(vm, last);
}

/* A text is cut before it is quoted, so that the quotes stay. */
static bool put_text(struct vm *vm, struct buf *out, value text)
{
	size_t chars = str_chars(text);
	value begin = str_slice(vm, text, 0, chars < TEXT_CHARS ? chars : TEXT_CHARS);
	value quoted = object_repr(vm, begin);
	value_unref(vm, begin);
	if (value_is_null(quoted))
		return false;
	if (str_chars(quoted) > TEXT_CHARS) {
		size_t head = (TEXT_CHARS - 3) / 2, tail = TEXT_CHARS - 3 - head;
		value first = str_slice(vm, text, 0, head < chars ? head : chars);
		value last = str_slice(vm, text, chars > tail ? chars - tail : 0, chars);
		value both = str_concat(vm, first, last);
		value_unref(vm, first);
		value_unref(vm, last);
		value_replace(vm, &quoted, object_repr(vm, both));
		value_unref(vm, both);
		if (value_is_null(quoted))
			return false;
		size_t len = str_chars(quoted);
		first = str_slice(vm, quoted, 0, head);
		last = str_slice(vm, quoted, len - tail, len);
		buf_put(out, str_text(first), str_len(first));
		buf_puts(out, "...");
		buf_put(out, str_text(last), str_len(last));
		value_unref(vm, first);
		value_unref(vm, last);
	} else {
		buf_put(out, str_text(quoted), str_len(quoted));
	}
	value_unref(vm, quoted);
	return true;
}

static bool put_items(struct vm *vm, struct buf *out, const char *open, const char *close,
                      const value *items, size_t count, int level)
{
	buf_puts(out, open);
	if (level <= 0 && count > 0) {
		buf_puts(out, "...");
	} else {
		for (size_t i = 0; i < count && i < ITEMS; i++) {
			if (i > 0)
				buf_puts(out, ", ");
			if (!put_short(vm, out, items[i], level - 1))
				return false;
		}
		if (count > ITEMS)
			buf_puts(out, ", ...");
	}
	buf_puts(out, close);
	return true;
}

static bool put_set(struct vm *vm, struct buf *out, value set, int level)
{
	bool frozen = value_is_exactly(set, &frozenset_type);
	if (set_count(set) == 0) {
		buf_puts(out, frozen ? "frozenset()" : "set()");
		return true;
	}
	value items = list_from_iterable(vm, set);
	if (value_is_null(items))
		return false;
	bool ok = put_items(vm, out, frozen ? "frozenset({" : "{", frozen ? "})" : "}",
	                    list_of(items)->items, list_count(items), level);
	value_unref(vm, items);
	return ok;
}

static bool put_dict(struct vm *vm, struct buf *out, value dict, int level)
{
	if (dict_count(dict) > 0 && level <= 0) {
		buf_puts(out, "{...}");
		return true;
	}
	buf_putc(out, '{');
	size_t at = 0, shown = 0;
	value key, item;
	while (shown < DICT_ITEMS && dict_next(dict, &at, &key, &item)) {
		if (shown++ > 0)
			buf_puts(out, ", ");
		value_ref(key);
		value_ref(item);
		bool ok = put_short(vm, out, key, level - 1);
		buf_puts(out, ": ");
		ok = ok && put_short(vm, out, item, level - 1);
		value_unref(vm, key);
		value_unref(vm, item);
		if (!ok)
			return false;
	}
	if (dict_count(dict) > DICT_ITEMS)
		buf_puts(out, ", ...");
	buf_putc(out, '}');
	return true;
}

static bool put_short(struct vm *vm, struct buf *out, value v, int level)
{
	const struct type *type = value_type(v);
	if (type == &str_type)
		return put_text(vm, out, v);
	if (type == &list_type) {
		/* A copy: the repr of an item may change the list. */
		value items = tuple_from(vm, list_of(v)->items, list_count(v));
		bool ok = put_items(vm, out, "[", "]", tuple_of(items)->items,
		                    tuple_count(items), level);
		value_unref(vm, items);
		return ok;
	}
	if (type == &tuple_type)
		return put_items(vm, out, "(", tuple_count(v) == 1 ? ",)" : ")",
		                 tuple_of(v)->items, tuple_count(v), level);
	if (type == &set_type || type == &frozenset_type)
		return put_set(vm, out, v, level);
	if (type == &dict_type)
		return put_dict(vm, out, v, level);
	value text = object_repr(vm, v);
	if (value_is_null(text))
		return false;
	put_cut(vm, out, text, type == &int_type ? INT_CHARS : OTHER_CHARS);
	value_unref(vm, text);
	return true;
}

value short_repr(struct vm *vm, value v)
{
	struct buf out = {0};
	if (!put_short(vm, &out, v, LEVELS)) {
		buf_free(&out);
		return VALUE_NULL;
	}
	return str_from_buf(vm, &out);
}
