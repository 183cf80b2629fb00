/* What begins and ends: see alive.h. */
#include "view/alive.h"

enum { MARK_EVERY = 256 };

void alive_free(struct alive *a)
{
	vec_free(&a->lives);
	vec_free(&a->living);
	vec_free(&a->marks);
	vec_free(&a->pool);
	vec_free(&a->ends);
}

/* A checkpoint, once as many have begun since the last one as it would have to list. */
static void mark(struct alive *a, uint64_t event)
{
	size_t since = a->lives.count - (a->marks.count ? vec_last(&a->marks).lives : 0);
	if (since < MARK_EVERY || since < a->living.count)
		return;
	struct alive_mark m = {event, a->pool.count, a->living.count, a->lives.count};
	for (size_t i = 0; i < a->living.count; i++)
		vec_push(&a->pool, a->living.items[i]);
	vec_push(&a->marks, m);
}

uint32_t alive_begin(struct alive *a, uint64_t event, uint32_t id)
{
	mark(a, event);
	uint32_t index = (uint32_t)a->lives.count;
	struct life life = {
		.begin = event,
		.end = UINT64_MAX,
		.when_ns = INT64_MAX,
		.id = id,
		.place = (uint32_t)a->living.count,
	};
	vec_push(&a->lives, life);
	vec_push(&a->living, index);
	return index;
}

void alive_end(struct alive *a, uint32_t index, uint64_t event)
{
	struct life *life = &a->lives.items[index];
	if (life->end != UINT64_MAX)
		return;
	life->end = event;
	vec_push(&a->ends, event);
	uint32_t moved = vec_pop(&a->living);
	if (moved != index) {
		a->living.items[life->place] = moved;
		a->lives.items[moved].place = life->place;
	}
	life->place = UINT32_MAX;
}

size_t alive_count(const struct alive *a, uint64_t position)
{
	size_t begun = 0, high = a->lives.count;
	while (begun < high) {
		size_t middle = begun + (high - begun) / 2;
		if (a->lives.items[middle].begin < position)
			begun = middle + 1;
		else
			high = middle;
	}
	size_t ended = 0;
	high = a->ends.count;
	while (ended < high) {
		size_t middle = ended + (high - ended) / 2;
		if (a->ends.items[middle] < position)
			ended = middle + 1;
		else
			high = middle;
	}
	return begun - ended;
}

void alive_at(const struct alive *a, uint64_t position,
              bool (*each)(void *context, const struct life *life), void *context)
{
	size_t low = 0, high = a->marks.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (a->marks.items[middle].event <= position)
			low = middle + 1;
		else
			high = middle;
	}
	size_t next = 0;
	if (low > 0) {
		const struct alive_mark *m = &a->marks.items[low - 1];
		for (size_t i = 0; i < m->count; i++) {
			const struct life *life =
				&a->lives.items[a->pool.items[m->first + i]];
			if (life->end >= position && !each(context, life))
				return;
		}
		next = m->lives;
	}
	for (; next < a->lives.count && a->lives.items[next].begin < position; next++)
		if (a->lives.items[next].end >= position &&
		    !each(context, &a->lives.items[next]))
			return;
}
