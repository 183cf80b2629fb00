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
	c->trace = root->writer->trace;
	pthread_mutex_init(&c->lock, NULL);
	list_init(&c->workers);
	list_init(&c->gone);
	list_init(&c->pools);
	list_init(&c->jobs);
	list_init(&c->open);
	list_init(&c->ended);
	list_init(&c->leaving);
	if (c->real && c->trace)
		trace_share(c->trace);
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

static void halt_workers(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	c->ending = true;
	for (struct list_node *n = c->workers.next; n != &c->workers; n = n->next) {
		struct worker *w = list_entry(n, struct worker, link);
		bool runs = w->state == WORKER_RUNNING || w->state == WORKER_PARKED;
		if (runs && w->world) {
			loop_world_halt(w->world);
			c->client->worker_stop(c->context, w);
		}
	}
	pthread_mutex_unlock(&c->lock);
}

static void dismiss_workers(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	for (struct list_node *n = c->workers.next; n != &c->workers; n = n->next) {
		struct worker *w = list_entry(n, struct worker, link);
		w->quit = true;
		pthread_cond_signal(&w->go);
	}
	pthread_mutex_unlock(&c->lock);
}

/* Their threads are joined: drop what they left, and tell the trace that they are gone. */
static void let_go_of_workers(struct crew *c)
{
	struct trace_writer *writer = c->root->writer;
	writer->time_ns = clock_now_ns(&c->root->clock);
	for (size_t i = 0; i < c->by_number.count; i++) {
		struct worker *w = c->by_number.items[i];
		worker_join(w);
		worker_tell_gone(w, writer);
		if (w->place_loop)
			loop_unref(w->place_loop);
	}
}

