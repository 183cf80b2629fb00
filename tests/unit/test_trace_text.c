/* The text form: what is written reads back equal; what is damaged is said to be so, and where. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "suite.h"
#include "trace/rules.h"
#include "trace/text.h"
#include "trace/trace.h"

static char *written(const struct trace *t)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	ck_assert_int_eq(trace_write(t, false, out), 0);
	fclose(out);
	return text;
}

static int read_text(const char *text, size_t len, struct trace **out, struct buf *why)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, len, "r");
	int error = trace_read(in, out, why);
	fclose(in);
	return error;
}

static uint32_t field(struct trace *t, enum field_kind kind, uint32_t seed)
{
	static const char *const texts[] = {
		"", "rice", "two\nlines\n", "quote \" back \\ tab\t", "\x1b[31mred", "łódź 日本 \xC2\x9B",
		"bad \xFF\xC3", "n\xC3\xA9",
	};
	static const int64_t times[] = {0, 1, -1, 2500000000, INT64_MAX, INT64_MIN, 999999999};
	switch (kind) {
	case FIELD_TEXT: {
		const char *text = texts[seed % COUNT_OF(texts)];
		return trace_string(t, text, strlen(text) + (seed % 5 == 0));
	}
	case FIELD_NS:
		return trace_number(t, times[seed % COUNT_OF(times)]);
	case FIELD_ID:
		return 1 + seed % 299;
	case FIELD_COUNT:
	case FIELD_LINE:
		return seed * 2654435761u;
	case FIELD_NONE:
		break;
	}
	return 0;
}

/* A detail that an event of that kind may have. */
static unsigned some_detail(unsigned kind, uint32_t seed)
{
	unsigned count;
	return rules_detail_words(kind, &count) ? seed % count : seed % (seed % 2 ? 256 : 4);
}

/* Tasks 1 to 39 and workers 3 and 4, for those that act below. */
static void begin_some(struct trace_writer *w)
{
	for (uint32_t id = 1; id < 40; id++)
		trace_emit(w, EV_TASK_CREATED, id, trace_string(w->trace, "t", 1), 0);
	for (uint32_t number = 3; number < 5; number++)
		trace_emit(w, EV_WORKER_STARTED, number, 0, WORKER_POOL);
}

/* A trace with every kind of event, at every kind of time, up to the last of all. */
static struct trace *some_trace(void)
{
	struct trace *t = trace_new(0);
	trace_describe(t, &(struct trace_about){
		.path = "scenes/\"odd\" name.py",
		.source = "import asyncio\n\n\tprint('\\n')\nno newline at the end",
		.title = "Title",
		.intro = "Two\nlines\n",
		.real_clock = true,
	});
	struct trace_writer w = {.trace = t};
	while (trace_new_id(t) < 299)
		;
	begin_some(&w);
	for (uint32_t i = 0; i < 1000; i++) {
		unsigned kind = i % EV_COUNT;
		uint32_t a = field(t, event_infos[kind].a, i);
		w.time_ns = i == 999 ? INT64_MAX : w.time_ns + i * 7;
		w.task = 1 + i % 39;
		w.thread = i % 11 == 0 ? 3 : 0;
		w.tick += kind == EV_TICK && !w.thread;
		w.step += kind == EV_STEP_BEGUN && !w.thread;
		if (kind == EV_WORKER_STARTED)
			a = 5 + i;
		else if (kind == EV_WORKER_ENDED)
			a = 4;
		trace_emit(&w, kind, a, field(t, event_infos[kind].b, i / 3),
			   some_detail(kind, i * 13));
	}
	return t;
}

static void assert_field_equal(const struct trace *a, uint32_t x, const struct trace *b, uint32_t y,
			       enum field_kind kind)
{
	if (kind == FIELD_TEXT) {
		size_t n, m;
		const char *s = trace_text(a, x, &n), *r = trace_text(b, y, &m);
		ck_assert_uint_eq(n, m);
		ck_assert_int_eq(memcmp(s, r, n), 0);
	} else if (kind == FIELD_NS) {
		ck_assert_int_eq(trace_number_at(a, x), trace_number_at(b, y));
	} else {
		ck_assert_uint_eq(x, y);
	}
}

