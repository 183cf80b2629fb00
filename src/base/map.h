/*
 * Hash map from byte strings to 32-bit numbers, and the interner built on it:
 * each distinct string gets one small number for good. Open addressing, linear
 * probing, at most 3/4 full; keys are copied and owned.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_slot {
	char *key; /* owned, NULL in an empty slot */
	uint32_t len, hash;
	uint32_t value;
};

struct map {
	struct map_slot *slots;
	size_t count, room; /* room is 0 or a power of two */
};

/* Free keys and slots; the map is empty and usable afterwards. */
void map_free(struct map *m);

/* The value at `key`, or NULL; borrowed until the next change. */
uint32_t *map_find(const struct map *m, const char *key, size_t len);

/* Set `key` to `value`, copying the key if it is new. */
void map_set(struct map *m, const char *key, size_t len, uint32_t value);

/* A fast, unseeded hash of bytes (FNV-1a with a final mix), the same in every run. */
uint32_t hash_bytes(const void *bytes, size_t len);

#endif
