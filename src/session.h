/*
 * What the terminal shows: an open scene that runs on a thread of its own into a
 * trace, or a trace from a file. It is the other side of the terminal's struct feed.
 */
#ifndef SESSION_H
#define SESSION_H

#include "base/buf.h"
#include "options.h"
#include "tui/tui.h"

struct course;
struct session;

/* A session with nothing open. Borrows both arguments for its life. End with session_free. */
struct session *session_new(const struct options *options, const struct course *course);
void session_free(struct session *s);

/*
 * Open what `operand` names (a path, a gallery name, "-") and start running it; what was open
 * is ended and let go of. On failure a negated enum error, `*why` says why in one or more
 * lines, and what was open stays.
 */
int session_open(struct session *s, const char *operand, struct buf *why);

/* The table through which the terminal asks for all this. */
struct feed session_feed(struct session *s);

#endif
