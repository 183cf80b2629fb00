/*
 * Which timer of a loop is due first, at any position: a heap follows the trace, and
 * whenever its top changes that is written down. The list grows with the timers and a
 * question is a binary search, however many are armed.
 */
#include "view/internal.h"

static bool sooner(const struct view *v, uint32_t a, uint32_t b)
{
	const struct life *lives = v->timers.lives.items;
	if (lives[a].when_ns != lives[b].when_ns)
		return lives[a].when_ns < lives[b].when_ns;
	return lives[a].begin < lives[b].begin;
}

static void push(const struct view *v, struct thread_data *th, uint32_t life)
{
	vec_push(&th->timer_heap, life);
	uint32_t *heap = th->timer_heap.items;
	size_t at = th->timer_heap.count - 1;
	for (; at > 0 && sooner(v, life, heap[(at - 1) / 2]); at = (at - 1) / 2)
		heap[at] = heap[(at - 1) / 2];
	heap[at] = life;
}

static void pop(const struct view *v, struct thread_data *th)
{
	uint32_t moving = vec_pop(&th->timer_heap);
	size_t count = th->timer_heap.count, at = 0;
	uint32_t *heap = th->timer_heap.items;
	if (count == 0)
		return;
	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && sooner(v, heap[child + 1], heap[child]))
			child++;
		if (!sooner(v, heap[child], moving))
			break;
		heap[at] = heap[child];
	}
	heap[at] = moving;
}

/* Those that are over leave the heap when they are its top. Write down what is now. */
static void note(struct view *v, struct thread_data *th, uint64_t index)
{
	while (th->timer_heap.count &&
	       v->timers.lives.items[th->timer_heap.items[0]].end != NO_EVENT)
		pop(v, th);
	uint32_t top = th->timer_heap.count ? th->timer_heap.items[0] : NO_INDEX;
	uint32_t was = th->soonest.count ? vec_last(&th->soonest).life : NO_INDEX;
	if (top != was)
		vec_push(&th->soonest, (struct soonest){index, top});
}

void soonest_armed(struct view *v, struct thread_data *th, uint64_t index, uint32_t life)
{
	push(v, th, life);
	note(v, th, index);
}

void soonest_ended(struct view *v, uint64_t index, uint32_t life)
{
	if (life >= v->timers.lives.count)
		return;
	uint16_t thread = trace_at(v->trace, v->timers.lives.items[life].begin)->thread;
	note(v, thread_make(v, thread), index);
}

uint32_t soonest_at(const struct thread_data *th, uint64_t position)
{
	size_t low = 0, high = th->soonest.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (th->soonest.items[middle].event < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? th->soonest.items[low - 1].life : NO_INDEX;
}
