/*
 * Read by the .c files of src/view only: what happened in a moment, found out by looking
 * through its events once; and the pieces of text that sentences are made of.
 */
#ifndef VIEW_STORY_H
#define VIEW_STORY_H

#include "view/internal.h"
#include "view/phrase.h"

/* No search looks at more events than LOOK_AT; texts of the scene take at most TEXT_COLS
 * columns. */
enum { LOOK_AT = 20000, TEXT_COLS = 48 };

/* What happened in a moment. Events are NULL where there was none of the kind. */
struct story {
	const struct view *v;
	struct moment m;
	bool internals; /* the loop's own moments are told, too */
	uint32_t lane;  /* whose step */
	bool begins;    /* the step begins in this moment */
	const struct event *begun;
	uint64_t begun_index;
	const struct event *outcome; /* how the step ended */
	const struct event *delivered, *swallowed, *taken_back, *caption_line, *block,
		*ended_block;
	uint64_t block_index;
	const struct event *aborting, *counted, *failing, *logged, *warned, *uncaught,
		*limit, *deadlock, *run_ended, *loop_started, *fired;
	bool readies; /* the step made something ready: somebody was told */
	uint32_t first_line,
		last_line; /* of the task's own function if any ran, else of any */
	bool own_lines, any_lines;
	struct names created, cancels, too_late, woken, dropped, completed_for;
};

/* What happened in moment `index`. One with more than LOOK_AT events is known by its
 * first and last ones. */
struct story story_of(const struct view *v, bool internals, size_t index);

/* The lane that waits or waited last for `id`, or LANE_NONE. */
uint32_t waiter_of(const struct view *v, uint32_t id);

/* Whether that lane waits for `id` after `position` events or did just before. */
bool waits_for(const struct view *v, uint32_t lane, uint32_t id, uint64_t position);

/* The last event of that kind before event `index`, in the same step or since the loop
 * stopped; or NULL. */
const struct event *find_before(const struct view *v, uint64_t index,
                                enum event_kind kind);

/* The gather or group `id`, or NULL. */
const struct family *family_of(const struct view *v, uint32_t id);

/*
 * How the step came about, as a sentence of its own appended to `out`. False if there is
 * nothing more to say after it.
 */
bool put_opening(const struct story *s, struct scratch *t, struct buf *out);

/* Why the callback that the story is about ran, as a clause. */
void put_callback_reason(const struct story *s, struct scratch *t, struct buf *out);

#endif
