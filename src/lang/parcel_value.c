/*
 * Records of values: numbers, text, containers, and instances that are nothing but a __dict__.
 */
#include "lang/parcel_internal.h"

#include <string.h>

#include "lang/bytes.h"
#include "lang/dict.h"
#include "lang/float.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/range.h"
#include "lang/set.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"

/* ---- text and numbers ------------------------------------------------------------------- */

bool parcel_pack_str(struct parcel_writer *w, value v)
{
	if ((value_object(v)->flags & STR_INTERNED) != 0)
		put_flags(w, RECORD_SPECIAL);
	put_word(w, str_chars(v));
	put_bytes(w, str_text(v), str_len(v));
	return true;
}

value parcel_make_str(struct parcel_reader *r)
{
	size_t chars = (size_t)get_word(r), len;
	const char *text = get_bytes(r, &len);
	if ((r->head & RECORD_SPECIAL) != 0)
		return str_intern(r->vm, text, len);
	if (!vm_room(r->vm, len))
		return VALUE_NULL;
	char *to;
	struct str *s = str_of_type(r->vm, get_type(r, &str_type), len, chars, &to);
	if (len > 0)
		memcpy(to, text, len);
	return object_value(s);
}

bool parcel_pack_bytes(struct parcel_writer *w, value v)
{
	put_bytes(w, bytes_of(v)->data, bytes_of(v)->len);
	return true;
}

value parcel_make_bytes(struct parcel_reader *r)
{
	size_t len;
	const void *data = get_bytes(r, &len);
	if (!vm_room(r->vm, len))
		return VALUE_NULL;
	return bytes_of_type(r->vm, get_type(r, &bytes_type), data, len);
}

bool parcel_pack_int(struct parcel_writer *w, value v)
{
	struct int_view room;
	const struct bigint *n = int_view(v, &room);
	put_word(w, n->negative);
	put_bytes(w, n->limbs, n->count * sizeof *n->limbs);
	return true;
}

value parcel_make_int(struct parcel_reader *r)
{
	bool negative = get_word(r) != 0;
	size_t len;
	const void *limbs = get_bytes(r, &len);
	if (!vm_room(r->vm, len))
		return VALUE_NULL;
	const struct bigint n = {(uint32_t *)limbs, len / sizeof(uint32_t), negative};
	return int_of_type(r->vm, get_type(r, &int_type), &n);
}

bool parcel_pack_float(struct parcel_writer *w, value v)
{
	double x = float_number(v);
	uint64_t bits;
	memcpy(&bits, &x, sizeof bits);
	put_word(w, bits);
	return true;
}

value parcel_make_float(struct parcel_reader *r)
{
	uint64_t bits = get_word(r);
	double x;
	memcpy(&x, &bits, sizeof x);
	return float_of_type(r->vm, get_type(r, &float_type), x);
}

bool parcel_pack_range(struct parcel_writer *w, value v)
{
	const struct range *range = (const struct range *)(const void *)value_object(v);
	put_word(w, (uint64_t)range->start);
	put_word(w, (uint64_t)range->stop);
	put_word(w, (uint64_t)range->step);
	return true;
}

value parcel_make_range(struct parcel_reader *r)
{
	int64_t start = (int64_t)get_word(r), stop = (int64_t)get_word(r);
	return range_new(r->vm, start, stop, (int64_t)get_word(r));
}

bool parcel_pack_slice(struct parcel_writer *w, value v)
{
	const struct slice *s = (const struct slice *)(const void *)value_object(v);
	put_value(w, s->start);
	put_value(w, s->stop);
	put_value(w, s->step);
	return true;
}

value parcel_make_slice(struct parcel_reader *r)
{
	return object_value(object_new(r->vm, &slice_type, 0));
}

bool parcel_fill_slice(struct parcel_reader *r, value v)
{
	struct slice *s = (struct slice *)(void *)value_object(v);
	s->start = get_value(r);
	s->stop = get_value(r);
	s->step = get_value(r);
	return true;
}

/* ---- sequences ------------------------------------------------------------------------ */

static void put_items(struct parcel_writer *w, const value *items, size_t count)
{
	put_count(w, count);
	vec_reserve(&w->out, count);
	for (size_t i = 0; i < count; i++)
		put_value(w, items[i]);
}

