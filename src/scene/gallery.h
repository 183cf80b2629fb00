/*
 * The gallery: the scenes that come with simmer, grouped as a course. Its
 * folder holds an `index` (a line `# Title` begins a group, any other line
 * names a scene) and NAME.py for each.
 */
#ifndef SCENE_GALLERY_H
#define SCENE_GALLERY_H

#include <stddef.h>

#include "base/vec.h"

struct gallery_scene {
	char *name;  /* "one_cook" */
	char *path;  /* where its file is */
	char *title; /* first line of its docstring, or "" */
	char *group; /* the heading it stands under, or "" */
};

/* In teaching order. */
struct gallery {
	VEC(struct gallery_scene) scenes;
};

/*
 * Look for the gallery and read its index and titles into `*g`: first the `scenes` folder
 * of the source tree that the program was built in, then `share/simmer/scenes` beside the
 * program's own `bin`, then `installed` (an absolute path). An empty gallery when there is none.
 */
void gallery_load(struct gallery *g, const char *installed);
void gallery_free(struct gallery *g);

/* The scene called `name` (an optional ".py" ignored), or NULL; borrowed. */
const struct gallery_scene *gallery_find(const struct gallery *g, const char *name);

#endif
