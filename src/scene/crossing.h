/*
 * How objects of this floor cross between worlds: the table, and what stands for a loop.
 */
#ifndef SCENE_CROSSING_H
#define SCENE_CROSSING_H

#include "lang/object.h"
#include "lang/parcel.h"

/* For vm_set_crossings, in every world. */
extern const struct parcel_crossing scene_crossings[];

/* A loop of another world. */
extern const struct type loop_proxy_type;
const struct origin *loop_proxy_origin(value proxy);
/* Whether it was closed by now. */
bool loop_proxy_closed(struct vm *vm, value proxy);

#endif
