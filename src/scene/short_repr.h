/*
 * repr() kept short, as the reprs of tasks and futures show results: CPython's reprlib.
 */
#ifndef SCENE_SHORT_REPR_H
#define SCENE_SHORT_REPR_H

#include "lang/value.h"

/*
 * The short repr of `v` as a new str: at most six items of a container, thirty characters
 * of a text or of anything else, six levels deep. Null with the exception set if a repr
 * raises.
 */
value short_repr(struct vm *vm, value v);

#endif
