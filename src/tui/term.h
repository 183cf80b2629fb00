/*
 * One terminal: a grid in, bytes out, and everything put back afterwards. Curses
 * is included by term.c and termtype.c only.
 *
 * Curses draws onto a file in memory, never onto the terminal: after each frame the new
 * bytes go out in one write, between the marks of a synchronised update where the
 * terminal knows them. So nothing flickers, the modes of the terminal are ours alone, and
 * a test needs no terminal.
 */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <stdbool.h>

#include "base/buf.h"
#include "screen/grid.h"
#include "screen/theme.h"

struct term;

struct term_options {
	const char *type; /* the terminal's name for terminfo: $TERM */
	int in, out;      /* descriptors; borrowed */
	bool ascii;       /* ASCII only, whatever the locale says */
	bool no_colour;
	bool no_mouse;
	int cols, rows; /* the size where `out` is no terminal (a test); else 0 */
};

/*
 * Take the terminal over: raw keys, the other screen, no cursor. 0 and `*t`, or
 * -ERR_TERMINAL with the reason in `*why` and nothing written. One at a time in a
 * program: curses is global.
 */
int term_open(struct term **t, const struct term_options *options, struct buf *why);

/* Give the terminal back and free `t` (NULL is fine). */
void term_close(struct term *t);

/* Give the terminal back for a while, and take it over again: suspended, or an editor has
 * it. */
void term_leave(struct term *t);
void term_enter(struct term *t);

/* Ask the terminal how large it is now; true if that has changed. */
bool term_measure(struct term *t);
int term_cols(const struct term *t);
int term_rows(const struct term *t);

/* What it can show. */
bool term_ascii(const struct term *t);
enum depth term_depth(const struct term *t);

/* The theme that suits the terminal's own background, as far as the environment tells. */
enum theme term_guess_theme(void);

/* Show `g` (of the terminal's size). Only what has changed is sent; `anew`: everything.
 */
void term_show(struct term *t, const struct grid *g, enum theme theme, bool anew);

/*
 * Give the terminal back from within a signal handler or die(): writes and restores
 * modes, no more. Does nothing while no terminal is taken over.
 */
void term_rescue(void);

#endif
