/*
 * Traces in their text form, as the loop writes them, for the tests of what reads them.
 */
#ifndef TESTS_VIEW_TRACES_H
#define TESTS_VIEW_TRACES_H

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "trace/text.h"
#include "trace/trace.h"
#include "view/lane.h"
#include "view/moment.h"
#include "view/sentence.h"
#include "view/view.h"

/* A view of the events in `text`; give both back with view_close. */
static inline struct view *view_open(const char *text)
{
	struct trace *t;
	struct buf all = {0}, why = {0};
	buf_puts(&all, "simmer-trace 1\ntitle \"A title\"\nclock virtual\nevents\n");
	size_t events = 0;
	for (const char *s = text; *s; s++)
		events += *s == '\n';
	buf_puts(&all, text);
	buf_printf(&all, "end %zu\n", events);
	FILE *in = fmemopen(all.data, all.len, "r");
	int error = trace_read(in, &t, &why);
	ck_assert_msg(error == 0, "%s", buf_text(&why));
	fclose(in);
	buf_free(&all);
	struct view *v = view_new(t);
	view_update(v, 0);
	return v;
}

static inline void view_close(struct view *v)
{
	struct trace *t = (struct trace *)(uintptr_t)view_trace(v);
	view_free(v);
	trace_free(t);
}

/* `what | why` of a moment; freed by the caller. */
static inline char *told(struct view *v, bool internals, size_t index)
{
	struct buf what = {0}, why = {0};
	view_sentence(v, internals, index, &what, &why);
	buf_puts(&what, " | ");
	buf_puts(&what, buf_text(&why));
	buf_free(&why);
	return buf_take(&what);
}

#define assert_told(v, internals, index, expected)                                         \
	do {                                                                               \
		char *told_ = told(v, internals, index);                                   \
		ck_assert_str_eq(told_, expected);                                         \
		free(told_);                                                               \
	} while (0)

