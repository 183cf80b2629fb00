/*
 * Workers under the virtual clock: lockstep by stretches (semantics 16.5, in parallel).
 *
 * A worker that got the go runs until its own clock would move, and parks. Only the root moves
 * time, and only when every stretch that has begun has been gathered. What began at the same
 * instant runs on as many cores as there are; who is gathered first, and therefore all that
 * can be seen, depends on the order in which the jobs started and on nothing else.
 *
 * The first stretch of a job stands where it was submitted: what it did goes into a hole
 * of the trace, and what it appends to the loop goes to the place in the ready queue.
 */
#include <poll.h>
#include <stdlib.h>

#include "loop/crew_internal.h"

/* ---- the heap of those that sleep ---- */

static bool sooner(const struct sleeper *a, const struct sleeper *b)
{
	return a->wake_ns != b->wake_ns ? a->wake_ns < b->wake_ns : a->order < b->order;
}

static void heap_push(struct crew *c, struct sleeper s)
{
	vec_push(&c->sleepers, s);
	size_t at = c->sleepers.count - 1;
	for (size_t up; at > 0 && sooner(&s, &c->sleepers.items[up = (at - 1) / 2]); at = up)
		c->sleepers.items[at] = c->sleepers.items[up];
	c->sleepers.items[at] = s;
}

static void heap_pop(struct crew *c)
{
	struct sleeper *heap = c->sleepers.items;
	struct sleeper last = vec_pop(&c->sleepers);
	size_t count = c->sleepers.count, at = 0;
	if (!count)
		return;
	for (size_t child; (child = at * 2 + 1) < count; at = child) {
		if (child + 1 < count && sooner(&heap[child + 1], &heap[child]))
			child++;
		if (!sooner(&heap[child], &last))
			break;
		heap[at] = heap[child];
	}
	heap[at] = last;
}

/* The sleeper that is due first; NULL: nobody sleeps. Entries of earlier waits go. */
static struct sleeper *heap_top(struct crew *c)
{
	while (c->sleepers.count) {
		struct sleeper *top = &c->sleepers.items[0];
		if (top->worker->state == WORKER_PARKED && top->worker->parked == top->parked)
			return top;
		heap_pop(c);
	}
	return NULL;
}

/* ---- the worker's side ---- */

bool worker_park(struct worker *w, int64_t wake_ns, bool wants_posts)
{
	struct crew *c = w->crew;
	pthread_mutex_lock(&c->lock);
	w->wake_ns = wake_ns;
	w->wants_posts = wants_posts;
	w->parked++;
	w->state = WORKER_PARKED;
	world_wake(c->root);
	while (w->state == WORKER_PARKED && !w->quit)
		pthread_cond_wait(&w->go, &c->lock);
	bool go = !w->quit;
	w->state = WORKER_RUNNING;
	if (go && w->world)
		w->world->clock.now_ns = w->now_ns;
	pthread_mutex_unlock(&c->lock);
	return go;
}

/* ---- the root's side ---- */

void stretch_begins(struct worker *w)
{
	struct crew *c = w->crew;
	struct loop_world *root = c->root;
	struct trace_writer *writer = root->writer;
	w->now_ns = root->clock.now_ns;
	w->in_hole = false;
	w->stamp = (struct event){.thread = w->number,
				  .tick = writer->tick,
				  .step = writer->step,
				  .time_ns = w->now_ns};
	list_push_tail(&c->open, &w->open);
}

/* The root does something else meanwhile: the stretch gets a place of its own. */
void stretch_stands_here(struct worker *w)
{
	struct crew *c = w->crew;
	struct trace_writer *writer = c->root->writer;
	w->in_hole = true;
	w->place_loop = c->root->running;
	if (w->place_loop)
		w->place = ready_end(w->place_loop);
	if (writer->trace)
		trace_hole(writer->trace);
	if (c->client->hole)
		c->client->hole(c->context);
}

/* Wait for the end of a stretch. False when somebody wants attention instead. */
static bool await_parked(struct crew *c, struct worker *w)
{
	struct loop_world *root = c->root;
	for (;;) {
		pthread_mutex_lock(&c->lock);
		bool parked = w->state != WORKER_RUNNING;
		pthread_mutex_unlock(&c->lock);
		if (parked)
			return true;
		if (atomic_load(&root->attention))
			return false;
		struct pollfd fd = {.fd = root->wake_fd, .events = POLLIN};
		if (poll(&fd, 1, -1) > 0)
			world_calm(root);
	}
}

/* Where the root's writer is, to be put back. */
struct place {
	uint32_t tick, step, task;
	int64_t time_ns;
};

static struct place go_to_place(struct worker *w)
{
	struct trace_writer *writer = w->crew->root->writer;
	struct place was = {writer->tick, writer->step, writer->task, writer->time_ns};
	if (!w->in_hole) {
		writer->time_ns = w->crew->root->clock.now_ns;
		writer->task = 0;
		return was;
	}
	writer->tick = w->stamp.tick;
	writer->step = w->stamp.step;
	writer->task = 0;
	writer->time_ns = w->stamp.time_ns;
	if (writer->trace)
		trace_fill_begin(writer->trace);
	if (w->place_loop && !loop_closed(w->place_loop))
		ready_append_at(w->place_loop, w->place);
	return was;
}

