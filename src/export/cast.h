/*
 * Asciicasts: frames, markers, keys and resizes as lines of JSON that asciinema's player
 * and many others play. Version 2, which everything reads, or 3. Exactly one output
 * event a frame, and every prefix of whole lines is a valid file: what was written stays
 * good whatever ends the recording.
 *
 * Times are ns since the recording began, and never go back.
 */
#ifndef EXPORT_CAST_H
#define EXPORT_CAST_H

#include <stddef.h>
#include <stdint.h>

#include "screen/grid.h"
#include "screen/theme.h"

enum cast_format { CAST_V2 = 2, CAST_V3 = 3 };

struct cast_options {
	enum cast_format format;
	int cols, rows;     /* of the first frame */
	enum theme theme;   /* for the header: its ground and its sixteen colours. Frames of
	                       another theme bring a ground of their own */
	enum depth depth;   /* of all frames */
	const char *title;  /* NULL or "": none. Copied, like all strings here */
	int64_t idle_ns;    /* what players make of longer pauses; 0: they keep them */
	int64_t timestamp_s; /* when it was made, since the epoch; negative: not said */
};

/* Where the lines go: one call a line, with its newline. 0, or a negated enum error. */
struct cast_out {
	void *world;
	int (*write)(void *world, const char *line, size_t len);
};

struct cast;

/* A new cast whose header has been written: 0 and `*c`, or the error of the write. */
int cast_new(struct cast **c, const struct cast_options *options, const struct cast_out *out);
void cast_free(struct cast *c);

/*
 * Each of these writes one line (cast_frame: none when no cell changed, and a resize
 * before it when the grid's size did). 0, or the error of the write, after which nothing
 * more is written and every call returns it again. After cast_end nothing is written
 * either.
 *
 * A marker's label is a tooltip: one line of at most CAST_LABEL_COLS columns, cut after a
 * sentence or a word. A marker at time 0, which players never reach, is put a millisecond
 * later, and so is whatever would come before it then.
 */
enum { CAST_LABEL_COLS = 72 };
int cast_frame(struct cast *c, int64_t at_ns, const struct grid *g, enum theme theme);
int cast_marker(struct cast *c, int64_t at_ns, const char *label);
int cast_input(struct cast *c, int64_t at_ns, const char *bytes, size_t len);

/* The last line: gives the terminal back, so that the last frame stands until `at_ns`.
 * No cell changes with it. */
int cast_end(struct cast *c, int64_t at_ns);

/* What has been written: frames of cells (not the last line), and bytes of the file. */
uint64_t cast_frame_count(const struct cast *c);
uint64_t cast_byte_count(const struct cast *c);

#endif
