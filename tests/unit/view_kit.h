/*
 * A toy event loop that writes traces as the real one does, for the tests of what reads
 * them: tasks follow little scripts of work, sleeps, yields, children and cancellation.
 * It keeps asyncio's order: one queue, timers by deadline then by arming, a sleep's end
 * takes a handle of the loop's own and the task a tick later.
 */
#ifndef TESTS_VIEW_KIT_H
#define TESTS_VIEW_KIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "trace/trace.h"

#define SECOND INT64_C(1000000000)

enum kit_act { ACT_WORK, ACT_SLEEP, ACT_YIELD, ACT_SPAWN, ACT_JOIN, ACT_CANCEL, ACT_LINE, ACT_PRINT,
	       ACT_CAPTION, ACT_DONE, ACT_FAIL };

struct kit_op {
	enum kit_act act;
	int64_t n; /* nanoseconds, a line, or a script */
};

struct kit_script {
	const char *coroutine;
	const struct kit_op *ops; /* ends with ACT_DONE or ACT_FAIL */
};

struct kit_task {
	uint32_t id, script, future, waits_on; /* waits_on: index of a task + 1 */
	size_t at;
	bool over, cancel, joined, delivered;
	uint32_t last_child; /* index + 1 */
	uint32_t timer;      /* index + 1 of the armed timer */
};

struct kit_entry {
	uint32_t task;  /* index + 1, or 0: a timer's handle */
	uint32_t timer; /* index */
	uint32_t cause;
	uint8_t role;
	bool dropped;
};

struct kit_timer {
	uint32_t id, task; /* index */
	int64_t when;
	bool gone;
};

struct kit {
	struct trace *t;
	struct trace_writer w;
	const struct kit_script *scripts;
	VEC(struct kit_task) tasks;
	VEC(struct kit_entry) queue;
	size_t head;
	VEC(struct kit_timer) timers;
	size_t armed;
};

static inline uint32_t kit_text(struct kit *k, const char *s)
{
	return trace_string(k->t, s, strlen(s));
}

static inline void kit_ready(struct kit *k, uint32_t task, uint32_t cause, unsigned role)
{
	vec_push(&k->queue, (struct kit_entry){.task = task + 1, .cause = cause, .role = (uint8_t)role});
	trace_emit(&k->w, EV_READY, k->tasks.items[task].id, cause, role);
}

static inline uint32_t kit_spawn(struct kit *k, uint32_t script)
{
	uint32_t index = (uint32_t)k->tasks.count;
	struct kit_task task = {.id = trace_new_id(k->t), .script = script};
	vec_push(&k->tasks, task);
	char name[32];
	snprintf(name, sizeof name, "Task-%u", index + 1);
	trace_emit(&k->w, EV_TASK_CREATED, task.id, kit_text(k, name), 0);
	trace_emit(&k->w, EV_TASK_CORO, task.id, kit_text(k, k->scripts[script].coroutine), 0);
	trace_emit(&k->w, EV_TASK_LINE, task.id, 10 * script + 1, 0);
	kit_ready(k, index, 0, ROLE_STEP);
	return index;
}

static inline void kit_over(struct kit *k, uint32_t index, enum event_kind how, const char *text)
{
	k->tasks.items[index].over = true;
	for (uint32_t i = 0; i < k->tasks.count; i++)
		if (k->tasks.items[i].waits_on == index + 1) {
			k->tasks.items[i].waits_on = 0;
			kit_ready(k, i, k->tasks.items[index].id, ROLE_WAKEUP);
		}
	trace_emit(&k->w, how, 0, kit_text(k, text), 0);
}

static inline void kit_sleep(struct kit *k, uint32_t index, int64_t ns)
{
	struct kit_task *t = &k->tasks.items[index];
	char label[64];
	snprintf(label, sizeof label, "sleep(%g)", (double)ns / (double)SECOND);
	t->future = trace_new_id(k->t);
	uint32_t timer = trace_new_id(k->t);
	trace_emit(&k->w, EV_FUTURE_MADE, t->future, kit_text(k, label), WAIT_SLEEP);
	trace_emit(&k->w, EV_HANDLE, timer, kit_text(k, "futures._set_result_unless_cancelled"),
		   ROLE_INTERNAL_TIMER);
	int64_t when = k->w.time_ns + ns;
	trace_emit(&k->w, EV_TIMER_ARMED, timer, trace_number(k->t, when), 0);
	trace_emit(&k->w, EV_TIMER_FOR, timer, t->future, 0);
	vec_push(&k->timers, (struct kit_timer){timer, index, when, false});
	t->timer = (uint32_t)k->timers.count;
	trace_emit(&k->w, EV_TASK_WAITS, t->future, kit_text(k, label), WAIT_SLEEP);
}

