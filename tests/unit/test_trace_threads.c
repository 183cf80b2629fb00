/* Traces of several threads: holes, strands, shared traces, measurements. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/buf.h"
#include "trace/text.h"
#include "trace/trace.h"

static void say(struct trace *t, int64_t time_ns, uint16_t thread, uint32_t line)
{
	ck_assert(trace_append(t, &(struct event){.time_ns = time_ns,
						  .kind = EV_LINE,
						  .thread = thread,
						  .a = line}));
}

static void expect_lines(const struct trace *t, size_t count, const uint32_t *lines)
{
	ck_assert_uint_eq(trace_count(t), count);
	for (size_t i = 0; i < count; i++)
		ck_assert_uint_eq(trace_at(t, i)->a, lines[i]);
}
#define EXPECT(t, ...)                                                                   \
	expect_lines(t, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t),             \
	             (uint32_t[]){__VA_ARGS__})

START_TEST(what_follows_a_hole_is_held_back_until_it_is_filled)
{
	struct trace *t = trace_new(0);
	say(t, 0, 0, 1);
	trace_hole(t);
	say(t, 0, 0, 3);
	trace_hole(t);
	say(t, 0, 0, 5);
	EXPECT(t, 1);
	trace_fill_begin(t);
	say(t, 0, 1, 2);
	trace_fill_end(t);
	EXPECT(t, 1, 2, 3);
	ck_assert_uint_eq(trace_holes(t), 1);
	trace_fill_begin(t);
	say(t, 0, 2, 4);
	trace_fill_end(t);
	EXPECT(t, 1, 2, 3, 4, 5);
	say(t, 0, 0, 6);
	EXPECT(t, 1, 2, 3, 4, 5, 6);
	trace_free(t);
}
END_TEST

START_TEST(a_trace_that_is_closed_loses_nothing_behind_its_holes)
{
	struct trace *t = trace_new(0);
	trace_hole(t);
	say(t, 0, 0, 1);
	trace_hole(t);
	say(t, 0, 0, 2);
	trace_close(t);
	EXPECT(t, 1, 2);
	trace_free(t);
}
END_TEST

START_TEST(what_is_held_back_counts_for_the_limit)
{
	struct trace *t = trace_new(2);
	say(t, 0, 0, 1);
	trace_hole(t);
	say(t, 0, 0, 2);
	ck_assert(!trace_append(t, &(struct event){.kind = EV_TICK}));
	trace_free(t);
}
END_TEST

START_TEST(what_the_limit_cuts_off_behind_a_hole_is_told)
{
	struct trace *t = trace_new(3);
	trace_hole(t);
	say(t, 0, 0, 2);
	say(t, 0, 0, 3);
	trace_fill_begin(t);
	say(t, 0, 1, 1);
	ck_assert(trace_fill_end(t));
	EXPECT(t, 1, 2, 3);
	trace_free(t);

	t = trace_new(3);
	trace_hole(t);
	say(t, 0, 0, 3);
	say(t, 0, 0, 4);
	trace_fill_begin(t);
	say(t, 0, 1, 1);
	say(t, 0, 1, 2);
	ck_assert(!trace_fill_end(t));
	EXPECT(t, 1, 2, 3);
	ck_assert_uint_eq(trace_event_limit(t), 3);
	trace_free(t);
}
END_TEST

START_TEST(a_strand_that_finds_no_room_says_so_and_is_empty)
{
	struct trace *t = trace_new(1);
	struct trace_splice s;
	trace_splice_init(&s, 2);
	say(s.strand, 0, 0, 1);
	say(s.strand, 0, 0, 2);
	ck_assert(!trace_append(s.strand, &(struct event){.kind = EV_LINE}));
	ck_assert(!trace_splice(t, &s, &(struct event){0}, NULL, NULL));
	EXPECT(t, 1);
	ck_assert_uint_eq(trace_count(s.strand), 0);
	trace_splice_fini(&s);
	trace_free(t);
}
END_TEST

START_TEST(a_strand_is_translated_and_emptied)
{
	struct trace *t = trace_new(0);
	trace_string(t, "mine", 4);
	uint32_t mine = trace_new_id(t);
	struct trace_splice s;
	trace_splice_init(&s, 0);
	for (int round = 0; round < 2; round++) {
		uint32_t id = round == 0 ? trace_new_id(s.strand) : 1;
		struct event e = {.kind = EV_TIMER_ARMED,
				  .a = id,
				  .b = trace_number(s.strand, 7),
				  .task = id,
				  .time_ns = 5};
		trace_append(s.strand, &e);
		e = (struct event){.kind = EV_PRINTED, .a = trace_string(s.strand, "x\0y", 3)};
		trace_append(s.strand, &e);
		const struct event stamp = {.thread = 3, .tick = 8, .step = 9, .time_ns = 4};
		ck_assert(trace_splice(t, &s, &stamp, NULL, NULL));
		ck_assert_uint_eq(trace_count(s.strand), 0);
		const struct event *got = trace_at(t, (uint64_t)round * 2);
		ck_assert_uint_eq(got->a, mine + 1);
		ck_assert_uint_eq(got->task, mine + 1);
		ck_assert_int_eq(trace_number_at(t, got->b), 7);
		ck_assert_int_eq(got->time_ns, 5);
		ck_assert_uint_eq(got->thread, 3);
		ck_assert_uint_eq(got->tick, 8);
		ck_assert_uint_eq(got->step, 9);
		got++;
		size_t len;
		ck_assert_int_eq(memcmp(trace_text(t, got->a, &len), "x\0y", 3), 0);
		ck_assert_uint_eq(len, 3);
		ck_assert_int_eq(got->time_ns, 4);
	}
	trace_splice_fini(&s);
	trace_free(t);
}
END_TEST

static bool no_captions(void *context, const struct event *e)
{
	(void)context;
	return e->kind != EV_CAPTION;
}

START_TEST(what_is_not_kept_is_left_out)
{
	struct trace *t = trace_new(0);
	struct trace_splice s;
	trace_splice_init(&s, 0);
	trace_append(s.strand, &(struct event){.kind = EV_CAPTION, .a = 1});
	trace_append(s.strand, &(struct event){.kind = EV_LINE, .a = 2});
	ck_assert(trace_splice(t, &s, &(struct event){0}, no_captions, NULL));
	EXPECT(t, 2);
	trace_splice_fini(&s);
	trace_free(t);
}
END_TEST

enum { WRITERS = 4, EACH = 20000 };

struct writer {
	struct trace *trace;
	uint16_t thread;
};

static void *write_many(void *arg)
{
	const struct writer *w = arg;
	for (uint32_t i = 0; i < EACH; i++) {
		char text[16];
		int len = snprintf(text, sizeof text, "%u", i % 1000);
		struct event e = {.kind = EV_PRINTED,
				  .thread = w->thread,
				  .time_ns = i,
				  .tick = w->thread ? 77 : i / 10,
				  .a = trace_string(w->trace, text, (size_t)len)};
		trace_append(w->trace, &e);
		if (i % 1000 == 0)
			trace_measure(w->trace, &(struct measure){.thread = w->thread});
	}
	return NULL;
}

START_TEST(a_shared_trace_takes_all_of_everybody_in_order_of_time)
{
	struct trace *t = trace_new(0);
	trace_share(t);
	pthread_t threads[WRITERS];
	struct writer writers[WRITERS];
	for (uint16_t i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){t, i};
		pthread_create(&threads[i], NULL, write_many, &writers[i]);
	}
	/* Read while they write: what is published is whole. */
	uint64_t seen = 0;
	while (seen < (uint64_t)WRITERS * EACH / 2) {
		seen = trace_count(t);
		if (seen) {
			const struct event *e = trace_at(t, seen - 1);
			ck_assert_int_lt(atoi(trace_text(t, e->a, NULL)), 1000);
		}
	}
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(trace_count(t), WRITERS * EACH);
	ck_assert_uint_eq(trace_measure_count(t), WRITERS * EACH / 1000);
	uint32_t each[WRITERS] = {0};
	for (uint64_t i = 0; i < trace_count(t); i++) {
		const struct event *e = trace_at(t, i);
		ck_assert_int_eq(atoi(trace_text(t, e->a, NULL)), (int)(each[e->thread]++ % 1000));
		if (i) {
			ck_assert_int_ge(e->time_ns, e[0].time_ns);
			ck_assert_int_ge(e->time_ns, trace_at(t, i - 1)->time_ns);
			ck_assert_uint_ge(e->tick, trace_at(t, i - 1)->tick);
		}
	}
	trace_free(t);
}
END_TEST

