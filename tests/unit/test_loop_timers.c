/*
 * The timer heap and the two clocks.
 */
#include "loop_kit.h"

#include <math.h>
#include <time.h>

static const struct handle_ops no_ops = {0};

static unsigned dropped_count;

static void count_dropped(struct timer *t)
{
	(void)t;
	dropped_count++;
}

START_TEST(timers_come_out_by_deadline_and_then_by_arm_order)
{
	enum { N = 2000 };
	struct timer_heap heap = {0};
	static struct timer timers[N];
	uint32_t seed = 1;
	for (int i = 0; i < N; i++) {
		seed = seed * 1664525 + 1013904223;
		timer_init(&timers[i], &no_ops, ROLE_TIMER);
		timers_push(&heap, &timers[i], seed >> 24);
	}
	const struct timer *last = timers_pop(&heap);
	for (int i = 1; i < N; i++) {
		const struct timer *t = timers_pop(&heap);
		ck_assert(last->when_ns < t->when_ns ||
		          (last->when_ns == t->when_ns && last->seq < t->seq));
		last = t;
	}
	ck_assert_ptr_null(timers_pop(&heap));
	ck_assert_ptr_null(timers_top(&heap));
	timers_fini(&heap);
}
END_TEST

/* As handle_cancel does it to an armed one. */
static void cancel(struct timer_heap *heap, struct timer *t)
{
	t->handle.cancelled = true;
	heap->cancelled++;
}

START_TEST(cancelled_timers_stay_until_they_surface)
{
	struct timer_heap heap = {0};
	struct timer timers[4];
	for (int i = 0; i < 4; i++) {
		timer_init(&timers[i], &no_ops, ROLE_TIMER);
		timers_push(&heap, &timers[i], i);
	}
	cancel(&heap, &timers[2]);
	timers_purge(&heap, count_dropped);
	ck_assert_uint_eq(heap.count, 4);
	cancel(&heap, &timers[0]);
	timers_purge(&heap, count_dropped);
	ck_assert_uint_eq(heap.count, 3);
	ck_assert_ptr_eq(timers_top(&heap), &timers[1]);
	timers_pop(&heap);
	ck_assert_ptr_eq(timers_pop(&heap), &timers[2]);
	ck_assert_uint_eq(heap.cancelled, 0);
	timers_fini(&heap);
}
END_TEST

START_TEST(a_large_heap_of_mostly_cancelled_timers_is_swept)
{
	enum { N = 101 };
	struct timer_heap heap = {0};
	struct timer timers[N];
	for (int i = 0; i < N; i++) {
		timer_init(&timers[i], &no_ops, ROLE_TIMER);
		timers_push(&heap, &timers[i], N - i);
	}
	/* None of these is at the top: it is armed last. */
	for (int i = 0; i < 50; i++)
		cancel(&heap, &timers[i]);
	timers_purge(&heap, count_dropped);
	ck_assert_uint_eq(heap.count, N);
	cancel(&heap, &timers[50]);
	dropped_count = 0;
	timers_purge(&heap, count_dropped);
	ck_assert_uint_eq(dropped_count, 51);
	ck_assert_uint_eq(heap.count, 50);
	for (int i = N - 1; i > 50; i--)
		ck_assert_ptr_eq(timers_pop(&heap), &timers[i]);
	timers_fini(&heap);
}
END_TEST

/* ---- clocks ---- */

START_TEST(seconds_become_nanoseconds_by_rounding_half_to_even)
{
	ck_assert_int_eq(clock_ns(0.7999999999999999), 800000000);
	ck_assert_int_eq(clock_ns(1.5e-9), 2);
	ck_assert_int_eq(clock_ns(2.5e-9), 2);
	ck_assert_int_eq(clock_ns(-1), -1000000000);
	ck_assert_int_eq(clock_ns(1e300), INT64_MAX);
	ck_assert_int_eq(clock_ns(-INFINITY), INT64_MIN);
	ck_assert_int_eq(clock_ns(NAN), 0);
	ck_assert_double_eq(clock_seconds(1500000000), 1.5);
}
END_TEST

START_TEST(times_stop_at_the_ends_of_their_range)
{
	ck_assert_int_eq(clock_add(INT64_MAX, 1), INT64_MAX);
	ck_assert_int_eq(clock_add(INT64_MIN, -1), INT64_MIN);
	ck_assert_int_eq(clock_add(2, -3), -1);
}
END_TEST

static enum outcome sleeps_for_ever(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, INFINITY));
	CORO_AWAIT(c, kit_sleep(c->kit, 1e12));
	CORO_END(c);
}

START_TEST(an_endless_sleep_ends_at_the_end_of_time)
{
	struct kit k;
	kit_init(&k);
	kit_run(&k, SPAWN(&k, sleeps_for_ever));
	ck_assert_int_eq(k.world.clock.now_ns, INT64_MAX);
	ck_log(&k, "= None\n");
	kit_fini(&k);
}
END_TEST

static enum outcome naps(struct coro *c, struct step_result *out)
{
	CORO_BEGIN(c);
	CORO_AWAIT(c, kit_sleep(c->kit, 0.02));
	loop_world_block(&c->kit->world, 20000000, 0);
	CORO_END(c);
}

START_TEST(the_real_clock_really_waits)
{
	for (int traced = 0; traced < 2; traced++) {
		struct kit k;
		kit_init_as(&k, traced, true,
		            traced ? POLL_BACKEND_EPOLL : POLL_BACKEND_POLL);
		struct timespec a, b;
		clock_gettime(CLOCK_MONOTONIC, &a);
		kit_run(&k, SPAWN(&k, naps));
		clock_gettime(CLOCK_MONOTONIC, &b);
		double seconds = (double)(b.tv_sec - a.tv_sec) +
		                 (double)(b.tv_nsec - a.tv_nsec) / 1e9;
		ck_assert_double_ge(seconds, 0.04);
		ck_assert_double_le(seconds, 1);
		if (traced)
			ck_assert_uint_eq(kit_count(&k, EV_POLLED), 1);
		kit_fini(&k);
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("loop timers");
	TCase *t = tcase_create("heap");
	tcase_add_test(t, timers_come_out_by_deadline_and_then_by_arm_order);
	tcase_add_test(t, cancelled_timers_stay_until_they_surface);
	tcase_add_test(t, a_large_heap_of_mostly_cancelled_timers_is_swept);
	suite_add_tcase(s, t);
	t = tcase_create("clocks");
	tcase_add_test(t, seconds_become_nanoseconds_by_rounding_half_to_even);
	tcase_add_test(t, times_stop_at_the_ends_of_their_range);
	tcase_add_test(t, an_endless_sleep_ends_at_the_end_of_time);
	tcase_add_test(t, the_real_clock_really_waits);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return suite_main(suite());
}
