/*
 * The cycle collector: finds tracked objects that only refer to each other.
 *
 * Trial deletion, as CPython does it: copy every object's reference count, take away the
 * references that come from tracked objects, and whatever is left above zero is referred to
 * from outside; what cannot be reached from there is garbage. References do the rest:
 * reference counts free everything without cycles before.
 *
 * While it runs, `prev` of a header is not a link but the copied count.
 */
#include "lang/internal.h"

enum { COLLECT_FIRST = 50000 };

void collect_track(struct vm *vm, struct object *o)
{
	struct gc_head *h = gc_head_of(o), *last = vm->tracked.prev;
	h->next = &vm->tracked;
	h->prev = last;
	last->next = h;
	vm->tracked.prev = h;
	if (++vm->tracked_count >= vm->collect_at && vm->collect_automatically) {
		vm->collect_at = vm->tracked_count * 2;
		atomic_fetch_or_explicit(&vm->interrupt, INTERRUPT_COLLECT,
		                         memory_order_relaxed);
	}
}

void collect_untrack(struct vm *vm, struct object *o)
{
	struct gc_head *h = gc_head_of(o);
	if (h->next == NULL)
		return;
	h->prev->next = h->next;
	h->next->prev = h->prev;
	h->next = h->prev = NULL;
	vm->tracked_count--;
}

static uintptr_t count_of(const struct gc_head *h)
{
	return (uintptr_t)h->prev;
}
static void set_count(struct gc_head *h, uintptr_t count)
{
	h->prev = (struct gc_head *)count;
}

enum { REACHED = 1 }; /* lowest bit of the count word; the count is above it */

static struct gc_head *tracked_head(value v)
{
	if (value_is_null(v) || value_is_small(v))
		return NULL;
	struct object *o = value_object(v);
	if ((o->flags & OBJECT_TRACKED) == 0 || (o->refs & REFS_IMMORTAL) != 0)
		return NULL;
	struct gc_head *h = gc_head_of(o);
	return h->next != NULL ? h : NULL;
}

static void visit_subtract(value v, void *context)
{
	(void)context;
	struct gc_head *h = tracked_head(v);
	if (h != NULL && count_of(h) >= 2)
		set_count(h, count_of(h) - 2);
}

typedef VEC(struct gc_head *) head_vec;

static void visit_reach(value v, void *context)
{
	head_vec *work = context;
	struct gc_head *h = tracked_head(v);
	if (h == NULL || (count_of(h) & REACHED) != 0)
		return;
	set_count(h, count_of(h) | REACHED);
	vec_push(work, h);
}

static void traverse(struct gc_head *h, visit_fn visit, void *context)
{
	struct object *o = gc_object(h);
	void (*slot)(struct object *, visit_fn, void *);
	TYPE_SLOT(slot, o->type, traverse);
	if (slot != NULL)
		slot(o, visit, context);
}

/* Objects that nothing outside refers to, each with a reference of ours. */
static void find_garbage(struct vm *vm, head_vec *garbage)
{
	struct gc_head *head = &vm->tracked;
	for (struct gc_head *h = head->next; h != head; h = h->next)
		set_count(h, (uintptr_t)(gc_object(h)->refs & ~REFS_IMMORTAL) << 1);
	for (struct gc_head *h = head->next; h != head; h = h->next)
		traverse(h, visit_subtract, NULL);
	head_vec work = {0};
	for (struct gc_head *h = head->next; h != head; h = h->next) {
		bool immortal = (gc_object(h)->refs & REFS_IMMORTAL) != 0;
		if ((count_of(h) & REACHED) == 0 && (count_of(h) >= 2 || immortal)) {
			set_count(h, count_of(h) | REACHED);
			vec_push(&work, h);
		}
		while (work.count > 0)
			traverse(vec_pop(&work), visit_reach, &work);
	}
	vec_free(&work);
	struct gc_head *before = head;
	for (struct gc_head *h = head->next; h != head; h = h->next) {
		if ((count_of(h) & REACHED) == 0) {
			value_ref(object_value(gc_object(h)));
			vec_push(garbage, h);
		}
		h->prev = before;
		before = h;
	}
	head->prev = before;
}

static bool run_finalizer(struct vm *vm, struct object *o)
{
	void (*slot)(struct vm *, struct object *);
	TYPE_SLOT(slot, o->type, finalize);
	if (slot == NULL || (o->flags & OBJECT_FINALIZED) != 0)
		return false;
	o->flags |= OBJECT_FINALIZED;
	slot(vm, o);
	if (!value_is_null(vm->raised))
		vm_unraisable(vm, VALUE_NULL);
	return true;
}

size_t vm_collect(struct vm *vm)
{
	if (vm->collecting)
		return 0;
	vm->collecting = true;
	value raised = vm_take(vm);
	head_vec garbage = {0};
	find_garbage(vm, &garbage);
	bool finalized = false;
	for (size_t i = 0; i < garbage.count; i++)
		finalized |= run_finalizer(vm, gc_object(garbage.items[i]));
	if (finalized) {
		/* A finalizer may have made some of them reachable again: look anew. */
		for (size_t i = 0; i < garbage.count; i++)
			value_unref(vm, object_value(gc_object(garbage.items[i])));
		garbage.count = 0;
		find_garbage(vm, &garbage);
	}
	for (size_t i = 0; i < garbage.count; i++) {
		struct object *o = gc_object(garbage.items[i]);
		void (*clear)(struct vm *, struct object *);
		TYPE_SLOT(clear, o->type, clear);
		if (clear != NULL)
			clear(vm, o);
	}
	size_t found = garbage.count;
	for (size_t i = 0; i < garbage.count; i++)
		value_unref(vm, object_value(gc_object(garbage.items[i])));
	vec_free(&garbage);
	vm->collect_at = vm->tracked_count * 2;
	if (vm->collect_at < COLLECT_FIRST)
		vm->collect_at = COLLECT_FIRST;
	vm_restore(vm, raised);
	vm->collecting = false;
	return found;
}

void vm_collect_automatically(struct vm *vm, bool on)
{
	vm->collect_automatically = on;
}