static void get_items(struct parcel_reader *r, value *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		items[i] = get_value(r);
}

bool parcel_pack_tuple(struct parcel_writer *w, value v)
{
	put_items(w, tuple_of(v)->items, tuple_count(v));
	return true;
}

value parcel_make_tuple(struct parcel_reader *r)
{
	size_t count = get_count(r);
	if (!vm_room(r->vm, count * sizeof(value)))
		return VALUE_NULL;
	return r->type != NULL ? tuple_of_type(r->vm, r->type, count) : tuple_new(r->vm, count);
}

bool parcel_fill_tuple(struct parcel_reader *r, value v)
{
	size_t count = get_count(r);
	get_items(r, tuple_of(v)->items, count);
	return true;
}

bool parcel_pack_list(struct parcel_writer *w, value v)
{
	put_items(w, list_of(v)->items, list_count(v));
	return true;
}

value parcel_make_list(struct parcel_reader *r)
{
	size_t count = get_count(r);
	if (!vm_room(r->vm, count * sizeof(value)))
		return VALUE_NULL;
	if (r->type == NULL)
		return list_new(r->vm, count);
	struct list *l = object_new(r->vm, r->type, 0);
	if (count > 0) {
		l->items = vm_alloc(r->vm, count * sizeof(value));
		l->room = count;
	}
	return object_value(l);
}

bool parcel_fill_list(struct parcel_reader *r, value v)
{
	size_t count = get_count(r);
	get_items(r, list_of(v)->items, count);
	list_of(v)->count = count;
	return true;
}

bool parcel_check_list(struct parcel_checker *c, value v)
{
	size_t count = get_count(&c->r);
	if (count != list_count(v))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!check_value(c, list_at(v, i)))
			return false;
	return true;
}

/* ---- dicts and sets --------------------------------------------------------------------- */

/* Whether the hash of a key is known before what it refers to is. */
static bool hashes_at_once(value key)
{
	if (value_is_small(key) || (value_object(key)->refs & REFS_IMMORTAL) != 0)
		return true;
	const struct type *type = value_object(key)->type;
	return type == &str_type || type == &int_type || type == &float_type ||
		type == &bytes_type;
}

static void mark_late(struct parcel_writer *w, bool late)
{
	if (!late)
		return;
	put_flags(w, RECORD_LATE);
	w->late++;
}

bool parcel_pack_dict(struct parcel_writer *w, value v)
{
	bool late = false;
	size_t at = 0;
	value key, item;
	put_count(w, dict_count(v));
	while (dict_next(v, &at, &key, &item)) {
		late = late || !hashes_at_once(key);
		put_value(w, key);
		put_value(w, item);
	}
	mark_late(w, late);
	return true;
}

value parcel_make_dict(struct parcel_reader *r)
{
	size_t count = get_count(r);
	if (!vm_room(r->vm, count * sizeof(struct table_entry)))
		return VALUE_NULL;
	return r->type != NULL ? object_value(object_new(r->vm, r->type, 0)) : dict_new(r->vm);
}

bool parcel_fill_dict(struct parcel_reader *r, value v)
{
	size_t count = get_count(r);
	bool late = (r->head & RECORD_LATE) != 0;
	struct table *t = &dict_of(v)->table;
	if (count > 0)
		table_reserve(r->vm, t, count);
	for (size_t i = 0; i < count; i++) {
		value key = parcel_referred(r, get_word(r)), item = parcel_referred(r, get_word(r));
		int64_t hash;
		if (value_is_exactly(key, &str_type))
			hash = str_hash(key);
		else if (!object_hash(r->vm, key, &hash))
			return false;
		if (!late)
			table_add(r->vm, t, value_ref(key), hash, value_ref(item));
		else if (!table_put(r->vm, t, key, hash, item))
			return false;
	}
	return true;
}

bool parcel_check_dict(struct parcel_checker *c, value v)
{
	size_t count = get_count(&c->r), at = 0;
	value key, item;
	for (size_t i = 0; i < count; i++) {
		c->name = parcel_referred(&c->r, c->r.words[c->r.at]);
		if (!dict_next(v, &at, &key, &item))
			return false;
		if (!check_value(c, key))
			return false;
		if (!check_value(c, item))
			return false;
	}
	if (!dict_next(v, &at, &key, &item))
		return true;
	c->name = key;
	return false;
}

