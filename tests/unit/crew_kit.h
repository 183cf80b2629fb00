/*
 * What the tests of the crew share: a program's site with a root world and a crew, a station
 * for each worker, and jobs whose work is a string, a letter an act.
 */
#ifndef TESTS_CREW_KIT_H
#define TESTS_CREW_KIT_H

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "loop/crew.h"
#include "loop_kit.h"

/* ---- a world each ---- */

struct site {
	struct kit kit;
	struct crew *crew;
	int holes;
	_Atomic int stretched;
	bool quiet;
};

struct station {
	struct loop_world world;
	struct trace_writer writer;
};

static struct loop_world *begin_station(void *context, struct worker *w, struct trace *trace,
                                        bool real)
{
	struct site *site = context;
	struct station *s = mem_zalloc(1, sizeof *s);
	s->writer = (struct trace_writer){.trace = trace, .thread = worker_number(w)};
	loop_world_init(&s->world, &site->kit.client, &site->kit, &s->writer, real);
	worker_set_user(w, s);
	return &s->world;
}

static void end_station(void *context, struct worker *w)
{
	(void)context;
	struct station *s = worker_user(w);
	loop_world_fini(&s->world);
	free(s);
}

static void stop_station(void *context, struct worker *w)
{
	(void)context;
	(void)w; /* its world is halted, which is all that these jobs look at */
}

static void on_hole(void *context)
{
	((struct site *)context)->holes++;
}

static void on_stretch(void *context, struct worker *w, bool in_hole)
{
	(void)w;
	(void)in_hole;
	((struct site *)context)->stretched++;
}

static const struct crew_client site_client = {
	.worker_begin = begin_station,
	.worker_end = end_station,
	.worker_stop = stop_station,
	.hole = on_hole,
	.stretch = on_stretch,
};

static void open_site(struct site *s, bool real)
{
	*s = (struct site){0};
	kit_init_as(&s->kit, true, real, POLL_BACKEND_EPOLL);
	s->crew = crew_new(&s->kit.world, &site_client, s, 1 << 20);
}

static void close_site_but_trace(struct site *s)
{
	crew_free(s->crew);
}

static void close_site(struct site *s)
{
	close_site_but_trace(s);
	kit_fini(&s->kit);
}

/* ---- jobs: what they do, a letter each ---- */

/*
 * p      prints its name
 * 0..9   sleeps so many seconds
 * m      meets another job at the barrier
 * f      waits for ever, !  spins, n  naps again and again: until it is halted
 * ~      takes a time that nobody knows
 * s w x  submits its child, waits for its end, cancels it
 * q      closes the pool of its child
 * o      posts its name to `peer`
 * l      looks at what has been posted to it
 * e      prints how many workers there are
 */
struct work {
	struct job job;
	struct site *site;
	const char *script;
	char name;
	struct loop_world *here;
	pthread_barrier_t *barrier;
	int64_t ended_ns; /* on the home world's clock, when it heard */
	bool over, dropped;
	struct work *child; /* and its pool; NULL: a thread */
	struct crew_pool *child_pool;
	uint16_t peer;
	atomic_bool told;  /* its message has arrived */
	struct loop *loop; /* where a handle is appended at the end, or NULL */
	struct handle handle;
};

static void note(struct loop_world *w, char what)
{
	if (w->writer->trace) {
		w->writer->time_ns = loop_world_now_ns(w);
		trace_emit(w->writer, EV_PRINTED, trace_string(w->writer->trace, &what, 1), 0, 1);
	}
}

static void submit_from(struct loop_world *home, struct site *s, struct work *w,
                        struct crew_pool *pool, char name, const char *script);

/* ---- messages ---- */

struct message {
	struct post post;
	char text;
	atomic_bool *arrived;
};

static void message_run(struct post *p, struct loop_world *here)
{
	struct message *m = CONTAINER_OF(p, struct message, post);
	note(here, m->text);
	atomic_store(m->arrived, true);
	free(m);
}

static void message_drop(struct post *p)
{
	struct message *m = CONTAINER_OF(p, struct message, post);
	atomic_store(m->arrived, true);
	free(m);
}

static void send(struct loop_world *from, uint16_t to, char text, atomic_bool *arrived)
{
	struct message *m = mem_zalloc(1, sizeof *m);
	m->post = (struct post){.run = message_run, .drop = message_drop};
	m->text = text;
	m->arrived = arrived;
	crew_post(from, to, &m->post);
}

/* ---- the acts ---- */

