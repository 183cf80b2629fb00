/*
 * Snapshots: see snapshot.h. The ready queue is a FIFO, so what is in it are the
 * entries appended before a position without those that had left it by then; timers
 * come from their checkpoints.
 */
#include "view/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "view/internal.h"

/* An array in the snapshot has room for `count` entries from now on. */
#define ROOM_FOR(array, count)                                                           \
	((array) = mem_resize((array), (count) ? (count) : 1, sizeof *(array)))

void snapshot_free(struct snapshot *s)
{
	free(s->ready);
	free(s->timers);
	free(s->watches);
	free(s->jobs);
	free(s->workers);
	free(s->queued);
	*s = (struct snapshot){0};
}

/* ---- the ready queue ---- */

/* Whose timer it is: the task that it cancels, or that waits for the future it completes.
 */
static uint32_t lane_of_timer(const struct view *v, const struct life *life,
                              bool *timeout)
{
	const struct thing *target = thing_find(v, life->target);
	*timeout = target && target->lane != LANE_NONE;
	if (!target)
		return LANE_NONE;
	return *timeout ? target->lane : target->waiter;
}

static struct ready_entry ready_entry(const struct view *v, uint64_t event)
{
	const struct event *e = trace_at(v->trace, event);
	const struct thing *t = thing_find(v, e->a);
	return (struct ready_entry){
		.lane = t ? t->lane : LANE_NONE,
		.id = e->a,
		.role = e->detail == ROLE_IO && handle_is_internal(v, e->a, e->detail)
	                        ? ROLE_INTERNAL
	                        : e->detail,
		.cause = e->b,
		.event = event,
		.since_ns = e->time_ns,
	};
}

/* Whether the handle was cancelled by then: it stays in the queue and is skipped. */
static bool was_dropped(const struct view *v, const struct thing *t, uint64_t position)
{
	if (t->done_event >= position)
		return false;
	uint8_t kind = trace_at(v->trace, t->done_event)->kind;
	return kind == EV_HANDLE_DROPPED || kind == EV_TIMER_DROPPED;
}

/* With `brief` the first `max` are all that is counted. */
static void fill_ready(const struct view *v, const struct thread_data *th,
                       uint64_t position, size_t max, bool brief, struct snapshot *s)
{
	const struct step *last = thread_step_at(th, position);
	size_t from = last ? last->head : 0;
	size_t to = events_below(th->readies.items, th->readies.count, position);
	size_t room = max && to - from > max ? max : to > from ? to - from : 0;
	ROOM_FOR(s->ready, room);
	s->ready_count = 0;
	/* Where nothing was ever cancelled in the queue it need not be gone through. */
	size_t all = to;
	if (!th->drops && from + room < to)
		to = from + room;
	for (size_t i = from; i < to && !(brief && s->ready_count == max); i++) {
		const struct event *e = trace_at(v->trace, th->readies.items[i]);
		const struct thing *t = thing_find(v, e->a);
		if (t && t->lane == LANE_NONE && was_dropped(v, t, position))
			continue;
		if (s->ready_count < room)
			s->ready[s->ready_count] = ready_entry(v, th->readies.items[i]);
		s->ready_count++;
	}
	if (!brief)
		s->ready_count += all - to;
}

/* ---- timers ---- */

struct timer_list {
	const struct view *v;
	struct timer_entry *entries;
	size_t filled, room, max, seen;
	unsigned thread; /* whose loop's timers */
};

static bool sooner(const struct timer_entry *a, const struct timer_entry *b)
{
	if (a->deadline_ns != b->deadline_ns)
		return a->deadline_ns < b->deadline_ns;
	return a->event < b->event;
}

static int compare_timers(const void *left, const void *right)
{
	return sooner(left, right) ? -1 : sooner(right, left);
}

