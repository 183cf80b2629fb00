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
#include "view/worker.h"

struct snapshot;

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
	uint32_t member_times; /* how often: a gather may be given one thing twice */
	uint32_t timer;     /* it is a timer: index of timers.lives; else NO_INDEX */
	uint32_t its_timer; /* the timer that will complete or cancel it; else NO_INDEX */
	uint32_t waiter; /* the lane that waits or waited for it last; else LANE_NONE */
	uint32_t watch;  /* index of watches.lives or of jobs; else NO_INDEX */
	uint32_t text;   /* what it stands for, or a callback's name */
	/* A future: the job whose end completes it. A handle: the link that leads to it.
	 * Else NO_INDEX. */
	uint32_t job;
	uint8_t kind; /* enum wait_kind of a future */
	uint8_t role; /* enum handle_role of a handle */
	bool is_job;  /* `watch` is an index of jobs */
	bool joined;  /* a thread is blocked until it is done: that of its waiter */
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
	joined_events, done_events, /* one a member; one for each that is counted */
		over_events;        /* one for each that has ended, counted or not */
	bool shares; /* a member has joined another one since: over_events misses it */
};

struct step {
	uint64_t begun, ended; /* events; ended NO_EVENT while it runs */
	uint64_t head;         /* readies that have left the queue once it runs */
	uint32_t lane;
};

/* All threads' busy time up to a time. */
struct busy_point {
	int64_t time_ns, busy_ns;
};

/* A job; when it was submitted and when it ended stand in job_lives, at the same index.
 */
struct job_data {
	uint64_t started, abandoned; /* events, or NO_EVENT */
	int64_t chain_ns;            /* length of the causal chain up to its submission */
	uint32_t from;               /* the lane of who submitted it */
	uint32_t pool, place;        /* index of pools, and among its jobs; or NO_INDEX */
	uint32_t future;             /* the id of what its end completes, or 0 */
	uint32_t start_link, result_link; /* indices of links, or NO_INDEX */
	uint32_t measure;                 /* index of the trace's measures, or NO_INDEX */
	uint32_t result;                  /* a string of the trace */
	uint16_t thread;                  /* the worker that took it, or 0 */
	uint8_t ending;                   /* enum ending */
};

/* A pool's jobs: first come, first served. */
struct pool {
	uint32_t text;         /* its name, a string of the trace */
	VEC(uint32_t) jobs;    /* indices of jobs as they were submitted */
	VEC(uint64_t) started; /* JOB_STARTED events */
	VEC(uint64_t)
	dropped; /* JOB_ENDED of those that were cancelled in the queue ... */
	VEC(uint32_t) dropped_places; /* ... and their places */
};

/* An arrow: see worker.h. */
struct link_data {
	uint64_t from, to; /* events; to NO_EVENT: open */
	uint32_t from_lane, to_lane, job;
	uint8_t kind;
};

/* Which of a loop's timers is due first after event `event`: an index of timers.lives, or
 * NO_INDEX. */
struct soonest {
	uint64_t event;
	uint32_t life;
};

/* What is the case on one thread: number 0 is the main one. */
struct thread_data {
	uint16_t number;
	uint8_t kind;  /* enum worker_kind */
	uint32_t lane; /* its code outside of tasks */
	uint32_t life; /* a worker's: index of worker_lives */

	/* The step of its loop. */
	bool in_step, step_internal;
	uint32_t step_lane;
	int64_t step_begun_ns;
	VEC(struct step) steps;
	VEC(uint64_t) readies; /* READY events of its loop */
	bool drops;            /* something may have been cancelled in its queue */
	uint64_t ready_head;
	VEC(struct soonest) soonest; /* its timers: see soonest.c */
	VEC(uint32_t) timer_heap;    /* indices of timers.lives */
	VEC(uint64_t) loop_switches; /* LOOP_STARTED and LOOP_STOPPED in turn */
	VEC(uint64_t) blocks; /* BLOCK_BEGUN or JOIN_BEGUN and their ends in turn */
	VEC(uint64_t) lines;  /* LINE events */
	bool joins;           /* it is blocked on another thread ... */
	uint64_t join_event;  /* ... since this ... */
	uint32_t join_id,
		join_link;  /* ... that has to do this; index of links or NO_INDEX */
	VEC(uint32_t) jobs; /* indices of those that it took, in order */
	uint32_t job;       /* the one that it has, or NO_INDEX */
	bool ended_job;     /* the event at hand ended it */
	bool busy;

