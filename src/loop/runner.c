/*
 * asyncio.run's clean-up: see runner.h.
 */
#include "loop/runner.h"

#include <stdlib.h>

#include "loop/gather.h"
#include "loop/internal.h"

/* ---- a clean-up task that has nothing to do ---- */

struct idle_body {
	struct body body;
	const struct loop_world *world;
	const char *qualname;
};

static enum outcome idle_resume(struct body *b, struct datum sent, struct datum thrown,
                                struct step_result *out)
{
	(void)sent;
	if (datum_is_none(thrown))
		return BODY_RETURNS;
	out->datum = datum_ref(CONTAINER_OF(b, struct idle_body, body)->world, thrown);
	return BODY_RAISES;
}

static void idle_drop(struct body *b)
{
	free(CONTAINER_OF(b, struct idle_body, body));
}

static const char *idle_qualname(const struct body *b)
{
	return CONTAINER_OF(b, struct idle_body, body)->qualname;
}

static const struct body_ops idle_ops = {
	.resume = idle_resume,
	.drop = idle_drop,
	.qualname = idle_qualname,
};

static struct task *idle_task(struct loop *l, const char *qualname)
{
	struct idle_body *idle = mem_zalloc(1, sizeof *idle);
	*idle = (struct idle_body){{&idle_ops}, l->world, qualname};
	return task_new(l, &idle->body, NULL);
}

/* ---- the steps of the clean-up ---- */

/* It was asked to end and failed instead. */
static void report_failed(struct loop *l, struct task *t)
{
	const struct loop_world *w = l->world;
	if (!t->future.failed)
		return;
	const struct loop_report report = {
		.message = "unhandled exception during asyncio.run() shutdown",
		.error = future_error(&t->future),
		.task = t,
	};
	w->client->report(w->context, l, &report);
}

/* A gather of them all that fails for none. */
static struct gather *gather_tasks(struct loop *l, const struct task_list *list)
{
	struct future **futures = mem_zalloc(list->count, sizeof *futures);
	for (size_t i = 0; i < list->count; i++)
		futures[i] = &list->tasks[i]->future;
	struct gather *g = gather_new(l, futures, list->count, true);
	free(futures);
	return g;
}

/* Cancel all tasks that are left, and wait for them. */
static enum run_end cancel_all(struct loop *l, struct datum *error)
{
	struct task_list left = task_collect(l);
	enum run_end end = RUN_DONE;
	if (left.count) {
		for (size_t i = 0; i < left.count; i++)
			task_cancel(left.tasks[i], DATUM_NONE);
		struct gather *g = gather_tasks(l, &left);
		end = loop_run_until_complete(l, &g->future, error);
		future_unref(&g->future);
		for (size_t i = 0; end == RUN_DONE && i < left.count; i++)
			report_failed(l, left.tasks[i]);
	}
	task_list_fini(&left);
	return end;
}

/* Run one of the two clean-up tasks, which the client makes or does without. */
static enum run_end run_shutdown(struct loop *l,
                                 struct task *(*make)(void *context, struct loop *loop),
                                 const char *qualname, struct datum *error)
{
	struct task *t = make ? make(l->world->context, l) : NULL;
	if (!t)
		t = idle_task(l, qualname);
	enum run_end end = loop_run_until_complete(l, &t->future, error);
	future_unref(&t->future);
	return end;
}

enum run_end runner_close(struct loop *l, struct datum *error)
{
	const struct loop_client *client = l->world->client;
	*error = DATUM_NONE;
	if (l->closed)
		return RUN_DONE;
	enum run_end end = cancel_all(l, error);
	if (end == RUN_DONE)
		end = run_shutdown(l, client->shutdown_asyncgens,
		                   "BaseEventLoop.shutdown_asyncgens", error);
	if (end == RUN_DONE)
		end = run_shutdown(l, client->shutdown_executor,
		                   "BaseEventLoop.shutdown_default_executor", error);
	loop_close(l);
	return end;
}