static struct timer_entry timer_entry(const struct view *v, const struct life *life)
{
	struct timer_entry t = {
		.id = life->id,
		.deadline_ns = life->when_ns,
		.event = life->begin,
	};
	t.lane = lane_of_timer(v, life, &t.timeout);
	return t;
}

/* With a limit, keep only the soonest, sorted as they come; else take all and sort them
 * once. */
static bool add_timer(void *context, const struct life *life)
{
	struct timer_list *list = context;
	if (trace_at(list->v->trace, life->begin)->thread != list->thread)
		return true;
	struct timer_entry t = timer_entry(list->v, life);
	list->seen++;
	if (list->filled == list->room) {
		if (list->max && list->filled == list->max) {
			if (!sooner(&t, &list->entries[list->filled - 1]))
				return true;
			list->filled--;
		} else {
			list->room = vec_grown_room(list->room, list->room + 1);
			if (list->max && list->room > list->max)
				list->room = list->max;
			ROOM_FOR(list->entries, list->room);
		}
	}
	size_t at = list->filled++;
	if (list->max)
		for (; at > 0 && sooner(&t, &list->entries[at - 1]); at--)
			list->entries[at] = list->entries[at - 1];
	list->entries[at] = t;
	return true;
}

static void fill_timers(const struct view *v, const struct thread_data *th,
                        uint64_t position, size_t max, struct snapshot *s)
{
	struct timer_list list = {
		.v = v, .entries = s->timers, .max = max, .thread = th->number};
	alive_at(&v->timers, position, add_timer, &list);
	if (!max && list.filled)
		qsort(list.entries, list.filled, sizeof *list.entries, compare_timers);
	s->timers = list.entries;
	s->timer_count = list.seen;
}

/* The one that is due first. */
static void fill_soonest(const struct view *v, const struct thread_data *th,
                         uint64_t position, struct snapshot *s)
{
	uint32_t life = soonest_at(th, position);
	ROOM_FOR(s->timers, 1);
	s->timer_count = life != NO_INDEX;
	if (life != NO_INDEX)
		s->timers[0] = timer_entry(v, &v->timers.lives.items[life]);
}

/* ---- watches and jobs ---- */

struct watch_list {
	const struct view *v;
	struct watch_entry *entries;
	size_t filled, room, max;
};

static bool add_watch(void *context, const struct life *life)
{
	struct watch_list *list = context;
	if (list->max && list->filled == list->max)
		return false;
	if (list->filled == list->room) {
		list->room = vec_grown_room(list->room, list->room + 1);
		ROOM_FOR(list->entries, list->room);
	}
	const struct thing *t = thing_find(list->v, life->id);
	list->entries[list->filled++] = (struct watch_entry){
		.id = life->id,
		.lane = !t          ? LANE_NONE
	                : t->is_job ? view_job(list->v, t->watch).waiter
	                            : t->waiter,
		.text = life->text,
		.event = life->begin,
	};
	return true;
}

static int compare_watches(const void *left, const void *right)
{
	const struct watch_entry *a = left, *b = right;
	return a->event < b->event ? -1 : a->event > b->event;
}

static void fill_watches(const struct view *v, const struct alive *from,
                         uint64_t position, size_t max, struct watch_entry **entries,
                         size_t *count)
{
	struct watch_list list = {.v = v, .entries = *entries, .max = max};
	alive_at(from, position, add_watch, &list);
	if (list.filled)
		qsort(list.entries, list.filled, sizeof *list.entries, compare_watches);
	*entries = list.entries;
	*count = alive_count(from, position);
}

/* ---- workers and their queues ---- */