	/* The causal chain that leads to what it does now; it grows while the thread
	 * runs. */
	int64_t chain_ns, chain_since_ns;
	int64_t ended_chain_ns; /* that of its last job */
	bool chain_grows;

	/* Its moment that is not cut yet. */
	bool open_news;      /* it has something for the learner, whoever's step it is */
	bool open_lines;     /* code outside of the loop has run in it */
	bool open_beat;      /* a caption came into force in it */
	bool held;           /* it was cut where the thread began to be held */
	bool open_step;      /* it is a step's */
	bool open_internal;  /* ... of the loop's own */
	uint64_t open_begun; /* the step's STEP_BEGUN, a stretch's first event, or
	                        NO_EVENT */
	uint32_t open_lane;
	VEC(uint32_t) marks; /* a worker's: indices of marks */
};

/* The main loop's numbers since event `event`, a worker's. */
struct numbers {
	uint64_t event;
	uint32_t tick, step;
};

struct tick {
	uint64_t event;
	uint64_t first_step; /* index into steps */
};

/* A moment: see moment.h. */
struct mark {
	uint64_t end, begun;
	uint32_t lane;
	uint16_t thread;
	uint8_t kind;
	bool machinery : 1, beat : 1;
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

	/* Threads by number; NULL where nothing was heard of one. Number 0 is always
	 * there. */
	VEC(struct thread_data *) threads;
	VEC(uint64_t) workers_born; /* events with which the lanes of workers begin */

	VEC(struct thing) things; /* by id */
	VEC(struct lane_data) lanes;
	struct map task_names;       /* asyncio's names: the last lane of that name */
	struct map coroutine_counts; /* how many unnamed lanes a coroutine has */
	bool callbacks_shown, internals_shown;
	bool callbacks_ran;

	VEC(struct family) families;
	VEC(struct tick) ticks;      /* the main loop's */
	VEC(struct numbers) numbers; /* where workers have seen them change */
	VEC(uint64_t) printed, captions;
	VEC(uint64_t) line_runs;  /* by line: the event with which it ran first, or NO_EVENT */
	VEC(uint64_t) cancels;    /* CANCEL_REQUESTED */
	VEC(uint64_t) endings[3]; /* done, failed, cancelled */
	VEC(struct work) works;
	struct alive timers, watches, job_lives, worker_lives;
	int64_t longest_chain_ns;
	bool io_came; /* a descriptor was ready: chains are no longer known */

	VEC(struct job_data) jobs;
	VEC(struct pool) pools;
	struct map pool_names;
	VEC(struct link_data) links; /* as they begin */
	VEC(uint32_t) link_ends;     /* indices of links as they end */
	uint32_t posted;             /* the handle that the last event posted, or 0 */
	uint32_t last_ended;         /* the job that ended last, or NO_INDEX */
	size_t measures;             /* of the trace, taken in so far */

	/* How parallel it was: see totals.h. */
	uint32_t busy_threads, jobs_now, jobs_most, jobs_taken, jobs_dropped;
	int64_t busy_ns, span_ns;
	int64_t joined_ns; /* steps of loops were blocked on other threads */
	VEC(struct busy_point) busy_points;

	/* view_totals of the first `totals_at` events. */
	struct totals totals;
	uint64_t totals_at;
	bool totals_known;