START_TEST(what_is_written_reads_back_equal)
{
	struct trace *t = some_trace(), *back;
	struct buf why = {0};
	char *text = written(t);
	ck_assert_msg(read_text(text, strlen(text), &back, &why) == 0, "%s", buf_text(&why));
	ck_assert_uint_eq(trace_count(back), trace_count(t));
	ck_assert(trace_complete(back));
	for (uint64_t i = 0; i < trace_count(t); i++) {
		const struct event *e = trace_at(t, i), *f = trace_at(back, i);
		ck_assert_int_eq(e->time_ns, f->time_ns);
		ck_assert_uint_eq(e->tick, f->tick);
		ck_assert_uint_eq(e->step, f->step);
		ck_assert_uint_eq(e->task, f->task);
		ck_assert_uint_eq(e->thread, f->thread);
		ck_assert_uint_eq(e->kind, f->kind);
		ck_assert_uint_eq(e->detail, f->detail);
		assert_field_equal(t, e->a, back, f->a, event_infos[e->kind].a);
		assert_field_equal(t, e->b, back, f->b, event_infos[e->kind].b);
	}
	const struct trace_about *a = trace_about(t), *b = trace_about(back);
	ck_assert_str_eq(a->path, b->path);
	ck_assert_str_eq(a->source, b->source);
	ck_assert_str_eq(a->title, b->title);
	ck_assert_str_eq(a->intro, b->intro);
	ck_assert(b->real_clock);
	char *again = written(back);
	ck_assert_msg(strcmp(text, again) == 0, "written again, it is another text");
	free(again);
	free(text);
	buf_free(&why);
	trace_free(t);
	trace_free(back);
}
END_TEST

START_TEST(a_fresh_id_of_a_trace_that_was_read_is_new)
{
	struct trace *t = trace_new(0), *back;
	struct trace_writer w = {.trace = t};
	while (trace_new_id(t) < 17)
		;
	trace_emit(&w, EV_FUTURE_MADE, 15, 0, WAIT_SLEEP);
	struct buf why = {0};
	char *text = written(t);
	ck_assert_int_eq(read_text(text, strlen(text), &back, &why), 0);
	ck_assert_uint_eq(trace_new_id(back), 18);
	free(text);
	trace_free(t);
	trace_free(back);
}
END_TEST

START_TEST(written_text_has_no_control_characters)
{
	struct trace *t = some_trace();
	char *text = written(t);
	for (const unsigned char *s = (unsigned char *)text; *s; s++)
		ck_assert(*s == '\n' || (*s >= 0x20 && *s != 0x7F));
	ck_assert_ptr_null(strstr(text, "\xC2\x9B"));
	free(text);
	trace_free(t);
}
END_TEST

START_TEST(a_trace_cut_off_anywhere_is_refused_with_its_line)
{
	struct trace *t = some_trace(), *back;
	char *text = written(t);
	size_t len = strlen(text);
	for (size_t cut = 1; cut < len; cut += cut < 3000 ? 1 : 997) {
		struct buf why = {0};
		int error = read_text(text, cut, &back, &why);
		ck_assert_msg(error == -ERR_FORMAT, "cut at %zu: %d", cut, error);
		ck_assert_ptr_null(back);
		ck_assert_int_eq(strncmp(buf_text(&why), "line ", 5), 0);
		buf_free(&why);
	}
	free(text);
	trace_free(t);
}
END_TEST

START_TEST(a_damaged_byte_never_crashes_the_reader)
{
	struct trace *t = some_trace(), *back;
	char *text = written(t);
	size_t len = strlen(text);
	uint32_t random = 12345;
	for (int i = 0; i < 3000; i++) {
		random = random * 1664525 + 1013904223;
		size_t at = random % len;
		char was = text[at];
		text[at] = (char)(random >> 24);
		struct buf why = {0};
		if (read_text(text, len, &back, &why) == 0)
			trace_free(back);
		else
			ck_assert_ptr_null(back);
		buf_free(&why);
		text[at] = was;
	}
	free(text);
	trace_free(t);
}
END_TEST

