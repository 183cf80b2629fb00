/* A brief snapshot says of the queue and the timers what the whole one says. */
#include <check.h>
#include <string.h>

#include "nonsense.h"
#include "suite.h"
#include "view/internal.h"
#include "view/snapshot.h"
#include "view_kit.h"
#include "view_traces.h"

static void same_at(const struct view *v, uint64_t position, struct snapshot *brief,
		    struct snapshot *whole)
{
	snapshot_brief(v, 0, position, brief);
	view_snapshot(v, position, 0, whole);
	ck_assert_uint_eq(brief->ready_count, whole->ready_count < 8 ? whole->ready_count : 8);
	for (size_t i = 0; i < brief->ready_count; i++)
		ck_assert_uint_eq(brief->ready[i].event, whole->ready[i].event);
	ck_assert_uint_eq(brief->timer_count, whole->timer_count > 0);
	if (brief->timer_count) {
		ck_assert_uint_eq(brief->timers[0].event, whole->timers[0].event);
		ck_assert_uint_eq(brief->timers[0].lane, whole->timers[0].lane);
	}
	ck_assert_int_eq(brief->loop_running, whole->loop_running);
	/* However few entries are asked for, the counts are the same. */
	view_snapshot(v, position, 2, brief);
	ck_assert_uint_eq(brief->ready_count, whole->ready_count);
	ck_assert_uint_eq(brief->timer_count, whole->timer_count);
}

START_TEST(the_soonest_timer_and_the_first_of_the_queue_are_those_of_the_whole)
{
	static struct kit_dice dice;
	struct snapshot brief = {0}, whole = {0};
	for (uint32_t seed = 0; seed < 12; seed++) {
		kit_roll(&dice, seed * 12 + (uint32_t)_i);
		struct view *v = view_new(kit_run(dice.scripts, 900));
		view_update(v, 0);
		for (uint64_t position = 0; position <= view_event_count(v); position++)
			same_at(v, position, &brief, &whole);
		view_close(v);
	}
	snapshot_free(&brief);
	snapshot_free(&whole);
}
END_TEST

/* Also where handles are cancelled in the queue, before they are in it, and never. */
START_TEST(queues_of_nonsense_are_counted_alike)
{
	struct snapshot few = {0}, whole = {0};
	for (uint32_t seed = 0; seed < 20; seed++) {
		struct view *v = view_new(nonsense_trace(seed * 12 + (uint32_t)_i));
		view_update(v, 0);
		for (uint64_t position = 0; position <= view_event_count(v); position++) {
			view_snapshot(v, position, 2, &few);
			view_snapshot(v, position, 0, &whole);
			ck_assert_uint_eq(few.ready_count, whole.ready_count);
		}
		view_close(v);
	}
	snapshot_free(&few);
	snapshot_free(&whole);
}
END_TEST

START_TEST(of_timers_due_together_the_one_armed_first_is_soonest)
{
	struct view *v = view_open("0 0 0 0 handle 1 \"a\" timer\n"
				   "0 0 0 0 timer-armed 1 5\n"
				   "0 0 0 0 handle 2 \"b\" timer\n"
				   "0 0 0 0 timer-armed 2 5\n"
				   "0 0 0 0 handle 3 \"c\" timer\n"
				   "0 0 0 0 timer-armed 3 4\n"
				   "0 0 0 0 timer-dropped 3\n"
				   "5 0 0 0 timer-fired 1 5\n"
				   "5 0 0 0 timer-fired 2 5\n");
	static const uint32_t soonest[] = {0, 0, 1, 1, 1, 1, 3, 1, 2, 0};
	struct snapshot s = {0};
	for (uint64_t position = 0; position < COUNT_OF(soonest); position++) {
		snapshot_brief(v, 0, position, &s);
		ck_assert_uint_eq(s.timer_count ? s.timers[0].id : 0, soonest[position]);
	}
	snapshot_free(&s);
	view_close(v);
}
END_TEST

/* How many members have ended is counted as they end; a gather may be given one twice. */
START_TEST(members_that_have_ended_are_counted_as_often_as_they_were_given)
{
	struct view *v = view_open("0 0 0 0 future 1 \"a\" future\n"
				   "0 0 0 0 future 2 \"b\" future\n"
				   "0 0 0 0 future-done 2 result\n"
				   "0 0 0 0 future 3 \"gather\" gather\n"
				   "0 0 0 0 gather-child 3 1\n"
				   "0 0 0 0 gather-child 3 1\n"
				   "0 0 0 0 gather-child 3 2\n"
				   "0 0 0 0 future-done 1 result\n"
				   "0 0 0 0 future 4 \"gather\" gather\n"
				   "0 0 0 0 gather-child 4 1\n");
	const struct family *first = &v->families.items[0], *second = &v->families.items[1];
	ck_assert_uint_eq(first->over_events.count, 3);
	ck_assert_uint_eq(first->over_events.items[0], 6);
	ck_assert_uint_eq(first->over_events.items[1], 7);
	ck_assert_uint_eq(first->over_events.items[2], 7);
	ck_assert(first->shares);
	ck_assert_uint_eq(second->over_events.count, 1);
	ck_assert(!second->shares);
	view_close(v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("view brief");
	TCase *c = tcase_create("brief");
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, the_soonest_timer_and_the_first_of_the_queue_are_those_of_the_whole, 0, 12);
	tcase_add_loop_test(c, queues_of_nonsense_are_counted_alike, 0, 12);
	tcase_add_test(c, of_timers_due_together_the_one_armed_first_is_soonest);
	tcase_add_test(c, members_that_have_ended_are_counted_as_often_as_they_were_given);
	suite_add_tcase(s, c);
	return suite_main(s);
}
