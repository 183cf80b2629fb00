/* The table under set and frozenset: see set_table.h. */
#include "lang/set_table.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "lang/float.h"
#include "lang/set.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* How many neighbours are looked at before the walk jumps. */
enum { NEIGHBOURS = 9 };

static bool slot_empty(const struct set_slot *s)
{
	return value_is_null(s->key) && s->hash == 0;
}

static bool hash_is_fixed(value key, unsigned depth)
{
	if (value_is_small(key) || value_is_none(key))
		return true;
	const struct type *type = value_object(key)->type;
	if (type == &int_type || type == &bool_type)
		return true;
	if (type == &float_type)
		return !isnan(float_number(key));
	if (type != &tuple_type || depth > 8)
		return false;
	for (size_t i = 0; i < tuple_count(key); i++) {
		if (!hash_is_fixed(tuple_at(key, i), depth + 1))
			return false;
	}
	return true;
}

bool set_hash_is_fixed(value key)
{
	return hash_is_fixed(key, 0);
}

/* ---- walking --------------------------------------------------------------------- */

/* The walk of a hash through the slots: a few neighbours, then a jump. */
struct walk {
	size_t mask, at, left, i, perturb;
};

static struct walk walk_start(const struct set_table *t, int64_t hash)
{
	struct walk w = {.mask = t->mask, .i = (size_t)hash & t->mask, .perturb = (size_t)hash};
	w.at = w.i;
	w.left = w.i + NEIGHBOURS <= w.mask ? NEIGHBOURS : 0;
	return w;
}

static void walk_on(struct walk *w)
{
	if (w->left-- > 0) {
		w->at++;
		return;
	}
	w->perturb >>= 5;
	w->i = (w->i * 5 + 1 + w->perturb) & w->mask;
	w->at = w->i;
	w->left = w->i + NEIGHBOURS <= w->mask ? NEIGHBOURS : 0;
}

/* Whether the keys are equal: 1, 0, -1, or -2 if the scene's __eq__ changed the table. */
static int same_key(struct vm *vm, const struct set_table *t, value other, value key)
{
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
	return same >= 0 && t->version != version ? -2 : same;
}

/* The slot of the key; if absent, -1 and the slot where it belongs: the last one whose item is
   gone that the walk has met, else the empty one at its end. */
static int64_t locate(struct vm *vm, struct set_table *t, value key, int64_t hash, size_t *free_slot)
{
again:
	if (!t->slots)
		return -1;
	bool met_gone = false;
	for (struct walk w = walk_start(t, hash);; walk_on(&w)) {
		const struct set_slot *s = &t->slots[w.at];
		if (slot_empty(s)) {
			if (!met_gone)
				*free_slot = w.at;
			return -1;
		}
		if (value_is_null(s->key)) {
			met_gone = true;
			*free_slot = w.at;
			continue;
		}
		if (s->hash != hash)
			continue;
		int same = same_key(vm, t, s->key, key);
		if (same == 1)
			return (int64_t)w.at;
		if (same == -1)
			return -2;
		if (same == -2)
			goto again;
	}
}

int64_t set_table_find(struct vm *vm, struct set_table *t, value key, int64_t hash)
{
	size_t unused;
	return locate(vm, t, key, hash, &unused);
}

/* ---- slots ----------------------------------------------------------------------- */

static void alloc_slots(struct vm *vm, struct set_table *t, size_t count)
{
	t->slots = vm_alloc(vm, mem_mul(count, sizeof *t->slots));
	memset(t->slots, 0, count * sizeof *t->slots);
	t->mask = count - 1;
	t->first = t->last = SET_NONE;
}

static void link_last(struct set_table *t, size_t slot)
{
	struct set_slot *s = &t->slots[slot];
	s->next = SET_NONE;
	s->prev = t->last;
	if (t->last == SET_NONE)
		t->first = (uint32_t)slot;
	else
		t->slots[t->last].next = (uint32_t)slot;
	t->last = (uint32_t)slot;
}