/* A file with these events, and one with one event. */
#define EVENTS(events) "simmer-trace 1\nevents\n" events "\n"
#define ONE(event)     EVENTS(event) "end 1\n"

static const struct refusal {
	const char *text;
	int error;
	const char *why;
} refusals[] = {
	/* other files */
	{"", ERR_FORMAT, "line 1: the file is empty"},
	{"import asyncio\n", ERR_FORMAT,
	 "line 1: this is not a trace of simmer: those begin with `simmer-trace 1'"},
	{"simmer-trace", ERR_FORMAT,
	 "line 1: this is not a trace of simmer: those begin with `simmer-trace 1'"},
	{"\x1f\x8b\x08", ERR_FORMAT, "line 1: this file is compressed; gunzip it first"},
	{"{\"version\": 2, \"width\": 80}\n", ERR_FORMAT,
	 "line 1: this is an asciicast, a recording, not a trace"},
	{"{\"traceEvents\": []}\n", ERR_FORMAT, "line 1: this is JSON, not a trace of simmer"},
	{"<svg/>\n", ERR_FORMAT, "line 1: this is a page or picture, not a trace of simmer"},
	{"\xef\xbb\xbfsimmer-trace 1\n", ERR_FORMAT,
	 "line 1: a byte order mark stands before the first word"},
	/* the heading */
	{"simmer-trace \n", ERR_FORMAT,
	 "line 1: column 14: the version of the format is expected, but the line ends"},
	{"simmer-trace 1 2\n", ERR_FORMAT,
	 "line 1: column 14: the version of the format is expected, not `1'"},
	{"simmer-trace 2\nevents\nend 0\n", ERR_VERSION,
	 "line 1: this trace is of version 2; this simmer reads version 1"},
	{"simmer-trace 1\ncolour red\n", ERR_FORMAT, "line 2: the heading has no `colour'"},
	{"simmer-trace 1\n\nevents\nend 0\n", ERR_FORMAT, "line 2: the heading has no `'"},
	{"simmer-trace 1\n\x1b[2J\nevents\nend 0\n", ERR_FORMAT,
	 "line 2: the heading has no `\xEF\xBF\xBD[2J'"},
	{"simmer-trace 1\nclock slow\nevents\nend 0\n", ERR_FORMAT,
	 "line 2: the clock is `virtual' or `real'"},
	{"simmer-trace 1\ntitle \"a\" b\nevents\nend 0\n", ERR_FORMAT,
	 "line 2: there is more on this line than one string"},
	{"simmer-trace 1\ntitle \"a\\x00\"\nevents\nend 0\n", ERR_FORMAT,
	 "line 2: there is a NUL in the heading"},
	{"simmer-trace 1\nids 4294967296\nevents\nend 0\n", ERR_FORMAT,
	 "line 2: column 5: a number from 0 to 4294967295 is expected, not `4294967296'"},
	{"simmer-trace 1\npath \"x\"\n", ERR_FORMAT, "line 3: the file ends before its events"},
	/* the end */
	{"simmer-trace 1\nevents\n", ERR_FORMAT,
	 "line 3: the file ends before its `end' line: it was cut off"},
	{"simmer-trace 1\nevents\nend 0", ERR_FORMAT,
	 "line 3: the file ends in the middle of this line"},
	{EVENTS("0 1 0 0 tick 1") "end 2\n", ERR_FORMAT,
	 "line 4: these should be 2 events, but 1 are here"},
	{EVENTS("0 1 0 0 tick 1") "end x\n", ERR_FORMAT,
	 "line 4: column 5: the number of events is expected, not `x'"},
	{EVENTS("0 1 0 0 tick 1") "end 1\nsimmer-trace 1\n", ERR_FORMAT,
	 "line 5: there is more after the `end' line"},
	/* fields */
	{ONE("0 0 0 0 boil"), ERR_FORMAT, "line 3: there is no event `boil'"},
	{ONE("x 0 0 0 tick 1"), ERR_FORMAT,
	 "line 3: column 1: a time in seconds, such as 2.5 is expected, not `x'"},
	{ONE("0.1234567891 0 0 0 tick 1"), ERR_FORMAT,
	 "line 3: column 1: a time in seconds, such as 2.5 is expected, not `0.1234567891'"},
	{ONE("9223372036.854775808 0 0 0 tick 1"), ERR_FORMAT,
	 "line 3: column 1: a time in seconds, such as 2.5 is expected, not "
	 "`9223372036.854775808'"},
	{ONE("0 -1 0 0 tick 1"), ERR_FORMAT,
	 "line 3: column 3: a number from 0 to 4294967295 is expected, not `-1'"},
	{ONE("0 0 0 0@65536 tick 1"), ERR_FORMAT,
	 "line 3: column 7: the number of a task, or of a task@thread, is expected, not "
	 "`0@65536'"},
	{ONE("0 1 0 0 tick"), ERR_FORMAT,
	 "line 3: column 13: a number from 0 to 4294967295 is expected, but the line ends"},
	{ONE("0 1 0 0 tick "), ERR_FORMAT,
	 "line 3: column 14: another field after this blank is expected, but the line ends"},
	{ONE("0  1 0 0 tick 1"), ERR_FORMAT,
	 "line 3: column 3: a number from 0 to 4294967295 is expected, not `'"},
	{ONE("0 1 0 0 tick 1 1 1"), ERR_FORMAT,
	 "line 3: column 18: no further field of this event is expected, not `1'"},
	{ONE("0 0 0 0 printed \"a\\qb\" 1"), ERR_FORMAT,
	 "line 3: column 19: one of the escapes \\\" \\\\ \\n \\t \\xHH is expected, not `\\qb\"'"},
	{ONE("0 0 0 0 printed \"\xE6\x97\xA5\\x0g\" 1"), ERR_FORMAT,
	 "line 3: column 19: one of the escapes \\\" \\\\ \\n \\t \\xHH is expected, not `\\x0g\"'"},
	{ONE("0 0 0 0 printed \"a\tb\" 1"), ERR_FORMAT,
	 "line 3: column 19: an escape (control characters stand as \\xHH) is expected, not "
	 "`\xEF\xBF\xBD" "b\"'"},
	{ONE("0 0 0 0 printed \"a\xff\" 1"), ERR_FORMAT,
	 "line 3: column 19: UTF-8 (other bytes stand as \\xHH) is expected, not `\xEF\xBF\xBD\"'"},
	{ONE("0 0 0 0 printed \"a"), ERR_FORMAT,
	 "line 3: column 19: the closing quote of a string is expected, but the line ends"},
	{ONE("0 0 0 0 printed \"a\" 256"), ERR_FORMAT,
	 "line 3: column 21: a number from 0 to 255 is expected, not `256'"},
	{ONE("0 0 0 0 future 1 \"x\" 200"), ERR_FORMAT,
	 "line 3: column 22: a word of this event's vocabulary is expected, not `200'"},
	/* rules */
	{EVENTS("1 1 0 0 tick 1\n0.5 2 0 0 tick 1") "end 2\n", ERR_FORMAT,
	 "line 4: the time is before that of the line above"},
	{ONE("-1 0 0 0 loop-started"), ERR_FORMAT,
	 "line 3: the time is before that of the line above"},
	{ONE("0 0 0 0 tick 1"), ERR_FORMAT,
	 "line 3: the tick is 0 here, but 1 `tick' lines came so far"},
	{ONE("0 0 7 0 loop-started"), ERR_FORMAT,
	 "line 3: the step is 7 here, but 0 `step' lines came so far"},
	{ONE("0 0 0 3 loop-started"), ERR_FORMAT, "line 3: no task 3 was created before"},
	{ONE("0 0 0 3 task 3 \"x\""), ERR_FORMAT, "line 3: no task 3 was created before"},
	{ONE("0 0 0 0 done \"x\""), ERR_FORMAT,
	 "line 3: this event is a task's, and the task is 0"},
	{ONE("0 0 0 0@2 loop-started"), ERR_FORMAT, "line 3: there is no worker 2"},
	{ONE("0 0 0 0 worker-ended 2"), ERR_FORMAT, "line 3: there is no worker 2"},
	{ONE("0 0 0 0 worker 0 \"x\" pool"), ERR_FORMAT,
	 "line 3: a worker's number is from 1 to 65535"},
	{EVENTS("0 0 0 0 worker 1 \"x\" pool\n0 0 0 0 worker 1 \"y\"") "end 2\n", ERR_FORMAT,
	 "line 4: there is a worker 1 already"},
	{ONE("0 0 0 0 task 0 \"x\""), ERR_FORMAT,
	 "line 3: an identity is 0 where this event has to name something"},
	{ONE("0 0 0 0 task 4000000000 \"x\""), ERR_FORMAT,
	 "line 3: the identity 4000000000 cannot be: they are given out one by one"},
	{"simmer-trace 1\nids 2\nevents\n0 0 0 0 task 3 \"x\"\nend 1\n", ERR_FORMAT,
	 "line 4: the identity 3 cannot be: they are given out one by one"},
	{EVENTS("measured 1 0 0 2 1 0 0") "end 0\n", ERR_FORMAT,
	 "line 3: the times of this measurement cannot be"},
	{EVENTS("measured 9999 0 0 1 2 0 0") "end 0\n", ERR_FORMAT,
	 "line 3: this measurement is of no job"},
};

