/* The types set and frozenset. For the order in which they iterate see set_table.h. */
#ifndef LANG_SET_H
#define LANG_SET_H

#include "lang/object.h"
#include "lang/set_table.h"

struct set {
	struct object head;
	struct set_table table;
	int64_t hash; /* of a frozenset, 0 until asked for */
};

extern const struct type set_type, frozenset_type;

static inline struct set *set_of(value v)
{
	return (struct set *)(void *)value_object(v);
}
static inline size_t set_count(value v)
{
	return set_of(v)->table.used;
}

/* Whether it is a set or a frozenset or of a subclass. */
bool value_is_any_set(value v);

value set_new(struct vm *vm);
value frozenset_new(struct vm *vm);

/*
 * The set of a display `{a, b, c}`. CPython makes one of constants by way of a frozenset, which
 * can be seen in the order of its items; numbers are taken for constants here.
 */
value set_from_display(struct vm *vm, const value *items, size_t count);

/* A frozenset of what the iterable gives. */
value frozenset_from_iterable(struct vm *vm, value iterable);

/* Also for a frozenset that nobody else has seen. False: an exception is set. */
bool set_add(struct vm *vm, value set, value item);
bool set_update(struct vm *vm, value set, value iterable);

/* 1, 0 or -1; and for discard, whether it was there. */
int set_contains(struct vm *vm, value set, value item);
int set_discard(struct vm *vm, value set, value item);

/* Step through: items are borrowed. */
bool set_next(value set, size_t *position, value *item);

#endif