static void leave_place(struct worker *w, struct place was, bool in_hole)
{
	struct crew *c = w->crew;
	struct trace_writer *writer = c->root->writer;
	if (in_hole) {
		if (w->place_loop && !loop_closed(w->place_loop))
			ready_append_at_end(w->place_loop, false);
		if (writer->trace)
			trace_fill_end(writer->trace);
		if (c->client->filled)
			c->client->filled(c->context);
	}
	writer->tick = was.tick;
	writer->step = was.step;
	writer->task = was.task;
	writer->time_ns = was.time_ns;
}

/* What it did becomes part of what happened. */
static void splice(struct worker *w)
{
	struct crew *c = w->crew;
	struct trace_writer *writer = c->root->writer;
	worker_tell(w, writer);
	if (writer->trace &&
	    !trace_splice(writer->trace, &w->splice, &w->stamp, c->client->keep, c->context))
		writer->full = true;
	if (c->client->stretch)
		c->client->stretch(c->context, w, w->in_hole);
}

void crew_receives(struct worker *w)
{
	struct crew *c = w->crew;
	if (w->state == WORKER_PARKED && w->wants_posts && w->wake_ns > c->root->clock.now_ns) {
		w->wake_ns = c->root->clock.now_ns;
		w->parked++;
		heap_push(c, (struct sleeper){w->wake_ns, w->order, w, w->parked});
	}
}

/* What it posted arrives: at the root now, at other workers when they go on. */
static void deliver(struct worker *w)
{
	struct post *p = w->out_head;
	w->out_head = w->out_tail = NULL;
	while (p) {
		struct post *next = p->next;
		if (p->to == 0)
			p->run(p, w->crew->root);
		else
			box_put(w->crew, p);
		p = next;
	}
}

static void take_stretch(struct worker *w)
{
	struct crew *c = w->crew;
	bool in_hole = w->in_hole;
	c->delivered += w->out_head != NULL || w->job_over;
	struct place was = go_to_place(w);
	splice(w);
	deliver(w);
	pthread_mutex_lock(&c->lock);
	bool over = w->job_over;
	if (!over)
		heap_push(c, (struct sleeper){w->wake_ns, w->order, w, w->parked});
	pthread_mutex_unlock(&c->lock);
	if (over)
		worker_over(w);
	leave_place(w, was, in_hole);
	w->in_hole = false;
}

bool crew_gather(struct crew *c)
{
	if (c->gathering)
		return true;
	bool all = true;
	struct loop *running = c->root->running;
	c->gathering = true;
	while (all && !list_empty(&c->open)) {
		struct worker *w = list_entry(c->open.next, struct worker, open);
		all = await_parked(c, w);
		if (!all)
			break;
		list_remove(&w->open);
		take_stretch(w);
	}
	c->gathering = false;
	if (running && !loop_closed(running))
		ready_append_at_end(running, true);
	return all;
}

static int by_order(const void *a, const void *b)
{
	const struct worker *const *x = a, *const *y = b;
	return (*x)->order < (*y)->order ? -1 : (*x)->order > (*y)->order;
}

/* Give all that are due the go, at once. False if there is nobody. */
static bool begin_due(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	c->due.count = 0;
	for (struct sleeper *top; (top = heap_top(c)) && top->wake_ns <= c->root->clock.now_ns;) {
		vec_push(&c->due, top->worker);
		heap_pop(c);
	}
	if (c->due.count)
		qsort(c->due.items, c->due.count, sizeof *c->due.items, by_order);
	for (size_t i = 0; i < c->due.count; i++) {
		struct worker *w = c->due.items[i];
		stretch_begins(w);
		w->state = WORKER_RUNNING;
		pthread_cond_signal(&w->go);
	}
	pthread_mutex_unlock(&c->lock);
	return c->due.count > 0;
}

bool crew_run_due(struct crew *c)
{
	if (c->gathering)
		return true;
	do
		if (!crew_gather(c))
			return false;
	while (begin_due(c));
	return true;
}

int64_t crew_next_wake(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	const struct sleeper *top = heap_top(c);
	int64_t wake_ns = top ? top->wake_ns : INT64_MAX;
	pthread_mutex_unlock(&c->lock);
	return wake_ns;
}

bool crew_advance(struct crew *c, int64_t to_ns)
{
	struct clock *clock = &c->root->clock;
	for (;;) {
		if (!crew_run_due(c))
			return false;
		int64_t wake_ns = crew_next_wake(c);
		if (wake_ns > to_ns || c->gathering)
			break;
		if (wake_ns > clock->now_ns)
			clock->now_ns = wake_ns;
	}
	if (to_ns > clock->now_ns)
		clock->now_ns = to_ns;
	return true;
}
