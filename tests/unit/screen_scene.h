/*
 * A hand-made trace for the screen's tests: one cook, three dishes, as the loop would
 * tell it. main gathers rice (boils 10 s), chop (busy for 5 s) and curry (waits 5 s, then
 * fails).
 */
#ifndef TESTS_SCREEN_SCENE_H
#define TESTS_SCREEN_SCENE_H

#include <string.h>

#include "trace/trace.h"

#define SECOND INT64_C(1000000000)

static const char scene_source[] =
	"\"\"\"One cook, three dishes\n"
	"\n"
	"Nothing here happens at the same instant.\n"
	"\"\"\"\n"
	"import asyncio\n"
	"import time\n"
	"\n"
	"\n"
	"async def rice():\n"
	"    #: Rice boils by itself.\n"
	"    print(\"rice: on the stove\")\n"
	"    await asyncio.sleep(10)\n"
	"    return 'rice'\n"
	"\n"
	"\n"
	"async def chop():\n"
	"    time.sleep(5)\n"
	"\n"
	"\n"
	"async def curry():\n"
	"    await asyncio.sleep(5)\n"
	"    raise ValueError('burnt')\n"
	"\n"
	"\n"
	"async def main():\n"
	"    await asyncio.gather(rice(), chop(), curry(), return_exceptions=True)\n"
	"\n"
	"\n"
	"asyncio.run(main())\n";

struct scene_maker {
	struct trace *trace;
	struct trace_writer w;
};

static inline uint32_t text(struct scene_maker *m, const char *s)
{
	return trace_string(m->trace, s, strlen(s));
}

static inline void emit(struct scene_maker *m, enum event_kind kind, uint32_t a,
                        uint32_t b, unsigned detail)
{
	trace_emit(&m->w, kind, a, b, detail);
}

static inline void tick(struct scene_maker *m, uint32_t ready)
{
	m->w.tick++;
	emit(m, EV_TICK, ready, 0, 0);
}

/* Append a step to the queue, take one from it. */
static inline void ready(struct scene_maker *m, uint32_t id, uint32_t cause,
                         enum handle_role role)
{
	emit(m, EV_READY, id, cause, role);
}

static inline void step(struct scene_maker *m, uint32_t id, uint32_t cause,
                        enum handle_role role)
{
	m->w.step++;
	m->w.task = role == ROLE_STEP || role == ROLE_WAKEUP ? id : 0;
	emit(m, EV_STEP_BEGUN, id, cause, role);
}

static inline void step_over(struct scene_maker *m)
{
	emit(m, EV_STEP_ENDED, 0, 0, 0);
	m->w.task = 0;
}

static inline void line(struct scene_maker *m, uint32_t number, const char *function)
{
	emit(m, EV_LINE, number, text(m, function), 0);
}

static inline uint32_t make_task(struct scene_maker *m, const char *name,
                                 const char *coro, uint32_t number)
{
	uint32_t id = trace_new_id(m->trace);
	emit(m, EV_TASK_CREATED, id, text(m, name), 0);
	emit(m, EV_TASK_CORO, id, text(m, coro), 0);
	emit(m, EV_TASK_LINE, id, number, 0);
	ready(m, id, 0, ROLE_STEP);
	return id;
}

/* The running task sleeps: a future, a timer for it, and the wait. Returns the timer; the
 * future is one before. */
static inline uint32_t sleeps(struct scene_maker *m, int64_t ns, const char *label)
{
	uint32_t future = trace_new_id(m->trace), timer = trace_new_id(m->trace);
	emit(m, EV_FUTURE_MADE, future, text(m, label), WAIT_SLEEP);
	emit(m, EV_HANDLE, timer, text(m, "futures._set_result_unless_cancelled"),
	     ROLE_INTERNAL_TIMER);
	emit(m, EV_TIMER_ARMED, timer, trace_number(m->trace, m->w.time_ns + ns), 0);
	emit(m, EV_TIMER_FOR, timer, future, 0);
	emit(m, EV_TASK_WAITS, future, text(m, label), WAIT_SLEEP);
	m->w.task = 0;
	return timer;
}

/* Nothing is ready until `ns`, when `timer` fires and its step runs, which wakes `task`.
 */
static inline void timer_fires(struct scene_maker *m, int64_t ns, uint32_t timer,
                               uint32_t task)
{
	tick(m, 0);
	int64_t slept = ns - m->w.time_ns;
	if (slept > 0) {
		m->w.time_ns = ns;
		emit(m, EV_POLLED, trace_number(m->trace, slept), 0, 0);
	}
	emit(m, EV_TIMER_FIRED, timer, trace_number(m->trace, ns), 0);
	ready(m, timer, timer, ROLE_INTERNAL_TIMER);
	step(m, timer, timer, ROLE_INTERNAL_TIMER);
	emit(m, EV_FUTURE_DONE, timer - 1, 0, ENDING_RESULT);
	ready(m, task, timer - 1, ROLE_WAKEUP);
	step_over(m);
	tick(m, 1);
	step(m, task, timer - 1, ROLE_WAKEUP);
}