static void count_worker(void *context, struct worker *w)
{
	(void)w;
	++*(int *)context;
}

static void act(struct work *w, struct loop_world *here, char what)
{
	int count = 0;
	if (what >= '0' && what <= '9') {
		loop_world_block(here, (what - '0') * INT64_C(1000000000), 0);
		return;
	}
	switch (what) {
	case 'p':
		note(here, w->name);
		break;
	case 'm':
		pthread_barrier_wait(w->barrier);
		break;
	case 'f':
		crew_wait(here, INT64_MAX);
		break;
	case '!':
		while (!loop_world_halted(here))
			sched_yield();
		break;
	case 'n':
		while (!loop_world_halted(here))
			loop_world_block(here, 1000000000, 0);
		break;
	case '~':
		for (int i = rand() % 50; i > 0; i--)
			sched_yield();
		break;
	case 's':
		submit_from(here, w->site, w->child, w->child_pool, w->child->name,
			    w->child->script);
		break;
	case 'w':
		while (!w->child->over && crew_wait(here, INT64_MAX) == CREW_DELIVERED)
			;
		break;
	case 'x':
		ck_assert(job_cancel(&w->child->job));
		break;
	case 'q':
		crew_pool_close(here, w->child_pool);
		break;
	case 'o':
		send(here, w->peer, w->name, &w->told);
		break;
	case 'l':
		crew_look(here);
		break;
	case 'e':
		crew_each_worker(here, count_worker, &count);
		note(here, (char)('0' + count));
		break;
	default:
		ck_abort_msg("no act '%c'", what);
	}
}

static void work_run(struct job *j, struct worker *worker)
{
	struct work *w = CONTAINER_OF(j, struct work, job);
	struct loop_world *here = &((struct station *)worker_user(worker))->world;
	ck_assert_ptr_eq(worker_of(here), worker);
	for (const char *at = w->script; *at && !loop_world_halted(here); at++)
		act(w, here, *at);
	job_ends(j, ENDING_RESULT, "None");
}

static void append_handle(struct loop *l, struct handle *h)
{
	struct work *w = CONTAINER_OF(h, struct work, handle);
	note(loop_world(l), (char)(w->name - 'a' + 'A'));
}

static const struct handle_ops append_ops = {.run = append_handle};

static void work_over(struct job *j, struct loop_world *home)
{
	struct work *w = CONTAINER_OF(j, struct work, job);
	w->over = true;
	w->ended_ns = loop_world_now_ns(home);
	if (w->loop)
		loop_call_soon(w->loop, &w->handle);
}

static void work_drop(struct job *j)
{
	CONTAINER_OF(j, struct work, job)->dropped = true;
}

static const struct job_ops work_ops = {work_run, work_over, work_drop};

static void submit_from(struct loop_world *home, struct site *s, struct work *w,
                        struct crew_pool *pool, char name, const char *script)
{
	w->site = s;
	w->name = name;
	w->script = script;
	handle_init(&w->handle, &append_ops, ROLE_INTERNAL);
	job_init(&w->job, &work_ops, home, pool, "work");
	ck_assert(pool ? crew_submit(home, &w->job)
		       : crew_start(home, &w->job, "Thread-1", false));
}

static void submit(struct site *s, struct work *w, struct crew_pool *pool, char name,
                   const char *script)
{
	submit_from(&s->kit.world, s, w, pool, name, script);
}

static void finish(struct work *w, size_t count)
{
	for (size_t i = 0; i < count; i++)
		job_fini(&w[i].job);
}

/* What was printed, each with its second: "a0 b0 a1". */
static const char *printed(const struct trace *t)
{
	static char text[4096];
	size_t len = 0;
	for (uint64_t i = 0; i < trace_count(t); i++) {
		const struct event *e = trace_at(t, i);
		if (e->kind == EV_PRINTED)
			len += (size_t)snprintf(text + len, sizeof text - len, "%s%s%d",
						len ? " " : "", trace_text(t, e->a, NULL),
						(int)(e->time_ns / 1000000000));
	}
	text[len] = '\0';
	return text;
}

static void wait_for(struct site *s, const struct work *w)
{
	while (!w->over)
		ck_assert_int_eq(crew_wait(&s->kit.world, INT64_MAX), CREW_DELIVERED);
}

static size_t descriptors(void)
{
	size_t count = 0;
	DIR *d = opendir("/proc/self/fd");
	while (d && readdir(d))
		count++;
	if (d)
		closedir(d);
	return count;
}

#endif
