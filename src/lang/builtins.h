/*
 * The built-in functions and types as tables, and what makes iterators: enumerate, zip, map,
 * filter, reversed.
 */
#ifndef LANG_BUILTINS_H
#define LANG_BUILTINS_H

#include "lang/object.h"

extern const struct type enumerate_type, zip_type, map_type, filter_type, reversed_type;

/* The iterator over anything with __getitem__ and without __iter__. */
value seq_iter_new(struct vm *vm, value v);

/* print, len, sorted...: ends with {0}. */
extern const struct method_def builtin_functions[];

/* int, str, list, enumerate... (the types of this folder's value types): ends with NULL. */
extern const struct type *const builtin_types[];

#endif