	/* Moments. */
	VEC(struct mark) marks;
	VEC(uint32_t) folded;     /* indices of marks that are no machinery */
	struct thread_data *over; /* whose step or stretch has ended and is not cut yet */
	struct thread_data
		*beat; /* where a caption came; its statement's LINE may follow ... */
	uint32_t beat_line; /* ... and is this */
	bool run_over; /* RUN_ENDED, DEADLOCK or LIMIT came: tasks that are let go now are
	                  only tidied up */

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

/* thread.c: the thread of that number; made if it is not there, a worker with its lane.
 */
struct thread_data *thread_make(struct view *v, unsigned number);
/* The same, or NULL. */
const struct thread_data *thread_find(const struct view *v, unsigned number);
void threads_free(struct view *v);
/* The main thread. */
static inline const struct thread_data *main_thread(const struct view *v)
{
	return v->threads.items[0];
}
static inline bool thread_loops(const struct thread_data *th)
{
	return th->loop_switches.count % 2;
}
/* The step under way on the thread of event `index`, or NULL. */
const struct step *step_of_event(const struct view *v, uint64_t index);
/* The step of that thread's loop that began last before `position`, or NULL. */
const struct step *thread_step_at(const struct thread_data *th, uint64_t position);
/* The block (or join) that holds the thread after `position` events, or NULL. */
const struct event *thread_block_at(const struct view *v, const struct thread_data *th,
                                    uint64_t position, uint64_t *index);
/* Whether its loop runs after `position` events. */
bool thread_loops_at(const struct view *v, const struct thread_data *th,
                     uint64_t position);
/* The chain that leads to what the thread does now; `*chain_ns` becomes `value` if that
 * is longer. */
int64_t chain_now(const struct view *v, const struct thread_data *th);
void chain_reaches(struct view *v, int64_t *chain_ns, int64_t value);
/* From now on its chain is at least `chain_ns` and grows with time, or does not. */
void chain_set(struct view *v, struct thread_data *th, int64_t chain_ns, bool grows);
/* The clock goes on to `time_ns`: who is busy has been so until then. */
void threads_pass_time(struct view *v, int64_t time_ns);
/* An event of that thread has been taken in. */
void thread_notice(struct view *v, struct thread_data *th);

/* view.c: whether a handle of that role is the loop's own callback: those of its
 * transports have the role of the scene's own readers, and are known by their names. */
bool handle_is_internal(const struct view *v, uint32_t id, unsigned role);

/* lane.c: what the lanes make of event `index`. */
void lanes_init(struct view *v);
void lanes_free(struct view *v);
void lanes_take(struct view *v, struct thread_data *th, uint64_t index,
                const struct event *e);
/* A step has begun, or a tick, where the end of that lane's step was not told. */
void lane_leaves(struct view *v, uint32_t lane, uint64_t index);
/* A new lane for that worker, idle since event `index`. */
void lane_worker(struct view *v, struct thread_data *th, uint64_t index);
/* Whose code the event comes from: a task's lane, a worker's, LANE_PROGRAM, LANE_NONE. */
uint32_t lane_of_event(const struct view *v, const struct event *e);
/* Whether lane `lane` is code that the learner wrote. */
bool lane_is_machinery(const struct view *v, uint32_t lane);
/* Where a span begins on the clock or step ruler. */
int64_t span_coordinate(const struct view *v, packed_span s, enum ruler r);
/* Whether that gather is of the loop's own tasks: it stands for what they do. */
bool family_is_machinery(const struct view *v, const struct family *f);
/* How many members have ended before `position`: at once, not when the loop comes to count
 * them. */
size_t family_over(const struct view *v, const struct family *f, uint64_t position);
/* The family (a gather or group) whose members the lane waits for in that span, or NULL.
 */
const struct family *span_family(const struct view *v, uint32_t lane,
                                 const struct span *s);

/* Append the text of a wait of that kind, with tasks under their lanes' names. */
void put_wait_text(const struct view *v, unsigned kind, uint32_t text_id,
                   struct buf *out);

/* soonest.c: event `index` armed that timer of the thread, or ended it. */
void soonest_armed(struct view *v, struct thread_data *th, uint64_t index, uint32_t life);
void soonest_ended(struct view *v, uint64_t index, uint32_t life);
/* The timer that is due first after `position` events, or NO_INDEX. O(log n). */
uint32_t soonest_at(const struct thread_data *th, uint64_t position);

/*
 * snapshot.c: the same as view_snapshot_of with at most eight entries of each array, but
 * the counts of ready handles and timers go no further than that and one, and jobs
 * queued are left out: O(log n), for whoever asks at each step.
 */
void snapshot_brief(const struct view *v, unsigned thread, uint64_t position,
                    struct snapshot *s);

/* worker.c: what jobs and links make of event `index`. */
void jobs_take(struct view *v, struct thread_data *th, uint64_t index,
               const struct event *e);
void jobs_free(struct view *v);
/* How long the queue of pool `pool` is after `position` events, and the first `max` jobs
 * of it: how many they are. */
size_t queue_length(const struct view *v, uint32_t pool, uint64_t position);
size_t queue_at(const struct view *v, uint32_t pool, uint64_t position, uint32_t *jobs,
                size_t max);
/* measure.c: take in measures that the trace has and the view has not; what they come to.
 */
bool jobs_measure(struct view *v);
void jobs_add_measures(const struct view *v, struct parallel *out);
/* What was measured of a job, or NULL. */
const struct measure *job_measure(const struct view *v, uint32_t job);
/* The job whose end completes `id` (a future, or the job itself), or NO_INDEX. */
uint32_t job_of_thing(const struct view *v, uint32_t id);
/* The lane that waits for the gather that a future is in, or LANE_NONE. */
uint32_t gatherer_of(const struct view *v, uint32_t id);
/* link.c: an arrow begins with event `index`, from that lane, for a job or JOB_NONE; its
 * index. */
uint32_t link_begin(struct view *v, enum link_kind kind, uint64_t index, uint32_t lane,
                    uint32_t job);
/* It ends there; harmless if it has, or if `lane` is LANE_NONE. */
void link_end(struct view *v, uint32_t link, uint64_t index, uint32_t lane);
/* Whether link `link` is that of the posted handle `id`. */
bool link_is_posted(const struct view *v, uint32_t link, uint32_t id);
/* What `id` is about was done by event `index`: whoever is blocked on it may go on. */
void link_done(struct view *v, struct thread_data *th, uint32_t id, uint64_t index);
/* A job in the words of a label: `chop`, `chop (nobody waits)`. */
void put_job(const struct view *v, uint32_t job, uint64_t position, struct buf *out);

/* moment.c: cut moments before and after event `index`. */
void moments_before(struct view *v, struct thread_data *th, uint64_t index,
                    const struct event *e);
void moments_after(struct view *v, struct thread_data *th, uint64_t index,
                   const struct event *e);
void moments_finish(struct view *v);
/* Where the events begin that moment `index` is about: there may be other threads'
 * moments since. */
uint64_t moment_own_begin(const struct view *v, bool internals, size_t index);
/* The number of the main loop's tick and step after `position` events. */
uint32_t tick_number_at(const struct view *v, uint64_t position);
uint32_t step_number_at(const struct view *v, uint64_t position);

/* The place on the step ruler of a place on the tick ruler. */
double ruler_to_step(const struct view *v, double tick);

/* What the clock shows after `position` events. */
int64_t clock_at(const struct view *v, uint64_t position);

/* How many of the `count` ascending event indices are below `position`. */
size_t events_below(const uint64_t *events, size_t count, uint64_t position);
/* The main loop's step that began last before `position`, or NULL. */
const struct step *step_at(const struct view *v, uint64_t position);

#endif
