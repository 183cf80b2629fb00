/*
 * Lanes: one a task or worker, in the order of creation, and their spans: what
 * it was from one event to the next. A span is stored in 8 bytes (its first event
 * and its state); everything else about it is read from the trace.
 *
 * Two lanes are nobody's: lane 0 is the main thread's code outside of tasks (the
 * program around the loop, plain callbacks), lane 1 its loop's own machinery. They
 * take part in the picture only when something ran there: see view_order.
 *
 * A worker's lane is for what runs on its thread outside of tasks: its jobs. It is
 * idle without one, running while the job has the thread (also in time.sleep: the
 * thread is busy, as everywhere), waiting while it is blocked on another thread or
 * while a loop of its own runs; the tasks of that loop are lanes below it.
 */
#ifndef VIEW_LANE_H
#define VIEW_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct view;

enum lane_state {
#define STATE(name, word, glyph, ascii, what) STATE_##name,
#include "view/state.def"
#undef STATE
	STATE_COUNT,
	STATE_TIMED = STATE_DONE,  /* the states before this one have a length; then come
	                              the  endings, and what a worker is between jobs */
	STATE_MIXED = STATE_COUNT, /* a column with more in it than fits */
	STATE_ABSENT,              /* not there yet, or no longer */
};

/* Whether that is an end: done, failed or cancelled. */
static inline bool state_is_ending(enum lane_state s)
{
	return s >= STATE_DONE && s <= STATE_CANCELLED;
}

/* A row of state.def. */
struct state_info {
	const char *word;
	uint32_t glyph, ascii; /* code points of one column */
	const char *what;
};
extern const struct state_info state_infos[STATE_COUNT];

/* Drawn where a column holds more than one run: `▓`, `*`. */
enum { GLYPH_MIXED = 0x2593, GLYPH_MIXED_ASCII = '*' };

enum { LANE_PROGRAM = 0, LANE_LOOP = 1 };
#define LANE_NONE UINT32_MAX

struct lane {
	uint32_t task;   /* the task's id in the trace; 0 for lanes 0, 1 and workers */
	uint32_t parent; /* the lane of its creator, the worker's in a worker's loop, or
	                    LANE_NONE */
	uint32_t first_child, next_sibling; /* in creation order, or LANE_NONE */
	uint16_t depth;                     /* 0 for those without a parent */
	uint16_t thread; /* on which it runs: 0 the main thread, else a worker's number */
	bool worker;     /* it is a worker's: see view/worker.h */
	bool named;      /* the scene gave the name; else it is the coroutine's */
	bool machinery;  /* the loop's own task (its clean-up): folded away */
	bool ended;
	uint32_t begins_line; /* where its coroutine begins, or 0 */
	uint64_t born_event;  /* TASK_CREATED, WORKER_STARTED */
	uint64_t end_event;   /* the event that ended it, or UINT64_MAX */
};

uint32_t view_lane_count(const struct view *v);

/* Lane `lane` < view_lane_count(); borrowed until the next view_update. */
const struct lane *view_lane(const struct view *v, uint32_t lane);

/* The lane of a task's id; LANE_PROGRAM for 0, LANE_NONE if there is none. */
uint32_t view_lane_of(const struct view *v, uint32_t task);

/* The lane of a thread's code outside of tasks: LANE_PROGRAM for 0, a worker's, or
 * LANE_NONE. */
uint32_t view_lane_of_thread(const struct view *v, unsigned thread);

/*
 * The lanes as they stand in the picture: the main thread's first, then worker by worker;
 * parents before their children, siblings in creation order, the lane of callbacks first
 * if any ran, with `internals` the loop's machinery too. `*count` of them; borrowed until
 * the next view_update.
 */
const uint32_t *view_order(struct view *v, bool internals, uint32_t *count);

/* How many lanes of that order stand below lane `lane` as its descendants, directly after
 * it. */
uint32_t view_descendants(struct view *v, bool internals, uint32_t lane);

/*
 * The lane's name: the task's own if the scene gave one, else its coroutine's, numbered
 * from the second on (`boil`, `boil 2`); a worker's (`asyncio_0`). Of one beyond 1,000 bytes
 * the beginning, with an ellipsis. Appended to `out`.
 */
void view_lane_name(const struct view *v, uint32_t lane, struct buf *out);

/* asyncio's name of it (`Task-3`), "" for lanes 0, 1 and workers; borrowed from the
 * trace. */
const char *view_task_name(const struct view *v, uint32_t lane);

/* Its coroutine's qualified name, or ""; borrowed from the trace. */
const char *view_coroutine(const struct view *v, uint32_t lane);

/* What a task was from `begin_event` up to, not including, `end_event`. */
struct span {
	enum lane_state state;
	uint64_t begin_event, end_event; /* end_event UINT64_MAX: it still lasts */
	int64_t begin_ns, end_ns;
	uint32_t begin_step, end_step; /* on the step ruler: step s is [s - 1, s) */
	/* What it waits for, while STATE_WAITING or STATE_CANCELLING; else zero. */
	uint8_t wait_kind;   /* enum wait_kind */
	uint32_t wait_id;    /* the future, task, gather or group */
	uint32_t wait_text;  /* a string of the trace: `sleep(5)` */
	int64_t deadline_ns; /* of the timer behind it, or INT64_MAX */
	/* Why it is ready, while STATE_NEW, STATE_READY or STATE_CANCELLING: READY's
	 * cause, or 0. */
	uint32_t cause_id;
};

size_t view_span_count(const struct view *v, uint32_t lane);
struct span view_span(const struct view *v, uint32_t lane, size_t index);

/*
 * The index of the span that holds after the first `position` events (the last one that
 * began before event `position`), or SIZE_MAX if the task did not exist yet. O(log n).
 */
size_t view_span_at(const struct view *v, uint32_t lane, uint64_t position);

/* The state after the first `position` events; STATE_ABSENT before the task existed. */
enum lane_state view_state_at(const struct view *v, uint32_t lane, uint64_t position);

/*
 * The words for what it waits for at `position`, as the picture says them: `sleep(5)`,
 * `task rice`, `gather 2/3`, `worker chop (queued, 2nd)`, `worker chop on asyncio_0`. For
 * a worker the job that it has, or what it is blocked on: `chop`, `chop (nobody waits)`,
 * `worker rice on cook_1`. Appended to `out`; nothing if it does not wait and has no job.
 */
void view_wait_label(const struct view *v, uint32_t lane, uint64_t position,
                     struct buf *out);

#endif
