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

struct snapshot;

/* Some jobs. */
struct jobs_named {
	uint32_t jobs[6]; /* the first few */
	size_t count;
};

/* Lines that ran, in the order of the text. */
struct lines_run {
	uint32_t first, last;
	uint32_t each[24]; /* all of them, if count is not more than these */
	size_t count;
};

/* What happened in a moment. Events are NULL where there was none of the kind. */
struct story {
	const struct view *v;
	struct moment m;
	uint64_t begin;     /* its own events are in [begin, m.end), among those of other
	                       threads */
	bool internals;     /* the loop's own moments are told, too */
	uint32_t lane;      /* whose step */
	bool begins;        /* the step begins in this moment */
	bool internal_step; /* ... and is a callback of the loop's own */
	const struct event *begun;
	uint64_t begun_index;
	const struct event *outcome; /* how the step ended */
	const struct event *delivered, *swallowed, *taken_back, *caption_line, *block,
		*ended_block;
	uint64_t block_index;
	const struct event *join, *job_started, *job_ended, *posted, *loop_stopped,
		*io_ready;
	struct jobs_named dropped_jobs, abandoned;
	const struct event *aborting, *counted, *failing, *logged, *warned, *uncaught,
		*limit, *deadlock, *run_ended, *loop_started, *fired;
	bool readies; /* the step made something ready: somebody was told */
	struct lines_run lines; /* of the task's own function if any ran, else of any */
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

/* The last event of that kind and thread before event `index`, in the same step or since
 * the loop stopped; or NULL. */
const struct event *find_before(const struct view *v, uint64_t index,
                                enum event_kind kind);

/* The gather or group `id`, or NULL. */
const struct family *family_of(const struct view *v, uint32_t id);

/*
 * How the step came about, as a sentence of its own appended to `out`. False if there is
 * nothing more to say after it.
 */
bool put_opening(const struct story *s, struct scratch *t, struct buf *out);

/* That a timeout took its request back, if one did, as a sentence appended to `out`. */
void put_taken_back(const struct story *s, struct scratch *t, struct buf *out);

/* ---- sentence_worker.c ---- */

/* A worker's stretch: what it did, and what follows. */
void tell_worker(const struct story *s, struct scratch *t, struct buf *what,
                 struct buf *why);

/* What the story's step did with jobs: submitted, dropped, abandoned, posted. */
void put_jobs(const struct story *s, struct scratch *t, struct buf *why);

/* What a thread is blocked on by JOIN_BEGUN `e`, as `chop on cook_0`: into t->label. */
void set_blocked_on(const struct view *v, const struct event *e, uint64_t position,
                    struct scratch *t);

/* The job that is taken over right after the story's moment, or JOB_NONE. */
uint32_t job_handed_over(const struct story *s);

/* What the jobs under way are, as `asyncio_0 (chop)`: into t->list. */
void set_jobs_running(const struct view *v, const struct snapshot *now,
                      struct scratch *t);

/* ---- sentence.c ---- */

/* `{who} is about to run line 3`, at a caption. */
void put_caption_line(const struct story *s, struct scratch *t, struct buf *out);

/* What comes next in the loop of the story's thread. */
void put_next(const struct story *s, struct scratch *t, struct buf *why);

/* Put together what it ran and how that ended (an END_ phrase). */
void put_ran_and(const struct story *s, struct scratch *t, enum phrase end,
                 struct buf *out);

/* ---- reason.c ---- */

/* Who posted the handle `id` from another thread, or LANE_NONE. */
uint32_t poster_of(const struct view *v, uint32_t id);

/* The job whose end the callback in the events [begun, end) took over, or JOB_NONE. */
uint32_t job_of_posted(const struct view *v, uint64_t begun, uint64_t end);

/* The name of the watch that the story's callback is about, into t->label. False if it is
 * about none. */
bool set_watch_of(const struct story *s, struct scratch *t);

/* Why the callback that the story is about ran, as a clause. */
void put_callback_reason(const struct story *s, struct scratch *t, struct buf *out);

#endif
