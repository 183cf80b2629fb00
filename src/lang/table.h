/*
 * Tables: hash tables that remember the order of insertion, under dict and set. Entries lie in
 * one array in that order; a second array finds them by hash. Up to eight entries there
 * is only the first. A removed entry leaves a hole until the next rebuilding.
 */
#ifndef LANG_TABLE_H
#define LANG_TABLE_H

#include "lang/object.h"

struct table_entry {
	value key; /* null in a hole */
	value item; /* a dict's value; null in sets */
	int64_t hash;
};

struct table {
	struct table_entry *entries;
	int32_t *index;          /* NULL while room <= TABLE_SMALL; else 2 * room or more slots */
	size_t count;            /* live entries */
	size_t filled;           /* entries in use, holes included */
	size_t room;             /* entries allocated */
	size_t index_room;       /* a power of two */
	size_t index_used;       /* slots that are not empty any more */
	uint64_t version;        /* changes whenever a key comes, goes or moves; unique in a vm */
};

enum { TABLE_SMALL = 8 };

/* The position of the key, or -1 if absent, or -2 with an exception set. */
int64_t table_find(struct vm *vm, struct table *t, value key, int64_t hash);

/* The position of an interned name (or any exact str): cannot fail. -1 if absent. */
int64_t table_find_name(const struct table *t, value name);

/*
 * Set key to item (new references are made of both; `item` may be null). False: an exception
 * is set. An equal key that is there already stays as it is.
 */
bool table_put(struct vm *vm, struct table *t, value key, int64_t hash, value item);

/* Add a key that is known to be absent; takes both references. */
void table_add(struct vm *vm, struct table *t, value key, int64_t hash, value item);

/* Remove the entry at `position`, handing its references to `*out`. */
void table_remove(struct vm *vm, struct table *t, size_t position, struct table_entry *out);

/* The next live entry at or after `*position`, which moves behind it; NULL at the end. */
struct table_entry *table_next(const struct table *t, size_t *position);

/* Drop everything; safe when dying keys look at the table. */
void table_clear(struct vm *vm, struct table *t);

/* Make `to`, which is empty, a copy of `from`. */
void table_copy(struct vm *vm, struct table *to, const struct table *from);

void table_traverse(struct table *t, visit_fn visit, void *context);

/* Make room for `count` entries in all. */
void table_reserve(struct vm *vm, struct table *t, size_t count);

#endif
