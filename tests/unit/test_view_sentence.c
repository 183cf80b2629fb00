/* Sentences: what is said of a moment, and why, in the cases that learners get wrong. */
#include <check.h>

#include "base/buf.h"
#include "suite.h"
#include "view/snapshot.h"
#include "view_kit.h"
#include "view_traces.h"

START_TEST(a_gather_tells_its_first_failure_and_lets_the_rest_run_on)
{
	struct view *v = view_open(gather_fails);
	static const char *const expected[] = {
		"Nothing has run yet. | The next step runs the program from its first line.",
		"The program ran line 30 and started the event loop. | "
		"Its first task is main, created but not yet started.",
		"main began: its first step. It ran line 21 and now waits for its gather: 0 of 2 done. | "
		"It created boil and boil 2: they are in the queue, not yet started. "
		"Next in the queue: boil and boil 2.",
		"boil began: its first step. It ran line 11 and now waits for sleep(5), due at t = 5.0. | "
		"Next in the queue: boil 2.",
		"boil 2 began: its first step. It ran line 11 and now waits for sleep(1), due at t = 1.0. | "
		"Nothing is ready, so the loop sleeps until its next timer: boil 2 at t = 1.0.",
		"boil 2 woke up: its sleep(1) was over. It ran lines 12-13 and failed with "
		"ValueError('burnt'). | It is the first failure in the gather of main: it is told "
		"without waiting for the others, which run on.",
		"boil 2 ended the gather of main: its first failure. The other tasks of the gather run on. | "
		"That makes main ready. Next in the queue: main.",
		"main woke up: the first failure in its gather reached it at once (1 of 2 had ended). "
		"It ran line 22 and now waits for sleep(9), due at t = 10.0. | "
		"Nothing is ready, so the loop sleeps until its next timer: boil at t = 5.0.",
		"boil woke up: its sleep(5) was over. It is done; its result is 'rice'. | "
		"That makes 2 of 2 in the gather of main. Nothing is ready, so "
		"the loop sleeps until its next timer: main at t = 10.0.",
		"main woke up: its sleep(9) was over. It is done. | ",
		"The program has ended after 10 s, with exit status 0. | ",
	};
	ck_assert_uint_eq(view_moment_count(v, false), COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_told(v, false, i, expected[i]);
	view_close(v);
}
END_TEST

START_TEST(with_internals_the_loop_tells_what_it_does_itself)
{
	struct view *v = view_open(gather_fails);
	assert_told(v, true, 5, "The loop ended sleep(1) of boil 2: its time had come. | "
				"That makes boil 2 ready. Next in the queue: boil 2.");
	assert_told(v, true, 11, "The gather of main counted boil: 2 of 2. | Nothing is ready, so the "
				 "loop sleeps until its next timer: main at t = 10.0.");
	assert_told(v, true, 14, "main was over, so the loop is told to stop. | ");
	view_close(v);
}
END_TEST

START_TEST(a_group_says_why_it_cancels_and_each_member_why_it_was)
{
	struct view *v = view_open(group_fails);
	static const char *const expected[] = {
		"b began: its first step. It failed with ValueError('x'). | "
		"That makes 1 of 2 in the group of main.",
		"b failed, so its group asks for the cancellation of a and main. | "
		"Next in the queue: a and main.",
		"In a, CancelledError was raised where it awaited sleep(5): its group ends because b failed. "
		"It ended as cancelled. | "
		"That makes 2 of 2 in the group of main. Next in the queue: main.",
		"In main, CancelledError was raised where it awaited its group: its group ends because b "
		"failed. It first waits for its group to end: 2 of 2 have. | Then it is the turn of main.",
		"main woke up: the last task of its group had ended. It failed with "
		"ExceptionGroup('unhandled errors in a TaskGroup…. | ",
		"The program has ended with exit status 1. | "
		"An exception that nobody caught ended the program: ExceptionGroup('x').",
	};
	ck_assert_uint_eq(view_moment_count(v, false), COUNT_OF(expected) + 3);
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_told(v, false, i + 3, expected[i]);
	view_close(v);
}
END_TEST

static struct view *kit_view(const struct kit_script *scripts)
{
	struct view *v = view_new(kit_run(scripts, 0));
	view_update(v, 0);
	return v;
}

START_TEST(a_task_cancelled_before_its_first_step_never_entered_its_body)
{
	static const struct kit_op m[] = {{ACT_SPAWN, 1}, {ACT_CANCEL, 0}, {ACT_JOIN, 0}, {ACT_DONE, 0}};
	static const struct kit_op rice[] = {{ACT_LINE, 11}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}, {"rice", rice}};
	struct view *v = kit_view(scripts);
	assert_told(v, false, 2, "main began: its first step. It now waits for the task rice. | It created rice: it is in "
		    "the queue, not yet started. It asked for the cancellation of rice: CancelledError is raised "
		    "there at the next step, not now. Next in the queue: rice.");
	assert_told(v, false, 3, "rice was cancelled before its first step, so its body was never entered: "
		    "main had asked for it. | main waited for it and is ready now. Next in the queue: main.");
	assert_told(v, false, 4, "main woke up: rice, which it waited for, was cancelled. It is done. | ");
	view_close(v);
}
END_TEST

