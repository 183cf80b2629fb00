/*
 * What a command is given: a scene or a trace, by a path, by its name in the gallery,
 * or on standard input. A file is a trace if its name ends in .trace or if it begins as one.
 */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>

#include "base/buf.h"

struct course;
struct trace;

/* The largest file that is taken for a scene. A trace is read as a stream, at any size. */
#define SCENE_MAX_BYTES ((size_t)16 << 20)

struct input {
	char *shown;   /* how messages and traces call it: as typed, or NAME.py for the gallery's */
	char *path;    /* its file; NULL for standard input */
	struct buf text;
	struct trace *trace; /* what was read, if it is a trace (then `text` is empty); owned */
};

/*
 * Find and read what `operand` names. 0, or a negated enum error with one line in `*why`;
 * `*in` is to be ended with input_free in either case.
 */
int input_read(struct input *in, const char *operand, const struct course *course, struct buf *why);
void input_free(struct input *in);

#endif
