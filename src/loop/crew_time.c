/*
 * Workers under the virtual clock: lockstep by stretches (semantics 16.5, in parallel).
 *
 * A worker that got the go runs until its own clock would move, and parks. Only the root moves
 * time, and only when every stretch that has begun has been gathered. What began at the same
 * instant runs on as many cores as there are; who is gathered first, and therefore all that
 * can be seen, depends on the order in which the jobs started and on nothing else.
 *
 * The first stretch of a job that the root starts stands where it was submitted: what it did goes
 * into a hole of the trace, and what it appends to the loop goes to that place in the ready queue.
 *
 * While stretches are gathered none begins. What they start, and who is due because of
 * them, begins when all of them have been gathered, in one go again, in the order of the
 * jobs' starts; and a worker whose job is over takes another one only then. This is what makes what a
 * worker sees (its pool, its posts) stand still while it runs.
 */
#include <poll.h>
#include <stdlib.h>

#include "loop/crew_internal.h"

/* ---- the heap of those that sleep ---- */

static bool sooner(const struct worker *a, const struct worker *b)
{
	return a->wake_ns != b->wake_ns ? a->wake_ns < b->wake_ns : a->order < b->order;
}

static void heap_set(struct crew *c, size_t at, struct worker *w)
{
	c->sleepers.items[at] = w;
	w->heap_at = at;
}

static void sift_up(struct crew *c, struct worker *w)
{
	size_t at = w->heap_at;
	for (size_t up; at > 0 && sooner(w, c->sleepers.items[up = (at - 1) / 2]); at = up)
		heap_set(c, at, c->sleepers.items[up]);
	heap_set(c, at, w);
}

static void sift_down(struct crew *c, struct worker *w)
{
	struct worker **heap = c->sleepers.items;
	size_t at = w->heap_at;
	for (size_t child; (child = at * 2 + 1) < c->sleepers.count; at = child) {
		if (child + 1 < c->sleepers.count && sooner(heap[child + 1], heap[child]))
			child++;
		if (!sooner(heap[child], w))
			break;
		heap_set(c, at, heap[child]);
	}
	heap_set(c, at, w);
}

/* Its wake_ns is new, and not later than it was. */
static void heap_put(struct crew *c, struct worker *w)
{
	if (w->heap_at == NOT_IN_HEAP) {
		w->heap_at = c->sleepers.count;
		vec_push(&c->sleepers, w);
	}
	sift_up(c, w);
}

static struct worker *heap_pop(struct crew *c)
{
	struct worker *top = c->sleepers.items[0];
	struct worker *last = vec_pop(&c->sleepers);
	top->heap_at = NOT_IN_HEAP;
	if (last != top) {
		last->heap_at = 0;
		sift_down(c, last);
	}
	return top;
}

/* Who is due first; NULL: nobody ever. */
static struct worker *heap_top(struct crew *c)
{
	return c->sleepers.count ? c->sleepers.items[0] : NULL;
}

/* ---- the worker's side ---- */

bool worker_park(struct worker *w, int64_t wake_ns, bool wants_posts)
{
	struct crew *c = w->crew;
	pthread_mutex_lock(&c->lock);
	w->wake_ns = wake_ns;
	w->wants_posts = wants_posts;
	w->state = WORKER_PARKED;
	world_wake(c->root);
	while (w->state == WORKER_PARKED && !w->quit)
		pthread_cond_wait(&w->go, &c->lock);
	bool go = !w->quit;
	w->state = WORKER_RUNNING;
	if (go)
		w->world->clock.now_ns = w->now_ns;
	pthread_mutex_unlock(&c->lock);
	return go;
}

/* ---- the root's side ---- */

void stretch_begins(struct worker *w)
{
	struct crew *c = w->crew;
	w->at_rest = false;
	w->in_hole = false;
	w->now_ns = c->root->clock.now_ns;
	w->began_at = ++c->moments;
	if (w->world)
		box_take_over(w->world, &w->in);
	list_push_tail(&c->open, &w->open);
	w->state = WORKER_RUNNING;
	pthread_cond_signal(&w->go);
}

void worker_rests(struct worker *w)
{
	w->at_rest = true;
	if (w->wants_posts && w->in.head && w->wake_ns > w->crew->root->clock.now_ns)
		w->wake_ns = w->crew->root->clock.now_ns;
	if (w->wake_ns != INT64_MAX)
		heap_put(w->crew, w);
}

void worker_receives(struct worker *w, struct post *p)
{
	posts_add(&w->in, p);
	if (w->at_rest)
		worker_rests(w);
}

/* The root does something else meanwhile: the stretch gets a place of its own. */
void stretch_stands_here(struct worker *w)
{
	struct crew *c = w->crew;
	struct trace_writer *writer = c->root->writer;
	w->in_hole = true;
	w->stamp = (struct event){.tick = writer->tick, .step = writer->step};
	if (c->root->running) {
		w->place_loop = loop_ref(c->root->running);
		w->place = ready_end(w->place_loop);
	}
	if (writer->trace)
		trace_hole(writer->trace);
	if (c->client->hole)
		c->client->hole(c->context);
}

/* Wait for the end of a stretch. False when somebody wants attention instead. */
static bool await_parked(struct crew *c, const struct worker *w)
{
	struct loop_world *root = c->root;
	for (;;) {
		/* First, so that halting does not depend on who was faster. */
		if (atomic_load(&root->attention))
			return false;
		pthread_mutex_lock(&c->lock);
		bool parked = w->state != WORKER_RUNNING;
		pthread_mutex_unlock(&c->lock);
		if (parked)
			return true;
		struct pollfd fd = {.fd = root->wake_fd, .events = POLLIN};
		if (poll(&fd, 1, -1) > 0)
			world_calm(root);
	}
}

