/*
 * Memory of a world, and the life of objects in it.
 *
 * Small sizes come from free lists, one for each multiple of 16 bytes, cut from large blocks;
 * large ones from malloc. Everything is counted. Objects die at once with their last
 * reference; the dead of a long chain queue up, so that no depth of nesting
 * overflows the C stack.
 */
#include "lang/internal.h"

#include <stdlib.h>
#include <string.h>

enum { GRAIN = 16, SMALL_MAX = (MEMORY_CLASSES - 1) * GRAIN, BLOCK = 64 * 1024, DYING_MAX = 40 };

static unsigned size_class(size_t bytes)
{
	return bytes == 0 ? 1 : (unsigned)((bytes + GRAIN - 1) / GRAIN);
}

static void count_memory(struct vm *vm, size_t bytes)
{
	vm->memory_bytes += bytes;
	if (vm->memory_bytes > vm->limits.memory_bytes)
		atomic_fetch_or_explicit(&vm->interrupt, INTERRUPT_MEMORY,
		                         memory_order_relaxed);
}

/* Cut one more piece of the class from the current block, or from a new one. */
static void *cut(struct vm *vm, size_t bytes)
{
	if ((size_t)(vm->block_end - vm->block_at) < bytes) {
		char *block = mem_alloc(BLOCK);
		vec_push(&vm->blocks, block);
		vm->block_at = block;
		vm->block_end = block + BLOCK;
	}
	void *p = vm->block_at;
	vm->block_at += bytes;
	return p;
}

static void *take_class(struct vm *vm, unsigned class)
{
	size_t bytes = (size_t)class * GRAIN;
	count_memory(vm, bytes);
	if (MEMORY_PLAIN)
		return mem_alloc(bytes);
	void *p = vm->free_lists[class];
	if (p == NULL)
		return cut(vm, bytes);
	memcpy(&vm->free_lists[class], p, sizeof p);
	return p;
}

static void give_class(struct vm *vm, void *p, unsigned class)
{
	vm->memory_bytes -= (size_t)class * GRAIN;
	if (MEMORY_PLAIN) {
		free(p);
		return;
	}
	memcpy(p, &vm->free_lists[class], sizeof p);
	vm->free_lists[class] = p;
}

void *vm_alloc(struct vm *vm, size_t bytes)
{
	if (bytes <= SMALL_MAX)
		return take_class(vm, size_class(bytes));
	count_memory(vm, bytes);
	return mem_alloc(bytes);
}

void vm_release(struct vm *vm, void *p, size_t bytes)
{
	if (p == NULL)
		return;
	if (bytes <= SMALL_MAX) {
		give_class(vm, p, size_class(bytes));
		return;
	}
	vm->memory_bytes -= bytes;
	free(p);
}

void *vm_resize(struct vm *vm, void *p, size_t old_bytes, size_t new_bytes)
{
	if (p == NULL)
		return vm_alloc(vm, new_bytes);
	if (old_bytes > SMALL_MAX && new_bytes > SMALL_MAX) {
		vm->memory_bytes -= old_bytes;
		count_memory(vm, new_bytes);
		return mem_resize(p, new_bytes, 1);
	}
	void *grown = vm_alloc(vm, new_bytes);
	memcpy(grown, p, old_bytes < new_bytes ? old_bytes : new_bytes);
	vm_release(vm, p, old_bytes);
	return grown;
}

bool vm_room(struct vm *vm, size_t bytes)
{
	if (bytes <= vm->limits.memory_bytes &&
	    vm->memory_bytes <= vm->limits.memory_bytes - bytes)
		return true;
	vm_restore(vm, value_ref(vm->memory_error));
	return false;
}

void memory_fini(struct vm *vm)
{
	for (size_t i = 0; i < vm->blocks.count; i++)
		free(vm->blocks.items[i]);
	vec_free(&vm->blocks);
	vec_free(&vm->graveyard);
}

/* ---- objects ------------------------------------------------------------------------ */

/*
 * The head of what malloc gave: how many bytes, so that it can be counted back. As large as
 * the strictest alignment.
 */
union large_head {
	size_t bytes;
	max_align_t align;
};

