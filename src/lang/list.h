/* The type list. */
#ifndef LANG_LIST_H
#define LANG_LIST_H

#include "lang/object.h"

struct list {
	struct object head;
	size_t count, room;
	value *items; /* counted memory of `room` values */
};

extern const struct type list_type;

static inline bool value_is_list(value v)
{
	return !value_is_small(v) &&
		(value_object(v)->type == &list_type || value_is_a(v, &list_type));
}

static inline struct list *list_of(value v)
{
	return (struct list *)(void *)value_object(v);
}
static inline size_t list_count(value v)
{
	return list_of(v)->count;
}

/* The index-th item, borrowed. */
static inline value list_at(value v, size_t index)
{
	return list_of(v)->items[index];
}

/* An empty list with room for `room` items. */
value list_new(struct vm *vm, size_t room);

/* A list of new references to the items. */
value list_from(struct vm *vm, const value *items, size_t count);
value list_from_iterable(struct vm *vm, value iterable);

/* Add a new reference to `item` at the end. Cannot fail. */
void list_append(struct vm *vm, value list, value item);

/* Add all that the iterable gives. False: an exception is set, some may have been added. */
bool list_extend(struct vm *vm, value list, value iterable);

/* Take items [start, end) out and put `count` new ones there. */
void list_splice(struct vm *vm, value list, size_t start, size_t end, const value *items,
                 size_t count);

/* Sort in place and stably; `key` null or a callable. False: an exception is set. */
bool list_sort(struct vm *vm, value list, value key, bool reverse);

#endif
