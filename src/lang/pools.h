/*
 * What the built-in types keep for a whole vm: interned names, the one-character strings,
 * the empty tuple, and the counter that dates the tables of dicts. The vm owns one.
 */
#ifndef LANG_POOLS_H
#define LANG_POOLS_H

#include <stddef.h>
#include <stdint.h>

#include "lang/value.h"

struct str;

struct pools {
	struct str **names;       /* interned strings by hash, open addressing, each owned */
	size_t name_count, name_room;
	value chars[128];         /* the str of each ASCII character */
	value empty_str, empty_tuple, empty_bytes, empty_frozenset;
	uint64_t table_version;   /* the last version given to a table; see table.h */
};

/* Fill the pools; the allocator of `vm` works already. */
void pools_init(struct vm *vm, struct pools *p);

/* Give everything back; all other objects are dead. */
void pools_fini(struct vm *vm, struct pools *p);

/* The pools of `vm`. Provided by the vm. */
struct pools *vm_pools(struct vm *vm);

#endif
