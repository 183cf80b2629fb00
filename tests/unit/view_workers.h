/*
 * Traces of scenes with workers in their text form, for the tests of what reads them: two jobs
 * side by side, a queue before a pool of one, a thread that is joined, a loop in a worker.
 */
#ifndef TESTS_VIEW_WORKERS_H
#define TESTS_VIEW_WORKERS_H

#include "view_traces.h"

/* asyncio.gather(to_thread(cook), to_thread(chop)) from main: both run at once, chop ends first. */
static const char *const two_cooks =
	"0 0 0 0 line 30 \"<module>\"\n"
	"0 0 0 0 task 1 \"Task-1\"\n"
	"0 0 0 0 task-coro 1 \"main\"\n"
	"0 0 0 0 ready 1 0 step\n"
	"0 0 0 0 loop-started\n"
	"0 1 0 0 tick 1\n"
	"0 1 1 1 step 1 0 step\n"
	"0 1 1 1 line 20 \"main\"\n"
	"0 1 1 1 task 2 \"Task-2\"\n"
	"0 1 1 1 task-coro 2 \"to_thread\"\n"
	"0 1 1 1 ready 2 0 step\n"
	"0 1 1 1 task 3 \"Task-3\"\n"
	"0 1 1 1 task-coro 3 \"to_thread\"\n"
	"0 1 1 1 ready 3 0 step\n"
	"0 1 1 1 future 4 \"gather\" gather\n"
	"0 1 1 1 gather-child 4 2\n"
	"0 1 1 1 gather-child 4 3\n"
	"0 1 1 1 waits 4 \"gather\" gather\n"
	"0 2 1 0 tick 2\n"
	"0 2 2 2 step 2 0 step\n"
	"0 2 2 2 job 5 \"cook\"\n"
	"0 2 2 2 job-pool 5 \"asyncio\"\n"
	"0 2 2 2 future 6 \"worker cook\" worker\n"
	"0 2 2 2 job-for 5 6\n"
	"0 2 2 0@1 worker 1 \"asyncio_0\" pool\n"
	"0 2 2 0@1 job-started 5 1\n"
	"0 2 2 0@1 caption 5 \"The rice cooks.\"\n"
	"0 2 2 0@1 line 5 \"cook\"\n"
	"0 2 2 0@1 printed \"rice on\\n\" 1\n"
	"0 2 2 0@1 block 3 6\n"
	"0 2 2 2 waits 6 \"worker cook\" worker\n"
	"0 2 3 3 step 3 0 step\n"
	"0 2 3 3 job 7 \"chop\"\n"
	"0 2 3 3 job-pool 7 \"asyncio\"\n"
	"0 2 3 3 future 8 \"worker chop\" worker\n"
	"0 2 3 3 job-for 7 8\n"
	"0 2 3 0@2 worker 2 \"asyncio_1\" pool\n"
	"0 2 3 0@2 job-started 7 2\n"
	"0 2 3 0@2 line 10 \"chop\"\n"
	"0 2 3 0@2 printed \"chop chop\\n\" 1\n"
	"0 2 3 0@2 block 2 11\n"
	"0 2 3 3 waits 8 \"worker chop\" worker\n"
	"2 2 3 0@2 block-ended\n"
	"2 2 3 0@2 line 12 \"chop\"\n"
	"2 2 3 0@2 printed \"chopped\\n\" 1\n"
	"2 2 3 0@2 job-ended 7 \"'onions'\" result\n"
	"2 2 3 0 handle 9 \"_chain_future.<locals>._set_state\" internal\n"
	"2 2 3 0@2 posted 9 \"_set_state\"\n"
	"2 2 3 0 ready 9 0 internal\n"
	"2 2 3 0 polled 2\n"
	"2 3 3 0 tick 1\n"
	"2 3 4 0 step 9 0 internal\n"
	"2 3 4 0 future-done 8 result\n"
	"2 3 4 0 ready 3 8 wakeup\n"
	"2 3 4 0 step-ended\n"
	"2 4 4 0 tick 1\n"
	"2 4 5 3 step 3 8 wakeup\n"
	"2 4 5 3 done \"'onions'\"\n"
	"2 4 5 3 handle 10 \"gather.<locals>._done_callback\" internal\n"
	"2 4 5 3 ready 10 3 internal\n"
	"2 5 5 0 tick 1\n"
	"2 5 6 0 step 10 3 internal\n"
	"2 5 6 0 gather-child-done 4 3\n"
	"2 5 6 0 step-ended\n"
	"3 5 6 0@1 block-ended\n"
	"3 5 6 0@1 line 7 \"cook\"\n"
	"3 5 6 0@1 job-ended 5 \"'rice'\" result\n"
	"3 5 6 0 handle 11 \"_chain_future.<locals>._set_state\" internal\n"
	"3 5 6 0@1 posted 11 \"_set_state\"\n"
	"3 5 6 0 ready 11 0 internal\n"
	"3 5 6 0 polled 1\n"
	"3 6 6 0 tick 1\n"
	"3 6 7 0 step 11 0 internal\n"
	"3 6 7 0 future-done 6 result\n"
	"3 6 7 0 ready 2 6 wakeup\n"
	"3 6 7 0 step-ended\n"
	"3 7 7 0 tick 1\n"
	"3 7 8 2 step 2 6 wakeup\n"
	"3 7 8 2 done \"'rice'\"\n"
	"3 7 8 2 handle 12 \"gather.<locals>._done_callback\" internal\n"
	"3 7 8 2 ready 12 2 internal\n"
	"3 8 8 0 tick 1\n"
	"3 8 9 0 step 12 2 internal\n"
	"3 8 9 0 gather-child-done 4 2\n"
	"3 8 9 0 future-done 4 result\n"
	"3 8 9 0 ready 1 4 wakeup\n"
	"3 8 9 0 step-ended\n"
	"3 9 9 0 tick 1\n"
	"3 9 10 1 step 1 4 wakeup\n"
	"3 9 10 1 line 21 \"main\"\n"
	"3 9 10 1 done \"None\"\n"
	"3 9 10 0 loop-stopped\n"
	"3 9 10 0 run-ended 0\n";

