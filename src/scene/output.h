/*
 * What a program writes, in order, whichever of its threads wrote it.
 *
 * Under the real clock text goes out at once, one writer after the other. Under the
 * virtual clock what a worker writes in one stretch stands where the stretch began: there
 * is a hole in the program's output, behind which all waits until it has been filled. So
 * the output is that of one thread at a time, although many run. The trace does the same
 * with events (trace_hole); this is for when nobody traces, too.
 */
#ifndef SCENE_OUTPUT_H
#define SCENE_OUTPUT_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct output_piece;
struct scene_options;

/* Texts in a row: what a stretch wrote, or what is held back. */
struct output_row {
	struct output_piece *first, *last;
	size_t bytes;
};

/* The program's output; lives in the root. */
struct output {
	const struct scene_options *options; /* the sink; borrowed */
	pthread_mutex_t lock;                /* real clock: one writes at a time */
	struct output_row held;              /* virtual: from the oldest hole on */
	bool filling;                        /* what comes now belongs before `held` */
};

void output_init(struct output *o, const struct scene_options *options);
void output_fini(struct output *o);

/* Root's thread under the virtual clock. */
void output_write(struct output *o, int stream, const char *text, size_t len);
/* Any thread, under the real clock. */
void output_write_now(struct output *o, int stream, const char *text, size_t len);

/* A hole: what is written from now on waits until it was filled. They are filled oldest
 * first. */
void output_hole(struct output *o);
/* The oldest hole is filled: what is written between these two goes to its place. */
void output_fill_begin(struct output *o);
void output_fill_end(struct output *o);
/* The end: what is held back goes out, whatever is missing. */
void output_finish(struct output *o);
/* What is held back, in bytes. */
size_t output_held(const struct output *o);

/* Write into a row; write what it has, which empties it; drop what it has. */
void output_row_write(struct output_row *row, int stream, const char *text, size_t len);
void output_row_out(struct output *o, struct output_row *row);
void output_row_free(struct output_row *row);

#endif