/* Put a key that is known to be absent into a table without gone items; does not link it. */
static size_t put_clean(struct set_table *t, value key, int64_t hash)
{
	struct walk w = walk_start(t, hash);
	while (!slot_empty(&t->slots[w.at]))
		walk_on(&w);
	t->slots[w.at].key = key;
	t->slots[w.at].hash = hash;
	return w.at;
}

/* Rebuild with more slots than `least`; items move in the order of their slots. */
static void resize(struct vm *vm, struct set_table *t, size_t least)
{
	size_t count = SET_MIN_SLOTS;
	while (count <= least)
		count = mem_mul(count, 2);
	if (count > UINT32_MAX / 2)
		die("out of memory (a set of %zu slots)", count);
	struct set_table old = *t;
	if (!old.slots) {
		alloc_slots(vm, t, count);
		return;
	}
	if (count == SET_MIN_SLOTS && old.mask + 1 == count && old.fill == old.used)
		return;
	alloc_slots(vm, t, count);
	for (size_t i = 0; i <= old.mask; i++) {
		if (!value_is_null(old.slots[i].key)) /* prev: where it has gone */
			old.slots[i].prev = (uint32_t)put_clean(t, old.slots[i].key, old.slots[i].hash);
	}
	for (uint32_t i = old.first; i != SET_NONE; i = old.slots[i].next)
		link_last(t, old.slots[i].prev);
	t->fill = t->used;
	t->version++;
	vm_release(vm, old.slots, (old.mask + 1) * sizeof *old.slots);
}

void set_table_expect(struct vm *vm, struct set_table *t, size_t count)
{
	size_t mask = t->slots ? t->mask : SET_MIN_SLOTS - 1;
	if ((t->fill + count) * 5 >= mask * 3)
		resize(vm, t, (t->used + count) * 2);
}

void set_table_tidy(struct vm *vm, struct set_table *t)
{
	if (t->slots && t->fill - t->used > t->mask / 4)
		resize(vm, t, t->used > 50000 ? t->used * 2 : t->used * 4);
}

/* ---- changing -------------------------------------------------------------------- */

bool set_table_add(struct vm *vm, struct set_table *t, value key, int64_t hash)
{
	if (!t->slots)
		alloc_slots(vm, t, SET_MIN_SLOTS);
	size_t slot = 0;
	int64_t at = locate(vm, t, key, hash, &slot);
	if (at != -1)
		return at >= 0;
	if (!t->slots) { /* a comparison has emptied the set */
		alloc_slots(vm, t, SET_MIN_SLOTS);
		slot = walk_start(t, hash).at;
	}
	t->by_insertion = t->by_insertion || !hash_is_fixed(key, 0);
	bool reused = !slot_empty(&t->slots[slot]);
	t->slots[slot].key = value_ref(key);
	t->slots[slot].hash = hash;
	link_last(t, slot);
	t->fill += !reused;
	t->used++;
	t->version++;
	if (!reused && t->fill * 5 >= t->mask * 3)
		resize(vm, t, t->used > 50000 ? t->used * 2 : t->used * 4);
	return true;
}

value set_table_remove(struct set_table *t, size_t slot)
{
	struct set_slot *s = &t->slots[slot];
	value key = s->key;
	if (s->prev == SET_NONE)
		t->first = s->next;
	else
		t->slots[s->prev].next = s->next;
	if (s->next == SET_NONE)
		t->last = s->prev;
	else
		t->slots[s->next].prev = s->prev;
	s->key = VALUE_NULL;
	s->hash = -1;
	t->used--;
	t->version++;
	return key;
}

value set_table_pop(struct set_table *t)
{
	if (t->used == 0)
		return VALUE_NULL;
	if (t->by_insertion)
		return set_table_remove(t, t->first);
	size_t at = t->finger & t->mask;
	while (value_is_null(t->slots[at].key))
		at = at == t->mask ? 0 : at + 1;
	t->finger = at + 1;
	return set_table_remove(t, at);
}

