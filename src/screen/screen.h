/*
 * The screen: a trace's picture, a small state, and the commands that change it; drawn
 * as a grid of cells. Pure: no terminal, no clock, no file. The same picture and the same
 * state give the same cells, always: whichever way one came there.
 *
 * Whoever shows it hands in keys and the time, and does what the returned DO_ bits
 * (screen/command.h) ask for.
 */
#ifndef SCREEN_SCREEN_H
#define SCREEN_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "screen/command.h"
#include "screen/gallery.h"
#include "screen/grid.h"
#include "screen/key.h"
#include "screen/play.h"
#include "screen/theme.h"

struct view;
struct screen;

enum { SCREEN_SPEED_MIN = -3, SCREEN_SPEED_MAX = 6 };

/* How to show things; fixed by whoever shows them. */
struct screen_options {
	enum theme theme;
	bool ascii;
	int speed; /* of playing: 2 to the power of this, from SCREEN_SPEED_MIN to _MAX */
	struct pace pace; /* of playing; all zero: pace_default */
	bool run_through; /* playing does not stop at beats; they stand as long as it takes to
	                     read them */
	bool measured; /* show cores and processor time, which differ from run to run */
	struct gallery gallery; /* borrowed; count 0: there is none */
	bool can_edit,
		can_watch; /* whether DO_EDIT and watching mean anything to the host */
};

struct screen *screen_new(const struct screen_options *options);
void screen_free(struct screen *s);

/*
 * Show the picture `view` (borrowed until the next call; NULL: the chooser) from its
 * beginning, paused. With `same_place`, a scene run anew: stay at the same moment, zoom
 * and task as far as they exist.
 */
void screen_show(struct screen *s, struct view *view, bool same_place);

/* Let go of the picture, because it is going away, but remember the place for a
 * screen_show that follows. */
void screen_detach(struct screen *s);

/* The picture has grown (view_update brought something new), or its trace is complete.
 * Returns DO_ bits. */
unsigned screen_grown(struct screen *s);

/* The grid has another size now. */
void screen_resize(struct screen *s, int cols, int rows);

/* A key was pressed at `now_ns` (any clock that never goes back; the one of
 * screen_advance). Returns DO_ bits. */
unsigned screen_key(struct screen *s, const struct key *key, int64_t now_ns);

/* Do one command; `argument` is a digit for CMD_SEEK, else 0. Returns DO_ bits. */
unsigned screen_do(struct screen *s, enum command command, int argument, int64_t now_ns);

/*
 * When screen_advance has something to do: a time, INT64_MAX for never. While a wait glides
 * by that is when the clock comes to the next column of the timeline, or ticks, at least a
 * 60th of a second after the last time; so nothing else changes any cells before it.
 */
int64_t screen_due_ns(const struct screen *s);

/* Play on up to `now_ns`. Returns DO_ bits. */
unsigned screen_advance(struct screen *s, int64_t now_ns);

/* Go to moment `index` (the last one if there are not so many). Playing goes on from
 * there. */
void screen_seek(struct screen *s, size_t index);

/*
 * The beat in force: its number from 1, with its caption appended to `caption` (may be
 * NULL); 0 if none is, or nothing is shown.
 */
size_t screen_beat(const struct screen *s, struct buf *caption);

/* How long it takes to read what stands in the caption's place (a caption, or the scene's
 * introduction before the first), at the screen's pace, speed 0; 0 if nothing does. */
int64_t screen_reading_ns(const struct screen *s);

/* Say something in the footer's place until the next key (NULL: nothing). Copied. */
void screen_message(struct screen *s, const char *text);

/* Draw. `g` is given the screen's size. */
void screen_draw(const struct screen *s, struct grid *g);

/* The chosen entry of the gallery: an index. */
size_t screen_chosen_entry(const struct screen *s);

/* Whether the host is to run the scene anew whenever its file is saved. */
bool screen_watching(const struct screen *s);

enum theme screen_theme(const struct screen *s);

/* Where it is: the moment's index in the list that is stepped through, and the clock as it
 * is told in the title. */
uint64_t screen_position(const struct screen *s);
int64_t screen_time_ns(const struct screen *s);
bool screen_playing(const struct screen *s);

#endif
