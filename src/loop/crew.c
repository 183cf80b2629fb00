/*
 * The crew: pools, and which worker gets which job. A job goes to an idle worker of its
 * pool (the one that was idle last), else to a new one if there may be more, else it
 * queues.
 */
#include "loop/crew.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "loop/crew_internal.h"

/* ---- life ---- */

struct crew *crew_new(struct loop_world *root, const struct crew_client *client,
                      void *context, size_t stack_bytes)
{
	assert(!root->crew);
	struct crew *c = mem_zalloc(1, sizeof *c);
	c->root = root;
	c->client = client;
	c->context = context;
	c->stack_bytes = stack_bytes;
	c->real = root->clock.real;
	pthread_mutex_init(&c->lock, NULL);
	list_init(&c->workers);
	list_init(&c->gone);
	list_init(&c->pools);
	list_init(&c->jobs);
	list_init(&c->open);
	if (c->real && root->writer->trace)
		trace_share(root->writer->trace);
	root->crew = c;
	return c;
}

/* Threads that have ended are joined, so that there are never more of them than workers. */
static void reap(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	while (!list_empty(&c->gone)) {
		struct worker *w = list_entry(list_pop_head(&c->gone), struct worker, link);
		pthread_mutex_unlock(&c->lock);
		worker_join(w);
		pthread_mutex_lock(&c->lock);
	}
	pthread_mutex_unlock(&c->lock);
}

static void stop_workers(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	c->ending = true;
	for (struct list_node *n = c->workers.next; n != &c->workers; n = n->next) {
		struct worker *w = list_entry(n, struct worker, link);
		bool runs = w->state == WORKER_RUNNING || w->state == WORKER_PARKED;
		w->quit = true;
		if (runs && w->world) {
			loop_world_halt(w->world);
			c->client->worker_stop(c->context, w);
		}
		pthread_cond_signal(&w->go);
	}
	pthread_mutex_unlock(&c->lock);
}

static void drop_posts(struct post *p)
{
	while (p) {
		struct post *next = p->next;
		p->drop(p);
		p = next;
	}
}

void crew_free(struct crew *c)
{
	if (!c)
		return;
	stop_workers(c);
	for (size_t i = 0; i < c->by_number.count; i++) {
		struct worker *w = c->by_number.items[i];
		if (w->started)
			pthread_join(w->thread, NULL);
		w->started = false;
	}
	box_drop(c->root);
	for (size_t i = 0; i < c->by_number.count; i++)
		drop_posts(c->by_number.items[i]->out_head);
	while (!list_empty(&c->jobs)) {
		struct job *j = list_entry(c->jobs.next, struct job, link);
		list_remove(&j->link);
		j->state = JOB_CANCELLED;
		j->ops->drop(j);
	}
	while (!list_empty(&c->pools)) {
		struct crew_pool *p = list_entry(c->pools.next, struct crew_pool, link);
		list_remove(&p->link);
		free(p->prefix);
		free(p);
	}
	for (size_t i = 0; i < c->by_number.count; i++)
		worker_free(c->by_number.items[i]);
	vec_free(&c->by_number);
	vec_free(&c->sleepers);
	vec_free(&c->due);
	pthread_mutex_destroy(&c->lock);
	c->root->crew = NULL;
	free(c);
}

/* Whether somebody works whom the program's end waits for. */
static bool anybody_works(struct crew *c)
{
	bool works = false;
	pthread_mutex_lock(&c->lock);
	for (struct list_node *n = c->jobs.next; n != &c->jobs && !works; n = n->next)
		works = !list_entry(n, struct job, link)->daemon;
	pthread_mutex_unlock(&c->lock);
	return works;
}

bool crew_finish(struct crew *c)
{
	while (anybody_works(c)) {
		enum crew_end end = crew_wait(c->root, INT64_MAX);
		if (end != CREW_DELIVERED)
			return false;
	}
	return crew_look(c->root);
}

/* ---- jobs ---- */

