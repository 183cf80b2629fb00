/*
 * Lanes: see lane.h. A small state machine for each task turns events into
 * spans; sums for every sixteenth span make the share of a state in any stretch
 * of time a matter of two binary searches.
 */
#include "view/lane.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "view/internal.h"

const struct state_info state_infos[STATE_COUNT] = {
#define STATE(name, word, glyph, ascii, what) [STATE_##name] = {word, glyph, ascii, what},
#include "view/state.def"
#undef STATE
};

static_assert(STATE_ABSENT < 16, "a span keeps its state in four bits");

/* ---- spans ---- */

int64_t span_coordinate(const struct view *v, packed_span s, enum ruler r)
{
	const struct event *e = trace_at(v->trace, span_event(s));
	if (r == RULER_CLOCK)
		return e->time_ns;
	return (int64_t)e->step - (span_at_begin(s) ? 1 : 0);
}

/* A span begins with event `index`: the one before it ends, and is summed up. */
static void push_span(struct view *v, struct lane_data *l, uint64_t index,
                      enum lane_state state, bool at_begin)
{
	/* The step ruler counts the main loop's steps; what happens elsewhere during one
	 * of them stands where it begins, whatever its order. */
	at_begin = (at_begin || l->lane.thread) && main_thread(v)->in_step;
	packed_span next = span_pack(index, state, at_begin);
	if (l->spans.count) {
		packed_span last = vec_last(&l->spans);
		enum lane_state was = span_state(last);
		if (was < STATE_TIMED) {
			l->total.clock[was] += span_coordinate(v, next, RULER_CLOCK) -
			                       span_coordinate(v, last, RULER_CLOCK);
			l->total.steps[was] += span_coordinate(v, next, RULER_STEP) -
			                       span_coordinate(v, last, RULER_STEP);
		}
		l->total.runs += was == STATE_RUNNING;
		if (was == STATE_RUNNING)
			vec_push(&l->run_lines, l->last_line);
	}
	if (l->spans.count % SUMS_EVERY == 0)
		vec_push(&l->sums, l->total);
	vec_push(&l->spans, next);
}

/* What the lane shows for its base state and whether it is being cancelled. */
static enum lane_state shown_state(const struct lane_data *l)
{
	if (l->base == STATE_RUNNING || l->base >= STATE_TIMED || !l->cancelling)
		return l->base;
	return STATE_CANCELLING;
}

/* The lane's base state becomes `base`; a new span unless nothing changed. */
static void become(struct view *v, struct lane_data *l, uint64_t index,
                   enum lane_state base, bool at_begin)
{
	if (l->lane.ended)
		return;
	bool again = base == STATE_WAITING && l->base == STATE_RUNNING;
	l->base = base;
	enum lane_state state = shown_state(l);
	if (again || !l->spans.count || span_state(vec_last(&l->spans)) != state)
		push_span(v, l, index, state, at_begin);
}

static void end_lane(struct view *v, struct lane_data *l, uint64_t index,
                     enum lane_state how)
{
	if (l->lane.ended)
		return;
	become(v, l, index, how, false);
	l->lane.ended = true;
	l->lane.end_event = index;
}

/* ---- making lanes ---- */

static struct lane_data *lane_push(struct view *v, uint32_t task)
{
	vec_push(&v->lanes, (struct lane_data){
				    .lane =
					    {
						    .task = task,
						    .parent = LANE_NONE,
						    .first_child = LANE_NONE,
						    .next_sibling = LANE_NONE,
						    .end_event = NO_EVENT,
					    },
				    .last_child = LANE_NONE,
				    .last_line = NO_EVENT,
				    .base = STATE_ABSENT,
			    });
	return &vec_last(&v->lanes);
}

void lanes_init(struct view *v)
{
	lane_push(v, 0);
	lane_push(v, 0)->lane.machinery = true;
	v->tree_stamp = 1;
}

