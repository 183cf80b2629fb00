/*
 * A worker: a thread that takes jobs until nothing more is wanted of it. It makes its world
 * at the beginning and ends it last; between two jobs it waits, which costs nothing.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "loop/crew_internal.h"

enum { SIGNAL_STACK_BYTES = 64 << 10 };

/* ---- measuring ---- */

static int64_t cpu_now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static uint16_t core_now(void)
{
	int core = sched_getcpu();
	return core < 0 ? 0 : (uint16_t)core;
}

static void measure_begins(struct worker *w)
{
	const struct trace *t = w->crew->trace;
	if (!t)
		return;
	w->cpu_begin_ns = cpu_now_ns();
	w->measure = (struct measure){.thread = w->number,
				      .core_first = core_now(),
				      .wall_begin_ns = trace_wall_ns(t)};
}

static void measure_ends(struct worker *w)
{
	const struct trace *t = w->crew->trace;
	if (!t)
		return;
	w->measure.cpu_ns = cpu_now_ns() - w->cpu_begin_ns;
	w->measure.core_last = core_now();
	w->measure.wall_end_ns = trace_wall_ns(t);
}

/* ---- the trace ---- */

static uint32_t text_of(struct trace_writer *writer, const char *text)
{
	return trace_string(writer->trace, text, strlen(text));
}

/* A record of this worker's, by whoever writes. */
static void tell(struct worker *w, struct trace_writer *writer, enum event_kind kind,
                 uint32_t a, uint32_t b, unsigned detail)
{
	uint16_t thread = writer->thread;
	uint32_t task = writer->task;
	writer->thread = w->number;
	writer->task = 0;
	trace_emit(writer, kind, a, b, detail);
	writer->thread = thread;
	writer->task = task;
}

void worker_tell(struct worker *w, struct trace_writer *writer)
{
	if (!writer->trace)
		return;
	if (!w->told)
		tell(w, writer, EV_WORKER_STARTED, w->number, text_of(writer, w->name),
		     w->kind);
	w->told = true;
	if (!w->job_told && w->job)
		tell(w, writer, EV_JOB_STARTED, w->job->root_id, w->number, 0);
	w->job_told = true;
}

void worker_tell_over(struct worker *w, struct trace_writer *writer, const struct job *j)
{
	if (!writer->trace)
		return;
	tell(w, writer, EV_JOB_ENDED, j->root_id, j->repr ? text_of(writer, j->repr) : 0,
	     j->ending);
	w->measure.job = j->root_id;
	trace_measure(writer->trace, &w->measure);
}

void worker_tell_gone(struct worker *w, struct trace_writer *writer)
{
	if (w->told)
		tell(w, writer, EV_WORKER_ENDED, w->number, 0, 0);
	w->told = false;
}

/* ---- the thread ---- */

/* The world's writer, brought to now. */
static struct trace_writer *writer_now(struct worker *w)
{
	struct trace_writer *writer = w->world->writer;
	writer->time_ns = clock_now_ns(&w->world->clock);
	return writer;
}

static void run_job(struct worker *w, struct job *j)
{
	struct crew *c = w->crew;
	struct loop_world *world = w->world;
	if (c->real)
		worker_tell(w, writer_now(w));
	else
		world->clock.now_ns = w->now_ns;
	measure_begins(w);
	j->ops->run(j, w);
	measure_ends(w);
	if (c->real)
		worker_tell_over(w, writer_now(w), j);
}

/* What is posted to the world that asked for the job. */
static void job_comes_home(struct post *p, struct loop_world *here)
{
	struct job *j = CONTAINER_OF(p, struct job, post);
	j->ops->over(j, here);
}

static void job_is_dropped(struct post *p)
{
	struct job *j = CONTAINER_OF(p, struct job, post);
	j->ops->drop(j);
}

void job_goes_home(struct job *j, struct crew *c)
{
	j->post = (struct post){.to = j->home, .run = job_comes_home, .drop = job_is_dropped};
	/* In one go, so that the end of the program misses neither the job nor the post. */
	pthread_mutex_lock(&c->lock);
	list_remove(&j->link);
	bool done = box_put_locked(c, &j->post);
	pthread_mutex_unlock(&c->lock);
	if (!done)
		j->post.drop(&j->post);
}

/* Under the real clock a worker finds itself the next job. Lock held. */
static void rest_real(struct worker *w)
{
	struct crew *c = w->crew;
	struct job *j = w->job;
	w->job = NULL;
	j->state = JOB_OVER;
	w->state = WORKER_IDLE;
	if (w->pool) {
		w->pool->busy--;
		list_insert_before(w->pool->idle.next, &w->idle);
		pool_dispatch(w->pool);
	} else {
		worker_quit(w, &c->leaving);
	}
	pthread_mutex_unlock(&c->lock);
	job_goes_home(j, c);
	pthread_mutex_lock(&c->lock);
	if (c->finishing)
		world_wake(c->root);
}

/* Its stretch and its job are over: the root will find it the next one. Lock held. */
static void rest_virtual(struct worker *w)
{
	w->job_over = true;
	w->state = WORKER_IDLE;
	world_wake(w->crew->root);
}