/* A pool of one: a runs and is given up, b is cancelled in the queue, c waits and fails. */
static const char *const pool_of_one =
	"0 0 0 0 line 30 \"<module>\"\n"
	"0 0 0 0 task 1 \"Task-1\"\n"
	"0 0 0 0 task-coro 1 \"main\"\n"
	"0 0 0 0 ready 1 0 step\n"
	"0 0 0 0 loop-started\n"
	"0 1 0 0 tick 1\n"
	"0 1 1 1 step 1 0 step\n"
	"0 1 1 1 line 20 \"main\"\n"
	"0 1 1 1 job 5 \"a\"\n"
	"0 1 1 1 job-pool 5 \"ThreadPoolExecutor-0\"\n"
	"0 1 1 1 future 6 \"worker a\" worker\n"
	"0 1 1 1 job-for 5 6\n"
	"0 1 1 0@1 worker 1 \"ThreadPoolExecutor-0_0\" pool\n"
	"0 1 1 0@1 job-started 5 1\n"
	"0 1 1 0@1 line 5 \"a\"\n"
	"0 1 1 0@1 block 3 6\n"
	"0 1 1 1 line 21 \"main\"\n"
	"0 1 1 1 job 7 \"b\"\n"
	"0 1 1 1 job-pool 7 \"ThreadPoolExecutor-0\"\n"
	"0 1 1 1 future 8 \"worker b\" worker\n"
	"0 1 1 1 job-for 7 8\n"
	"0 1 1 1 job 9 \"c\"\n"
	"0 1 1 1 job-pool 9 \"ThreadPoolExecutor-0\"\n"
	"0 1 1 1 future 10 \"worker c\" worker\n"
	"0 1 1 1 job-for 9 10\n"
	"0 1 1 1 task 2 \"Task-2\"\n"
	"0 1 1 1 task-coro 2 \"waiter\"\n"
	"0 1 1 1 ready 2 0 step\n"
	"0 1 1 1 task 3 \"Task-3\"\n"
	"0 1 1 1 task-coro 3 \"waiter\"\n"
	"0 1 1 1 ready 3 0 step\n"
	"0 1 1 1 future 11 \"sleep(1)\" sleep\n"
	"0 1 1 1 handle 12 \"x\" internal-timer\n"
	"0 1 1 1 timer-armed 12 1\n"
	"0 1 1 1 timer-for 12 11\n"
	"0 1 1 1 waits 11 \"sleep(1)\" sleep\n"
	"0 2 1 0 tick 2\n"
	"0 2 2 2 step 2 0 step\n"
	"0 2 2 2 waits 6 \"worker a\" worker\n"
	"0 2 3 3 step 3 0 step\n"
	"0 2 3 3 waits 10 \"worker c\" worker\n"
	"1 2 3 0 polled 1\n"
	"1 3 3 0 tick 0\n"
	"1 3 3 0 timer-fired 12 1\n"
	"1 3 3 0 ready 12 0 internal-timer\n"
	"1 3 4 0 step 12 0 internal-timer\n"
	"1 3 4 0 future-done 11 result\n"
	"1 3 4 0 ready 1 11 wakeup\n"
	"1 3 4 0 step-ended\n"
	"1 4 4 0 tick 1\n"
	"1 4 5 1 step 1 11 wakeup\n"
	"1 4 5 1 line 22 \"main\"\n"
	"1 4 5 1 future-done 8 cancelled\n"
	"1 4 5 1 job-ended 7 \"\" cancelled\n"
	"1 4 5 1 cancel 2 \"\"\n"
	"1 4 5 1 future-done 6 cancelled\n"
	"1 4 5 1 ready 2 6 wakeup\n"
	"1 4 5 1 waits 3 \"task waiter\" task\n"
	"1 5 5 0 tick 1\n"
	"1 5 6 2 step 2 6 wakeup\n"
	"1 5 6 2 cancel-delivered 2\n"
	"1 5 6 2 cancelled \"\"\n"
	"3 5 6 0@1 block-ended\n"
	"3 5 6 0@1 job-ended 5 \"None\" result\n"
	"3 5 6 0@1 job-started 9 1\n"
	"3 5 6 0@1 line 9 \"c\"\n"
	"3 5 6 0@1 block 1 9\n"
	"3 5 6 0 polled 2\n"
	"4 5 6 0@1 block-ended\n"
	"4 5 6 0@1 job-ended 9 \"ValueError('x')\" exception\n"
	"4 5 6 0 handle 13 \"_set_state\" internal\n"
	"4 5 6 0@1 posted 13 \"_set_state\"\n"
	"4 5 6 0 ready 13 0 internal\n"
	"4 5 6 0 polled 1\n"
	"4 6 6 0 tick 1\n"
	"4 6 7 0 step 13 0 internal\n"
	"4 6 7 0 future-done 10 exception\n"
	"4 6 7 0 ready 3 10 wakeup\n"
	"4 6 7 0 step-ended\n"
	"4 7 7 0 tick 1\n"
	"4 7 8 3 step 3 10 wakeup\n"
	"4 7 8 3 failed \"ValueError('x')\"\n"
	"4 7 8 3 ready 1 3 wakeup\n"
	"4 8 8 0 tick 1\n"
	"4 8 9 1 step 1 3 wakeup\n"
	"4 8 9 1 failed \"ValueError('x')\"\n"
	"4 8 9 0 loop-stopped\n"
	"4 8 9 0@1 worker-ended 1\n"
	"4 8 9 0 run-ended 1\n";