START_TEST(work_is_called_blocking_only_where_it_holds_somebody_up)
{
	static const struct kit_op m[] = {{ACT_SPAWN, 1}, {ACT_SPAWN, 2}, {ACT_SLEEP, 2 * SECOND},
		{ACT_WORK, 4 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_op rice[] = {{ACT_SLEEP, 5 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_op chop[] = {{ACT_WORK, SECOND}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}, {"rice", rice}, {"chop", chop}};
	struct view *v = kit_view(scripts);
	assert_told(v, false, 4, "chop began: its first step. It is busy for 1 s: time.sleep in line 21 keeps the "
		    "thread until t = 1.0. | Nobody is held up: until then nobody else is ready or due.");
	assert_told(v, false, 5, "chop is done. | Nothing is ready, so the loop sleeps until its next timer: "
		    "main at t = 2.0.");
	assert_told(v, false, 6, "main woke up: its sleep(2) was over. It is busy for 4 s: time.sleep in line 4 "
		    "keeps the thread until t = 6.0. | That blocks the loop: rice is ready or due, but nobody "
		    "else can run until then.");
	assert_told(v, false, 7, "main is done. | Meanwhile rice was held up, for up to 1 s. "
		    "The timer of rice is due.");
	assert_told(v, false, 8, "rice woke up: its sleep(5) was over at t = 5.0, but the loop was busy. "
		    "It is done. | ");
	view_close(v);
}
END_TEST

/* A loop's second turn: line 14 looks again, and 20 follows; 15 and 16 have run before, 18 never. */
START_TEST(lines_that_were_passed_over_are_not_said_to_have_run)
{
	static const struct kit_op m[] = {{ACT_LINE, 14}, {ACT_LINE, 15}, {ACT_LINE, 16}, {ACT_YIELD, 0},
		{ACT_LINE, 14}, {ACT_LINE, 20}, {ACT_YIELD, 0},
		{ACT_LINE, 24}, {ACT_LINE, 15}, {ACT_LINE, 16}, {ACT_LINE, 20}, {ACT_YIELD, 0},
		{ACT_LINE, 14}, {ACT_LINE, 16}, {ACT_LINE, 20}, {ACT_LINE, 24}, {ACT_YIELD, 0},
		{ACT_LINE, 17}, {ACT_LINE, 19}, {ACT_LINE, 17}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}};
	static const char *const lines[] = {"lines 14-16", "lines 14 and 20", "lines 15-24",
		"lines 14 and 16-24", "lines 17-19"};
	struct view *v = kit_view(scripts);
	struct buf what = {0}, why = {0};
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		buf_reset(&what);
		buf_reset(&why);
		view_sentence(v, false, i + 2, &what, &why);
		ck_assert_msg(strstr(buf_text(&what), lines[i]) != NULL, "%s: %s", lines[i], buf_text(&what));
	}
	buf_free(&what);
	buf_free(&why);
	view_close(v);
}
END_TEST

START_TEST(what_is_too_broken_to_be_listed_is_told_as_parts_of_it)
{
	static const struct kit_op m[] = {{ACT_LINE, 1}, {ACT_LINE, 2}, {ACT_LINE, 3}, {ACT_LINE, 4},
		{ACT_LINE, 5}, {ACT_LINE, 6}, {ACT_LINE, 7}, {ACT_YIELD, 0},
		{ACT_LINE, 7}, {ACT_LINE, 5}, {ACT_LINE, 3}, {ACT_LINE, 1}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}};
	struct view *v = kit_view(scripts);
	assert_told(v, false, 3, "It was the turn of main again. It ran parts of lines 1-7 and is done. | ");
	view_close(v);
}
END_TEST

