/*
 * The program's output in order: see output.h.
 */
#include "scene/output.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "scene/run.h"

enum { PIECE_MIN = 256 };

/* A text, or a hole. */
struct output_piece {
	struct output_piece *next;
	int stream; /* 1, 2; 0: a hole */
	char *text; /* owned */
	size_t len, room;
};

void output_init(struct output *o, const struct scene_options *options)
{
	*o = (struct output){.options = options};
	pthread_mutex_init(&o->lock, NULL);
}

void output_fini(struct output *o)
{
	output_row_free(&o->held);
	pthread_mutex_destroy(&o->lock);
}

static void let_out(struct output *o, int stream, const char *text, size_t len)
{
	if (o->options->write != NULL)
		o->options->write(o->options->sink, stream, text, len);
}

/* ---- rows ---- */

static struct output_piece *add_piece(struct output_row *row, int stream)
{
	struct output_piece *piece = mem_zalloc(1, sizeof *piece);
	piece->stream = stream;
	if (row->last != NULL)
		row->last->next = piece;
	else
		row->first = piece;
	row->last = piece;
	return piece;
}

/* Take the first piece out; NULL when there is none. The caller frees it. */
static struct output_piece *take_piece(struct output_row *row)
{
	struct output_piece *piece = row->first;
	if (piece == NULL)
		return NULL;
	row->first = piece->next;
	if (row->first == NULL)
		row->last = NULL;
	row->bytes -= piece->len;
	return piece;
}

static void piece_free(struct output_piece *piece)
{
	free(piece->text);
	free(piece);
}

void output_row_write(struct output_row *row, int stream, const char *text, size_t len)
{
	struct output_piece *last = row->last;
	if (last == NULL || last->stream != stream)
		last = add_piece(row, stream);
	if (len > last->room - last->len) {
		size_t room = mem_add(last->len, len);
		room = mem_add(room, room < PIECE_MIN ? PIECE_MIN : room / 2);
		last->text = mem_resize(last->text, room, 1);
		last->room = room;
	}
	memcpy(last->text + last->len, text, len);
	last->len += len;
	row->bytes += len;
}

void output_row_out(struct output *o, struct output_row *row)
{
	struct output_piece *piece;
	while ((piece = take_piece(row)) != NULL) {
		if (piece->stream != 0)
			output_write(o, piece->stream, piece->text, piece->len);
		piece_free(piece);
	}
}

void output_row_free(struct output_row *row)
{
	struct output_piece *piece;
	while ((piece = take_piece(row)) != NULL)
		piece_free(piece);
}

/* ---- the program's ---- */

void output_write(struct output *o, int stream, const char *text, size_t len)
{
	if (o->held.first != NULL && !o->filling)
		output_row_write(&o->held, stream, text, len);
	else
		let_out(o, stream, text, len);
}

void output_write_now(struct output *o, int stream, const char *text, size_t len)
{
	pthread_mutex_lock(&o->lock);
	let_out(o, stream, text, len);
	pthread_mutex_unlock(&o->lock);
}

void output_hole(struct output *o)
{
	assert(!o->filling);
	add_piece(&o->held, 0);
}

void output_fill_begin(struct output *o)
{
	struct output_piece *hole = take_piece(&o->held);
	assert(!o->filling && hole != NULL && hole->stream == 0);
	piece_free(hole);
	o->filling = true;
}

/* What stands before the next hole goes out. */
void output_fill_end(struct output *o)
{
	o->filling = false;
	while (o->held.first != NULL && o->held.first->stream != 0) {
		struct output_piece *piece = take_piece(&o->held);
		let_out(o, piece->stream, piece->text, piece->len);
		piece_free(piece);
	}
}

void output_finish(struct output *o)
{
	o->filling = true;
	output_row_out(o, &o->held);
	o->filling = false;
}

size_t output_held(const struct output *o)
{
	return o->held.bytes;
}