/* threading.Thread(a), started and joined by a program without a loop. */
static const char *const joined =
	"0 0 0 0 line 30 \"<module>\"\n"
	"0 0 0 0 job 5 \"a\"\n"
	"0 0 0 0@1 worker 1 \"Thread-1 (a)\" thread\n"
	"0 0 0 0@1 job-started 5 1\n"
	"0 0 0 0@1 line 5 \"a\"\n"
	"0 0 0 0@1 block 3 6\n"
	"0 0 0 0 line 31 \"<module>\"\n"
	"0 0 0 0 block 1 31\n"
	"1 0 0 0 block-ended\n"
	"1 0 0 0 line 32 \"<module>\"\n"
	"1 0 0 0 join 5 \"a\"\n"
	"3 0 0 0@1 block-ended\n"
	"3 0 0 0@1 line 7 \"a\"\n"
	"3 0 0 0@1 job-ended 5 \"None\" result\n"
	"3 0 0 0@1 worker-ended 1\n"
	"3 0 0 0 join-ended\n"
	"3 0 0 0 line 33 \"<module>\"\n"
	"3 0 0 0 printed \"ok\\n\" 1\n"
	"3 0 0 0 run-ended 0\n";

/* asyncio.run in a worker, and a call_soon_threadsafe from there. */
static const char *const own_loop =
	"0 0 0 0 task 1 \"Task-1\"\n"
	"0 0 0 0 task-coro 1 \"main\"\n"
	"0 0 0 0 ready 1 0 step\n"
	"0 0 0 0 loop-started\n"
	"0 1 0 0 tick 1\n"
	"0 1 1 1 step 1 0 step\n"
	"0 1 1 1 line 20 \"main\"\n"
	"0 1 1 1 job 5 \"kitchen\"\n"
	"0 1 1 1 job-pool 5 \"asyncio\"\n"
	"0 1 1 1 future 6 \"worker kitchen\" worker\n"
	"0 1 1 1 job-for 5 6\n"
	"0 1 1 0@1 worker 1 \"asyncio_0\" pool\n"
	"0 1 1 0@1 job-started 5 1\n"
	"0 1 1 0@1 line 5 \"kitchen\"\n"
	"0 1 1 0@1 task 7 \"Task-1\"\n"
	"0 1 1 0@1 task-coro 7 \"cook\"\n"
	"0 1 1 0@1 ready 7 0 step\n"
	"0 1 1 0@1 loop-started\n"
	"0 1 1 0@1 tick 1\n"
	"0 1 1 7@1 step 7 0 step\n"
	"0 1 1 7@1 line 11 \"cook\"\n"
	"0 1 1 7@1 future 8 \"sleep(2)\" sleep\n"
	"0 1 1 7@1 handle 9 \"x\" internal-timer\n"
	"0 1 1 7@1 timer-armed 9 2\n"
	"0 1 1 7@1 timer-for 9 8\n"
	"0 1 1 7@1 waits 8 \"sleep(2)\" sleep\n"
	"0 1 1 1 waits 6 \"worker kitchen\" worker\n"
	"2 1 1 0@1 polled 2\n"
	"2 1 1 0@1 timer-fired 9 2\n"
	"2 1 1 0@1 ready 9 0 internal-timer\n"
	"2 1 1 0@1 tick 1\n"
	"2 1 1 0@1 step 9 0 internal-timer\n"
	"2 1 1 0@1 future-done 8 result\n"
	"2 1 1 0@1 ready 7 8 wakeup\n"
	"2 1 1 0@1 step-ended\n"
	"2 1 1 0@1 tick 1\n"
	"2 1 1 7@1 step 7 8 wakeup\n"
	"2 1 1 7@1 line 12 \"cook\"\n"
	"2 1 1 0 handle 20 \"ding\" callback\n"
	"2 1 1 7@1 posted 20 \"ding\"\n"
	"2 1 1 0 ready 20 0 callback\n"
	"2 1 1 7@1 block 1 13\n"
	"2 1 1 0 polled 2\n"
	"2 2 1 0 tick 1\n"
	"2 2 2 0 step 20 0 callback\n"
	"2 2 2 0 line 40 \"ding\"\n"
	"2 2 2 0 printed \"ding\\n\" 1\n"
	"2 2 2 0 step-ended\n"
	"3 2 2 7@1 block-ended\n"
	"3 2 2 7@1 done \"'soup'\"\n"
	"3 2 2 0@1 loop-stopped\n"
	"3 2 2 0@1 line 6 \"kitchen\"\n"
	"3 2 2 0@1 job-ended 5 \"'soup'\" result\n"
	"3 2 2 0 handle 13 \"_set_state\" internal\n"
	"3 2 2 0@1 posted 13 \"_set_state\"\n"
	"3 2 2 0 ready 13 0 internal\n"
	"3 2 2 0 polled 1\n"
	"3 3 2 0 tick 1\n"
	"3 3 3 0 step 13 0 internal\n"
	"3 3 3 0 future-done 6 result\n"
	"3 3 3 0 ready 1 6 wakeup\n"
	"3 3 3 0 step-ended\n"
	"3 4 3 0 tick 1\n"
	"3 4 4 1 step 1 6 wakeup\n"
	"3 4 4 1 done \"None\"\n"
	"3 4 4 0 loop-stopped\n"
	"3 4 4 0 run-ended 0\n";