/* task.cancel() of the toy. */
static inline void kit_cancel(struct kit *k, uint32_t index)
{
	struct kit_task *t = &k->tasks.items[index];
	if (t->over) {
		trace_emit(&k->w, EV_CANCEL_IGNORED, t->id, 0, 0);
		return;
	}
	trace_emit(&k->w, EV_CANCEL_REQUESTED, t->id, 0, 0);
	t->cancel = true;
	if (t->timer && !k->timers.items[t->timer - 1].gone) {
		trace_emit(&k->w, EV_FUTURE_DONE, t->future, 0, ENDING_CANCELLED);
		kit_ready(k, index, t->future, ROLE_WAKEUP);
		k->timers.items[t->timer - 1].gone = true;
		trace_emit(&k->w, EV_TIMER_DROPPED, k->timers.items[t->timer - 1].id, 0, 0);
		t->timer = 0;
	} else if (t->waits_on) {
		kit_cancel(k, t->waits_on - 1);
	}
}

static inline void kit_step(struct kit *k, uint32_t index)
{
	if (k->tasks.items[index].cancel) {
		trace_emit(&k->w, EV_CANCEL_DELIVERED, k->tasks.items[index].id, 0, 0);
		kit_over(k, index, EV_TASK_CANCELLED, "");
		return;
	}
	for (;;) {
		struct kit_task *t = &k->tasks.items[index];
		const struct kit_script *script = &k->scripts[t->script];
		const struct kit_op *op = &script->ops[t->at++];
		uint32_t function = kit_text(k, script->coroutine);
		uint32_t line = 10 * t->script + (uint32_t)t->at;
		switch (op->act) {
		case ACT_LINE:
			trace_emit(&k->w, EV_LINE, (uint32_t)op->n, function, 0);
			break;
		case ACT_PRINT:
			trace_emit(&k->w, EV_PRINTED, kit_text(k, "printed\n"), 0, 1);
			break;
		case ACT_CAPTION:
			trace_emit(&k->w, EV_CAPTION, line, kit_text(k, "a caption"), 0);
			trace_emit(&k->w, EV_LINE, line, function, 0);
			break;
		case ACT_WORK:
			trace_emit(&k->w, EV_LINE, line, function, 0);
			trace_emit(&k->w, EV_BLOCK_BEGUN, trace_number(k->t, op->n), line, 0);
			k->w.time_ns += op->n;
			trace_emit(&k->w, EV_BLOCK_ENDED, 0, 0, 0);
			break;
		case ACT_SPAWN: {
			uint32_t child = kit_spawn(k, (uint32_t)op->n);
			k->tasks.items[index].last_child = child + 1;
			break;
		}
		case ACT_CANCEL:
			if (t->last_child)
				kit_cancel(k, t->last_child - 1);
			break;
		case ACT_SLEEP:
			trace_emit(&k->w, EV_LINE, line, function, 0);
			kit_sleep(k, index, op->n);
			return;
		case ACT_YIELD:
			kit_ready(k, index, 0, ROLE_STEP);
			trace_emit(&k->w, EV_TASK_YIELDED, 0, 0, 0);
			return;
		case ACT_JOIN: {
			struct kit_task *child = t->last_child ? &k->tasks.items[t->last_child - 1] : NULL;
			if (!child || child->over)
				break;
			t->waits_on = t->last_child;
			trace_emit(&k->w, EV_TASK_WAITS, child->id, kit_text(k, "child"), WAIT_TASK);
			return;
		}
		case ACT_DONE:
			kit_over(k, index, EV_TASK_DONE, "None");
			return;
		case ACT_FAIL:
			kit_over(k, index, EV_TASK_FAILED, "ValueError('burnt')");
			return;
		}
	}
}

static inline void kit_fire(struct kit *k, uint32_t timer)
{
	struct kit_timer *t = &k->timers.items[timer];
	struct kit_task *task = &k->tasks.items[t->task];
	trace_emit(&k->w, EV_FUTURE_DONE, task->future, 0, ENDING_RESULT);
	kit_ready(k, t->task, task->future, ROLE_WAKEUP);
	task->timer = 0;
	trace_emit(&k->w, EV_STEP_ENDED, 0, 0, 0);
}

/* The timer that is due first, or -1. Slow and plain. */
static inline int64_t kit_soonest(const struct kit *k)
{
	int64_t best = -1;
	for (size_t i = 0; i < k->timers.count; i++)
		if (!k->timers.items[i].gone &&
		    (best < 0 || k->timers.items[i].when < k->timers.items[best].when))
			best = (int64_t)i;
	return best;
}