void lanes_free(struct view *v)
{
	for (size_t i = 0; i < v->lanes.count; i++) {
		vec_free(&v->lanes.items[i].spans);
		vec_free(&v->lanes.items[i].sums);
		vec_free(&v->lanes.items[i].run_lines);
		vec_free(&v->lanes.items[i].groups);
	}
	vec_free(&v->lanes);
	map_free(&v->coroutine_counts);
	map_free(&v->task_names);
	for (size_t i = 0; i < COUNT_OF(v->order); i++) {
		vec_free(&v->order[i].lanes);
		vec_free(&v->order[i].descendants);
	}
}

/* The lane becomes the last child of `parent`. */
static void adopt(struct view *v, uint32_t parent, uint32_t number)
{
	struct lane_data *p = &v->lanes.items[parent], *l = &v->lanes.items[number];
	l->lane.depth = (uint16_t)(p->lane.depth + (p->lane.depth < UINT16_MAX));
	if (p->last_child == LANE_NONE)
		p->lane.first_child = number;
	else
		v->lanes.items[p->last_child].lane.next_sibling = number;
	p->last_child = number;
}

static void lane_created(struct view *v, const struct thread_data *th, uint64_t index,
                         const struct event *e)
{
	struct thing *t = thing_make(v, e->a);
	if (t->lane != LANE_NONE)
		return;
	uint32_t number = (uint32_t)v->lanes.count;
	uint32_t parent = e->task || th->number ? lane_of_event(v, e) : LANE_NONE;
	v->tree_stamp++;
	t->lane = number;
	t->text = e->b;
	struct lane_data *l = lane_push(v, e->a);
	l->name_text = e->b;
	l->lane.named = e->detail != 0;
	l->lane.parent = parent;
	l->lane.born_event = index;
	l->lane.thread = th->number;
	if (parent != LANE_NONE)
		adopt(v, parent, number);
	size_t len;
	const char *name = trace_text(v->trace, e->b, &len);
	map_set(&v->task_names, name, len, number);
	l->base = STATE_NEW;
	push_span(v, l, index, STATE_NEW, true);
}

void lane_worker(struct view *v, struct thread_data *th, uint64_t index)
{
	v->tree_stamp++;
	th->lane = th->step_lane = th->open_lane = (uint32_t)v->lanes.count;
	struct lane_data *l = lane_push(v, 0);
	l->lane.thread = th->number;
	l->lane.worker = true;
	l->lane.born_event = index;
	become(v, l, index, STATE_IDLE, false);
	vec_push(&v->workers_born, index);
}

/* The last part of a qualified name: `main.<locals>.boil` is `boil`. */
static const char *short_name(const char *qualified)
{
	const char *dot = strrchr(qualified, '.');
	return dot ? dot + 1 : qualified;
}

/* What the loop does in tasks of its own: it takes connections, opens a server's sockets.
 */
static bool is_loops_own(const char *qualified)
{
	return strncmp(qualified, "BaseSelectorEventLoop._", 23) == 0 ||
	       strncmp(qualified, "BaseEventLoop._", 15) == 0;
}

/* The clean-up that asyncio.run does with tasks of its own. */
static bool is_cleanup(const char *coroutine)
{
	return strcmp(coroutine, "shutdown_asyncgens") == 0 ||
	       strcmp(coroutine, "shutdown_default_executor") == 0;
}

static void lane_coroutine(struct view *v, const struct event *e)
{
	uint32_t number = view_lane_of(v, e->a);
	if (number == LANE_NONE || !v->lanes.items[number].lane.task ||
	    v->lanes.items[number].coro_text)
		return;
	struct lane_data *l = &v->lanes.items[number];
	l->coro_text = e->b;
	v->tree_stamp++;
	const char *name = short_name(trace_text(v->trace, e->b, NULL));
	uint32_t parent = l->lane.parent;
	bool root = parent == LANE_NONE || v->lanes.items[parent].lane.worker;
	l->lane.machinery = (is_cleanup(name) && root) ||
	                    is_loops_own(trace_text(v->trace, e->b, NULL));
	if (l->lane.named || l->lane.machinery)
		return;
	uint32_t *seen = map_find(&v->coroutine_counts, name, strlen(name));
	l->ordinal = seen ? *seen + 1 : 1;
	map_set(&v->coroutine_counts, name, strlen(name), l->ordinal);
}