static void set_doing(const struct view *v, const struct thread_data *th,
                      uint64_t position, struct worker_entry *w)
{
	w->doing = WORKER_IDLE;
	w->job = view_job_at(v, th->lane, position);
	size_t span = view_span_at(v, th->lane, position);
	if (span != SIZE_MAX)
		w->event = span_event(v->lanes.items[th->lane].spans.items[span]);
	if (w->job == JOB_NONE)
		return;
	w->doing = WORKER_BUSY;
	w->event = v->jobs.items[w->job].started;
	w->abandoned = v->jobs.items[w->job].abandoned < position;
	uint64_t index;
	const struct event *block = thread_block_at(v, th, position, &index);
	if (block) {
		bool sleeps = block->kind == EV_BLOCK_BEGUN;
		w->doing = sleeps ? WORKER_SLEEPS : WORKER_BLOCKED;
		w->event = index;
		w->text = sleeps ? 0 : block->b;
		if (sleeps)
			w->until_ns = add_ns(block->time_ns,
			                     trace_number_at(v->trace, block->a));
	} else if (thread_loops_at(v, th, position)) {
		size_t switches = events_below(th->loop_switches.items,
		                               th->loop_switches.count, position);
		w->doing = WORKER_LOOPS;
		w->event = th->loop_switches.items[switches - 1];
	}
}

struct worker_list {
	const struct view *v;
	struct snapshot *s;
	uint64_t position;
	size_t filled, room;
};

static bool add_worker(void *context, const struct life *life)
{
	struct worker_list *list = context;
	struct snapshot *s = list->s;
	const struct thread_data *th = thread_find(list->v, life->id);
	struct worker_entry w = {
		.lane = th->lane,
		.thread = th->number,
		.kind = th->kind,
		.until_ns = INT64_MAX,
	};
	set_doing(list->v, th, list->position, &w);
	w.since_ns = trace_at(list->v->trace, w.event)->time_ns;
	s->worker_count++;
	s->busy_count += w.doing != WORKER_IDLE;
	if (list->filled == list->room) {
		list->room = vec_grown_room(list->room, list->room + 1);
		ROOM_FOR(s->workers, list->room);
	}
	s->workers[list->filled++] = w;
	return true;
}

static int compare_workers(const void *left, const void *right)
{
	const struct worker_entry *a = left, *b = right;
	return a->thread < b->thread ? -1 : a->thread > b->thread;
}

static void fill_workers(const struct view *v, uint64_t position, struct snapshot *s)
{
	struct worker_list list = {.v = v, .s = s, .position = position};
	s->worker_count = s->busy_count = 0;
	alive_at(&v->worker_lives, position, add_worker, &list);
	if (list.filled)
		qsort(s->workers, list.filled, sizeof *s->workers, compare_workers);
}

static void fill_queued(const struct view *v, uint64_t position, size_t max,
                        struct snapshot *s)
{
	VEC(uint32_t) jobs = {0};
	s->queued_count = 0;
	for (uint32_t i = 0; i < v->pools.count; i++) {
		size_t left = queue_length(v, i, position);
		size_t room = max && left > max - jobs.count ? max - jobs.count : left;
		vec_reserve(&jobs, room);
		size_t found = queue_at(v, i, position, jobs.items + jobs.count, room);
		jobs.count += found;
		/* One that ended without having left the queue counts for nothing. */
		s->queued_count += found < room ? found : left;
	}
	ROOM_FOR(s->queued, jobs.count);
	uint32_t rank = 0, pool = NO_INDEX;
	for (size_t i = 0; i < jobs.count; i++) {
		const struct job_data *j = &v->jobs.items[jobs.items[i]];
		rank = j->pool == pool ? rank + 1 : 1;
		pool = j->pool;
		s->queued[i] = (struct queued_entry){
			.job = jobs.items[i],
			.pool = v->pools.items[pool].text,
			.rank = rank,
			.waiter = view_job(v, jobs.items[i]).waiter,
			.event = v->job_lives.lives.items[jobs.items[i]].begin,
		};
	}
	vec_free(&jobs);
}

/* Lanes are born in order, so those born before a position are the first ones; some are
 * workers'. */
