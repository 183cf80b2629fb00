/*
 * Read by the .c files of src/export only: the spans of many lanes in the order of the
 * events with which they begin. A heap of lanes, the one whose next span is the earliest
 * on top: its size is the number of lanes, whatever the length of the trace.
 */
#ifndef EXPORT_CHROME_WALK_H
#define EXPORT_CHROME_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view;

struct walk {
	const struct view *v;
	struct walk_lane {
		uint64_t event; /* with which its next span begins */
		size_t span;    /* the index of that span */
		uint32_t lane;
	} *lanes; /* a heap; owned */
	size_t count;
};

/* Begin with the first span of each of the `count` lanes. Free with walk_fini. */
void walk_init(struct walk *w, const struct view *v, const uint32_t *lanes, size_t count);
void walk_fini(struct walk *w);

/*
 * Take the next span that begins with event `event` or before it: true, and which it is.
 * Of several that begin with one event the lower lane's comes first.
 */
bool walk_next(struct walk *w, uint64_t event, uint32_t *lane, size_t *span);

#endif
