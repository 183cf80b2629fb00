/*
 * Blocks that never move: an array that grows without ever copying, so that a
 * reader's pointer stays good while the writer appends. Block k holds twice as
 * many items as block k - 1; where an item is follows from its index alone.
 */
#ifndef TRACE_BLOCKS_H
#define TRACE_BLOCKS_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
	BLOCKS_FIRST_BITS = 8, /* the first block holds 256 items */
	BLOCKS_MAX = 40,
};

struct blocks {
	void *block[BLOCKS_MAX]; /* owned; NULL where nothing was ever put */
};

/* Which block holds item `index`, and its place there. */
static inline unsigned blocks_locate(uint64_t index, uint64_t *place)
{
	uint64_t shifted = index + (UINT64_C(1) << BLOCKS_FIRST_BITS);
	unsigned top = 63u - (unsigned)__builtin_clzll(shifted);
	*place = shifted - (UINT64_C(1) << top);
	return top - BLOCKS_FIRST_BITS;
}

/* Item `index` of `size` bytes, which blocks_make made. */
static inline void *blocks_at(const struct blocks *b, uint64_t index, size_t size)
{
	uint64_t place;
	unsigned k = blocks_locate(index, &place);
	return (char *)b->block[k] + place * size;
}

/* Make room for item `index` of `size` bytes, uninitialised, and return it. */
static inline void *blocks_make(struct blocks *b, uint64_t index, size_t size)
{
	uint64_t place;
	unsigned k = blocks_locate(index, &place);
	if (k >= BLOCKS_MAX)
		die("a trace of %llu items is too long", (unsigned long long)index);
	if (!b->block[k])
		b->block[k] =
			mem_alloc(mem_mul((size_t)1 << (k + BLOCKS_FIRST_BITS), size));
	return (char *)b->block[k] + place * size;
}

static inline void blocks_free(struct blocks *b)
{
	for (size_t k = 0; k < BLOCKS_MAX; k++)
		free(b->block[k]);
	*b = (struct blocks){0};
}

#endif
