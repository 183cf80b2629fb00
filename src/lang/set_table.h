/*
 * The table under set and frozenset. In CPython the order of a set follows from the hashes of its
 * items and from how the table grew. Hashes of numbers are the same in every run, so a
 * set of numbers has an order that programs can print, and simmer must print the same: hence
 * the same table, probe for probe. Other hashes (text, objects) differ from run to run
 * in CPython; a set with such items is iterated in the order of insertion, along links.
 */
#ifndef LANG_SET_TABLE_H
#define LANG_SET_TABLE_H

#include "lang/object.h"

struct set_slot {
	value key;    /* null in an empty slot (hash 0) and in one whose item is gone (hash -1) */
	int64_t hash;
	uint32_t next, prev; /* in order of insertion; SET_NONE at the ends */
};

struct set_table {
	struct set_slot *slots; /* mask + 1 of them, a power of two; NULL while nothing was added */
	size_t mask;
	size_t used, fill;      /* items; items and slots whose item is gone */
	size_t finger;          /* where pop() goes on looking */
	uint64_t version;       /* changes whenever an item comes or goes */
	uint32_t first, last;   /* ends of the links */
	bool by_insertion;      /* some hash was not one that CPython would have */
};

enum { SET_MIN_SLOTS = 8 };
#define SET_NONE UINT32_MAX

/* Whether CPython gives the key the same hash in every run: numbers, None, and tuples of them. */
bool set_hash_is_fixed(value key);

/* The slot of the key, or -1 if absent, or -2 with an exception set. */
int64_t set_table_find(struct vm *vm, struct set_table *t, value key, int64_t hash);

/* Add a new reference to the key unless an equal one is there. False: an exception is set. */
bool set_table_add(struct vm *vm, struct set_table *t, value key, int64_t hash);

/* Remove what is in the slot; the reference is the caller's. */
value set_table_remove(struct set_table *t, size_t slot);

/* Remove any one item, as pop() does: its reference, or null when the set is empty. */
value set_table_pop(struct set_table *t);

/* The item after `*position` (0 at first); NULL at the end. */
const struct set_slot *set_table_next(const struct set_table *t, size_t *position);

/* Make room as CPython does before it adds `count` items that it has the number of. */
void set_table_expect(struct vm *vm, struct set_table *t, size_t count);

/* After taking many items out: rebuild when more than a quarter of the slots were theirs. */
void set_table_tidy(struct vm *vm, struct set_table *t);

/* Add all items of another table. False: an exception is set. */
bool set_table_merge(struct vm *vm, struct set_table *to, const struct set_table *from);

/*
 * For copying a table place by place, in the order of the links: make the slots of an empty table,
 * then fill each that was taken; a null key with hash -1 is one whose item is gone.
 */
void set_table_begin_copy(struct vm *vm, struct set_table *t, size_t mask, size_t finger);
void set_table_copy_slot(struct set_table *t, size_t slot, value key, int64_t hash);

void set_table_clear(struct vm *vm, struct set_table *t);
void set_table_traverse(struct set_table *t, visit_fn visit, void *context);

#endif
