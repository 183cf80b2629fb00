/* tui: alarms on a loop with the virtual clock. */
#include "loop/loop.h"
#include "suite.h"
#include "tui/alarm.h"
#include "tui/client.h"

static struct loop_world world;
static struct loop *loop;
static char name_a[] = "a", name_b[] = "b";
static char rung[32];
static size_t count;

static void setup(void)
{
	loop_world_init(&world, &tui_client, NULL, NULL, false);
	loop = loop_new(&world, POLL_BACKEND_EPOLL);
	ck_assert_ptr_nonnull(loop);
	count = 0;
}

static void teardown(void)
{
	loop_close(loop);
	loop_unref(loop);
	loop_world_fini(&world);
}

static void ring(void *name)
{
	if (count + 1 < sizeof rung)
		rung[count++] = *(const char *)name;
	rung[count] = '\0';
}

static void stop(void *unused)
{
	(void)unused;
	loop_stop(loop);
}

/* Let the clock run up to `when_ns`. */
static void run_until(int64_t when_ns)
{
	struct alarm end = {.ring = stop};
	struct datum none;
	alarm_set(&end, loop, when_ns);
	loop_run_forever(loop, &none);
}

START_TEST(alarms_ring_at_their_time_and_once)
{
	struct alarm a = {.ring = ring, .world = name_a}, b = {.ring = ring, .world = name_b};
	alarm_set(&b, loop, 20);
	alarm_set(&a, loop, 10);
	ck_assert(alarm_is_set(&a));
	run_until(15);
	ck_assert_str_eq(rung, "a");
	ck_assert(!alarm_is_set(&a));
	run_until(100);
	ck_assert_str_eq(rung, "ab");
}
END_TEST

START_TEST(a_moved_alarm_rings_only_at_its_new_time)
{
	struct alarm a = {.ring = ring, .world = name_a};
	alarm_set(&a, loop, 10);
	alarm_set(&a, loop, 50);
	run_until(40);
	ck_assert_uint_eq(count, 0);
	alarm_set(&a, loop, 45);
	run_until(100);
	ck_assert_str_eq(rung, "a");
}
END_TEST

START_TEST(set_by_never_makes_it_later)
{
	struct alarm a = {.ring = ring, .world = name_a};
	alarm_set_by(&a, loop, 10);
	alarm_set_by(&a, loop, 50);
	run_until(20);
	ck_assert_str_eq(rung, "a");
	alarm_set_by(&a, loop, 50);
	alarm_set_by(&a, loop, 30);
	run_until(40);
	ck_assert_str_eq(rung, "aa");
}
END_TEST

START_TEST(never_means_that_it_is_not_set)
{
	struct alarm a = {.ring = ring, .world = name_a};
	alarm_set(&a, loop, 10);
	alarm_set(&a, loop, INT64_MAX);
	ck_assert(!alarm_is_set(&a));
	run_until(100);
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(alarms_that_are_left_go_with_the_loop)
{
	static struct alarm a = {.ring = ring, .world = name_a};
	alarm_set(&a, loop, 1000);
	run_until(10);
	ck_assert(alarm_is_set(&a));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("tui/alarm");
	TCase *c = tcase_create("alarm");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, alarms_ring_at_their_time_and_once);
	tcase_add_test(c, a_moved_alarm_rings_only_at_its_new_time);
	tcase_add_test(c, set_by_never_makes_it_later);
	tcase_add_test(c, never_means_that_it_is_not_set);
	tcase_add_test(c, alarms_that_are_left_go_with_the_loop);
	suite_add_tcase(suite, c);
	return suite_main(suite);
}