static void written(const struct trace *t, bool measured, char **text, size_t *len)
{
	FILE *out = open_memstream(text, len);
	ck_assert_int_eq(trace_write(t, measured, out), 0);
	fclose(out);
}

START_TEST(measurements_are_written_on_demand_and_read_back)
{
	struct trace *t = trace_new(0);
	uint32_t job = trace_new_id(t);
	trace_append(t, &(struct event){.kind = EV_WORKER_STARTED, .thread = 2, .a = 2});
	trace_append(t, &(struct event){.kind = EV_JOB_STARTED, .thread = 2, .a = job, .b = 2});
	const struct measure m = {.cpu_ns = 1500000000, .wall_begin_ns = 1, .wall_end_ns = 1600000000,
				  .job = job, .thread = 2, .core_first = 3, .core_last = 1};
	trace_measure(t, &m);
	trace_close(t);
	char *text;
	size_t len;
	written(t, false, &text, &len);
	ck_assert_ptr_null(strstr(text, "measured"));
	free(text);
	written(t, true, &text, &len);
	ck_assert_ptr_nonnull(strstr(text, "\nmeasured 1 2 1.5 0.000000001 1.6 3 1\nend 2\n"));
	FILE *in = fmemopen(text, len, "r");
	struct buf why = {0};
	struct trace *back;
	ck_assert_int_eq(trace_read(in, &back, &why), 0);
	fclose(in);
	ck_assert_uint_eq(trace_measure_count(back), 1);
	const struct measure *got = trace_measure_at(back, 0);
	ck_assert_int_eq(got->cpu_ns, m.cpu_ns);
	ck_assert_int_eq(got->wall_begin_ns, m.wall_begin_ns);
	ck_assert_int_eq(got->wall_end_ns, m.wall_end_ns);
	ck_assert_uint_eq(got->job, m.job);
	ck_assert_uint_eq(got->core_first, 3);
	ck_assert_uint_eq(got->core_last, 1);
	ck_assert_uint_eq(trace_at(back, 1)->thread, 2);
	free(text);
	trace_free(back);
	trace_free(t);
	buf_free(&why);
}
END_TEST

int main(void)
{
	TCase *c = tcase_create("threads");
	tcase_add_test(c, what_follows_a_hole_is_held_back_until_it_is_filled);
	tcase_add_test(c, a_trace_that_is_closed_loses_nothing_behind_its_holes);
	tcase_add_test(c, what_is_held_back_counts_for_the_limit);
	tcase_add_test(c, what_the_limit_cuts_off_behind_a_hole_is_told);
	tcase_add_test(c, a_strand_that_finds_no_room_says_so_and_is_empty);
	tcase_add_test(c, a_strand_is_translated_and_emptied);
	tcase_add_test(c, what_is_not_kept_is_left_out);
	tcase_add_test(c, a_shared_trace_takes_all_of_everybody_in_order_of_time);
	tcase_add_test(c, measurements_are_written_on_demand_and_read_back);
	Suite *s = suite_create("trace_threads");
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