/* Two tasks in main's gather; b fails at 1, a ends at 5. */
static const char gather_fails[] =
	"0 0 0 0 line 30 \"<module>\"\n"
	"0 0 0 0 task 4 \"Task-1\" 0\n"
	"0 0 0 0 task-coro 4 \"main\"\n"
	"0 0 0 0 ready 4 0 step\n"
	"0 0 0 0 loop-started\n"
	"0 1 0 0 tick 1\n"
	"0 1 1 4 step 4 0 step\n"
	"0 1 1 4 line 21 \"main\"\n"
	"0 1 1 4 task 1 \"Task-2\" 0\n"
	"0 1 1 4 task-coro 1 \"boil\"\n"
	"0 1 1 4 ready 1 0 step\n"
	"0 1 1 4 task 2 \"Task-3\" 0\n"
	"0 1 1 4 task-coro 2 \"boil\"\n"
	"0 1 1 4 ready 2 0 step\n"
	"0 1 1 4 future 3 \"gather[Task-2 Task-3]\" gather\n"
	"0 1 1 4 gather-child 3 1\n"
	"0 1 1 4 gather-child 3 2\n"
	"0 1 1 4 waits 3 \"gather[Task-2 Task-3]\" gather\n"
	"0 2 1 0 tick 2\n"
	"0 2 2 1 step 1 0 step\n"
	"0 2 2 1 line 11 \"boil\"\n"
	"0 2 2 1 future 5 \"sleep(5)\" sleep\n"
	"0 2 2 1 handle 6 \"_set_result_unless_cancelled\" internal-timer\n"
	"0 2 2 1 timer-armed 6 5\n"
	"0 2 2 1 timer-for 6 5\n"
	"0 2 2 1 waits 5 \"sleep(5)\" sleep\n"
	"0 2 3 2 step 2 0 step\n"
	"0 2 3 2 line 11 \"boil\"\n"
	"0 2 3 2 future 7 \"sleep(1)\" sleep\n"
	"0 2 3 2 handle 8 \"_set_result_unless_cancelled\" internal-timer\n"
	"0 2 3 2 timer-armed 8 1\n"
	"0 2 3 2 timer-for 8 7\n"
	"0 2 3 2 waits 7 \"sleep(1)\" sleep\n"
	"0 3 3 0 tick 0\n"
	"1 3 3 0 polled 1\n"
	"1 3 3 0 timer-fired 8 1\n"
	"1 3 3 0 ready 8 8 internal-timer\n"
	"1 3 4 0 step 8 8 internal-timer\n"
	"1 3 4 0 future-done 7 result\n"
	"1 3 4 0 ready 2 7 wakeup\n"
	"1 3 4 0 step-ended\n"
	"1 4 4 0 tick 1\n"
	"1 4 5 2 step 2 7 wakeup\n"
	"1 4 5 2 line 12 \"boil\"\n"
	"1 4 5 2 line 13 \"boil\"\n"
	"1 4 5 2 handle 9 \"gather._done_callback\" internal\n"
	"1 4 5 2 ready 9 2 internal\n"
	"1 4 5 2 failed \"ValueError('burnt')\"\n"
	"1 5 5 0 tick 1\n"
	"1 5 6 0 step 9 2 internal\n"
	"1 5 6 0 gather-child-done 3 2\n"
	"1 5 6 0 future-done 3 exception\n"
	"1 5 6 0 ready 4 3 wakeup\n"
	"1 5 6 0 step-ended\n"
	"1 6 6 0 tick 1\n"
	"1 6 7 4 step 4 3 wakeup\n"
	"1 6 7 4 line 22 \"main\"\n"
	"1 6 7 4 future 10 \"sleep(9)\" sleep\n"
	"1 6 7 4 handle 11 \"_set_result_unless_cancelled\" internal-timer\n"
	"1 6 7 4 timer-armed 11 10\n"
	"1 6 7 4 timer-for 11 10\n"
	"1 6 7 4 waits 10 \"sleep(9)\" sleep\n"
	"1 7 7 0 tick 0\n"
	"5 7 7 0 polled 4\n"
	"5 7 7 0 timer-fired 6 5\n"
	"5 7 7 0 ready 6 6 internal-timer\n"
	"5 7 8 0 step 6 6 internal-timer\n"
	"5 7 8 0 future-done 5 result\n"
	"5 7 8 0 ready 1 5 wakeup\n"
	"5 7 8 0 step-ended\n"
	"5 8 8 0 tick 1\n"
	"5 8 9 1 step 1 5 wakeup\n"
	"5 8 9 1 handle 12 \"gather._done_callback\" internal\n"
	"5 8 9 1 ready 12 1 internal\n"
	"5 8 9 1 done \"'rice'\"\n"
	"5 9 9 0 tick 1\n"
	"5 9 10 0 step 12 1 internal\n"
	"5 9 10 0 gather-child-done 3 1\n"
	"5 9 10 0 step-ended\n"
	"5 10 10 0 tick 0\n"
	"10 10 10 0 polled 5\n"
	"10 10 10 0 timer-fired 11 10\n"
	"10 10 10 0 ready 11 11 internal-timer\n"
	"10 10 11 0 step 11 11 internal-timer\n"
	"10 10 11 0 future-done 10 result\n"
	"10 10 11 0 ready 4 10 wakeup\n"
	"10 10 11 0 step-ended\n"
	"10 11 11 0 tick 1\n"
	"10 11 12 4 step 4 10 wakeup\n"
	"10 11 12 4 handle 13 \"_run_until_complete_cb\" internal\n"
	"10 11 12 4 ready 13 4 internal\n"
	"10 11 12 4 done \"None\"\n"
	"10 12 12 0 tick 1\n"
	"10 12 13 0 step 13 4 internal\n"
	"10 12 13 0 step-ended\n"
	"10 12 13 0 loop-stopped\n"
	"10 12 13 0 run-ended 0\n";