START_TEST(a_bare_yield_goes_to_the_end_of_the_queue)
{
	static const struct kit_op m[] = {{ACT_SPAWN, 1}, {ACT_YIELD, 0}, {ACT_DONE, 0}};
	static const struct kit_op rice[] = {{ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}, {"rice", rice}};
	struct view *v = kit_view(scripts);
	assert_told(v, false, 2, "main began: its first step. It lets the others go first: it goes to the end of "
		    "the queue. | It created rice: it is in the queue, not yet started. "
		    "Next in the queue: rice and main.");
	assert_told(v, false, 4, "It was the turn of main again. It is done. | ");
	view_close(v);
}
END_TEST

START_TEST(a_failure_that_nobody_awaits_is_said_to_be_unseen)
{
	static const struct kit_op m[] = {{ACT_SPAWN, 1}, {ACT_SLEEP, SECOND}, {ACT_DONE, 0}};
	static const struct kit_op rice[] = {{ACT_FAIL, 0}};
	static const struct kit_script scripts[] = {{"main", m}, {"rice", rice}};
	struct view *v = kit_view(scripts);
	assert_told(v, false, 3, "rice began: its first step. It failed with ValueError('burnt'). | Nobody awaits "
		    "it, so nobody has seen that exception yet. Nothing is ready, so the loop sleeps until its "
		    "next timer: main at t = 1.0.");
	view_close(v);
}
END_TEST

START_TEST(a_caption_stops_before_its_line)
{
	static const struct kit_op m[] = {{ACT_CAPTION, 0}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}};
	struct view *v = kit_view(scripts);
	assert_told(v, false, 2, "main began: its first step. It is about to run line 1. | ");
	assert_told(v, false, 3, "main ran line 1 and is done. | ");
	view_close(v);
}
END_TEST

START_TEST(a_coroutine_that_was_never_awaited_did_nothing)
{
	struct view *v = view_open("0 0 0 0 line 4 \"<module>\"\n"
				   "0 0 0 0 warned \"RuntimeWarning\" \"coroutine 'rice' was never awaited\"\n"
				   "0 0 0 0 run-ended 0\n");
	assert_told(v, false, 1, "The program ran line 4. | The coroutine rice was never "
		    "awaited: calling it only made an object, nothing of it ran.");
	view_close(v);
}
END_TEST

START_TEST(a_deadlock_says_who_still_waits)
{
	struct view *v = view_open("0 0 0 0 task 1 \"Task-1\" 0\n"
				   "0 0 0 0 task-coro 1 \"main\"\n"
				   "0 0 0 0 ready 1 0 step\n"
				   "0 0 0 0 loop-started\n"
				   "0 1 0 0 tick 1\n"
				   "0 1 1 1 step 1 0 step\n"
				   "0 1 1 1 future 2 \"future\" future\n"
				   "0 1 1 1 waits 2 \"future\" future\n"
				   "0 1 1 0 deadlock\n"
				   "0 1 1 0 loop-stopped\n"
				   "0 1 1 0 run-ended 1\n");
	size_t last = view_moment_count(v, false) - 1;
	assert_told(v, false, last, "The program has ended with exit status 1. | Nothing is ready, no timer is "
		    "armed and no I/O is awaited: this would wait for ever. main is still waiting.");
	view_close(v);
}
END_TEST

