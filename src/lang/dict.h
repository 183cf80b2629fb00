/*
 * The type dict: keeps the order of insertion. For caches: while `table.version` is the same,
 * a key stays at the same position of `table.entries`, so a cached (dict, version,
 * position) finds a value without hashing; changing only values does not change the version.
 */
#ifndef LANG_DICT_H
#define LANG_DICT_H

#include "lang/object.h"
#include "lang/table.h"

struct dict {
	struct object head;
	struct table table;
};

extern const struct type dict_type;

static inline bool value_is_dict(value v)
{
	return !value_is_small(v) &&
		(value_object(v)->type == &dict_type || value_is_a(v, &dict_type));
}

static inline struct dict *dict_of(value v)
{
	return (struct dict *)(void *)value_object(v);
}
static inline size_t dict_count(value v)
{
	return dict_of(v)->table.count;
}

value dict_new(struct vm *vm);

/* The value at `key`, borrowed; null if there is none, or with `*failed` set and an exception. */
value dict_get(struct vm *vm, value dict, value key, bool *failed);

/* The same for a str (names, always quickest when interned): cannot fail. */
value dict_get_name(value dict, value name);
value dict_get_c(struct vm *vm, value dict, const char *name);

/* dict[key] = v. False: an exception is set. */
bool dict_set(struct vm *vm, value dict, value key, value v);

/* The same for a str and for a C string (which is interned): cannot fail. */
void dict_set_name(struct vm *vm, value dict, value name, value v);
void dict_set_c(struct vm *vm, value dict, const char *name, value v);

/* Remove the key: 1 done, 0 it was absent, -1 an exception is set. */
int dict_delete(struct vm *vm, value dict, value key);

/* Take the value at `key` out: a new reference, or null as dict_get. */
value dict_take(struct vm *vm, value dict, value key, bool *failed);

/* Step through: `size_t at = 0; while (dict_next(d, &at, &key, &v))`. Both borrowed, v may be NULL. */
bool dict_next(value dict, size_t *position, value *key, value *v);

void dict_clear(struct vm *vm, value dict);
value dict_copy(struct vm *vm, value dict);

/* dict.update(other): a mapping, or an iterable of pairs. False: an exception is set. */
bool dict_update(struct vm *vm, value dict, value other);

#endif
