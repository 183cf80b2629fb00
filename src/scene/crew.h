/*
 * The program's crew as this floor has it: made at first use, and what it is told.
 */
#ifndef SCENE_CREW_H
#define SCENE_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lang/value.h"

struct crew;
struct loop_world;
struct parcel;
struct scene;

/* The crew of the program that `s` is a world of; in the root made if there is none yet.
 */
struct crew *scene_crew(struct scene *s);

/*
 * The end of the program: wait for its threads as CPython does at exit. False when that
 * was cut short.
 */
bool scene_crew_finish(struct scene *s);
/* Stop and join all that is left. */
void scene_crew_free(struct scene *s);

/* Values that another world sent: new references, or false with the exception set. */
bool scene_unpack(struct scene *s, const struct parcel *p, value *values, size_t count);

#endif
