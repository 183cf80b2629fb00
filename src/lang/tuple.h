/* The type tuple. */
#ifndef LANG_TUPLE_H
#define LANG_TUPLE_H

#include "lang/object.h"

struct tuple {
	struct object head;
	int64_t hash; /* unused by tuples themselves; kept for subclasses in C */
	size_t count;
	value *items; /* behind the struct itself */
};

extern const struct type tuple_type;

static inline bool value_is_tuple(value v)
{
	return !value_is_small(v) &&
		(value_object(v)->type == &tuple_type || value_is_a(v, &tuple_type));
}

static inline struct tuple *tuple_of(value v)
{
	return (struct tuple *)(void *)value_object(v);
}
static inline size_t tuple_count(value v)
{
	return tuple_of(v)->count;
}

/* The index-th item, borrowed. */
static inline value tuple_at(value v, size_t index)
{
	return tuple_of(v)->items[index];
}

/* A tuple of `count` null items, to be filled before anybody sees it. Zero gives the empty tuple. */
value tuple_new(struct vm *vm, size_t count);

/* A tuple of new references to the items. */
value tuple_from(struct vm *vm, const value *items, size_t count);

/* A tuple of what the iterable gives; the same tuple if it is one. */
value tuple_from_iterable(struct vm *vm, value iterable);

#endif