static uint32_t text_of(struct loop_world *w, const char *text)
{
	return trace_string(w->writer->trace, text, strlen(text));
}

void job_init(struct job *j, const struct job_ops *ops, struct loop_world *home,
              struct crew_pool *pool, const char *what)
{
	*j = (struct job){.ops = ops, .home = crew_number(home), .pool = pool};
	j->id = j->root_id = loop_world_id(home);
	if (!world_traced(home))
		return;
	home->writer->time_ns = clock_now_ns(&home->clock);
	trace_emit(home->writer, EV_JOB_SUBMITTED, j->id, text_of(home, what), 0);
	if (pool)
		trace_emit(home->writer, EV_JOB_POOL, j->id, text_of(home, pool->prefix), 0);
}

void job_fini(struct job *j)
{
	free(j->repr);
	free(j->name);
	j->repr = j->name = NULL;
}

void job_ends(struct job *j, enum ending ending, const char *repr)
{
	j->ending = (uint8_t)ending;
	free(j->repr);
	j->repr = repr ? mem_strdup(repr) : NULL;
}

/* ---- who gets it ---- */

static struct worker *idle_worker(struct crew_pool *p)
{
	if (!list_empty(&p->idle))
		return list_entry(list_pop_head(&p->idle), struct worker, idle);
	if (p->count >= p->most || p->crew->ending)
		return NULL;
	struct buf name = {0};
	buf_printf(&name, "%s_%lu", p->prefix, (unsigned long)p->made);
	struct worker *w = worker_make(p->crew, p, p->kind, mem_strdup(buf_text(&name)));
	buf_free(&name);
	if (!w)
		return NULL;
	p->made++;
	p->count++;
	return w;
}

/* Idle workers of a pool that is closed go. Lock held. */
static void dismiss(struct crew_pool *p)
{
	while (p->closed && list_empty(&p->queue) && !list_empty(&p->idle)) {
		struct worker *w = list_entry(list_pop_head(&p->idle), struct worker, idle);
		w->quit = true;
		pthread_cond_signal(&w->go);
	}
}

void pool_dispatch(struct crew_pool *p)
{
	struct worker *w;
	while (!list_empty(&p->queue) && (w = idle_worker(p)))
		worker_take(w, list_entry(list_pop_head(&p->queue), struct job, queue));
	dismiss(p);
}

/* Virtual: the pool is full, but it may be that some of its workers are through already. */
static bool may_be_free(struct crew_pool *p)
{
	struct crew *c = p->crew;
	if (c->real || c->gathering || p->count < p->most || !list_empty(&p->idle))
		return false;
	for (struct list_node *n = c->open.next; n != &c->open; n = n->next)
		if (list_entry(n, struct worker, open)->pool == p)
			return true;
	return false;
}

/* On the root's thread, or on any under the real clock. */
static void hand_in(struct crew *c, struct job *j)
{
	struct crew_pool *p = j->pool;
	if (p && may_be_free(p))
		crew_gather(c);
	pthread_mutex_lock(&c->lock);
	uint64_t orders = c->orders;
	if (j->state == JOB_CANCELLED) {
		pthread_mutex_unlock(&c->lock);
		return;
	}
	j->state = JOB_QUEUED;
	list_push_tail(&c->jobs, &j->link);
	if (p) {
		p->busy++;
		list_push_tail(&p->queue, &j->queue);
		pool_dispatch(p);
	} else {
		struct worker *w = c->ending ? NULL
		                             : worker_make(c, NULL, WORKER_THREAD,
		                                           mem_strdup(j->name));
		if (w)
			worker_take(w, j);
	}
	struct worker *begun = c->orders != orders ? j->worker : NULL;
	pthread_mutex_unlock(&c->lock);
	if (begun && !c->real && !c->gathering)
		stretch_stands_here(begun);
}