START_TEST(a_foreign_or_damaged_file_is_refused_with_line_and_reason)
{
	const struct refusal *r = &refusals[_i];
	struct trace *back;
	struct buf why = {0};
	FILE *in = tmpfile();
	fputs(r->text, in);
	rewind(in);
	ck_assert_int_eq(trace_read(in, &back, &why), -r->error);
	fclose(in);
	ck_assert_str_eq(buf_text(&why), r->why);
	ck_assert_ptr_null(back);
	buf_free(&why);
}
END_TEST

START_TEST(a_write_that_fails_is_noticed)
{
	struct trace *t = some_trace();
	FILE *full = fopen("/dev/full", "w");
	if (full) {
		ck_assert_int_eq(trace_write(t, false, full), -ERR_WRITE);
		fclose(full);
	}
	trace_free(t);
}
END_TEST

START_TEST(the_manual_has_every_word_of_the_tables)
{
	FILE *page = fopen("man/simmer-trace.5", "r");
	ck_assert_ptr_nonnull(page);
	static char text[1 << 17];
	size_t len = fread(text, 1, sizeof text - 1, page);
	text[len] = '\0';
	fclose(page);
	char item[64];
	for (int i = 0; i < EV_COUNT; i++) {
		snprintf(item, sizeof item, "\n.It Ic %s", event_infos[i].word);
		const char *at = strstr(text, item);
		while (at && at[strlen(item)] != '\n' && at[strlen(item)] != ' ')
			at = strstr(at + 1, item);
		ck_assert_msg(at, "%s is not in the page", event_infos[i].word);
	}
	const char *const *tables[] = {handle_role_words, wait_kind_words, ending_words};
	const int counts[] = {ROLE_COUNT, WAIT_COUNT, ENDING_COUNT};
	for (int k = 0; k < 3; k++)
		for (int i = 0; i < counts[k]; i++) {
			snprintf(item, sizeof item, "\n.It Li %s\n", tables[k][i]);
			ck_assert_msg(strstr(text, item), "%s is not in the page", tables[k][i]);
		}
}
END_TEST

