/* From addresses to numbers: see address_map.h. */
#include "lang/address_map.h"

#include <stdlib.h>

#include "base/mem.h"

enum { FIRST_ROOM = 32 };

void address_map_free(struct address_map *m)
{
	free(m->slots);
	*m = (struct address_map){0};
}

/* The slot of the key, or the empty one where it belongs. */
static struct address_slot *slot_of(const struct address_map *m, uintptr_t key)
{
	size_t at = (size_t)((key >> 4) * 0x9E3779B97F4A7C15u >> 20) & (m->room - 1);
	while (m->slots[at].key != 0 && m->slots[at].key != key)
		at = (at + 1) & (m->room - 1);
	return &m->slots[at];
}

static void grow(struct address_map *m)
{
	struct address_map old = *m;
	m->room = old.room == 0 ? FIRST_ROOM : mem_mul(old.room, 2);
	m->slots = mem_zalloc(m->room, sizeof *m->slots);
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].key != 0)
			*slot_of(m, old.slots[i].key) = old.slots[i];
	free(old.slots);
}

uint32_t *address_map_at(struct address_map *m, const void *address, bool *is_new)
{
	if (m->count * 2 >= m->room)
		grow(m);
	struct address_slot *s = slot_of(m, (uintptr_t)address);
	*is_new = s->key == 0;
	if (*is_new) {
		s->key = (uintptr_t)address;
		m->count++;
	}
	return &s->number;
}

const uint32_t *address_map_find(const struct address_map *m, const void *address)
{
	if (m->room == 0)
		return NULL;
	const struct address_slot *s = slot_of(m, (uintptr_t)address);
	return s->key != 0 ? &s->number : NULL;
}

void address_map_remove(struct address_map *m, const void *address)
{
	if (m->room == 0)
		return;
	struct address_slot *gone = slot_of(m, (uintptr_t)address);
	if (gone->key == 0)
		return;
	gone->key = 0;
	m->count--;
	/* What came to stand behind it because of it moves up. */
	for (size_t at = (size_t)(gone - m->slots + 1) & (m->room - 1); m->slots[at].key != 0;
	     at = (at + 1) & (m->room - 1)) {
		struct address_slot moved = m->slots[at];
		m->slots[at].key = 0;
		*slot_of(m, moved.key) = moved;
	}
}
