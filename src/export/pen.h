/*
 * The pen that painting writes with: where the terminal's cursor is, what it writes with,
 * and the shortest bytes that change either. A pen without a buffer only counts.
 */
#ifndef EXPORT_PEN_H
#define EXPORT_PEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "screen/theme.h"

struct pen {
	struct buf *out; /* borrowed; NULL: it counts and writes nothing */
	size_t cost;     /* of what was written, in bytes of a JSON string */
	int cols;        /* of the terminal */
	int x, y;        /* the cursor; -1: not known */
	struct look look;
};

/* The terminal's own colours, no attributes. */
extern const struct look look_none;

bool look_same(struct look a, struct look b);

/* A pen that only counts what `pen` would write from here on. */
struct pen pen_trial(const struct pen *pen);

/* Write bytes as they are; x, y and look are left to the caller. */
void pen_put(struct pen *pen, const char *bytes, size_t len);
void pen_puts(struct pen *pen, const char *text);

/* Write a control sequence with one number, which is not said when it is 1. */
void pen_control(struct pen *pen, int n, char act);

/* Write like that from here on. */
void pen_set_look(struct pen *pen, struct look look);

/* Text in the colour of its ground: colour `ground`, or `rgb` where the terminal's own is
 * that. The caller resets the look. */
void pen_vanish(struct pen *pen, int ground, uint32_t rgb);

/* Move there in the shortest way, by absolute coordinates, or down or up only (from a row
 * that is known). */
void pen_move(struct pen *pen, int x, int y);
void pen_jump(struct pen *pen, int x, int y);
void pen_move_to_row(struct pen *pen, int y);

/* About what it costs to move there, or to change to that look. */
int pen_way_cost(const struct pen *pen, int x, int y);
int pen_look_cost(const struct pen *pen, struct look look);

#endif