/* The page's first literal block, as a reader sees it. */
static void put_example(const char *page, struct buf *out)
{
	const char *s = strstr(page, "\nsimmer-trace 1\n"), *end = s ? strstr(s, "\n.Ed\n") : NULL;
	ck_assert_ptr_nonnull(end);
	for (s++; s <= end; s++) {
		buf_putc(out, *s);
		if (s[0] == '\\' && s[1] == 'e')
			s++;
	}
}

START_TEST(the_example_of_the_manual_is_read_and_written_the_same)
{
	char page[1 << 16];
	FILE *file = fopen("man/simmer-trace.5", "r");
	ck_assert_ptr_nonnull(file);
	page[fread(page, 1, sizeof page - 1, file)] = '\0';
	fclose(file);
	struct buf example = {0}, why = {0};
	put_example(page, &example);
	struct trace *t;
	ck_assert_msg(read_text(buf_text(&example), example.len, &t, &why) == 0, "%s", buf_text(&why));
	char *again = written(t);
	ck_assert_str_eq(again, buf_text(&example));
	free(again);
	trace_free(t);
	buf_free(&example);
	buf_free(&why);
}
END_TEST

/* How a line ends is not part of it. */
START_TEST(carriage_returns_at_the_ends_of_lines_are_left_out)
{
	static const char text[] = "simmer-trace 1\r\ntitle \"A\"\r\nevents\r\n"
				   "0 0 0 0 printed \"a\\x0d\"\r\nend 1\r\n";
	struct trace *t;
	struct buf why = {0};
	ck_assert_msg(read_text(text, sizeof text - 1, &t, &why) == 0, "%s", buf_text(&why));
	ck_assert_str_eq(trace_text(t, trace_at(t, 0)->a, NULL), "a\r");
	trace_free(t);
	buf_free(&why);
}
END_TEST