bool lane_is_machinery(const struct view *v, uint32_t lane)
{
	return lane < v->lanes.count && v->lanes.items[lane].lane.machinery;
}

/* ---- what an event makes of a lane ---- */

static struct lane_data *lane_data_of(struct view *v, uint32_t task)
{
	uint32_t lane = view_lane_of(v, task);
	return task == 0 || lane == LANE_NONE ? NULL : &v->lanes.items[lane];
}

static void uncancel(struct view *v, struct lane_data *l, uint64_t index)
{
	l->cancelling = false;
	if (l->base < STATE_TIMED)
		become(v, l, index, l->base, true);
}

static void made_ready(struct view *v, struct lane_data *l, uint64_t index)
{
	if (l->base == STATE_RUNNING)
		l->ready_early = true;
	else if (l->base == STATE_WAITING)
		become(v, l, index, STATE_READY, true);
}

/* A step begins: its lane runs. One whose end was not seen has ended before. What a
 * worker's loop does for itself is not drawn: the worker waits in its loop. */
static void step_begun(struct view *v, const struct thread_data *th, uint64_t index)
{
	struct lane_data *l = &v->lanes.items[th->step_lane];
	if (l->lane.worker && th->step_internal)
		return;
	l->ready_early = false;
	become(v, l, index, STATE_RUNNING, true);
}

void lane_leaves(struct view *v, uint32_t lane, uint64_t index)
{
	struct lane_data *l = &v->lanes.items[lane];
	if (l->lane.task && l->base == STATE_RUNNING)
		become(v, l, index, STATE_WAITING, true);
}

/* Code that is no task's begins to run, outside of the loop or in a callback. */
static void program_runs(struct view *v, uint64_t index, bool runs)
{
	struct lane_data *l = &v->lanes.items[LANE_PROGRAM];
	if (l->base == STATE_ABSENT && !runs)
		return;
	become(v, l, index, runs ? STATE_RUNNING : STATE_ABSENT, false);
}

static void step_over(struct view *v, uint64_t index, uint32_t lane)
{
	if (lane <= LANE_LOOP)
		become(v, &v->lanes.items[lane], index, STATE_ABSENT, false);
	else if (v->lanes.items[lane].lane.worker)
		become(v, &v->lanes.items[lane], index, STATE_WAITING, false);
}

/* ---- what an event makes of a worker's lane ---- */

static void job_event(struct view *v, const struct thread_data *th, uint64_t index,
                      const struct event *e)
{
	struct lane_data *l = &v->lanes.items[th->lane];
	if (e->kind == EV_JOB_STARTED) {
		become(v, l, index, STATE_RUNNING, true);
		return;
	}
	/* One that a limit cut short has no ending. */
	enum lane_state how = e->detail == ENDING_EXCEPTION   ? STATE_FAILED
	                      : e->detail == ENDING_CANCELLED ? STATE_CANCELLED
	                      : e->detail == ENDING_RESULT    ? STATE_DONE
	                                                      : STATE_IDLE;
	/* A thread that was made for this alone is gone with it. */
	if (th->kind == WORKER_THREAD) {
		end_lane(v, l, index, how);
		return;
	}
	become(v, l, index, how, false);
	become(v, l, index, STATE_IDLE, false);
}

/* The thread begins or ceases to be blocked on another one. In a step of its loop that
 * keeps the loop's thread busy, like time.sleep; else it waits. */