/* A group of two; b fails at 1 and the group cancels a and its owner. */
static const char group_fails[] =
	"0 0 0 0 task 1 \"Task-1\" 0\n"
	"0 0 0 0 task-coro 1 \"main\"\n"
	"0 0 0 0 ready 1 0 step\n"
	"0 0 0 0 loop-started\n"
	"0 1 0 0 tick 1\n"
	"0 1 1 1 step 1 0 step\n"
	"0 1 1 1 group-entered 3\n"
	"0 1 1 1 task 4 \"a\" 1\n"
	"0 1 1 1 task-coro 4 \"boil\"\n"
	"0 1 1 1 ready 4 0 step\n"
	"0 1 1 1 group-child 3 4\n"
	"0 1 1 1 task 5 \"b\" 1\n"
	"0 1 1 1 task-coro 5 \"burn\"\n"
	"0 1 1 1 ready 5 0 step\n"
	"0 1 1 1 group-child 3 5\n"
	"0 1 1 1 future 6 \"taskgroup[a b]\" group\n"
	"0 1 1 1 waits 6 \"taskgroup[a b]\" group\n"
	"0 2 1 0 tick 2\n"
	"0 2 2 4 step 4 0 step\n"
	"0 2 2 4 future 9 \"sleep(5)\" sleep\n"
	"0 2 2 4 handle 10 \"_set_result_unless_cancelled\" internal-timer\n"
	"0 2 2 4 timer-armed 10 5\n"
	"0 2 2 4 timer-for 10 9\n"
	"0 2 2 4 waits 9 \"sleep(5)\" sleep\n"
	"0 2 3 5 step 5 0 step\n"
	"0 2 3 5 handle 11 \"TaskGroup._on_task_done\" internal\n"
	"0 2 3 5 ready 11 5 internal\n"
	"0 2 3 5 failed \"ValueError('x')\"\n"
	"0 3 3 0 tick 1\n"
	"0 3 4 0 step 11 5 internal\n"
	"0 3 4 0 group-child-done 3 5\n"
	"0 3 4 0 group-aborting 3 5\n"
	"0 3 4 0 cancel 4 \"\"\n"
	"0 3 4 0 future-done 9 cancelled\n"
	"0 3 4 0 ready 4 9 wakeup\n"
	"0 3 4 0 cancel 1 \"\"\n"
	"0 3 4 0 future-done 6 cancelled\n"
	"0 3 4 0 ready 1 6 wakeup\n"
	"0 3 4 0 step-ended\n"
	"0 4 4 0 tick 2\n"
	"0 4 5 4 step 4 9 wakeup\n"
	"0 4 5 4 cancel-delivered 4\n"
	"0 4 5 4 timer-dropped 10\n"
	"0 4 5 4 handle 12 \"TaskGroup._on_task_done\" internal\n"
	"0 4 5 4 ready 12 4 internal\n"
	"0 4 5 4 cancelled \"\"\n"
	"0 4 6 1 step 1 6 wakeup\n"
	"0 4 6 1 cancel-delivered 1\n"
	"0 4 6 1 future 13 \"taskgroup[a]\" group\n"
	"0 4 6 1 waits 13 \"taskgroup[a]\" group\n"
	"0 5 6 0 tick 1\n"
	"0 5 7 0 step 12 4 internal\n"
	"0 5 7 0 group-child-done 3 4\n"
	"0 5 7 0 future-done 13 result\n"
	"0 5 7 0 ready 1 13 wakeup\n"
	"0 5 7 0 step-ended\n"
	"0 6 7 0 tick 1\n"
	"0 6 8 1 step 1 13 wakeup\n"
	"0 6 8 1 uncancelled 1 0\n"
	"0 6 8 1 group-exited 3 exception\n"
	"0 6 8 1 handle 14 \"_run_until_complete_cb\" internal\n"
	"0 6 8 1 ready 14 1 internal\n"
	"0 6 8 1 failed \"ExceptionGroup('unhandled errors in a TaskGroup', [ValueError('x')])\"\n"
	"0 7 8 0 tick 1\n"
	"0 7 9 0 step 14 1 internal\n"
	"0 7 9 0 step-ended\n"
	"0 7 9 0 loop-stopped\n"
	"0 7 9 0 uncaught \"ExceptionGroup('x')\"\n"
	"0 7 9 0 run-ended 1\n";

#endif