void crew_free(struct crew *c)
{
	if (!c)
		return;
	halt_workers(c);
	if (!c->real)
		crew_salvage(c);
	dismiss_workers(c);
	let_go_of_workers(c);
	box_drop(c->root);
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

/* What cut a virtual wait of the root short. */
static enum crew_end cut_short(const struct loop_world *w)
{
	return atomic_load(&w->attention) & ATTENTION_HALT ? CREW_HALTED : CREW_INTERRUPTED;
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

/* From now on the end of each job wakes the root up, whosever it is. */
static void set_finishing(struct crew *c, bool finishing)
{
	pthread_mutex_lock(&c->lock);
	c->finishing = finishing;
	pthread_mutex_unlock(&c->lock);
}

enum crew_end crew_finish(struct crew *c)
{
	enum crew_end end = CREW_DELIVERED;
	set_finishing(c, true);
	while (end == CREW_DELIVERED && anybody_works(c))
		end = crew_wait(c->root, INT64_MAX);
	set_finishing(c, false);
	if (end == CREW_DELIVERED && !crew_look(c->root))
		end = cut_short(c->root);
	return end;
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
static void dismiss(struct crew_pool *p, struct list_node *leaving)
{
	if (!p->closed || p->arriving || !list_empty(&p->queue))
		return;
	while (!list_empty(&p->idle))
		worker_quit(list_entry(list_pop_head(&p->idle), struct worker, idle), leaving);
}

/* The list of those whom the world of that number tells to quit. */
static struct list_node *leaving_of(struct crew *c, uint16_t number)
{
	return number ? &c->by_number.items[number - 1]->leaving : &c->leaving;
}

void tell_leaving(struct crew *c, struct list_node *leaving)
{
	c->root->writer->time_ns = c->root->clock.now_ns;
	while (!list_empty(leaving)) {
		struct worker *w = list_entry(list_pop_head(leaving), struct worker, idle);
		worker_tell_gone(w, c->root->writer);
		pthread_mutex_lock(&c->lock);
		w->gone_at = c->moments;
		pthread_mutex_unlock(&c->lock);
	}
}

void pool_dispatch(struct crew_pool *p)
{
	struct worker *w;
	while (!list_empty(&p->queue) && (w = idle_worker(p)))
		worker_take(w, list_entry(list_pop_head(&p->queue), struct job, queue));
	dismiss(p, &p->crew->leaving);
}

/*
 * Virtual: the pool is full as far as is known. But if some of its workers are through
 * with what they began here and now, they are free.
 */
static void look_for_room(struct crew_pool *p)
{
	struct crew *c = p->crew;
	if (c->real || c->gathering || p->count < p->most || !list_empty(&p->idle))
		return;
	crew_gather(c);
	for (struct list_node *n = c->ended.next; n != &c->ended; n = n->next)
		if (list_entry(n, struct worker, open)->pool == p) {
			crew_run_due(c);
			return;
		}
}

/* Start it, or put it into the queue. False if there is no thread and will be none. Lock held. */
static bool place(struct crew *c, struct job *j)
{
	struct crew_pool *p = j->pool;
	j->state = JOB_QUEUED;
	list_push_tail(&c->jobs, &j->link);
	if (!p) {
		struct worker *w = c->ending ? NULL
		                             : worker_make(c, NULL, WORKER_THREAD,
		                                           mem_strdup(j->name));
		if (w)
			worker_take(w, j);
		else if (!c->ending)
			list_remove(&j->link);
		return w || c->ending;
	}
	list_push_tail(&p->queue, &j->queue);
	pool_dispatch(p);
	if (p->count || c->ending)
		return true;
	list_remove(&j->queue);
	list_remove(&j->link);
	p->busy--;
	return false;
}

/* On the root's thread, or on any under the real clock. */
static bool hand_in(struct crew *c, struct job *j)
{
	if (j->pool)
		look_for_room(j->pool);
	pthread_mutex_lock(&c->lock);
	uint64_t orders = c->orders;
	bool placed = place(c, j);
	struct worker *begun = c->orders != orders ? j->worker : NULL;
	pthread_mutex_unlock(&c->lock);
	if (begun && !c->real && !c->gathering)
		stretch_stands_here(begun);
	return placed;
}

/* A worker has submitted it; its stretch is gathered now. */
static void arrives_at_root(struct post *p, struct loop_world *root)
{
	struct job *j = CONTAINER_OF(p, struct job, post);
	struct crew *c = root->crew;
	if (world_traced(root))
		j->root_id = trace_splice_id(root->writer->trace,
		                             &c->by_number.items[j->home - 1]->splice, j->id);
	j->arriving = false;
	if (j->pool) {
		pthread_mutex_lock(&c->lock);
		j->pool->arriving--;
		pthread_mutex_unlock(&c->lock);
	}
	if (!hand_in(c, j))
		j->ops->drop(j);
}

static void never_arrives(struct post *p)
{
	struct job *j = CONTAINER_OF(p, struct job, post);
	j->ops->drop(j);
}

bool crew_submit(struct loop_world *w, struct job *j)
{
	struct crew *c = w->crew;
	bool travels = !c->real && w->worker;
	if (!w->worker)
		reap(c);
	j->arriving = travels;
	if (j->pool) {
		pthread_mutex_lock(&c->lock);
		j->pool->busy++;
		j->pool->arriving += travels;
		pthread_mutex_unlock(&c->lock);
	}
	if (!travels)
		return hand_in(c, j);
	j->state = JOB_QUEUED;
	j->post = (struct post){.run = arrives_at_root, .drop = never_arrives};
	crew_post(w, 0, &j->post);
	return true;
}

bool crew_start(struct loop_world *w, struct job *j, const char *name, bool daemon)
{
	j->name = mem_strdup(name);
	j->daemon = daemon;
	return crew_submit(w, j);
}

/* Take it back from wherever it waits. Lock held. */
static void withdraw(struct crew *c, struct job *j)
{
	struct crew_pool *p = j->pool;
	p->busy--;
	if (j->arriving) {
		/* It was submitted in the very stretch that runs. */
		j->arriving = false;
		p->arriving--;
		posts_remove(&c->by_number.items[j->home - 1]->out, &j->post);
	} else {
		list_remove(&j->queue);
		list_remove(&j->link);
	}
	dismiss(p, leaving_of(c, j->home));
}

bool job_cancel(struct job *j)
{
	struct crew *c = j->pool ? j->pool->crew : NULL;
	if (!c)
		return false;
	pthread_mutex_lock(&c->lock);
	bool cancelled = j->state == JOB_NEW || j->state == JOB_QUEUED;
	if (j->state == JOB_QUEUED)
		withdraw(c, j);
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
		list_push_tail(&c->ended, &w->open);
	} else {
		worker_quit(w, &c->leaving);
	}
	if (j->home == 0)
		list_remove(&j->link);
	pthread_mutex_unlock(&c->lock);
	if (j->home == 0)
		j->ops->over(j, c->root);
	else
		job_goes_home(j, c);
	tell_leaving(c, &c->leaving);
}

void free_ended(struct crew *c)
{
	c->gathering = true; /* what begins, begins when all are free */
	pthread_mutex_lock(&c->lock);
	while (!list_empty(&c->ended)) {
		struct worker *w = list_entry(list_pop_head(&c->ended), struct worker, open);
		list_insert_before(w->pool->idle.next, &w->idle);
		pool_dispatch(w->pool);
	}
	pthread_mutex_unlock(&c->lock);
	c->gathering = false;
	tell_leaving(c, &c->leaving);
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
	pthread_mutex_lock(&p->crew->lock);
	p->closed = true;
	dismiss(p, leaving_of(p->crew, crew_number(w)));
	pthread_mutex_unlock(&p->crew->lock);
	if (!w->worker && !p->crew->real)
		tell_leaving(p->crew, &p->crew->leaving);
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
	for (bool woken = false;;) {
		unsigned wanted = atomic_load(&w->attention);
		if (wanted & ATTENTION_HALT)
			return CREW_HALTED;
		if (wanted & ATTENTION_INTERRUPT)
			return CREW_INTERRUPTED;
		if (box_run(w) || woken)
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
		woken = ppoll(&fd, 1, limit, NULL) > 0;
		if (woken)
			world_calm(w);
	}
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
	if (wake_ns == INT64_MAX && deadline_ns == INT64_MAX) {
		w->writer->time_ns = w->clock.now_ns;
		trace_emit(w->writer, EV_DEADLOCK, 0, 0, 0);
		return CREW_DEADLOCK;
	}
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
	enum crew_end end = w->clock.real ? wait_real(w, deadline_ns)
	                    : w->worker   ? wait_worker(w, deadline_ns)
	                                  : wait_root(w, deadline_ns);
	if (world_traced(w))
		w->writer->time_ns = clock_now_ns(&w->clock);
	return end;
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

/* Whether `w` is there for whoever asks: to a worker, as it was when its stretch began. */
static bool is_there(const struct worker *w, const struct worker *who)
{
	if (w->crew->real)
		return !w->quit;
	if (!who)
		return w->gone_at == 0;
	return w->made_at < who->began_at && (w->gone_at == 0 || w->gone_at >= who->began_at);
}

void crew_each_worker(struct loop_world *here, void (*visit)(void *context, struct worker *w),
                      void *context)
{
	struct crew *c = here->crew;
	pthread_mutex_lock(&c->lock);
	/* Not the list of those who run: whose thread has ended yet is chance. */
	for (size_t i = 0; i < c->by_number.count; i++)
		if (is_there(c->by_number.items[i], here->worker))
			visit(context, c->by_number.items[i]);
	pthread_mutex_unlock(&c->lock);
}