static inline struct trace *trace_of(struct view *v)
{
	return (struct trace *)(uintptr_t)view_trace(v);
}

/* The position right after the n-th event (from 1) of that kind. */
static inline uint64_t after(const struct view *v, enum event_kind kind, unsigned n)
{
	for (uint64_t i = 0; i < view_event_count(v); i++)
		if (trace_at(view_trace(v), i)->kind == (unsigned)kind && --n == 0)
			return i + 1;
	ck_abort_msg("there is no such event");
	return 0;
}

/* A view of a trace of the real clock. */
static inline struct view *view_open_real(const char *events)
{
	struct view *virtual = view_open(events);
	struct trace *from = trace_of(virtual), *to = trace_new(0);
	trace_describe(to, &(struct trace_about){.real_clock = true});
	for (uint64_t i = 0; i < trace_count(from); i++) {
		struct event e = *trace_at(from, i);
		const struct event_info *info = &event_infos[e.kind];
		uint32_t *fields[] = {&e.a, &e.b};
		enum field_kind kinds[] = {info->a, info->b};
		for (int k = 0; k < 2; k++) {
			size_t len;
			const char *text;
			if (kinds[k] == FIELD_TEXT) {
				text = trace_text(from, *fields[k], &len);
				*fields[k] = trace_string(to, text, len);
			} else if (kinds[k] == FIELD_NS) {
				*fields[k] = trace_number(to, trace_number_at(from, *fields[k]));
			}
		}
		trace_append(to, &e);
	}
	trace_close(to);
	view_close(virtual);
	struct view *v = view_new(to);
	view_update(v, 0);
	return v;
}

#endif