static bool wants_work(const struct worker *w)
{
	return w->state != WORKER_RUNNING && !w->quit;
}

static void work(struct worker *w)
{
	struct crew *c = w->crew;
	pthread_mutex_lock(&c->lock);
	for (;;) {
		while (wants_work(w))
			pthread_cond_wait(&w->go, &c->lock);
		if (w->quit)
			break;
		struct job *j = w->job;
		pthread_mutex_unlock(&c->lock);
		run_job(w, j);
		pthread_mutex_lock(&c->lock);
		if (c->real)
			rest_real(w);
		else
			rest_virtual(w);
	}
	pthread_mutex_unlock(&c->lock);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct crew *c = w->crew;
	/* Should its stack ever overflow, whoever handles that needs another one. */
	stack_t second = {.ss_sp = mem_alloc(SIGNAL_STACK_BYTES), .ss_size = SIGNAL_STACK_BYTES};
	const stack_t none = {.ss_flags = SS_DISABLE};
	sigaltstack(&second, NULL);
	struct trace *trace = c->trace && !c->real ? w->splice.strand : c->trace;
	struct loop_world *world = c->client->worker_begin(c->context, w, trace, c->real);
	pthread_mutex_lock(&c->lock);
	world->crew = c;
	world->worker = w;
	w->world = world;
	if (c->ending) {
		loop_world_halt(world);
		c->client->worker_stop(c->context, w);
	}
	pthread_mutex_unlock(&c->lock);
	if (c->real) {
		/* One time for all of the program. */
		world->clock.origin_ns = c->root->clock.origin_ns;
	}
	work(w);
	pthread_mutex_lock(&c->lock);
	if (c->real && !c->ending)
		worker_tell_gone(w, writer_now(w));
	w->world = NULL;
	w->state = WORKER_GONE;
	list_remove(&w->link);
	list_push_tail(&c->gone, &w->link);
	pthread_mutex_unlock(&c->lock);
	box_drop(world);
	c->client->worker_end(c->context, w);
	sigaltstack(&none, NULL);
	free(second.ss_sp);
	return NULL;
}

/* Signals are the main thread's business; those of a crash are everybody's. */
static int start_thread(struct worker *w)
{
	pthread_attr_t attributes;
	int error = pthread_attr_init(&attributes);
	if (error)
		return error;
	pthread_attr_setstacksize(&attributes, w->crew->stack_bytes);
	sigset_t all, before;
	sigfillset(&all);
	static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
	for (size_t i = 0; i < COUNT_OF(crashes); i++)
		sigdelset(&all, crashes[i]);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&w->thread, &attributes, worker_main, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

struct worker *worker_make(struct crew *c, struct crew_pool *pool, enum worker_kind kind,
                           char *name)
{
	struct worker *w = mem_zalloc(1, sizeof *w);
	w->crew = c;
	w->pool = pool;
	w->kind = (uint8_t)kind;
	w->name = name;
	w->number = (uint16_t)(c->by_number.count + 1);
	w->heap_at = NOT_IN_HEAP;
	w->made_at = c->moments;
	pthread_cond_init(&w->go, NULL);
	list_init(&w->leaving);
	if (!c->real && c->trace)
		trace_splice_init(&w->splice, trace_event_limit(c->trace));
	list_push_tail(&c->workers, &w->link);
	if (c->by_number.count == UINT16_MAX || start_thread(w) != 0) {
		list_remove(&w->link);
		worker_free(w);
		return NULL;
	}
	vec_push(&c->by_number, w);
	w->started = true;
	return w;
}

void worker_take(struct worker *w, struct job *j)
{
	struct crew *c = w->crew;
	w->job = j;
	w->job_told = w->job_over = false;
	w->order = ++c->orders;
	j->worker = w;
	j->state = JOB_RUNNING;
	if (c->real) {
		w->state = WORKER_RUNNING;
		pthread_cond_signal(&w->go);
	} else if (c->gathering) {
		w->wake_ns = c->root->clock.now_ns;
		worker_rests(w);
	} else {
		stretch_begins(w);
	}
}

void worker_quit(struct worker *w, struct list_node *leaving)
{
	w->quit = true;
	if (!w->crew->real)
		list_push_tail(leaving, &w->idle);
	pthread_cond_signal(&w->go);
}

void worker_join(struct worker *w)
{
	if (w->started)
		pthread_join(w->thread, NULL);
	w->started = false;
	posts_drop(&w->out);
	posts_drop(&w->in);
	if (w->splice.strand)
		trace_splice_fini(&w->splice);
}

void worker_free(struct worker *w)
{
	worker_join(w);
	pthread_cond_destroy(&w->go);
	free(w->name);
	free(w);
}

const char *worker_name(const struct worker *w)
{
	return w->name;
}

bool worker_works(const struct worker *w)
{
	return w->job != NULL;
}

uint16_t worker_number(const struct worker *w)
{
	return w->number;
}

enum worker_kind worker_kind(const struct worker *w)
{
	return (enum worker_kind)w->kind;
}

void worker_set_user(struct worker *w, void *user)
{
	w->user = user;
}

void *worker_user(const struct worker *w)
{
	return w->user;
}