/* A worker has submitted it; its stretch is gathered now. */
static void arrives_at_root(struct post *p, struct loop_world *root)
{
	struct job *j = CONTAINER_OF(p, struct job, post);
	struct crew *c = root->crew;
	if (world_traced(root))
		j->root_id = trace_splice_id(root->writer->trace,
		                             &c->by_number.items[j->home - 1]->splice, j->id);
	hand_in(c, j);
}

static void never_arrives(struct post *p)
{
	struct job *j = CONTAINER_OF(p, struct job, post);
	j->ops->drop(j);
}

void crew_submit(struct loop_world *w, struct job *j)
{
	struct crew *c = w->crew;
	if (!w->worker)
		reap(c);
	if (c->real || !w->worker) {
		hand_in(c, j);
		return;
	}
	j->post = (struct post){.run = arrives_at_root, .drop = never_arrives};
	crew_post(w, 0, &j->post);
}

void crew_start(struct loop_world *w, struct job *j, const char *name, bool daemon)
{
	j->name = mem_strdup(name);
	j->daemon = daemon;
	crew_submit(w, j);
}

bool job_cancel(struct job *j)
{
	struct crew *c = j->pool ? j->pool->crew : NULL;
	if (!c)
		return false;
	pthread_mutex_lock(&c->lock);
	bool cancelled = j->state == JOB_NEW || j->state == JOB_QUEUED;
	if (cancelled && j->state == JOB_QUEUED) {
		list_remove(&j->queue);
		list_remove(&j->link);
		j->pool->busy--;
	}
	if (cancelled)
		j->state = JOB_CANCELLED;
	struct loop_world *home =
		j->home ? c->by_number.items[j->home - 1]->world : c->root;
	pthread_mutex_unlock(&c->lock);
	if (cancelled && home && world_traced(home)) {
		home->writer->time_ns = clock_now_ns(&home->clock);
		trace_emit(home->writer, EV_JOB_ENDED, j->id, 0, ENDING_CANCELLED);
	}
	return cancelled;
}

void worker_over(struct worker *w)
{
	struct crew *c = w->crew;
	struct job *j = w->job;
	worker_tell_over(w, c->root->writer, j);
	pthread_mutex_lock(&c->lock);
	w->job = NULL;
	w->job_over = false;
	j->state = JOB_OVER;
	if (w->pool) {
		w->pool->busy--;
		list_insert_before(w->pool->idle.next, &w->idle);
	} else {
		w->quit = true;
		pthread_cond_signal(&w->go);
	}
	pthread_mutex_unlock(&c->lock);
	if (j->home == 0) {
		pthread_mutex_lock(&c->lock);
		list_remove(&j->link);
		pthread_mutex_unlock(&c->lock);
		j->ops->over(j, c->root);
	} else {
		job_goes_home(j, c);
	}
	if (!w->pool)
		return;
	pthread_mutex_lock(&c->lock);
	pool_dispatch(w->pool);
	pthread_mutex_unlock(&c->lock);
}

/* ---- pools ---- */

struct crew_pool *crew_pool_new(struct loop_world *w, enum worker_kind kind,
                                const char *prefix, uint32_t most)
{
	struct crew *c = w->crew;
	struct crew_pool *p = mem_zalloc(1, sizeof *p);
	p->crew = c;
	p->prefix = mem_strdup(prefix);
	p->kind = kind;
	p->most = most;
	list_init(&p->idle);
	list_init(&p->queue);
	pthread_mutex_lock(&c->lock);
	list_push_tail(&c->pools, &p->link);
	pthread_mutex_unlock(&c->lock);
	return p;
}

const char *crew_pool_name(const struct crew_pool *p)
{
	return p->prefix;
}

void crew_pool_close(struct loop_world *w, struct crew_pool *p)
{
	(void)w;
	pthread_mutex_lock(&p->crew->lock);
	p->closed = true;
	dismiss(p);
	pthread_mutex_unlock(&p->crew->lock);
}

size_t crew_pool_busy(const struct crew_pool *p)
{
	pthread_mutex_lock(&p->crew->lock);
	size_t busy = p->busy;
	pthread_mutex_unlock(&p->crew->lock);
	return busy;
}