void *object_new(struct vm *vm, const struct type *type, size_t extra)
{
	return object_new_zeroing(vm, type, extra, mem_add(type->size, extra));
}

void *object_new_zeroing(struct vm *vm, const struct type *type, size_t extra, size_t zeroed)
{
	bool tracked = (type->flags & TYPE_TRACKED) != 0;
	size_t before = tracked ? sizeof(struct gc_head) : 0;
	size_t size = mem_add(type->size, extra);
	size_t bytes = mem_add(size, before);
	uint32_t flags = tracked ? OBJECT_TRACKED : 0;
	char *p;
	if (bytes <= SMALL_MAX) {
		unsigned class = size_class(bytes);
		p = take_class(vm, class);
		flags |= class;
	} else {
		union large_head *large = mem_alloc(mem_add(bytes, sizeof *large));
		large->bytes = bytes;
		count_memory(vm, bytes);
		p = (char *)(large + 1);
	}
	struct object *o = (struct object *)(void *)(p + before);
	memset(o, 0, zeroed);
	o->refs = 1;
	o->flags = flags;
	o->type = type;
	if ((type->flags & TYPE_HEAP) != 0)
		value_ref(type_value(type));
	if (tracked)
		collect_track(vm, o);
	return o;
}

static void free_object(struct vm *vm, struct object *o)
{
	char *p = (char *)o;
	if ((o->flags & OBJECT_TRACKED) != 0)
		p -= sizeof(struct gc_head);
	unsigned class = o->flags & OBJECT_SIZE_MASK;
	if (class != 0) {
		give_class(vm, p, class);
		return;
	}
	union large_head *large = (union large_head *)(void *)p - 1;
	vm->memory_bytes -= large->bytes;
	free(large);
}

static void forget_weaks(struct vm *vm, struct object *o)
{
	for (struct weak *w = vm->weaks, *next; w != NULL; w = next) {
		next = w->next;
		if (w->target == o)
			weak_fini(w);
	}
}

/* Let the object's finalizer run, with no exception set. True if it is alive again. */
static bool finalize(struct vm *vm, struct object *o)
{
	void (*slot)(struct vm *, struct object *);
	TYPE_SLOT(slot, o->type, finalize);
	if (slot == NULL || (o->flags & OBJECT_FINALIZED) != 0)
		return false;
	o->flags |= OBJECT_FINALIZED;
	o->refs = 1;
	value raised = vm_take(vm);
	slot(vm, o);
	if (!value_is_null(vm->raised))
		vm_unraisable(vm, VALUE_NULL);
	vm_restore(vm, raised);
	return --o->refs > 0;
}

static void bury(struct vm *vm, struct object *o)
{
	if (finalize(vm, o))
		return;
	if ((o->flags & OBJECT_WATCHED) != 0)
		forget_weaks(vm, o);
	if ((o->flags & OBJECT_TRACKED) != 0)
		collect_untrack(vm, o);
	const struct type *type = o->type;
	void (*drop)(struct vm *, struct object *);
	TYPE_SLOT(drop, type, drop);
	if (drop != NULL)
		drop(vm, o);
	free_object(vm, o);
	if ((type->flags & TYPE_HEAP) != 0)
		value_unref(vm, type_value(type));
}

void object_die(struct vm *vm, struct object *o)
{
	if (vm->dying >= DYING_MAX) {
		vec_push(&vm->graveyard, o);
		return;
	}
	vm->dying++;
	bury(vm, o);
	if (vm->dying == 1) {
		while (vm->graveyard.count > 0)
			bury(vm, vec_pop(&vm->graveyard));
	}
	vm->dying--;
}

/* ---- weak references ------------------------------------------------------------------ */

void weak_init(struct vm *vm, struct weak *weak, value target)
{
	struct object *o = value_object(target);
	o->flags |= OBJECT_WATCHED;
	weak->target = o;
	weak->next = vm->weaks;
	weak->link = &vm->weaks;
	if (vm->weaks != NULL)
		vm->weaks->link = &weak->next;
	vm->weaks = weak;
}

void weak_fini(struct weak *weak)
{
	if (weak->target == NULL)
		return;
	*weak->link = weak->next;
	if (weak->next != NULL)
		weak->next->link = weak->link;
	weak->target = NULL;
}