START_TEST(a_limit_is_named_and_the_step_it_cut_is_not_said_to_have_ended)
{
	struct view *v = view_open("0 0 0 0 task 1 \"main\" 1\n"
				   "0 0 0 0 ready 1 0 step\n"
				   "0 0 0 0 loop-started\n"
				   "0 1 0 0 tick 1\n"
				   "0 1 1 1 step 1 0 step\n"
				   "0 1 1 1 line 4 \"main\"\n"
				   "0 1 1 1 line 5 \"main\"\n"
				   "0 1 1 1 limit \"limit: 9 events are enough\"\n"
				   "0 1 1 0 loop-stopped\n"
				   "0 1 1 0 task-dropped 1\n"
				   "0 1 1 0 run-ended 1\n");
	size_t last = view_moment_count(v, false) - 1;
	assert_told(v, false, last - 1, "main began: its first step. It ran lines 4-5 and was still running "
		    "when the record ends. | ");
	assert_told(v, false, last, "The program has ended with exit status 1. | The run was cut short: "
		    "9 events are enough.");
	ck_assert_int_eq(view_state_at(v, 2, view_event_count(v)), STATE_RUNNING);
	view_close(v);
}
END_TEST

START_TEST(a_timeout_takes_its_request_back_whichever_part_of_the_step_that_is_in)
{
	static const char before[] = "0 0 0 0 task 1 \"main\" 1\n"
				     "0 0 0 0 ready 1 0 step\n"
				     "0 0 0 0 loop-started\n"
				     "0 1 0 0 tick 1\n"
				     "0 1 1 1 step 1 0 step\n"
				     "0 1 1 1 handle 2 \"Timeout._on_timeout\" internal-timer\n"
				     "0 1 1 1 timer-armed 2 2\n"
				     "0 1 1 1 timer-for 2 1\n"
				     "0 1 1 1 future 3 \"sleep(5)\" sleep\n"
				     "0 1 1 1 waits 3 \"sleep(5)\" sleep\n"
				     "0 2 1 0 tick 0\n"
				     "2 2 1 0 polled 2\n"
				     "2 2 1 0 timer-fired 2 2\n"
				     "2 2 1 0 ready 2 2 internal-timer\n"
				     "2 2 2 0 step 2 2 internal-timer\n"
				     "2 2 2 0 cancel 1 \"\"\n"
				     "2 2 2 0 future-done 3 cancelled\n"
				     "2 2 2 0 ready 1 3 wakeup\n"
				     "2 2 2 0 step-ended\n"
				     "2 3 2 0 tick 1\n"
				     "2 3 3 1 step 1 3 wakeup\n"
				     "2 3 3 1 cancel-delivered 1\n";
	static const char after[] = "2 3 3 1 uncancelled 1 0\n"
				    "2 3 3 1 line 7 \"main\"\n"
				    "2 3 3 1 done \"None\"\n"
				    "2 3 3 0 loop-stopped\n"
				    "2 3 3 0 run-ended 0\n";
	struct buf text = {0};
	buf_printf(&text, "%s%s", before, after);
	struct view *v = view_open(buf_text(&text));
	assert_told(v, false, 1,
		    "main began: its first step. It now waits for sleep(5). | Nothing is ready, so the "
		    "loop sleeps until its next timer: the timeout of main at t = 2.0.");
	assert_told(v, false, 3,
		    "In main, CancelledError was raised where it awaited sleep(5): its timeout had "
		    "run out. The timeout takes the request back and raises TimeoutError instead. "
		    "It ran line 7 and is done. | ");
	view_close(v);
	buf_reset(&text);
	buf_printf(&text, "%s2 3 3 1 caption 4 \"c\"\n2 3 3 1 line 4 \"main\"\n%s", before, after);
	v = view_open(buf_text(&text));
	assert_told(v, false, 3,
		    "In main, CancelledError was raised where it awaited sleep(5): its timeout had "
		    "run out. It is about to run line 4. | ");
	assert_told(v, false, 4,
		    "The timeout takes the request back and raises TimeoutError instead. "
		    "main ran lines 4-7 and is done. | ");
	view_close(v);
	buf_free(&text);
}
END_TEST

START_TEST(words_of_the_scene_never_carry_control_characters)
{
	struct view *v = view_open("0 0 0 0 task 1 \"\\x1b[31mred\" 1\n"
				   "0 0 0 0 ready 1 0 step\n"
				   "0 0 0 0 loop-started\n"
				   "0 1 0 0 tick 1\n"
				   "0 1 1 1 step 1 0 step\n"
				   "0 1 1 1 failed \"E('\\x1b]0;\\x07')\"\n"
				   "0 1 1 0 run-ended 1\n");
	for (size_t i = 0; i < view_moment_count(v, true); i++) {
		char *text = told(v, true, i);
		for (const char *s = text; *s; s++)
			ck_assert((unsigned char)*s >= 0x20);
		free(text);
	}
	view_close(v);
}
END_TEST

