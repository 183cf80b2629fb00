/*
 * Speed of the loop alone, with bodies in C: bare yields, sleeps, gathers, and what a
 *trace costs. Not part of `make`; build it by hand:
 *
 *	cc -O2 -D_GNU_SOURCE -Isrc tests/bench/loop.c build/release/lib{loop,trace,base}.a
 *-lm -lpthread
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "loop/gather.h"
#include "loop/loop.h"
#include "loop/sleep.h"
#include "loop/task.h"

/* ---- a client with no data at all ---- */

static void no_ref(void *context, struct datum d)
{
	(void)context;
	(void)d;
}

static struct datum no_list(void *context, const struct datum *items, size_t count)
{
	(void)context;
	(void)items;
	(void)count;
	return DATUM_NONE;
}

static const struct loop_client client = {
	.ref = no_ref, .unref = no_ref, .list = no_list};

/* ---- bodies ---- */

struct worker {
	struct body body;
	struct sleep sleep;
	struct loop_world *world;
	int rounds;
	double seconds; /* of each sleep; 0: bare yields */
	bool sleeping;
};

static enum outcome work(struct body *b, struct datum sent, struct datum thrown,
                         struct step_result *out)
{
	struct worker *w = CONTAINER_OF(b, struct worker, body);
	for (;;) {
		if (w->sleeping) {
			enum outcome r = body_resume(&w->sleep.body, sent, thrown, out);
			if (r != BODY_RETURNS)
				return r;
			sleep_fini(&w->sleep);
			w->sleeping = false;
		}
		if (w->rounds-- == 0)
			return BODY_RETURNS;
		if (w->seconds == 0)
			return BODY_YIELDS;
		sleep_init(&w->sleep, w->world, w->seconds, DATUM_NONE);
		w->sleeping = true;
	}
}

static void drop(struct body *b)
{
	free(CONTAINER_OF(b, struct worker, body));
}

static const struct body_ops worker_ops = {.resume = work, .drop = drop};

/* ---- runs ---- */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* `tasks` workers of `rounds` rounds each, gathered. */
static void run(const char *what, int tasks, int rounds, double seconds, bool traced,
                bool real)
{
	struct trace_writer writer = {0};
	if (traced)
		writer.trace = trace_new(0);
	struct loop_world world;
	loop_world_init(&world, &client, NULL, traced ? &writer : NULL, real);
	struct loop *l = loop_new(&world, POLL_BACKEND_EPOLL);
	double begin = now();
	struct future **futures = mem_zalloc((size_t)tasks, sizeof *futures);
	for (int i = 0; i < tasks; i++) {
		struct worker *w = mem_zalloc(1, sizeof *w);
		*w = (struct worker){.body = {&worker_ops},
		                     .world = &world,
		                     .rounds = rounds,
		                     .seconds = seconds};
		futures[i] = &task_new(l, &w->body, NULL)->future;
	}
	struct gather *g = gather_new(l, futures, (size_t)tasks, false);
	for (int i = 0; i < tasks; i++)
		future_unref(futures[i]);
	free(futures);
	struct datum d;
	loop_run_until_complete(l, &g->future, &d);
	future_unref(&g->future);
	loop_unref(l);
	loop_world_fini(&world);
	double took = now() - begin;
	printf("%-28s %8d tasks x %7d: %7.3f s, %6.1f ns each", what, tasks, rounds, took,
	       took * 1e9 / tasks / rounds);
	if (traced)
		printf(", %llu events", (unsigned long long)trace_count(writer.trace));
	putchar('\n');
	trace_free(writer.trace);
}

int main(void)
{
	run("bare yields", 10, 1000000, 0, false, false);
	run("bare yields, real clock", 10, 1000000, 0, false, true);
	run("bare yields of many", 200000, 20, 0, false, false);
	run("sleeps", 10, 200000, 1, false, false);
	run("sleeps of many", 200000, 5, 1, false, false);
	run("bare yields, traced", 10, 100000, 0, true, false);
	run("sleeps, traced", 10, 100000, 1, true, false);
	return 0;
}
