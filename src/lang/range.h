/* The types range and slice. */
#ifndef LANG_RANGE_H
#define LANG_RANGE_H

#include "lang/object.h"

struct range {
	struct object head;
	int64_t start, stop, step;
	int64_t len;
};

struct slice {
	struct object head;
	value start, stop, step; /* None where not given */
};

extern const struct type range_type, slice_type;

/* range(start, stop, step); step is not 0. */
value range_new(struct vm *vm, int64_t start, int64_t stop, int64_t step);

value slice_new(struct vm *vm, value start, value stop, value step);

/*
 * What the slice means for a sequence of `len` items: the index of the first, of the one behind
 * the last, and how many there are. False: TypeError or ValueError is set.
 */
bool slice_indices(struct vm *vm, value slice, size_t len, int64_t *start, int64_t *stop,
                   int64_t *step, size_t *count);

/*
 * The two halves of slice_indices, for what may change while it is asked. The first runs
 * the parts' __index__ (false with an exception set); the second fits what it gave into
 * `len` items and returns how many there are.
 */
bool slice_unpack(struct vm *vm, value slice, int64_t *start, int64_t *stop, int64_t *step);
size_t slice_adjust(size_t len, int64_t *start, int64_t *stop, int64_t step);

/*
 * An index into a sequence of `len` items, negative ones counted from the end. False:
 * IndexError `WHAT index out of range` or TypeError `WHAT indices must be integers...` is set.
 */
bool sequence_index(struct vm *vm, value key, size_t len, const char *what, size_t *out);

#endif