/* The program starts its loop, in which two callbacks run, one of them without a line; then
 * asyncio's own work has the loop run once more, and the program goes on. */
static const char two_loops_and_a_callback[] =
	"0 0 0 0 line 9 \"<module>\"\n"
	"0 0 0 0 handle 1 \"ring\" callback\n"
	"0 0 0 0 ready 1 0 callback\n"
	"0 0 0 0 handle 2 \"Future.set_result\" callback\n"
	"0 0 0 0 ready 2 0 callback\n"
	"0 0 0 0 loop-started\n"
	"0 1 0 0 tick 2\n"
	"0 1 1 0 step 1 0 callback\n"
	"0 1 1 0 line 4 \"ring\"\n"
	"0 1 1 0 step-ended\n"
	"0 1 2 0 step 2 0 callback\n"
	"0 1 2 0 step-ended\n"
	"0 1 2 0 loop-stopped\n"
	"0 1 2 0 loop-started\n"
	"0 2 2 0 tick 0\n"
	"0 2 2 0 loop-stopped\n"
	"0 2 2 0 line 10 \"<module>\"\n"
	"0 2 2 0 run-ended 0\n";

START_TEST(what_the_program_runs_after_its_loop_has_not_started_it)
{
	struct view *v = view_open(two_loops_and_a_callback);
	assert_told(v, false, 1, "The program ran line 9 and started the event loop. | ");
	assert_told(v, false, view_moment_count(v, false) - 2, "The program ran line 10. | ");
	view_close(v);
}
END_TEST

START_TEST(a_callback_stands_on_a_line_of_its_own_or_on_none)
{
	struct view *v = view_open(two_loops_and_a_callback);
	static const struct {
		uint64_t position;
		uint32_t line;
	} stands[] = {{1, 9}, {7, 9}, {8, 0}, {9, 4}, {10, 4}, {11, 0}, {12, 0}, {13, 9}, {16, 9}, {17, 10}};
	for (size_t i = 0; i < COUNT_OF(stands); i++)
		ck_assert_uint_eq(view_line_at(v, LANE_PROGRAM, stands[i].position, NULL),
		                  stands[i].line);
	view_close(v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("view sentence");
	TCase *c = tcase_create("sentences");
	tcase_add_test(c, a_gather_tells_its_first_failure_and_lets_the_rest_run_on);
	tcase_add_test(c, with_internals_the_loop_tells_what_it_does_itself);
	tcase_add_test(c, a_group_says_why_it_cancels_and_each_member_why_it_was);
	tcase_add_test(c, a_task_cancelled_before_its_first_step_never_entered_its_body);
	tcase_add_test(c, work_is_called_blocking_only_where_it_holds_somebody_up);
	tcase_add_test(c, lines_that_were_passed_over_are_not_said_to_have_run);
	tcase_add_test(c, what_is_too_broken_to_be_listed_is_told_as_parts_of_it);
	tcase_add_test(c, a_bare_yield_goes_to_the_end_of_the_queue);
	tcase_add_test(c, a_failure_that_nobody_awaits_is_said_to_be_unseen);
	tcase_add_test(c, a_caption_stops_before_its_line);
	tcase_add_test(c, a_coroutine_that_was_never_awaited_did_nothing);
	tcase_add_test(c, a_deadlock_says_who_still_waits);
	tcase_add_test(c, a_limit_is_named_and_the_step_it_cut_is_not_said_to_have_ended);
	tcase_add_test(c, a_timeout_takes_its_request_back_whichever_part_of_the_step_that_is_in);
	tcase_add_test(c, words_of_the_scene_never_carry_control_characters);
	tcase_add_test(c, what_the_program_runs_after_its_loop_has_not_started_it);
	tcase_add_test(c, a_callback_stands_on_a_line_of_its_own_or_on_none);
	suite_add_tcase(s, c);
	return suite_main(s);
}
