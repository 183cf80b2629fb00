/* The log: what was put in comes out, at the place where it was put, while it grows. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"
#include "trace/blocks.h"
#include "trace/trace.h"

START_TEST(equal_strings_have_one_number)
{
	struct trace *t = trace_new(0);
	uint32_t rice = trace_string(t, "rice", 4);
	ck_assert_uint_eq(trace_string(t, "", 0), 0);
	ck_assert_uint_eq(trace_string(t, "rice and beans", 4), rice);
	ck_assert_uint_ne(trace_string(t, "ri\0e", 4), rice);
	ck_assert_uint_eq(trace_string_count(t), 3);
	size_t len;
	ck_assert_str_eq(trace_text(t, rice, &len), "rice");
	ck_assert_uint_eq(len, 4);
	trace_free(t);
}
END_TEST

START_TEST(a_hundred_thousand_strings_and_numbers_stay_apart_and_do_not_move)
{
	struct trace *t = trace_new(0);
	const char *first = trace_text(t, trace_string(t, "first", 5), NULL);
	char text[32];
	for (int i = 0; i < 100000; i++) {
		int len = snprintf(text, sizeof text, "line %d", i);
		ck_assert_uint_eq(trace_string(t, text, (size_t)len), (uint32_t)i + 2);
		ck_assert_uint_eq(trace_number(t, -i * INT64_C(1000000007)), (uint32_t)i);
	}
	ck_assert_str_eq(trace_text(t, 77779, NULL), "line 77777");
	ck_assert_int_eq(trace_number_at(t, 77777), -77777 * INT64_C(1000000007));
	ck_assert_uint_eq(trace_string(t, "line 500", 8), 502);
	ck_assert_ptr_eq(trace_text(t, 1, NULL), first);
	trace_free(t);
}
END_TEST

START_TEST(a_string_longer_than_a_chunk_is_kept_whole)
{
	struct trace *t = trace_new(0);
	size_t len = 1000000, got;
	char *text = malloc(len);
	memset(text, 'x', len);
	uint32_t id = trace_string(t, text, len);
	uint32_t small = trace_string(t, "y", 1);
	ck_assert_int_eq(memcmp(trace_text(t, id, &got), text, len), 0);
	ck_assert_uint_eq(got, len);
	ck_assert_str_eq(trace_text(t, small, NULL), "y");
	free(text);
	trace_free(t);
}
END_TEST

START_TEST(blocks_follow_each_other_without_a_gap)
{
	uint64_t place, last = 0;
	unsigned block = 0;
	ck_assert_uint_eq(blocks_locate(0, &place), 0);
	for (uint64_t i = 1; i < 100000; i++) {
		unsigned k = blocks_locate(i, &place);
		if (k == block) {
			ck_assert_uint_eq(place, last + 1);
		} else {
			ck_assert_uint_eq(k, block + 1);
			ck_assert_uint_eq(place, 0);
			ck_assert_uint_eq(last + 1, UINT64_C(256) << block);
		}
		block = k;
		last = place;
	}
}
END_TEST

START_TEST(the_limit_ends_the_log_and_the_writer_knows)
{
	struct trace *t = trace_new(3);
	struct trace_writer w = {.trace = t};
	for (int i = 0; i < 3; i++)
		trace_emit(&w, EV_TICK, 1, 0, 0);
	ck_assert(!w.full);
	trace_emit(&w, EV_TICK, 1, 0, 0);
	ck_assert(w.full);
	ck_assert_uint_eq(trace_count(t), 3);
	trace_free(t);
}
END_TEST

START_TEST(a_writer_stamps_where_now_is)
{
	struct trace *t = trace_new(0);
	struct trace_writer w = {.trace = t, .time_ns = 5, .tick = 2, .step = 3, .task = 4, .thread = 1};
	trace_emit(&w, EV_TASK_WAITS, 9, 8, WAIT_SLEEP);
	const struct event *e = trace_at(t, 0);
	ck_assert_int_eq(e->time_ns, 5);
	ck_assert_uint_eq(e->tick, 2);
	ck_assert_uint_eq(e->step, 3);
	ck_assert_uint_eq(e->task, 4);
	ck_assert_uint_eq(e->thread, 1);
	ck_assert_uint_eq(e->a, 9);
	ck_assert_uint_eq(e->b, 8);
	ck_assert_uint_eq(e->kind, EV_TASK_WAITS);
	ck_assert_uint_eq(e->detail, WAIT_SLEEP);
	trace_free(t);
}
END_TEST

START_TEST(a_writer_without_a_trace_writes_nothing)
{
	struct trace_writer w = {0};
	trace_emit(&w, EV_TICK, 1, 0, 0);
	ck_assert(!w.full);
}
END_TEST

enum { THREAD_EVENTS = 200000 };

static void *write_events(void *arg)
{
	struct trace *t = arg;
	char text[32];
	for (uint32_t i = 0; i < THREAD_EVENTS; i++) {
		int len = snprintf(text, sizeof text, "%u", i / 16);
		struct event e = {.kind = EV_PRINTED, .step = i};
		e.a = trace_string(t, text, (size_t)len);
		e.b = trace_number(t, i);
		trace_append(t, &e);
	}
	trace_close(t);
	return NULL;
}

START_TEST(a_reader_follows_a_writer_on_another_thread)
{
	struct trace *t = trace_new(0);
	pthread_t writer;
	pthread_create(&writer, NULL, write_events, t);
	uint64_t seen = 0;
	bool complete;
	do {
		complete = trace_complete(t);
		for (uint64_t count = trace_count(t); seen < count; seen++) {
			const struct event *e = trace_at(t, seen);
			ck_assert_uint_eq(e->step, seen);
			ck_assert_uint_eq((uint64_t)trace_number_at(t, e->b), seen);
			ck_assert_int_eq(atoi(trace_text(t, e->a, NULL)), (int)(seen / 16));
		}
	} while (!complete);
	ck_assert_uint_eq(seen, THREAD_EVENTS);
	pthread_join(writer, NULL);
	trace_free(t);
}
END_TEST

START_TEST(what_the_scene_is_is_copied)
{
	struct trace *t = trace_new(0);
	char path[] = "a.py";
	ck_assert_str_eq(trace_about(t)->title, "");
	trace_describe(t, &(struct trace_about){.path = path, .real_clock = true});
	path[0] = 'b';
	ck_assert_str_eq(trace_about(t)->path, "a.py");
	ck_assert_str_eq(trace_about(t)->source, "");
	ck_assert(trace_about(t)->real_clock);
	trace_free(t);
}
END_TEST

START_TEST(ids_count_from_one)
{
	struct trace *t = trace_new(0);
	ck_assert_uint_eq(trace_id_count(t), 0);
	ck_assert_uint_eq(trace_new_id(t), 1);
	ck_assert_uint_eq(trace_new_id(t), 2);
	ck_assert_uint_eq(trace_id_count(t), 2);
	trace_free(t);
}
END_TEST

START_TEST(every_event_has_a_word_of_its_own)
{
	for (int i = 0; i < EV_COUNT; i++) {
		ck_assert_ptr_nonnull(event_infos[i].word);
		for (int k = 0; k < i; k++)
			ck_assert_str_ne(event_infos[i].word, event_infos[k].word);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("trace");
	TCase *c = tcase_create("log");
	tcase_set_timeout(c, 60);
	tcase_add_test(c, equal_strings_have_one_number);
	tcase_add_test(c, a_hundred_thousand_strings_and_numbers_stay_apart_and_do_not_move);
	tcase_add_test(c, a_string_longer_than_a_chunk_is_kept_whole);
	tcase_add_test(c, blocks_follow_each_other_without_a_gap);
	tcase_add_test(c, the_limit_ends_the_log_and_the_writer_knows);
	tcase_add_test(c, a_writer_stamps_where_now_is);
	tcase_add_test(c, a_writer_without_a_trace_writes_nothing);
	tcase_add_test(c, a_reader_follows_a_writer_on_another_thread);
	tcase_add_test(c, what_the_scene_is_is_copied);
	tcase_add_test(c, ids_count_from_one);
	tcase_add_test(c, every_event_has_a_word_of_its_own);
	suite_add_tcase(s, c);
	return suite_main(s);
}