static uint32_t born_before(const struct view *v, uint64_t position)
{
	size_t first = LANE_LOOP + 1, low = first, high = v->lanes.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (v->lanes.items[middle].lane.born_event < position)
			low = middle + 1;
		else
			high = middle;
	}
	size_t workers =
		events_below(v->workers_born.items, v->workers_born.count, position);
	return (uint32_t)(low - first - workers);
}

static uint32_t ended_before(const struct view *v, unsigned how, uint64_t position)
{
	return (uint32_t)events_below(v->endings[how].items, v->endings[how].count,
	                              position);
}

static void fill_now(const struct view *v, const struct thread_data *th,
                     uint64_t position, struct snapshot *s)
{
	if (position)
		s->time_ns = trace_at(v->trace, position - 1)->time_ns;
	s->tick = tick_number_at(v, position);
	s->step = step_number_at(v, position);
	const struct step *step = thread_step_at(th, position);
	if (step && step->ended >= position)
		s->running = step->lane;
	s->loop_running = thread_loops_at(v, th, position);
	uint64_t index;
	const struct event *block = thread_block_at(v, th, position, &index);
	if (!block)
		return;
	s->blocked = true;
	s->blocked_until_ns = INT64_MAX;
	if (block->kind == EV_BLOCK_BEGUN)
		s->blocked_until_ns =
			add_ns(block->time_ns, trace_number_at(v->trace, block->a));
	else
		s->blocked_on = block->b;
}

/* Ready for what is asked, with the arrays that `s` has. */
static const struct thread_data *begin_snapshot(const struct view *v, unsigned thread,
                                                uint64_t position, struct snapshot *s)
{
	const struct thread_data *th = thread_find(v, thread);
	if (!th)
		th = main_thread(v);
	*s = (struct snapshot){
		.thread = th->number,
		.position = position,
		.running = LANE_NONE,
		.ready = s->ready,
		.timers = s->timers,
		.watches = s->watches,
		.jobs = s->jobs,
		.workers = s->workers,
		.queued = s->queued,
	};
	return th;
}

void view_snapshot_of(const struct view *v, unsigned thread, uint64_t position,
                      size_t max_entries, struct snapshot *s)
{
	if (position > v->count)
		position = v->count;
	const struct thread_data *th = begin_snapshot(v, thread, position, s);
	fill_now(v, th, position, s);
	fill_ready(v, th, position, max_entries, false, s);
	fill_timers(v, th, position, max_entries, s);
	fill_watches(v, &v->watches, position, max_entries, &s->watches, &s->watch_count);
	fill_watches(v, &v->job_lives, position, max_entries, &s->jobs, &s->job_count);
	fill_workers(v, position, s);
	fill_queued(v, position, max_entries, s);
	s->born_count = born_before(v, position);
	s->done_count = ended_before(v, 0, position);
	s->failed_count = ended_before(v, 1, position);
	s->cancelled_count = ended_before(v, 2, position);
}

void snapshot_brief(const struct view *v, unsigned thread, uint64_t position,
                    struct snapshot *s)
{
	enum { FEW = 8 };
	const struct thread_data *th = begin_snapshot(v, thread, position, s);
	fill_now(v, th, position, s);
	fill_ready(v, th, position, FEW, true, s);
	fill_soonest(v, th, position, s);
	fill_watches(v, &v->watches, position, FEW, &s->watches, &s->watch_count);
	fill_watches(v, &v->job_lives, position, FEW, &s->jobs, &s->job_count);
	fill_workers(v, position, s);
}

void view_snapshot(const struct view *v, uint64_t position, size_t max_entries,
                   struct snapshot *s)
{
	view_snapshot_of(v, 0, position, max_entries, s);
}

/* ---- lines, captions, output ---- */

/* Loops that ended without a line of the program since are looked through, so many. */
enum { LOOPS_BACK = 100 };

/* The last LINE of a run that is not over at `position`: of the few that its thread ran
 * last, if not the very last one. */