const struct set_slot *set_table_next(const struct set_table *t, size_t *position)
{
	if (!t->slots)
		return NULL;
	if (t->by_insertion) {
		/* The last item given may be gone if the scene has meddled: then that was all. */
		uint32_t at = *position == 0 ? t->first
			: *position > t->mask + 1 || value_is_null(t->slots[*position - 1].key)
			? SET_NONE
			: t->slots[*position - 1].next;
		if (at == SET_NONE)
			return NULL;
		*position = (size_t)at + 1;
		return &t->slots[at];
	}
	while (*position <= t->mask) {
		const struct set_slot *s = &t->slots[(*position)++];
		if (!value_is_null(s->key))
			return s;
	}
	return NULL;
}

/* The same slots, copied: what CPython does when the tables are of one size and one is empty. */
static void copy_slots(struct vm *vm, struct set_table *to, const struct set_table *from)
{
	if (!to->slots)
		alloc_slots(vm, to, from->mask + 1);
	memcpy(to->slots, from->slots, (from->mask + 1) * sizeof *to->slots);
	for (size_t i = 0; i <= to->mask; i++)
		value_xref(to->slots[i].key);
	to->first = from->first;
	to->last = from->last;
}

bool set_table_merge(struct vm *vm, struct set_table *to, const struct set_table *from)
{
	if (to == from || from->used == 0)
		return true;
	set_table_expect(vm, to, from->used);
	size_t mask = to->slots ? to->mask : SET_MIN_SLOTS - 1;
	if (to->fill > 0) {
		size_t at = 0;
		for (const struct set_slot *s; (s = set_table_next(from, &at)) != NULL;) {
			value key = value_ref(s->key);
			bool fine = set_table_add(vm, to, key, s->hash);
			value_unref(vm, key);
			if (!fine)
				return false;
		}
		return true;
	}
	to->by_insertion = from->by_insertion;
	if (mask == from->mask && from->fill == from->used) {
		copy_slots(vm, to, from);
	} else {
		if (!to->slots)
			alloc_slots(vm, to, SET_MIN_SLOTS);
		/* Places are taken in the order of slots, links follow that of iteration. */
		for (size_t i = 0; i <= from->mask; i++) {
			const struct set_slot *s = &from->slots[i];
			if (!value_is_null(s->key))
				put_clean(to, value_ref(s->key), s->hash);
		}
		for (uint32_t i = from->first; i != SET_NONE; i = from->slots[i].next) {
			struct walk w = walk_start(to, from->slots[i].hash);
			while (!value_is(to->slots[w.at].key, from->slots[i].key))
				walk_on(&w);
			link_last(to, w.at);
		}
	}
	to->fill = to->used = from->used;
	to->version++;
	return true;
}

void set_table_begin_copy(struct vm *vm, struct set_table *t, size_t mask, size_t finger)
{
	alloc_slots(vm, t, mask + 1);
	t->finger = finger;
	t->version++;
}

void set_table_copy_slot(struct set_table *t, size_t slot, value key, int64_t hash)
{
	t->slots[slot].key = value_xref(key);
	t->slots[slot].hash = hash;
	t->fill++;
	if (value_is_null(key))
		return;
	t->used++;
	link_last(t, slot);
}

void set_table_clear(struct vm *vm, struct set_table *t)
{
	struct set_table old = *t;
	*t = (struct set_table){.version = old.version + 1, .finger = old.finger};
	if (!old.slots)
		return;
	for (uint32_t i = old.first; i != SET_NONE; i = old.slots[i].next)
		value_unref(vm, old.slots[i].key);
	vm_release(vm, old.slots, (old.mask + 1) * sizeof *old.slots);
}

void set_table_traverse(struct set_table *t, visit_fn visit, void *context)
{
	for (size_t i = 0; t->slots && i <= t->mask; i++)
		visit(t->slots[i].key, context);
}
