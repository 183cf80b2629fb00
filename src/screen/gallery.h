/*
 * What the chooser shows: the gallery's scenes, grouped as a course.
 */
#ifndef SCREEN_GALLERY_H
#define SCREEN_GALLERY_H

#include <stddef.h>

/* One scene of the gallery. All strings are borrowed, none is NULL. */
struct gallery_entry {
	const char *name; /* what the user types: "one_cook" */
	const char
		*group; /* the chapter it is in; entries of one chapter stand together */
	const char *title; /* the first line of its docstring */
};

struct gallery {
	const struct gallery_entry *entries;
	size_t count;
};

#endif
