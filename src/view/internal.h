/* Read by the .c files of src/view only: the indexes that a view keeps, all of them
 * append-only. */
#ifndef VIEW_INTERNAL_H
#define VIEW_INTERNAL_H

#include "base/map.h"
#include "base/vec.h"
#include "trace/trace.h"
#include "view/alive.h"
#include "view/lane.h"
#include "view/moment.h"
#include "view/ruler.h"
#include "view/totals.h"
#include "view/view.h"

#define NO_EVENT UINT64_MAX
#define NO_INDEX UINT32_MAX

/* a + b, at most INT64_MAX: times of a scene may be as long as it likes. Neither is
 * negative. */
static inline int64_t add_ns(int64_t a, int64_t b)
{
	int64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/*
 * A span in eight bytes: its first event, its state, and whether on the step ruler it
 * begins where its step begins (else where it ends).
 */
typedef uint64_t packed_span;

static inline packed_span span_pack(uint64_t event, enum lane_state state, bool at_begin)
{
	return event | (uint64_t)state << 48 | (uint64_t)at_begin << 52;
}

static inline uint64_t span_event(packed_span s)
{
	return s & ((UINT64_C(1) << 48) - 1);
}

static inline enum lane_state span_state(packed_span s)
{
	return (enum lane_state)(s >> 48 & 15);
}

static inline bool span_at_begin(packed_span s)
{
	return s >> 52 & 1;
}

/* What a lane had of each state before a span, kept for every SUMS_EVERY-th of its spans.
 */
enum { SUMS_EVERY = 16 };
struct sums {
	int64_t clock[STATE_TIMED]; /* nanoseconds */
	int64_t steps[STATE_TIMED];
	uint64_t runs;
};

struct lane_data {
	struct lane lane;
	uint32_t name_text, coro_text,
		ordinal;     /* strings of the trace; n-th of that coroutine */
	uint32_t last_child; /* where the next sibling is linked */
	VEC(packed_span) spans;
	VEC(struct sums) sums; /* sums.items[k] is before span k * SUMS_EVERY */
	struct sums total;     /* before the last span */
	VEC(uint64_t)
	run_lines; /* for each run that is over, the last LINE up to its end, or NO_EVENT
	            */
	uint64_t last_line;
	VEC(uint32_t) groups; /* groups that it entered, in order */
	enum lane_state base; /* without regard to cancelling */
	bool cancelling, ready_early;
	int64_t chain_ns; /* length of the causal chain up to the end of its last run */
};

/* Whatever has an identity. */
struct thing {
	uint32_t lane;   /* it is a task; else LANE_NONE */
	uint32_t family; /* it is a gather or a group: index of families; else NO_INDEX */
	uint32_t member_of; /* the family that it joined last; else NO_INDEX */
	uint32_t timer;     /* it is a timer: index of timers.lives; else NO_INDEX */
	uint32_t its_timer; /* the timer that will complete or cancel it; else NO_INDEX */
	uint32_t waiter; /* the lane that waits or waited for it last; else LANE_NONE */
	uint32_t watch;  /* index of watches.lives or jobs.lives; else NO_INDEX */
	uint32_t text;   /* what it stands for, or a callback's name */
	uint8_t kind;    /* enum wait_kind of a future */
	uint8_t role;    /* enum handle_role of a handle */
	uint64_t ready_index; /* its last place among the readies, or NO_EVENT */
	uint64_t done_event;  /* completed, dropped or ended; or NO_EVENT */
	int64_t chain_ns;     /* length of the causal chain that completed it */
};

/* A gather with its children or a group with its members. */
struct family {
	uint32_t id;
	bool group;
	uint32_t parent;                 /* the lane that made or entered it */
	uint64_t begin_event, end_event; /* end_event NO_EVENT: not yet */
	VEC(uint32_t) members;           /* ids */
	VEC(uint64_t)
	joined_events, done_events; /* one a member; one for each that is counted */
};

struct step {
	uint64_t begun, ended; /* events; ended NO_EVENT while it runs */
	uint64_t head;         /* readies that have left the queue once it runs */
	uint32_t lane;
};

struct tick {
	uint64_t event;
	uint64_t first_step; /* index into steps */
};

/* A moment: see moment.h. */
struct mark {
	uint64_t end, begun;
	uint32_t lane;
	uint8_t kind;
	bool machinery, beat;
};

struct work {
	uint64_t begin, end;
	uint32_t lane;
};

struct view {
	const struct trace *trace; /* borrowed */
	uint64_t count;            /* events taken in */
	bool finished; /* the trace was complete when its last event was taken in */

	/* Where the last event was. */
	int64_t time_ns;
	uint32_t tick_number, step_number;
	bool in_step;
	uint32_t step_lane;
	int64_t step_chain_ns, step_begun_ns; /* chain at the begin of this step */

	VEC(struct thing) things; /* by id */
	VEC(struct lane_data) lanes;
	struct map task_names;       /* asyncio's names: the last lane of that name */
	struct map coroutine_counts; /* how many unnamed lanes a coroutine has */
	bool callbacks_shown, internals_shown;
	bool callbacks_ran;

	VEC(struct family) families;
	VEC(uint64_t) readies; /* READY events */
	uint64_t ready_head;
	VEC(struct step) steps;
	VEC(struct tick) ticks;
	VEC(uint64_t)
	printed, captions, loop_switches; /* LOOP_STARTED and LOOP_STOPPED in turn */
	VEC(uint64_t) blocks;             /* BLOCK_BEGUN and BLOCK_ENDED in turn */
	VEC(uint64_t) cancels;            /* CANCEL_REQUESTED */
	VEC(uint64_t) endings[3];         /* done, failed, cancelled */
	VEC(struct work) works;
	struct alive timers, watches, jobs;
	int64_t longest_chain_ns;

	/* view_totals of the first `totals_at` events. */
	struct totals totals;
	uint64_t totals_at;
	bool totals_known;

	/* Moments. */
	VEC(struct mark) marks;
	VEC(uint32_t) folded; /* indices of marks that are no machinery */
	bool open_step_over;  /* the step of the open moment has ended */
	bool open_news;       /* it has something for the learner, whoever's step it is */
	bool open_lines;      /* code outside of the loop has run in it */
	bool run_over;  /* RUN_ENDED, DEADLOCK or LIMIT came: tasks that are let go now are only
	                   tidied up */
	bool open_beat; /* a caption came; its statement's LINE may follow */
	uint64_t open_begun; /* the step's STEP_BEGUN, or NO_EVENT */
	uint32_t open_lane;

	/* The order of lanes, made when it is asked for; tree_stamp changes with whatever
	 * it depends on. */
	uint64_t tree_stamp;
	struct order {
		VEC(uint32_t) lanes;
		VEC(uint32_t) descendants; /* by lane */
		uint64_t tree_stamp;       /* v->tree_stamp when it was made */
	} order[2];
};

/* The thing with that id; made if it is not there. Borrowed until the next is made. */
struct thing *thing_make(struct view *v, uint32_t id);
/* The same, or NULL. */
const struct thing *thing_find(const struct view *v, uint32_t id);

/* lane.c: what the lanes make of event `index`. */
void lanes_init(struct view *v);
void lanes_free(struct view *v);
void lanes_take(struct view *v, uint64_t index, const struct event *e);
/* Whether lane `lane` is code that the learner wrote. */
bool lane_is_machinery(const struct view *v, uint32_t lane);
/* Where a span begins on the clock or step ruler. */
int64_t span_coordinate(const struct view *v, packed_span s, enum ruler r);
/* The family (a gather or group) whose members the lane waits for in that span, or NULL.
 */
const struct family *span_family(const struct view *v, uint32_t lane,
                                 const struct span *s);

/* Append the text of a wait of that kind, with tasks under their lanes' names. */
void put_wait_text(const struct view *v, unsigned kind, uint32_t text_id,
                   struct buf *out);

/* moment.c: cut moments before and after event `index`. */
void moments_before(struct view *v, uint64_t index, const struct event *e);
void moments_after(struct view *v, uint64_t index, const struct event *e);
void moments_finish(struct view *v);

/* The place on the step ruler of a place on the tick ruler. */
double ruler_to_step(const struct view *v, double tick);

/* How many of the `count` ascending event indices are below `position`. */
size_t events_below(const uint64_t *events, size_t count, uint64_t position);
/* The step that began last before `position`, or NULL. */
const struct step *step_at(const struct view *v, uint64_t position);

#endif