/* How the slots of a set's table are put: in order only, or each with its place. */
enum { SET_BY_INSERTION, SET_BY_PLACE };

bool parcel_pack_set(struct parcel_writer *w, value v)
{
	const struct set_table *t = &set_of(v)->table;
	bool late = false, by_place = t->slots != NULL && !t->by_insertion;
	put_count(w, by_place ? SET_BY_PLACE : SET_BY_INSERTION);
	put_count(w, t->used);
	if (by_place) {
		put_count(w, t->mask);
		put_count(w, t->finger);
		put_count(w, t->fill - t->used);
	}
	for (uint32_t i = t->slots != NULL ? t->first : SET_NONE; i != SET_NONE;
	     i = t->slots[i].next) {
		late = late || !hashes_at_once(t->slots[i].key);
		put_value(w, t->slots[i].key);
		if (by_place)
			put_count(w, i);
	}
	for (size_t i = 0; by_place && i <= t->mask; i++)
		if (value_is_null(t->slots[i].key) && t->slots[i].hash == -1)
			put_count(w, i);
	mark_late(w, late);
	return true;
}

value parcel_make_set(struct parcel_reader *r)
{
	const struct type *plain = record_kind(r->head) == PARCEL_SET ? &set_type : &frozenset_type;
	return object_value(object_new(r->vm, get_type(r, plain), 0));
}

/* A set whose order comes from the places of its items gets the very same places. */
bool parcel_fill_set(struct parcel_reader *r, value v)
{
	struct vm *vm = r->vm;
	struct set_table *t = &set_of(v)->table;
	bool by_place = get_count(r) == SET_BY_PLACE;
	size_t used = get_count(r), gone = 0;
	if (by_place) {
		size_t mask = get_count(r), finger = get_count(r);
		gone = get_count(r);
		if (!vm_room(vm, mask * sizeof *t->slots))
			return false;
		set_table_begin_copy(vm, t, mask, finger);
	}
	for (size_t i = 0; i < used; i++) {
		value key = parcel_referred(r, get_word(r));
		int64_t hash;
		if (!object_hash(vm, key, &hash))
			return false;
		if (by_place)
			set_table_copy_slot(t, (size_t)get_count(r), key, hash);
		else if (!set_table_add(vm, t, key, hash))
			return false;
	}
	for (size_t i = 0; i < gone; i++)
		set_table_copy_slot(t, (size_t)get_count(r), VALUE_NULL, -1);
	return true;
}

static int by_bits(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* Whether a set holds an item that looks like one of those: sets that were filled anew. */
static bool has_like(const uint64_t *came, size_t count, value key)
{
	enum { SEARCHED = 1000 };
	for (size_t i = 0; i < count && count <= SEARCHED; i++)
		if (parcel_same_atom((value){(uintptr_t)came[i]}, key))
			return true;
	return false;
}

/* Taking an item out and putting it back leaves other places: only what is in it counts. */
bool parcel_check_set(struct parcel_checker *c, value v)
{
	bool by_place = get_count(&c->r) == SET_BY_PLACE;
	size_t used = get_count(&c->r);
	if (used != set_count(v))
		return false;
	if (by_place)
		c->r.at += 3;
	uint64_t *came = mem_zalloc(used, sizeof *came);
	for (size_t i = 0; i < used; i++) {
		came[i] = parcel_referred(&c->r, get_word(&c->r)).bits;
		c->r.at += by_place;
	}
	qsort(came, used, sizeof *came, by_bits);
	bool same = true;
	size_t at = 0;
	value key;
	while (same && set_next(v, &at, &key)) {
		uint64_t bits = key.bits;
		same = bsearch(&bits, came, used, sizeof *came, by_bits) != NULL ||
			has_like(came, used, key);
	}
	free(came);
	return same;
}

/* ---- instances -------------------------------------------------------------------------- */

bool parcel_pack_instance(struct parcel_writer *w, value v)
{
	(void)w;
	(void)v;
	return true;
}

value parcel_make_instance(struct parcel_reader *r)
{
	return object_value(object_new(r->vm, get_type(r, &object_type), 0));
}
