/* What is alive: see chrome_live.h. Linear probing, at most half full; ids come from a
 * counter, so that a multiplication spreads them well. */
#include "export/chrome_live.h"

#include <stdlib.h>

#include "base/mem.h"

void live_free(struct live *l)
{
	free(l->slots);
	*l = (struct live){0};
}

static size_t home(const struct live *l, uint32_t id)
{
	return (size_t)(id * UINT32_C(2654435769)) & (l->room - 1);
}

/* The slot of `id`, or the empty one where it would be. */
static size_t slot_of(const struct live *l, uint32_t id)
{
	size_t at = home(l, id);
	while (l->slots[at].id && l->slots[at].id != id)
		at = (at + 1) & (l->room - 1);
	return at;
}

static void grow(struct live *l)
{
	struct live old = *l;
	l->room = old.room ? mem_mul(old.room, 2) : 64;
	l->slots = mem_zalloc(l->room, sizeof *l->slots);
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].id)
			l->slots[slot_of(l, old.slots[i].id)] = old.slots[i];
	free(old.slots);
}

struct live_thing *live_find(const struct live *l, uint32_t id)
{
	if (l->room == 0 || id == 0)
		return NULL;
	struct live_thing *t = &l->slots[slot_of(l, id)];
	return t->id ? t : NULL;
}

struct live_thing *live_make(struct live *l, uint32_t id)
{
	if (l->room <= 2 * l->count)
		grow(l);
	struct live_thing *t = &l->slots[slot_of(l, id)];
	if (!t->id) {
		*t = (struct live_thing){.id = id, .origin = UINT64_MAX};
		l->count++;
	}
	return t;
}

void live_end(struct live *l, struct live_thing *t, unsigned way)
{
	t->ways &= (uint8_t)~way;
	if (t->ways)
		return;
	/* Whoever stands behind it and was pushed on by it moves up: no gap is left. */
	size_t gap = (size_t)(t - l->slots), mask = l->room - 1;
	for (size_t at = (gap + 1) & mask; l->slots[at].id; at = (at + 1) & mask) {
		size_t wanted = home(l, l->slots[at].id);
		if (((at - wanted) & mask) < ((at - gap) & mask))
			continue;
		l->slots[gap] = l->slots[at];
		gap = at;
	}
	l->slots[gap] = (struct live_thing){0};
	l->count--;
}