/* ---- waiting ---- */

/* Real: until something comes, the deadline, or somebody wants attention. */
static enum crew_end wait_real(struct loop_world *w, int64_t deadline_ns)
{
	for (;;) {
		unsigned wanted = atomic_load(&w->attention);
		if (wanted & ATTENTION_HALT)
			return CREW_HALTED;
		if (wanted & ATTENTION_INTERRUPT)
			return CREW_INTERRUPTED;
		if (box_run(w))
			return CREW_DELIVERED;
		struct timespec t, *limit = NULL;
		if (deadline_ns != INT64_MAX) {
			int64_t left = deadline_ns - clock_now_ns(&w->clock);
			if (left <= 0)
				return CREW_TIMED_OUT;
			t = (struct timespec){left / 1000000000, left % 1000000000};
			limit = &t;
		}
		struct pollfd fd = {.fd = w->wake_fd, .events = POLLIN};
		if (ppoll(&fd, 1, limit, NULL) > 0)
			world_calm(w);
	}
}

/* What cut a virtual wait of the root short. */
static enum crew_end cut_short(const struct loop_world *w)
{
	return atomic_load(&w->attention) & ATTENTION_HALT ? CREW_HALTED : CREW_INTERRUPTED;
}

static enum crew_end wait_root(struct loop_world *w, int64_t deadline_ns)
{
	struct crew *c = w->crew;
	uint64_t delivered = c->delivered;
	if (c->gathering)
		return CREW_DEADLOCK;
	if (!crew_run_due(c))
		return cut_short(w);
	if (box_run(w) || c->delivered != delivered)
		return CREW_DELIVERED;
	int64_t wake_ns = crew_next_wake(c);
	if (wake_ns == INT64_MAX && deadline_ns == INT64_MAX)
		return CREW_DEADLOCK;
	if (deadline_ns < wake_ns) {
		if (deadline_ns > w->clock.now_ns)
			w->clock.now_ns = deadline_ns;
		return CREW_TIMED_OUT;
	}
	return crew_advance(c, wake_ns) ? CREW_DELIVERED : cut_short(w);
}

static enum crew_end wait_worker(struct loop_world *w, int64_t deadline_ns)
{
	if (box_run(w))
		return CREW_DELIVERED;
	if (loop_world_halted(w) || !worker_park(w->worker, deadline_ns, true))
		return CREW_HALTED;
	if (box_run(w))
		return CREW_DELIVERED;
	return w->clock.now_ns >= deadline_ns ? CREW_TIMED_OUT : CREW_DELIVERED;
}

enum crew_end crew_wait(struct loop_world *w, int64_t deadline_ns)
{
	if (w->clock.real)
		return wait_real(w, deadline_ns);
	return w->worker ? wait_worker(w, deadline_ns) : wait_root(w, deadline_ns);
}

void crew_join_begun(struct loop_world *w, uint32_t id, const char *what)
{
	if (!world_traced(w))
		return;
	w->writer->time_ns = clock_now_ns(&w->clock);
	trace_emit(w->writer, EV_JOIN_BEGUN, id, text_of(w, what), 0);
}

void crew_join_ended(struct loop_world *w)
{
	if (!world_traced(w))
		return;
	w->writer->time_ns = clock_now_ns(&w->clock);
	trace_emit(w->writer, EV_JOIN_ENDED, 0, 0, 0);
}

bool crew_look(struct loop_world *w)
{
	struct crew *c = w->crew;
	if (!c)
		return true;
	bool all = c->real || w->worker || crew_run_due(c);
	box_run(w);
	return all;
}

void crew_each_worker(struct crew *c, void (*visit)(void *context, struct worker *w),
                      void *context)
{
	pthread_mutex_lock(&c->lock);
	for (struct list_node *n = c->workers.next; n != &c->workers; n = n->next) {
		struct worker *w = list_entry(n, struct worker, link);
		if (!w->quit)
			visit(context, w);
	}
	pthread_mutex_unlock(&c->lock);
}