static uint64_t line_in_run(const struct view *v, const struct lane_data *l,
                            uint64_t begin, uint64_t position)
{
	enum { LOOK_BACK = 1000 };
	const struct thread_data *th = thread_find(v, l->lane.thread);
	size_t i = th ? events_below(th->lines.items, th->lines.count, position) : 0;
	for (size_t seen = 0; i-- > 0 && seen < LOOK_BACK; seen++) {
		if (th->lines.items[i] < begin)
			break;
		if (trace_at(v->trace, th->lines.items[i])->task == l->lane.task)
			return th->lines.items[i];
	}
	return NO_EVENT;
}

/*
 * The program's line. In a callback it is that callback's, if it has run any: one of
 * asyncio's own has no line, and the last callback's is not its. Else it is where the
 * program waits for its loop, or went on after it.
 */
static uint64_t program_line(const struct view *v, uint64_t position)
{
	const struct lane_data *l = &v->lanes.items[LANE_PROGRAM];
	const struct thread_data *th = main_thread(v);
	const uint64_t *switches = th->loop_switches.items;
	size_t n = events_below(switches, th->loop_switches.count, position);
	const struct step *step = thread_step_at(th, position);
	if (n % 2 && step && step->lane == LANE_PROGRAM && step->begun > switches[n - 1])
		return line_in_run(v, l, step->begun, position);
	for (size_t seen = 0; seen < LOOPS_BACK; seen++) {
		if (n % 2)
			position = switches[--n];
		uint64_t from = n ? switches[n - 1] : 0;
		uint64_t line = line_in_run(v, l, from, position);
		if (line != NO_EVENT || n == 0)
			return line;
		position = from;
		n--;
	}
	return NO_EVENT;
}

uint32_t view_line_at(const struct view *v, uint32_t lane, uint64_t position,
                      uint32_t *function)
{
	const struct lane_data *l = &v->lanes.items[lane];
	uint64_t line = NO_EVENT;
	if (position > v->count)
		position = v->count;
	size_t index = view_span_at(v, lane, position);
	if (lane == LANE_PROGRAM) {
		line = program_line(v, position);
	} else if (index != SIZE_MAX) {
		/* How many runs are over: those before the sums, and those of the spans
		 * since. */
		size_t runs = l->sums.items[index / SUMS_EVERY].runs;
		for (size_t i = index - index % SUMS_EVERY; i < index; i++)
			runs += span_state(l->spans.items[i]) == STATE_RUNNING;
		packed_span here = l->spans.items[index];
		if (span_state(here) == STATE_RUNNING)
			line = line_in_run(v, l, span_event(here), position);
		if (line == NO_EVENT && runs)
			line = l->run_lines.items[runs - 1];
	}
	if (function)
		*function = line == NO_EVENT ? 0 : trace_at(v->trace, line)->b;
	return line == NO_EVENT ? 0 : trace_at(v->trace, line)->a;
}

uint64_t view_caption_at(const struct view *v, uint64_t position)
{
	size_t count = events_below(v->captions.items, v->captions.count, position);
	return count ? v->captions.items[count - 1] : NO_EVENT;
}

size_t view_printed_at(const struct view *v, uint64_t position)
{
	return events_below(v->printed.items, v->printed.count, position);
}

uint64_t view_printed(const struct view *v, size_t n)
{
	return v->printed.items[n];
}

/* ---- names ---- */

static void name_of(const struct view *v, uint32_t lane, uint32_t id, struct buf *out)
{
	const struct thing *t = thing_find(v, id);
	if (lane != LANE_NONE)
		view_lane_name(v, lane, out);
	else
		buf_puts(out, t ? trace_text(v->trace, t->text, NULL) : "?");
}

void view_timer_name(const struct view *v, const struct timer_entry *t, struct buf *out)
{
	name_of(v, t->lane, t->id, out);
}

void view_ready_name(const struct view *v, const struct ready_entry *r, struct buf *out)
{
	name_of(v, r->lane, r->id, out);
}