static void join_event(struct view *v, const struct thread_data *th, uint64_t index,
                       bool begins)
{
	if (th->in_step)
		return;
	become(v, &v->lanes.items[th->lane], index,
	       begins ? STATE_WAITING : STATE_RUNNING, false);
}

static void worker_loops(struct view *v, const struct thread_data *th, uint64_t index,
                         bool loops)
{
	become(v, &v->lanes.items[th->lane], index, loops ? STATE_WAITING : STATE_RUNNING,
	       false);
}

static void worker_gone(struct view *v, const struct event *e, uint64_t index)
{
	const struct thread_data *th = thread_find(v, e->a);
	if (e->a && th)
		end_lane(v, &v->lanes.items[th->lane], index, STATE_ABSENT);
}

static void task_event(struct view *v, struct lane_data *l, uint64_t index,
                       const struct event *e)
{
	switch (e->kind) {
	case EV_TASK_WAITS:
		become(v, l, index, STATE_WAITING, false);
		if (l->ready_early)
			become(v, l, index, STATE_READY, false);
		l->ready_early = false;
		break;
	case EV_TASK_YIELDED:
		l->ready_early = false;
		become(v, l, index, STATE_READY, false);
		break;
	case EV_TASK_DONE:
		end_lane(v, l, index, STATE_DONE);
		break;
	case EV_TASK_FAILED:
		end_lane(v, l, index, STATE_FAILED);
		break;
	case EV_TASK_CANCELLED:
		end_lane(v, l, index, STATE_CANCELLED);
		break;
	default:
		break;
	}
}

static void line_runs(struct view *v, uint64_t index, uint32_t line)
{
	enum { LINES_KNOWN = 1 << 16 };
	if (line >= LINES_KNOWN)
		return;
	while (v->line_runs.count <= line)
		vec_push(&v->line_runs, NO_EVENT);
	if (v->line_runs.items[line] == NO_EVENT)
		v->line_runs.items[line] = index;
}

static void line_event(struct view *v, struct thread_data *th, uint64_t index,
                       const struct event *e)
{
	uint32_t lane = lane_of_event(v, e);
	line_runs(v, index, e->a);
	if (lane == LANE_NONE)
		return;
	v->lanes.items[lane].last_line = index;
	vec_push(&th->lines, index);
	if (lane == LANE_PROGRAM && v->lanes.items[lane].base == STATE_ABSENT &&
	    !th->in_step)
		program_runs(v, index, true);
}

void lanes_take(struct view *v, struct thread_data *th, uint64_t index,
                const struct event *e)
{
	struct lane_data *l;
	switch (e->kind) {
	case EV_TASK_CREATED:
		lane_created(v, th, index, e);
		break;
	case EV_TASK_CORO:
		lane_coroutine(v, e);
		break;
	case EV_TASK_NAMED:
		if ((l = lane_data_of(v, e->a))) {
			l->name_text = e->b;
			l->lane.named = true;
		}
		break;
	case EV_TASK_LINE:
		if ((l = lane_data_of(v, e->a)))
			l->lane.begins_line = e->b;
		break;
	case EV_READY:
		if ((l = lane_data_of(v, e->a)))
			made_ready(v, l, index);
		break;
	case EV_STEP_BEGUN:
		step_begun(v, th, index);
		break;
	case EV_STEP_ENDED:
		step_over(v, index, th->step_lane);
		break;
	case EV_CANCEL_REQUESTED:
		if ((l = lane_data_of(v, e->a)) && l->base < STATE_TIMED) {
			l->cancelling = true;
			become(v, l, index, l->base, true);
		}
		break;
	case EV_CANCEL_SWALLOWED:
		if ((l = lane_data_of(v, e->a)))
			uncancel(v, l, index);
		break;
	case EV_UNCANCELLED:
		if (e->b == 0 && (l = lane_data_of(v, e->a)))
			uncancel(v, l, index);
		break;
	case EV_TASK_DROPPED:
		if (!v->run_over && (l = lane_data_of(v, e->a)))
			end_lane(v, l, index, STATE_CANCELLED);
		break;
	case EV_LOOP_STARTED:
	case EV_LOOP_STOPPED:
		if (th->number)
			worker_loops(v, th, index, e->kind == EV_LOOP_STARTED);
		else
			program_runs(v, index, e->kind == EV_LOOP_STOPPED);
		break;
	case EV_RUN_ENDED:
		program_runs(v, index, false);
		break;
	case EV_LINE:
		line_event(v, th, index, e);
		break;
	case EV_JOB_STARTED:
		if (th->number)
			job_event(v, th, index, e);
		break;
	case EV_JOB_ENDED:
		if (th->number && th->ended_job)
			job_event(v, th, index, e);
		break;
	case EV_JOIN_BEGUN:
	case EV_JOIN_ENDED:
		join_event(v, th, index, e->kind == EV_JOIN_BEGUN);
		break;
	case EV_WORKER_ENDED:
		worker_gone(v, e, index);
		break;
	default:
		if ((l = lane_data_of(v, e->task)))
			task_event(v, l, index, e);
		break;
	}
}