/* What was taken from the file already may be any part of its beginning. */
START_TEST(a_trace_whose_beginning_was_read_is_read_on)
{
	struct trace *t = some_trace(), *back;
	char *text = written(t);
	size_t len = strlen(text);
	for (size_t begun = 0; begun < 40; begun++) {
		struct buf why = {0};
		FILE *in = fmemopen(text + begun, len - begun, "r");
		ck_assert_int_eq(trace_read_on(text, begun, in, &back, &why), 0);
		ck_assert_uint_eq(trace_count(back), trace_count(t));
		fclose(in);
		trace_free(back);
		buf_free(&why);
	}
	ck_assert(trace_is_begun(text, TRACE_MAGIC_BYTES));
	ck_assert(!trace_is_begun(text, TRACE_MAGIC_BYTES - 1));
	free(text);
	trace_free(t);
}
END_TEST

START_TEST(a_line_of_megabytes_is_read_and_its_end_is_where_it_is)
{
	enum { BYTES = 5 << 20 };
	struct trace *t = trace_new(0), *back;
	char *long_text = mem_alloc(BYTES);
	memset(long_text, 'x', BYTES);
	struct trace_writer w = {.trace = t};
	trace_emit(&w, EV_PRINTED, trace_string(t, long_text, BYTES), 0, 1);
	trace_emit(&w, EV_PRINTED, trace_string(t, "short", 5), 0, 1);
	char *text = written(t);
	struct buf why = {0};
	ck_assert_msg(read_text(text, strlen(text), &back, &why) == 0, "%s", buf_text(&why));
	size_t len;
	trace_text(back, trace_at(back, 0)->a, &len);
	ck_assert_uint_eq(len, BYTES);
	ck_assert_str_eq(trace_text(back, trace_at(back, 1)->a, NULL), "short");
	free(text);
	free(long_text);
	trace_free(t);
	trace_free(back);
	buf_free(&why);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("trace text");
	TCase *c = tcase_create("text");
	tcase_set_timeout(c, 120);
	tcase_add_test(c, what_is_written_reads_back_equal);
	tcase_add_test(c, a_fresh_id_of_a_trace_that_was_read_is_new);
	tcase_add_test(c, written_text_has_no_control_characters);
	tcase_add_test(c, a_trace_cut_off_anywhere_is_refused_with_its_line);
	tcase_add_test(c, a_damaged_byte_never_crashes_the_reader);
	tcase_add_loop_test(c, a_foreign_or_damaged_file_is_refused_with_line_and_reason, 0,
			    COUNT_OF(refusals));
	tcase_add_test(c, a_write_that_fails_is_noticed);
	tcase_add_test(c, the_manual_has_every_word_of_the_tables);
	tcase_add_test(c, the_example_of_the_manual_is_read_and_written_the_same);
	tcase_add_test(c, carriage_returns_at_the_ends_of_lines_are_left_out);
	tcase_add_test(c, a_trace_whose_beginning_was_read_is_read_on);
	tcase_add_test(c, a_line_of_megabytes_is_read_and_its_end_is_where_it_is);
	suite_add_tcase(s, c);
	return suite_main(s);
}
