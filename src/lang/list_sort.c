/*
 * Sorting: a stable merge sort that first looks for runs that are in order already, so
 * sorted input takes one pass. While it runs the list looks empty to the scene, whose
 * comparisons may do anything.
 */
#include <string.h>

#include "lang/exception.h"
#include "lang/float.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/types_internal.h"
#include "lang/vm.h"

struct sorted_item {
	value key, item; /* the key is the item itself when there is no key function */
};

struct sorter {
	struct vm *vm;
	struct sorted_item *items, *work;
	bool failed;
};

/* Whether b belongs before a. */
static bool before(struct sorter *s, value b, value a)
{
	if (value_is_small(a) && value_is_small(b))
		return small_number(b) < small_number(a);
	if (!value_is_small(a) && !value_is_small(b)) {
		if (value_is_exactly(a, &str_type) && value_is_exactly(b, &str_type))
			return str_order(b, a) < 0;
		if (value_is_exactly(a, &float_type) && value_is_exactly(b, &float_type))
			return float_number(b) < float_number(a);
	}
	int less = object_compare_bool(s->vm, b, a, COMPARE_LT);
	if (less < 0)
		s->failed = true;
	return less > 0;
}

static void merge(struct sorter *s, size_t low, size_t middle, size_t high)
{
	size_t left = middle - low, i = 0, j = middle, to = low;
	memcpy(s->work, s->items + low, left * sizeof *s->work);
	while (i < left && j < high && !s->failed) {
		if (before(s, s->items[j].key, s->work[i].key))
			s->items[to++] = s->items[j++];
		else
			s->items[to++] = s->work[i++];
	}
	memcpy(s->items + to, s->work + i, (left - i) * sizeof *s->work);
}

static void insertion_sort(struct sorter *s, size_t low, size_t high)
{
	for (size_t i = low + 1; i < high && !s->failed; i++) {
		struct sorted_item moved = s->items[i];
		size_t from = low, to = i;
		while (from < to && !s->failed) {
			size_t middle = from + (to - from) / 2;
			if (before(s, moved.key, s->items[middle].key))
				to = middle;
			else
				from = middle + 1;
		}
		memmove(s->items + from + 1, s->items + from, (i - from) * sizeof moved);
		s->items[from] = moved;
	}
}

static void sort_part(struct sorter *s, size_t low, size_t high)
{
	if (high - low <= 12) {
		insertion_sort(s, low, high);
		return;
	}
	size_t middle = low + (high - low) / 2;
	sort_part(s, low, middle);
	if (!s->failed)
		sort_part(s, middle, high);
	if (!s->failed && before(s, s->items[middle].key, s->items[middle - 1].key))
		merge(s, low, middle, high);
}

static void turn_around(struct sorted_item *items, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct sorted_item t = items[i];
		items[i] = items[count - 1 - i];
		items[count - 1 - i] = t;
	}
}

/* How many items at the beginning are in order. */
static size_t first_run(struct sorter *s, size_t count)
{
	size_t n = count ? 1 : 0;
	while (n < count && !s->failed && !before(s, s->items[n].key, s->items[n - 1].key))
		n++;
	return n;
}

static bool call_keys(struct sorter *s, size_t count, value key)
{
	for (size_t i = 0; i < count; i++) {
		if (value_is_null(key)) {
			s->items[i].key = value_ref(s->items[i].item);
			continue;
		}
		s->items[i].key = vm_call(s->vm, key, ARGS(s->items[i].item));
		if (value_is_null(s->items[i].key))
			return false;
	}
	return true;
}

bool list_sort(struct vm *vm, value list, value key, bool reverse)
{
	struct list *l = list_of(list), taken = *l;
	size_t count = taken.count;
	size_t bytes = mem_mul(count, sizeof(struct sorted_item));
	if (!vm_room(vm, mem_mul(bytes, 2)))
		return false;
	l->items = NULL;
	l->count = l->room = 0;
	struct sorter s = {.vm = vm, .items = vm_alloc(vm, bytes), .work = vm_alloc(vm, bytes)};
	for (size_t i = 0; i < count; i++)
		s.items[i] = (struct sorted_item){.key = VALUE_NULL, .item = taken.items[i]};
	bool fine = call_keys(&s, count, key);
	if (fine) {
		/* Reversed before and after: equal items keep their order. */
		if (reverse)
			turn_around(s.items, count);
		if (first_run(&s, count) < count && !s.failed)
			sort_part(&s, 0, count);
		if (reverse)
			turn_around(s.items, count);
		fine = !s.failed;
	}
	bool changed = l->items != NULL || l->count > 0;
	struct list extra = *l;
	for (size_t i = 0; i < count; i++)
		taken.items[i] = s.items[i].item;
	l->items = taken.items;
	l->count = count;
	l->room = taken.room;
	for (size_t i = 0; i < count; i++)
		value_xunref(vm, s.items[i].key);
	vm_release(vm, s.items, bytes);
	vm_release(vm, s.work, bytes);
	for (size_t i = 0; i < extra.count; i++)
		value_unref(vm, extra.items[i]);
	vm_release(vm, extra.items, extra.room * sizeof(value));
	if (changed && fine) {
		vm_raise(vm, &exc_ValueError, "list modified during sort");
		return false;
	}
	return fine;
}