/* The places that are filled are in another loop's queue than before. */
static void change_cursor(struct crew *c, struct loop *l)
{
	if (c->cursor_loop == l)
		return;
	struct loop *old = c->cursor_loop;
	c->cursor_loop = l ? loop_ref(l) : NULL;
	if (old) {
		ready_append_at_end(old, true);
		loop_unref(old);
	}
}

/*
 * Go to where the stretch stands; the writer as it was is put back by leave_place. A stretch
 * without a hole stands here and now, and so may one whose loop has been closed meanwhile.
 */
static struct trace_writer go_to_place(struct worker *w)
{
	struct crew *c = w->crew;
	struct trace_writer *writer = c->root->writer;
	struct trace_writer was = *writer;
	writer->task = 0;
	writer->time_ns = w->now_ns;
	if (w->in_hole) {
		writer->tick = w->stamp.tick;
		writer->step = w->stamp.step;
		if (writer->trace)
			trace_fill_begin(writer->trace);
		if (w->place_loop && !loop_closed(w->place_loop)) {
			change_cursor(c, w->place_loop);
			ready_append_at(w->place_loop, w->place);
		}
	}
	w->stamp = (struct event){.thread = w->number,
				  .tick = writer->tick,
				  .step = writer->step,
				  .time_ns = writer->time_ns};
	return was;
}

static void leave_place(struct worker *w, const struct trace_writer *was)
{
	struct crew *c = w->crew;
	struct trace_writer *writer = c->root->writer;
	if (w->in_hole) {
		w->in_hole = false;
		if (w->place_loop) {
			ready_append_at_end(w->place_loop, false);
			loop_unref(w->place_loop);
			w->place_loop = NULL;
		}
		if (writer->trace && !trace_fill_end(writer->trace))
			writer->full = true;
		if (c->client->filled)
			c->client->filled(c->context);
	}
	bool full = writer->full;
	*writer = *was;
	writer->full = full;
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

/* What it posted arrives: at the root now, at other workers when they go on. */
static void deliver(struct worker *w)
{
	struct post *p = w->out.head;
	w->out = (struct post_list){0};
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
	c->delivered += w->out.head != NULL || w->job_over;
	struct trace_writer was = go_to_place(w);
	splice(w);
	deliver(w);
	if (w->job_over) {
		worker_over(w);
	} else {
		pthread_mutex_lock(&c->lock);
		worker_rests(w);
		pthread_mutex_unlock(&c->lock);
	}
	tell_leaving(c, &w->leaving);
	leave_place(w, &was);
}

bool crew_gather(struct crew *c)
{
	if (c->gathering)
		return true;
	bool all = true;
	c->gathering = true;
	while (all && !list_empty(&c->open)) {
		struct worker *w = list_entry(c->open.next, struct worker, open);
		all = await_parked(c, w);
		if (all) {
			list_remove(&w->open);
			take_stretch(w);
		}
	}
	change_cursor(c, NULL);
	c->gathering = false;
	return all;
}

/* It was halted, so its stretch is over soon: whoever else wants attention waits for that. */
static void await_halted(struct crew *c, const struct worker *w)
{
	for (bool runs = true; runs;) {
		pthread_mutex_lock(&c->lock);
		runs = w->state == WORKER_RUNNING;
		pthread_mutex_unlock(&c->lock);
		struct pollfd fd = {.fd = c->root->wake_fd, .events = POLLIN};
		if (runs && poll(&fd, 1, -1) > 0)
			world_calm(c->root);
	}
}

void crew_salvage(struct crew *c)
{
	c->gathering = true;
	while (!list_empty(&c->open)) {
		struct worker *w = list_entry(c->open.next, struct worker, open);
		await_halted(c, w);
		list_remove(&w->open);
		struct trace_writer was = go_to_place(w);
		splice(w);
		leave_place(w, &was);
	}
	change_cursor(c, NULL);
	c->gathering = false;
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
	for (struct worker *w; (w = heap_top(c)) && w->wake_ns <= c->root->clock.now_ns;)
		vec_push(&c->due, heap_pop(c));
	if (c->due.count)
		qsort(c->due.items, c->due.count, sizeof *c->due.items, by_order);
	for (size_t i = 0; i < c->due.count; i++)
		stretch_begins(c->due.items[i]);
	pthread_mutex_unlock(&c->lock);
	return c->due.count > 0;
}

bool crew_run_due(struct crew *c)
{
	if (c->gathering)
		return true;
	do {
		if (!crew_gather(c))
			return false;
		free_ended(c);
	} while (begin_due(c));
	return true;
}

int64_t crew_next_wake(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	const struct worker *first = heap_top(c);
	int64_t wake_ns = first ? first->wake_ns : INT64_MAX;
	pthread_mutex_unlock(&c->lock);
	return wake_ns;
}

bool crew_advance(struct crew *c, int64_t to_ns)
{
	struct clock *clock = &c->root->clock;
	/* A callback of a job's end that sleeps: nobody else's time could pass with it. */
	if (c->gathering)
		return true;
	for (;;) {
		if (!crew_run_due(c))
			return false;
		int64_t wake_ns = crew_next_wake(c);
		if (wake_ns > to_ns)
			break;
		clock->now_ns = wake_ns;
	}
	if (to_ns > clock->now_ns)
		clock->now_ns = to_ns;
	return true;
}
