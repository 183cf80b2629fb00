/*
 * The course: where the scenes of the gallery are, in teaching order. Its
 * folder holds an `index` (a line `# Title` begins a group, any other line
 * names a scene) and NAME.py for each.
 */
#ifndef SCENE_COURSE_H
#define SCENE_COURSE_H

#include <stddef.h>

#include "base/vec.h"

struct course_scene {
	char *name;  /* "one_cook" */
	char *path;  /* where its file is */
	char *title; /* first line of its docstring, or "" */
	char *group; /* the heading it stands under, or "" */
};

/* In teaching order. */
struct course {
	VEC(struct course_scene) scenes;
};

/*
 * Look for the gallery and read its index and titles into `*g`: first the `scenes` folder
 * of the source tree that the program was built in, then `share/simmer/scenes` beside the
 * program's own `bin`, then `installed` (an absolute path). An empty course when there is none.
 */
void course_load(struct course *g, const char *installed);
void course_free(struct course *g);

/* The scene called `name` (an optional ".py" ignored), or NULL; borrowed. */
const struct course_scene *course_find(const struct course *g, const char *name);

#endif