/* ---- questions ---- */

uint32_t view_lane_count(const struct view *v)
{
	return (uint32_t)v->lanes.count;
}

const struct lane *view_lane(const struct view *v, uint32_t lane)
{
	return &v->lanes.items[lane].lane;
}

uint32_t view_lane_of(const struct view *v, uint32_t task)
{
	if (task == 0)
		return LANE_PROGRAM;
	return task < v->things.count ? v->things.items[task].lane : LANE_NONE;
}

uint32_t view_lane_of_thread(const struct view *v, unsigned thread)
{
	const struct thread_data *th = thread_find(v, thread);
	return th ? th->lane : LANE_NONE;
}

uint32_t lane_of_event(const struct view *v, const struct event *e)
{
	return e->task ? view_lane_of(v, e->task) : view_lane_of_thread(v, e->thread);
}

size_t view_span_count(const struct view *v, uint32_t lane)
{
	return v->lanes.items[lane].spans.count;
}

size_t view_span_at(const struct view *v, uint32_t lane, uint64_t position)
{
	const struct lane_data *l = &v->lanes.items[lane];
	size_t low = 0, high = l->spans.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (span_event(l->spans.items[middle]) < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? low - 1 : SIZE_MAX;
}

enum lane_state view_state_at(const struct view *v, uint32_t lane, uint64_t position)
{
	size_t i = view_span_at(v, lane, position);
	return i == SIZE_MAX ? STATE_ABSENT
	                     : span_state(v->lanes.items[lane].spans.items[i]);
}

/* Fill in what a waiting or cancelling span waits for: the last TASK_WAITS of this or an
 * earlier span. Who is asked to cancel and let off again and again has many since. */
static void find_wait(const struct view *v, const struct lane_data *l, size_t index,
                      struct span *s)
{
	enum { LOOK_BACK = 200 };
	for (size_t i = index + 1, seen = 0; i-- > 0 && seen < LOOK_BACK; seen++) {
		packed_span p = l->spans.items[i];
		const struct event *e = trace_at(v->trace, span_event(p));
		if (e->kind == EV_JOIN_BEGUN) {
			s->wait_kind = WAIT_WORKER;
			s->wait_id = e->a;
			s->wait_text = e->b;
			return;
		}
		if (span_state(p) == STATE_RUNNING || e->kind == EV_TASK_YIELDED)
			return;
		if (e->kind != EV_TASK_WAITS)
			continue;
		s->wait_kind = e->detail;
		s->wait_id = e->a;
		s->wait_text = e->b;
		const struct thing *t = thing_find(v, e->a);
		if (t && t->its_timer != NO_INDEX)
			s->deadline_ns = v->timers.lives.items[t->its_timer].when_ns;
		return;
	}
}

struct span view_span(const struct view *v, uint32_t lane, size_t index)
{
	const struct lane_data *l = &v->lanes.items[lane];
	packed_span p = l->spans.items[index];
	const struct event *e = trace_at(v->trace, span_event(p));
	struct span s = {
		.state = span_state(p),
		.begin_event = span_event(p),
		.end_event = NO_EVENT,
		.begin_ns = span_coordinate(v, p, RULER_CLOCK),
		.end_ns = v->time_ns,
		.begin_step = (uint32_t)span_coordinate(v, p, RULER_STEP),
		.end_step = v->step_number,
		.deadline_ns = INT64_MAX,
	};
	if (index + 1 < l->spans.count) {
		packed_span next = l->spans.items[index + 1];
		s.end_event = span_event(next);
		s.end_ns = span_coordinate(v, next, RULER_CLOCK);
		s.end_step = (uint32_t)span_coordinate(v, next, RULER_STEP);
	}
	if (s.state == STATE_WAITING || s.state == STATE_CANCELLING)
		find_wait(v, l, index, &s);
	if (e->kind == EV_READY)
		s.cause_id = e->b;
	return s;
}

/* ---- order ---- */

/* Whether the lane stands in the picture. */
static bool in_order(const struct view *v, uint32_t lane, bool internals)
{
	if (lane == LANE_PROGRAM)
		return v->callbacks_shown;
	if (lane == LANE_LOOP)
		return internals && v->internals_shown;
	return internals || !v->lanes.items[lane].lane.machinery;
}

/* The lane after `lane` in a walk through the tree, children first; LANE_NONE at the end
 * of its root. */
static uint32_t walk_on(const struct view *v, uint32_t lane)
{
	const struct lane_data *l = &v->lanes.items[lane];
	if (l->lane.first_child != LANE_NONE)
		return l->lane.first_child;
	while (l->lane.next_sibling == LANE_NONE) {
		if (l->lane.parent == LANE_NONE)
			return LANE_NONE;
		l = &v->lanes.items[l->lane.parent];
	}
	return l->lane.next_sibling;
}

static void add_tree(const struct view *v, struct order *o, bool internals, uint32_t root)
{
	for (uint32_t i = root; i != LANE_NONE; i = walk_on(v, i))
		if (in_order(v, i, internals))
			vec_push(&o->lanes, i);
}

static void make_order(struct view *v, bool internals)
{
	struct order *o = &v->order[internals];
	if (o->tree_stamp == v->tree_stamp)
		return;
	o->lanes.count = 0;
	o->descendants.count = 0;
	vec_reserve(&o->descendants, v->lanes.count);
	memset(o->descendants.items, 0, v->lanes.count * sizeof *o->descendants.items);
	o->descendants.count = v->lanes.count;
	for (uint32_t root = 0; root < v->lanes.count; root++) {
		const struct lane *l = &v->lanes.items[root].lane;
		if (l->parent == LANE_NONE && !l->worker)
			add_tree(v, o, internals, root);
	}
	for (size_t i = 1; i < v->threads.count; i++)
		if (v->threads.items[i])
			add_tree(v, o, internals, v->threads.items[i]->lane);
	for (size_t i = v->lanes.count; i-- > 0;) {
		uint32_t parent = v->lanes.items[i].lane.parent;
		if (parent != LANE_NONE)
			o->descendants.items[parent] +=
				o->descendants.items[i] +
				in_order(v, (uint32_t)i, internals);
	}
	o->tree_stamp = v->tree_stamp;
}

const uint32_t *view_order(struct view *v, bool internals, uint32_t *count)
{
	make_order(v, internals);
	*count = (uint32_t)v->order[internals].lanes.count;
	return v->order[internals].lanes.items;
}

uint32_t view_descendants(struct view *v, bool internals, uint32_t lane)
{
	make_order(v, internals);
	return v->order[internals].descendants.items[lane];
}

/* ---- names ---- */

/* A name that a program made may be as long as memory; nobody sees more than a screen of it,
 * and everybody who draws it measures it. */
static void put_name(struct buf *out, const char *name)
{
	enum { NAME_BYTES = 1000 };
	size_t len = strnlen(name, NAME_BYTES + 1);
	if (len > NAME_BYTES) {
		for (len = NAME_BYTES; len && ((unsigned char)name[len] & 0xC0) == 0x80;)
			len--;
		buf_put(out, name, len);
		buf_puts(out, "…");
	} else {
		buf_put(out, name, len);
	}
}

void view_lane_name(const struct view *v, uint32_t lane, struct buf *out)
{
	const struct lane_data *l = &v->lanes.items[lane];
	if (lane == LANE_PROGRAM) {
		buf_puts(out, v->callbacks_ran ? "callbacks" : "program");
	} else if (lane == LANE_LOOP) {
		buf_puts(out, "loop");
	} else if (l->lane.worker && !l->name_text) {
		buf_printf(out, "thread %u", (unsigned)l->lane.thread);
	} else if (l->lane.worker) {
		put_name(out, trace_text(v->trace, l->name_text, NULL));
	} else if (l->lane.named || !l->coro_text) {
		put_name(out, view_task_name(v, lane));
	} else {
		put_name(out, short_name(trace_text(v->trace, l->coro_text, NULL)));
		if (l->ordinal > 1)
			buf_printf(out, " %lu", (unsigned long)l->ordinal);
	}
}

const char *view_task_name(const struct view *v, uint32_t lane)
{
	const struct lane_data *l = &v->lanes.items[lane];
	return l->lane.worker ? "" : trace_text(v->trace, l->name_text, NULL);
}

const char *view_coroutine(const struct view *v, uint32_t lane)
{
	return trace_text(v->trace, v->lanes.items[lane].coro_text, NULL);
}

/* ---- what a lane waits for ---- */

size_t family_over(const struct view *v, const struct family *f, uint64_t position)
{
	enum { LOOK_AT_MEMBERS = 1000 };
	size_t over = 0;
	if (!f->shares)
		return events_below(f->over_events.items, f->over_events.count, position);
	if (f->members.count > LOOK_AT_MEMBERS)
		return events_below(f->done_events.items, f->done_events.count, position);
	for (size_t i = 0; i < f->members.count; i++) {
		const struct thing *m = thing_find(v, f->members.items[i]);
		over += m && m->done_event < position;
	}
	return over;
}

const struct family *span_family(const struct view *v, uint32_t lane,
                                 const struct span *s)
{
	const struct thing *t = thing_find(v, s->wait_id);
	if (t && t->family != NO_INDEX)
		return &v->families.items[t->family];
	if (s->wait_kind != WAIT_GROUP)
		return NULL;
	/* It waits in the exit of the innermost group that it has entered and not left.
	 */
	const struct lane_data *l = &v->lanes.items[lane];
	for (size_t i = l->groups.count; i-- > 0;) {
		const struct family *f = &v->families.items[l->groups.items[i]];
		if (f->begin_event < s->begin_event && f->end_event > s->begin_event)
			return f;
	}
	return NULL;
}

bool family_is_machinery(const struct view *v, const struct family *f)
{
	const struct thing *t =
		f->members.count ? thing_find(v, f->members.items[0]) : NULL;
	return t && t->lane != LANE_NONE && lane_is_machinery(v, t->lane) &&
	       strcmp(view_coroutine(v, t->lane),
	              "BaseEventLoop._create_server_getaddrinfo") == 0;
}

/* `shield[Task-4]` is said with the name that the lane has: `shield boil`. */
void put_wait_text(const struct view *v, unsigned kind, uint32_t text_id, struct buf *out)
{
	const char *text = trace_text(v->trace, text_id, NULL);
	const char *open = strchr(text, '['), *close = open ? strchr(open, ']') : NULL;
	const uint32_t *lane = NULL;
	if ((kind == WAIT_SHIELD || kind == WAIT_WAIT_FOR) && close)
		lane = map_find(&v->task_names, open + 1, (size_t)(close - open - 1));
	if (!lane) {
		buf_puts(out, text);
		return;
	}
	buf_put(out, text, (size_t)(open - text));
	buf_putc(out, ' ');
	view_lane_name(v, *lane, out);
}

/* `1st`, `2nd`, `3rd`, `11th`. */
static void put_ordinal(struct buf *out, uint32_t n)
{
	static const char *const ends[] = {"th", "st", "nd", "rd"};
	bool teen = n % 100 >= 11 && n % 100 <= 13;
	buf_printf(out, "%lu%s", (unsigned long)n,
	           ends[!teen && n % 10 <= 3 ? n % 10 : 0]);
}

/* Where the job is that somebody waits for: in the queue, or which worker has it. */
static void put_job_place(const struct view *v, uint32_t job, uint64_t position,
                          struct buf *out)
{
	uint32_t rank = view_queue_rank(v, job, position);
	const struct job_data *j = &v->jobs.items[job];
	if (rank) {
		buf_puts(out, " (queued, ");
		put_ordinal(out, rank);
		buf_putc(out, ')');
	} else if (j->started < position) {
		buf_puts(out, " on ");
		view_lane_name(v, view_lane_of_thread(v, j->thread), out);
	}
}

/* What a thread outside of its loop's steps is blocked on: another thread's job, or what
 * the trace says. */
static void put_blocked(const struct view *v, const struct span *s, uint64_t position,
                        struct buf *out)
{
	uint32_t job = job_of_thing(v, s->wait_id);
	if (job == NO_INDEX) {
		buf_puts(out, trace_text(v->trace, s->wait_text, NULL));
		return;
	}
	buf_printf(out, "worker %s",
	           trace_text(v->trace, v->job_lives.lives.items[job].text, NULL));
	put_job_place(v, job, position, out);
}

/* What a worker is busy with, or blocked on. */
static void put_worker_label(const struct view *v, uint32_t lane, const struct span *s,
                             uint64_t position, struct buf *out)
{
	if (s->state == STATE_WAITING && (s->wait_id || s->wait_text)) {
		put_blocked(v, s, position, out);
		return;
	}
	uint32_t job = view_job_at(v, lane, position);
	if (job != NO_INDEX)
		put_job(v, job, position, out);
	if (s->state == STATE_WAITING)
		buf_puts(out, ": its own loop");
}

void view_wait_label(const struct view *v, uint32_t lane, uint64_t position,
                     struct buf *out)
{
	size_t index = view_span_at(v, lane, position);
	if (index == SIZE_MAX)
		return;
	struct span s = view_span(v, lane, index);
	if (v->lanes.items[lane].lane.worker) {
		put_worker_label(v, lane, &s, position, out);
		return;
	}
	if (s.wait_id == 0 && s.wait_text == 0)
		return;
	const struct family *f = span_family(v, lane, &s);
	if (f && family_is_machinery(v, f)) {
		buf_puts(out, "start_server");
		return;
	}
	if (f) {
		size_t members = events_below(f->joined_events.items,
		                              f->joined_events.count, position);
		buf_printf(out, "%s %zu/%zu", f->group ? "group" : "gather",
		           family_over(v, f, position), members);
		return;
	}
	uint32_t other =
		s.wait_kind == WAIT_TASK ? view_lane_of(v, s.wait_id) : LANE_NONE;
	if (other != LANE_NONE && other > LANE_LOOP) {
		buf_puts(out, "task ");
		view_lane_name(v, other, out);
		return;
	}
	if (trace_at(v->trace, s.begin_event)->kind == EV_JOIN_BEGUN) {
		put_blocked(v, &s, position, out);
		return;
	}
	put_wait_text(v, s.wait_kind, s.wait_text, out);
	uint32_t job = job_of_thing(v, s.wait_id);
	if (job != NO_INDEX)
		put_job_place(v, job, position, out);
}
