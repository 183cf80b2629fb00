/*
 * From addresses to small numbers: open addressing, linear probing, at most half full. For
 * asking whether an object was met before. The order of the slots is never looked at, since
 * addresses differ from run to run. {0} is an empty map.
 */
#ifndef LANG_ADDRESS_MAP_H
#define LANG_ADDRESS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address_slot {
	uintptr_t key; /* 0: empty */
	uint32_t number;
};

struct address_map {
	struct address_slot *slots;
	size_t count, room; /* room is 0 or a power of two */
};

void address_map_free(struct address_map *m);

/*
 * The number at `address`, which is not NULL; a new slot has `*is_new` set and 0 in it. Borrowed
 * until the next new one.
 */
uint32_t *address_map_at(struct address_map *m, const void *address, bool *is_new);

/* The number at `address`, or NULL. */
const uint32_t *address_map_find(const struct address_map *m, const void *address);

/* Take one out. */
void address_map_remove(struct address_map *m, const void *address);

#endif
