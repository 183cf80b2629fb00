/* Tables that remember the order of insertion: see table.h. */
#include "lang/table.h"

#include <string.h>

#include "base/mem.h"
#include "lang/pools.h"
#include "lang/str.h"

enum { SLOT_EMPTY = -1, SLOT_GONE = -2 };

/* ---- the index ------------------------------------------------------------------- */

/*
 * The walk through the slots of a hash: every slot is reached in the end, and the high bits
 * soon take part.
 */
#define PROBE(t, hash)                                                                   \
	for (size_t mask_ = (t)->index_room - 1, perturb_ = (size_t)(hash),                \
	            slot = perturb_ & mask_;;                                              \
	     perturb_ >>= 5, slot = (slot * 5 + 1 + perturb_) & mask_)

static void index_put(struct table *t, int64_t hash, size_t position)
{
	PROBE(t, hash) {
		if (t->index[slot] < 0) {
			t->index_used += t->index[slot] == SLOT_EMPTY;
			t->index[slot] = (int32_t)position;
			return;
		}
	}
}

static void new_version(struct vm *vm, struct table *t)
{
	t->version = ++vm_pools(vm)->table_version;
}

/* Rebuild with room for `room` entries and no holes. */
static void rebuild(struct vm *vm, struct table *t, size_t room)
{
	if (room > INT32_MAX)
		die("out of memory (a table of %zu entries)", room);
	struct table_entry *entries = vm_alloc(vm, mem_mul(room, sizeof *entries));
	size_t n = 0;
	for (size_t i = 0; i < t->filled; i++) {
		if (!value_is_null(t->entries[i].key))
			entries[n++] = t->entries[i];
	}
	vm_release(vm, t->entries, t->room * sizeof *t->entries);
	if (t->index)
		vm_release(vm, t->index, t->index_room * sizeof *t->index);
	t->entries = entries;
	t->filled = n;
	t->room = room;
	t->index = NULL;
	t->index_room = t->index_used = 0;
	if (room > TABLE_SMALL) {
		size_t slots = 32;
		while (slots < room + room / 2)
			slots *= 2;
		t->index = vm_alloc(vm, slots * sizeof *t->index);
		t->index_room = slots;
		for (size_t i = 0; i < slots; i++)
			t->index[i] = SLOT_EMPTY;
		for (size_t i = 0; i < n; i++)
			index_put(t, entries[i].hash, i);
	}
	new_version(vm, t);
}

void table_reserve(struct vm *vm, struct table *t, size_t count)
{
	if (count > t->room)
		rebuild(vm, t, count < TABLE_SMALL ? TABLE_SMALL : count);
}

static void make_room(struct vm *vm, struct table *t)
{
	bool worn = t->index && t->index_used + 1 > t->index_room / 8 * 7;
	if (t->filled < t->room && !worn)
		return;
	/* Mostly holes: the same size will do. The first dict entries take little memory. */
	size_t room = t->room == 0 ? 4
		: t->count <= t->room / 2 || t->filled < t->room ? t->room : mem_mul(t->room, 2);
	rebuild(vm, t, room);
}

/* ---- finding --------------------------------------------------------------------- */

/* Whether the keys are equal: 1, 0, -1, or -2 if the scene's __eq__ changed the table. */
static int same_key(struct vm *vm, struct table *t, size_t position, value key)
{
	value other = t->entries[position].key;
	if (value_is(other, key))
		return 1;
	if (value_is_small(key) && value_is_small(other))
		return 0;
	if (value_is_exactly(key, &str_type) && value_is_exactly(other, &str_type))
		return str_equal(key, other);
	uint64_t version = t->version;
	value_ref(other);
	int same = object_equal(vm, other, key);
	value_unref(vm, other);
	if (same >= 0 && t->version != version)
		return -2;
	return same;
}

