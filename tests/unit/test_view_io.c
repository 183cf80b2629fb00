/* Sockets as the view tells them: what the loop does for its transports is folded away. */
#include <check.h>

#include "base/mem.h"
#include "suite.h"
#include "view/snapshot.h"
#include "view/totals.h"
#include "view_io.h"
#include "view_kit.h"
#include "view_traces.h"

START_TEST(the_loops_own_tasks_and_callbacks_for_a_connection_are_folded_away)
{
	struct view *v = view_open(one_line_echo);
	static const char *const expected[] = {
		"Nothing has run yet. | The next step runs the program from its first line.",
		"The program ran lines 1-16 and started the event loop. | "
		"Its first task is main, created but not yet started.",
		"main began: its first step. It ran line 9 and now waits for start_server. | "
		"Then it is the turn of main.",
		"main woke up: it no longer has to wait for start_server. It lets the others go first: it goes "
		"to the end of the queue. | Next in the queue: main.",
		"It was the turn of main again. It ran line 10 and now waits for sock_connect. | "
		"Nothing is ready, so the loop waits for I/O: server :8888, client :50001 connect.",
		"main woke up: the connection stands (sock_connect). It now waits for connect :8888. | ",
		"A connection has come in: the loop created serve for it. | "
		"That makes serve ready. Then it is the turn of serve.",
		"serve began: its first step. It ran line 4 and now waits for readline :50001. | "
		"Then it is the turn of main.",
		"main woke up: the connection stands (connect :8888). It ran line 11 and now waits for "
		"sleep(1), due at t = 1.0. | "
		"Nothing is ready, so the loop waits for I/O, at most until t = 1.0: main.",
		"main woke up: its sleep(1) was over. It ran lines 12-13 and now waits for readline :50001. | "
		"Nothing is ready, so the loop waits for I/O: server :8888, server :50001 read, "
		"client :50001 read.",
		"serve woke up: there was something to read, or the end of it (readline :50001). "
		"It ran lines 5-6 and is done. | Then it is the turn of main.",
		"main woke up: there was something to read, or the end of it (readline :50001). "
		"It ran line 14 and is done. | ",
		"The program has ended after 1 s, with exit status 0. | ",
	};
	for (size_t i = 0; i < COUNT_OF(expected) && i < view_moment_count(v, false); i++)
		assert_told(v, false, i, expected[i]);
	ck_assert_uint_eq(view_moment_count(v, false), COUNT_OF(expected));
	uint32_t count;
	view_order(v, false, &count);
	ck_assert_uint_eq(count, 2);
	view_close(v);
}
END_TEST

START_TEST(with_internals_they_are_told_by_the_names_of_their_descriptors)
{
	struct view *v = view_open(one_line_echo);
	uint32_t count;
	view_order(v, true, &count);
	ck_assert_uint_gt(count, 3);
	bool found = false;
	for (size_t i = 0; i < view_moment_count(v, true); i++) {
		char *text = told(v, true, i);
		found |= strstr(text, "server :50001 read was ready, so the loop ran "
				      "_SelectorSocketTransport._read_ready.") != NULL;
		free(text);
	}
	ck_assert(found);
	view_close(v);
}
END_TEST

START_TEST(a_snapshot_has_what_is_watched_by_name)
{
	struct view *v = view_open(one_line_echo);
	struct snapshot now = {0};
	view_snapshot(v, view_moment(v, false, 9).end, 0, &now);
	static const char *const names[] = {"server :8888", "server :50001 read", "client :50001 read"};
	ck_assert_uint_eq(now.watch_count, COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		ck_assert_str_eq(trace_text(view_trace(v), now.watches[i].text, NULL), names[i]);
	/* The callbacks of transports count as the loop's own. */
	for (uint64_t position = 0; position <= view_event_count(v); position++) {
		view_snapshot(v, position, 0, &now);
		for (size_t i = 0; i < now.ready_count; i++)
			ck_assert_int_ne(now.ready[i].role, ROLE_IO);
	}
	snapshot_free(&now);
	view_close(v);
}
END_TEST

START_TEST(a_wait_for_the_other_end_is_nobodys_own_and_chains_are_not_known)
{
	struct view *v = view_open(one_line_echo);
	struct totals t;
	view_totals(v, &t);
	/* main's sleep of a second; serve waits for main, main for serve. */
	ck_assert_int_eq(t.in_turn_ns, SECOND);
	ck_assert_int_eq(t.saved_ns, 0);
	ck_assert_int_eq(t.chain_ns, 0);
	view_close(v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("view io");
	TCase *c = tcase_create("io");
	tcase_add_test(c, the_loops_own_tasks_and_callbacks_for_a_connection_are_folded_away);
	tcase_add_test(c, with_internals_they_are_told_by_the_names_of_their_descriptors);
	tcase_add_test(c, a_snapshot_has_what_is_watched_by_name);
	tcase_add_test(c, a_wait_for_the_other_end_is_nobodys_own_and_chains_are_not_known);
	suite_add_tcase(s, c);
	return suite_main(s);
}
