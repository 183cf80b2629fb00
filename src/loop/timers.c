/*
 * The timer heap: see timers.h. Keys are copied into the slots, so that sifting
 * touches one array and no timers.
 */
#include "loop/timers.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/vec.h"

/* Fewer timers than these are not worth a sweep. */
enum { SWEEP_MIN = 100 };

static bool before(const struct timer_slot *a, const struct timer_slot *b)
{
	return a->when_ns < b->when_ns || (a->when_ns == b->when_ns && a->seq < b->seq);
}

static void sift_up(struct timer_slot *slots, size_t at)
{
	struct timer_slot moving = slots[at];
	while (at > 0) {
		size_t parent = (at - 1) / 2;
		if (!before(&moving, &slots[parent]))
			break;
		slots[at] = slots[parent];
		at = parent;
	}
	slots[at] = moving;
}

static void sift_down(struct timer_slot *slots, size_t count, size_t at)
{
	struct timer_slot moving = slots[at];
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= count)
			break;
		if (child + 1 < count && before(&slots[child + 1], &slots[child]))
			child++;
		if (!before(&slots[child], &moving))
			break;
		slots[at] = slots[child];
		at = child;
	}
	slots[at] = moving;
}

void timer_init(struct timer *t, const struct handle_ops *ops, enum handle_role role)
{
	handle_init(&t->handle, ops, role);
	t->handle.kind = HANDLE_TIMER;
	t->when_ns = 0;
	t->seq = 0;
}

void timers_push(struct timer_heap *heap, struct timer *t, int64_t when_ns)
{
	if (heap->count == heap->room) {
		heap->room = vec_grown_room(heap->room, mem_add(heap->count, 1));
		heap->slots = mem_resize(heap->slots, heap->room, sizeof *heap->slots);
	}
	t->when_ns = when_ns;
	t->seq = heap->next_seq++;
	heap->slots[heap->count] = (struct timer_slot){when_ns, t->seq, t};
	sift_up(heap->slots, heap->count++);
}

struct timer *timers_top(const struct timer_heap *heap)
{
	return heap->count ? heap->slots[0].timer : NULL;
}

struct timer *timers_pop(struct timer_heap *heap)
{
	if (heap->count == 0)
		return NULL;
	struct timer *top = heap->slots[0].timer;
	if (--heap->count) {
		heap->slots[0] = heap->slots[heap->count];
		sift_down(heap->slots, heap->count, 0);
	}
	if (top->handle.cancelled)
		heap->cancelled--;
	return top;
}

/* Too many are cancelled: keep the others in their order and build the heap anew. */
static void sweep(struct timer_heap *heap, void (*dropped)(struct timer *t))
{
	size_t kept = 0, count = heap->count;
	struct timer_slot *out = mem_alloc(mem_mul(heap->cancelled, sizeof *out));
	size_t gone = 0;
	for (size_t i = 0; i < count; i++) {
		if (heap->slots[i].timer->handle.cancelled)
			out[gone++] = heap->slots[i];
		else
			heap->slots[kept++] = heap->slots[i];
	}
	heap->count = kept;
	heap->cancelled = 0;
	for (size_t i = kept / 2; i-- > 0;)
		sift_down(heap->slots, kept, i);
	/* Only now: giving one back may run code that arms timers. */
	for (size_t i = 0; i < gone; i++)
		dropped(out[i].timer);
	free(out);
}

void timers_purge(struct timer_heap *heap, void (*dropped)(struct timer *t))
{
	if (heap->count > SWEEP_MIN && heap->cancelled > heap->count / 2) {
		sweep(heap, dropped);
		return;
	}
	while (heap->count && heap->slots[0].timer->handle.cancelled)
		dropped(timers_pop(heap));
}

void timers_fini(struct timer_heap *heap)
{
	free(heap->slots);
	*heap = (struct timer_heap){0};
}