int64_t table_find(struct vm *vm, struct table *t, value key, int64_t hash)
{
again:
	if (t->count == 0)
		return -1;
	if (!t->index) {
		for (size_t i = 0; i < t->filled; i++) {
			if (t->entries[i].hash != hash || value_is_null(t->entries[i].key))
				continue;
			int same = same_key(vm, t, i, key);
			if (same == 1)
				return (int64_t)i;
			if (same == -1)
				return -2;
			if (same == -2)
				goto again;
		}
		return -1;
	}
	PROBE(t, hash) {
		int32_t at = t->index[slot];
		if (at == SLOT_EMPTY)
			return -1;
		if (at == SLOT_GONE || t->entries[at].hash != hash)
			continue;
		int same = same_key(vm, t, (size_t)at, key);
		if (same == 1)
			return at;
		if (same == -1)
			return -2;
		if (same == -2)
			goto again;
	}
}

int64_t table_find_name(const struct table *t, value name)
{
	int64_t hash = str_hash(name);
	if (t->count == 0)
		return -1;
	if (!t->index) {
		for (size_t i = 0; i < t->filled; i++) {
			value key = t->entries[i].key;
			if (value_is(key, name))
				return (int64_t)i;
			if (t->entries[i].hash == hash && !value_is_null(key) &&
			    value_is_str(key) && str_equal(key, name))
				return (int64_t)i;
		}
		return -1;
	}
	PROBE(t, hash) {
		int32_t at = t->index[slot];
		if (at == SLOT_EMPTY)
			return -1;
		if (at == SLOT_GONE)
			continue;
		const struct table_entry *e = &t->entries[at];
		if (value_is(e->key, name) ||
		    (e->hash == hash && value_is_str(e->key) && str_equal(e->key, name)))
			return at;
	}
}

/* ---- changing -------------------------------------------------------------------- */

void table_add(struct vm *vm, struct table *t, value key, int64_t hash, value item)
{
	make_room(vm, t);
	t->entries[t->filled] = (struct table_entry){.key = key, .item = item, .hash = hash};
	if (t->index)
		index_put(t, hash, t->filled);
	t->filled++;
	t->count++;
	new_version(vm, t);
}

bool table_put(struct vm *vm, struct table *t, value key, int64_t hash, value item)
{
	int64_t at = table_find(vm, t, key, hash);
	if (at == -2)
		return false;
	if (at < 0)
		table_add(vm, t, value_ref(key), hash, value_xref(item));
	else
		value_replace(vm, &t->entries[at].item, value_xref(item));
	return true;
}

void table_remove(struct vm *vm, struct table *t, size_t position, struct table_entry *out)
{
	*out = t->entries[position];
	if (t->index) {
		PROBE(t, out->hash) {
			if (t->index[slot] == (int32_t)position) {
				t->index[slot] = SLOT_GONE;
				break;
			}
		}
	}
	t->entries[position] = (struct table_entry){0};
	t->count--;
	/* Holes at the end are given back at once, so popitem() in a loop is cheap. */
	while (t->filled > 0 && value_is_null(t->entries[t->filled - 1].key))
		t->filled--;
	new_version(vm, t);
}

struct table_entry *table_next(const struct table *t, size_t *position)
{
	while (*position < t->filled) {
		struct table_entry *e = &t->entries[(*position)++];
		if (!value_is_null(e->key))
			return e;
	}
	return NULL;
}

void table_clear(struct vm *vm, struct table *t)
{
	struct table old = *t;
	*t = (struct table){0};
	new_version(vm, t);
	for (size_t i = 0; i < old.filled; i++) {
		value_xunref(vm, old.entries[i].key);
		value_xunref(vm, old.entries[i].item);
	}
	vm_release(vm, old.entries, old.room * sizeof *old.entries);
	if (old.index)
		vm_release(vm, old.index, old.index_room * sizeof *old.index);
}

void table_copy(struct vm *vm, struct table *to, const struct table *from)
{
	if (from->count == 0)
		return;
	table_reserve(vm, to, from->count);
	size_t at = 0;
	for (struct table_entry *e; (e = table_next(from, &at)) != NULL;)
		table_add(vm, to, value_ref(e->key), e->hash, value_xref(e->item));
}

void table_traverse(struct table *t, visit_fn visit, void *context)
{
	for (size_t i = 0; i < t->filled; i++) {
		visit(t->entries[i].key, context);
		visit(t->entries[i].item, context);
	}
}