static inline bool kit_turn(struct kit *k)
{
	int64_t soonest = kit_soonest(k);
	if (k->head == k->queue.count) {
		if (soonest < 0)
			return false;
		int64_t slept = k->timers.items[soonest].when - k->w.time_ns;
		if (slept > 0) {
			k->w.time_ns += slept;
			trace_emit(&k->w, EV_POLLED, trace_number(k->t, slept), 0, 0);
		}
	}
	while ((soonest = kit_soonest(k)) >= 0 && k->timers.items[soonest].when <= k->w.time_ns) {
		struct kit_timer *t = &k->timers.items[soonest];
		t->gone = true;
		trace_emit(&k->w, EV_TIMER_FIRED, t->id, trace_number(k->t, t->when), 0);
		trace_emit(&k->w, EV_READY, t->id, t->id, ROLE_INTERNAL_TIMER);
		vec_push(&k->queue, (struct kit_entry){.timer = (uint32_t)soonest, .cause = t->id,
						       .role = ROLE_INTERNAL_TIMER});
	}
	k->w.tick++;
	size_t end = k->queue.count;
	trace_emit(&k->w, EV_TICK, (uint32_t)(end - k->head), 0, 0);
	while (k->head < end) {
		struct kit_entry e = k->queue.items[k->head++];
		k->w.step++;
		if (e.task) {
			k->w.task = k->tasks.items[e.task - 1].id;
			trace_emit(&k->w, EV_STEP_BEGUN, k->w.task, e.cause, e.role);
			kit_step(k, e.task - 1);
		} else {
			trace_emit(&k->w, EV_STEP_BEGUN, k->timers.items[e.timer].id, e.cause, e.role);
			kit_fire(k, e.timer);
		}
		k->w.task = 0;
	}
	return true;
}

/* A trace of script 0 as the main task; at most about `limit` events if that is not 0. */
static inline struct trace *kit_run(const struct kit_script *scripts, uint64_t limit)
{
	struct kit k = {.t = trace_new(0), .scripts = scripts};
	k.w.trace = k.t;
	trace_emit(&k.w, EV_LINE, 99, kit_text(&k, "<module>"), 0);
	kit_spawn(&k, 0);
	trace_emit(&k.w, EV_LOOP_STARTED, 0, 0, 0);
	while (kit_turn(&k) && (!limit || trace_count(k.t) < limit))
		;
	trace_emit(&k.w, EV_LOOP_STOPPED, 0, 0, 0);
	trace_emit(&k.w, EV_RUN_ENDED, 0, 0, 0);
	trace_close(k.t);
	vec_free(&k.tasks);
	vec_free(&k.queue);
	vec_free(&k.timers);
	return k.t;
}

/* Scripts from dice: `count` of them; free with kit_dice_free. */
struct kit_dice {
	struct kit_script scripts[12];
	struct kit_op ops[12][24];
};

static inline uint32_t kit_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static inline void kit_roll(struct kit_dice *d, uint32_t seed)
{
	static const char *const names[] = {"main", "rice", "curry", "chop", "table", "boil",
					    "fry", "wash", "serve", "peel", "stir", "taste"};
	for (uint32_t s = 0; s < 12; s++) {
		size_t n = 2 + kit_random(&seed) % 18;
		for (size_t i = 0; i < n; i++) {
			static const enum kit_act acts[] = {ACT_WORK, ACT_SLEEP, ACT_SLEEP, ACT_YIELD,
				ACT_SPAWN, ACT_SPAWN, ACT_JOIN, ACT_CANCEL, ACT_LINE, ACT_PRINT, ACT_CAPTION};
			enum kit_act act = acts[kit_random(&seed) % COUNT_OF(acts)];
			int64_t value = kit_random(&seed) % 5 * SECOND / 2;
			if (act == ACT_SPAWN && s == 11)
				act = ACT_YIELD;
			if (act == ACT_SPAWN)
				value = s + 1 + kit_random(&seed) % (11 - s);
			if (act == ACT_SLEEP || act == ACT_WORK)
				value += SECOND / 2;
			if (act == ACT_LINE)
				value = 10 * s + (uint32_t)i + 1;
			d->ops[s][i] = (struct kit_op){act, value};
		}
		d->ops[s][n] = (struct kit_op){kit_random(&seed) % 5 ? ACT_DONE : ACT_FAIL, 0};
		d->scripts[s] = (struct kit_script){names[s], d->ops[s]};
	}
}

#endif
