/*
 * An asciicast of a session, written while it is presented: what the terminal shows
 * (struct tui_recorder) goes to export/cast, whose lines go straight to the file under its
 * final name. After each line the file is valid, so it is whatever ends the session.
 */
#ifndef LIVECAST_H
#define LIVECAST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "tui/tui.h"

struct livecast;

struct livecast_options {
	const char *path;  /* borrowed */
	unsigned version;  /* of asciicast: 3, else 2 */
	int64_t idle_ns;   /* what players make of longer pauses; 0: they keep them */
	bool keys;         /* the keys that are pressed, too */
	bool force;        /* a file that exists is overwritten, with the first frame */
};

/*
 * Begin: the file can be written from now on. 0 and `*l`, or -ERR_EXISTS, -ERR_WRITE or
 * -ERR_USAGE (no file that could be recorded to) with a line in `*why`, and nothing was
 * changed. End with livecast_close. Once at a time in a program: a file that reaches the
 * size that is allowed is no reason to die while a recording is open (SIGXFSZ).
 */
int livecast_open(struct livecast **l, const struct livecast_options *options,
		  struct buf *why);

/* Name the recording, before its first frame. Copied. */
void livecast_entitle(struct livecast *l, const char *title);

/* The terminal's side of it; borrows `l`. */
struct tui_recorder livecast_recorder(struct livecast *l);

/*
 * End and free `l` (NULL is fine). A file in which nothing was written goes away again. 0,
 * or -ERR_WRITE with a line in `*why` when the recording ended before the session did.
 */
int livecast_close(struct livecast *l, struct buf *why);

#endif