static inline void printed(struct scene_maker *m, const char *s, unsigned stream)
{
	emit(m, EV_PRINTED, text(m, s), 0, stream);
}

/* The gather's callback for a child that is done. */
static inline void gather_counts(struct scene_maker *m, uint32_t gather, uint32_t child)
{
	uint32_t handle = trace_new_id(m->trace);
	emit(m, EV_HANDLE, handle, text(m, "gather.<locals>._done_callback"),
	     ROLE_INTERNAL);
	ready(m, handle, child, ROLE_INTERNAL);
	m->w.task = 0;
	tick(m, 1);
	step(m, handle, child, ROLE_INTERNAL);
	emit(m, EV_GATHER_CHILD_DONE, gather, child, 0);
}

/* The whole run, or its first `steps` parts (to see a trace grow). */
static inline struct trace *make_scene(unsigned parts)
{
	struct scene_maker maker = {.trace = trace_new(0)}, *m = &maker;
	m->w.trace = m->trace;
	trace_describe(m->trace,
	               &(struct trace_about){
			       .path = "scenes/one_cook.py",
			       .source = scene_source,
			       .title = "One cook, three dishes",
			       .intro = "Nothing here happens at the same instant.",
		       });
	if (parts < 1)
		return m->trace;
	line(m, 29, "<module>");
	emit(m, EV_LOOP_STARTED, 0, 0, 0);
	uint32_t main_task = make_task(m, "Task-1", "main", 25);
	tick(m, 1);
	step(m, main_task, 0, ROLE_STEP);
	line(m, 26, "main");
	uint32_t gather = trace_new_id(m->trace);
	uint32_t rice = make_task(m, "Task-2", "rice", 9);
	uint32_t chop = make_task(m, "Task-3", "chop", 16);
	uint32_t curry = make_task(m, "Task-4", "curry", 20);
	emit(m, EV_FUTURE_MADE, gather, text(m, "gather[Task-2 Task-3 Task-4]"),
	     WAIT_GATHER);
	emit(m, EV_GATHER_CHILD, gather, rice, 0);
	emit(m, EV_GATHER_CHILD, gather, chop, 0);
	emit(m, EV_GATHER_CHILD, gather, curry, 0);
	emit(m, EV_TASK_WAITS, gather, text(m, "gather[Task-2 Task-3 Task-4]"),
	     WAIT_GATHER);
	m->w.task = 0;
	if (parts < 2)
		return m->trace;
	tick(m, 3);
	step(m, rice, 0, ROLE_STEP);
	line(m, 11, "rice");
	emit(m, EV_CAPTION, 11, text(m, "Rice boils by itself."), 0);
	printed(m, "rice: on the stove\n", 1);
	line(m, 12, "rice");
	uint32_t rice_timer = sleeps(m, 10 * SECOND, "sleep(10)");
	step(m, chop, 0, ROLE_STEP);
	line(m, 17, "chop");
	emit(m, EV_BLOCK_BEGUN, trace_number(m->trace, 5 * SECOND), 17, 0);
	m->w.time_ns += 5 * SECOND;
	emit(m, EV_BLOCK_ENDED, 0, 0, 0);
	emit(m, EV_TASK_DONE, 0, text(m, "None"), 0);
	m->w.task = 0;
	step(m, curry, 0, ROLE_STEP);
	line(m, 21, "curry");
	uint32_t curry_timer = sleeps(m, 5 * SECOND, "sleep(5)");
	gather_counts(m, gather, chop);
	step_over(m);
	if (parts < 3)
		return m->trace;
	timer_fires(m, 10 * SECOND, rice_timer, rice);
	line(m, 13, "rice");
	emit(m, EV_TASK_DONE, 0, text(m, "'rice'"), 0);
	gather_counts(m, gather, rice);
	step_over(m);
	timer_fires(m, 10 * SECOND, curry_timer, curry);
	line(m, 22, "curry");
	printed(m, "\033[31mcurry: burnt\033[0m\n", 2);
	emit(m, EV_TASK_FAILED, 0, text(m, "ValueError('burnt')"), 0);
	gather_counts(m, gather, curry);
	emit(m, EV_FUTURE_DONE, gather, 0, ENDING_RESULT);
	ready(m, main_task, gather, ROLE_WAKEUP);
	step_over(m);
	tick(m, 1);
	step(m, main_task, gather, ROLE_WAKEUP);
	emit(m, EV_TASK_DONE, 0, text(m, "None"), 0);
	m->w.task = 0;
	emit(m, EV_LOOP_STOPPED, 0, 0, 0);
	emit(m, EV_RUN_ENDED, 0, 0, 0);
	trace_close(m->trace);
	return m->trace;
}

#endif
