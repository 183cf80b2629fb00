/* The text form: what is written reads back equal; what is damaged is said to be so, and where. */
#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "suite.h"
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
	static const int64_t times[] = {0, 1, -1, 2500000000, INT64_MAX, -INT64_MAX, 999999999};
	switch (kind) {
	case FIELD_TEXT: {
		const char *text = texts[seed % COUNT_OF(texts)];
		return trace_string(t, text, strlen(text) + (seed % 5 == 0));
	}
	case FIELD_NS:
		return trace_number(t, times[seed % COUNT_OF(times)]);
	case FIELD_ID:
		return seed % 300;
	case FIELD_COUNT:
	case FIELD_LINE:
		return seed * 2654435761u;
	case FIELD_NONE:
		break;
	}
	return 0;
}

/* A trace with every kind of event and details within and beyond their vocabularies. */
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
	for (uint32_t i = 0; i < 1000; i++) {
		unsigned kind = i % EV_COUNT;
		w.time_ns += i * 7;
		w.tick += i % 3 == 0;
		w.step += i % 2;
		w.task = i % 40;
		w.thread = i % 11 == 0 ? 3 : 0;
		trace_emit(&w, kind, field(t, event_infos[kind].a, i),
			   field(t, event_infos[kind].b, i / 3), (i * 13) % (i % 2 ? 256 : 4));
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
	trace_emit(&w, EV_FUTURE_MADE, 17, 0, WAIT_SLEEP);
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

static const struct refusal {
	const char *text;
	int error;
	const char *why;
} refusals[] = {
	{"", ERR_FORMAT, "line 1: this is not a trace of simmer"},
	{"import asyncio\n", ERR_FORMAT, "line 1: this is not a trace of simmer"},
	{"simmer-trace", ERR_FORMAT, "line 1: this is not a trace of simmer"},
	{"simmer-trace 2\nevents\nend 0\n", ERR_VERSION,
	 "line 1: this trace is of version 2; this simmer reads version 1"},
	{"simmer-trace 1\ncolour red\n", ERR_FORMAT, "line 2: this line of the heading is not known"},
	{"simmer-trace 1\nevents\n", ERR_FORMAT,
	 "line 3: the file ends before its `end' line: it was cut off"},
	{"simmer-trace 1\nevents\n0 0 0 0 boil\nend 1\n", ERR_FORMAT,
	 "line 3: there is no event `boil'"},
	{"simmer-trace 1\nevents\n0 0 0 0 tick\nend 1\n", ERR_FORMAT,
	 "line 3: a field of this event is not right"},
	{"simmer-trace 1\nevents\n0 0 0 0 tick 1 1 1\nend 1\n", ERR_FORMAT,
	 "line 3: there is more on this line than the event has fields"},
	{"simmer-trace 1\nevents\n1 0 0 0 tick 1\n0.5 0 0 0 tick 1\nend 2\n", ERR_FORMAT,
	 "line 4: the time, tick or step is before that of the line above"},
	{"simmer-trace 1\nevents\n0 0 0 0 task 4000000000 \"x\"\nend 1\n", ERR_FORMAT,
	 "line 3: this number of a task or future cannot be"},
	{"simmer-trace 1\nevents\n0 0 0 0 tick 1\nend 2\n", ERR_FORMAT,
	 "line 4: the number of events is not right: some are lost"},
	{"simmer-trace 1\nevents\n0 0 0 0 printed \"a\\qb\" 1\nend 1\n", ERR_FORMAT,
	 "line 3: a field of this event is not right"},
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
	suite_add_tcase(s, c);
	return suite_main(s);
}
