/*
 * The recorder's side of the terminal: which keys it hears of, and its clock, which does
 * not count how long somebody else had the terminal. Pure: the time comes from the caller.
 */
#ifndef TUI_RECORDING_H
#define TUI_RECORDING_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "screen/key.h"
#include "tui/tui.h"

/* So much of the time in which somebody else had the terminal counts. */
#define RECORDING_AWAY_NS INT64_C(1000000000)

/* The zero value but for `recorder` is one that begins. */
struct recording {
	const struct tui_recorder *recorder; /* borrowed; NULL: nobody records, or no more */
	int64_t away_ns; /* for how long the terminal was somebody else's */
	int64_t last_ns; /* by the recorder's clock: when it last heard of anything */
};

/*
 * What happened at `now_ns`, a time of a clock that never goes back. 0, or the recorder's
 * error with its line in `*why`: it hears of nothing any more then.
 */
int recording_frame(struct recording *r, int64_t now_ns, const struct tui_frame *f,
                    struct buf *why);
int recording_key(struct recording *r, int64_t now_ns, const struct key *key,
                  const char *bytes, size_t len, struct buf *why);
int recording_end(struct recording *r, int64_t now_ns, struct buf *why);

/*
 * Somebody else gets the terminal; it is ours again. Coming back without having left (the
 * program was stopped by a signal that nobody can see) counts from what was heard last.
 */
void recording_leave(struct recording *r, int64_t now_ns);
void recording_come_back(struct recording *r, int64_t now_ns);

#endif
