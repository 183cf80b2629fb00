/*
 * Chrome Trace Events: valid JSON, slices that nest, arrows with both ends, counters
 * that say what a snapshot says, whatever the trace.
 */
#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/vec.h"
#include "export/chrome_live.h"
#include "export/export.h"
#include "nonsense.h"
#include "suite.h"
#include "view/snapshot.h"
#include "view/worker.h"
#include "view_io.h"
#include "view_kit.h"
#include "view_traces.h"
#include "view_workers.h"

/* ---- reading it ---- */

/* The end of the JSON value at `s`, or NULL if it is none. */
static const char *json_end(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	if (*s == '"') {
		for (s++; *s != '"'; s++) {
			if ((unsigned char)*s < 0x20)
				return NULL;
			if (*s != '\\')
				continue;
			if (*++s == 'u')
				for (int i = 0; i < 4; i++)
					if (!isxdigit((unsigned char)*++s))
						return NULL;
			if (!strchr("\"\\/bfnrtu0123456789abcdefABCDEF", *s))
				return NULL;
		}
		return s + 1;
	}
	if (*s == '{' || *s == '[') {
		char close = *s == '{' ? '}' : ']';
		bool first = true;
		for (s++;; first = false) {
			s += strspn(s, " \n");
			if (first && *s == close)
				return s + 1;
			if (close == '}') {
				s += strspn(s, " \n");
				if (*s != '"' || !(s = json_end(s)) || *s++ != ':')
					return NULL;
			}
			if (!(s = json_end(s)))
				return NULL;
			s += strspn(s, " \n");
			if (*s == close)
				return s + 1;
			if (*s++ != ',')
				return NULL;
		}
	}
	char *end;
	strtod(s, &end);
	return end > s && (*s == '-' || isdigit((unsigned char)*s)) ? end : NULL;
}

struct record {
	char phase, name[160], cat[32];
	unsigned pid, tid;
	int64_t ts, dur, value; /* value: a counter's */
	unsigned long id;
	const char *line; /* borrowed from the text */
};

/* A number after `key` of the line, in thousandths; `otherwise` if it is not there. */
static int64_t thousandths(const char *line, const char *key, int64_t otherwise)
{
	const char *at = strstr(line, key), *end = strchr(line, '\n');
	if (!at || (end && at > end))
		return otherwise;
	char *rest;
	int64_t value = strtoll(at + strlen(key), &rest, 10) * 1000;
	for (int64_t unit = 100; *rest == '.' || isdigit((unsigned char)*rest); rest++)
		if (*rest != '.') {
			value += (*rest - '0') * unit;
			unit /= 10;
		}
	return value;
}

static void copy_string(char *to, size_t room, const char *line, const char *key)
{
	const char *at = strstr(line, key), *end = strchr(line, '\n');
	*to = '\0';
	if (!at || (end && at > end))
		return;
	at += strlen(key);
	for (size_t i = 0; *at != '"' && i + 2 < room; i++) {
		if (*at == '\\')
			*to++ = *at++;
		*to++ = *at++;
	}
	*to = '\0';
}

struct file {
	char *text;
	VEC(struct record) records;
};

static void file_free(struct file *f)
{
	free(f->text);
	vec_free(&f->records);
}

static struct file file_of(struct view *v)
{
	struct file f = {0};
	size_t len;
	struct buf why = {0};
	FILE *out = open_memstream(&f.text, &len);
	ck_assert_int_eq(exporter_for("x.json")->write(v, &(struct export_options){0}, out, &why), 0);
	fclose(out);
	ck_assert_uint_eq(strlen(f.text), len);
	ck_assert(utf8_valid(f.text, len, NULL));
	const char *end = json_end(f.text);
	ck_assert_msg(end && strcmp(end, "\n") == 0, "no JSON: %s", f.text);
	for (const char *line = f.text; (line = strstr(line, "\n{\"ph\":\"")); line++) {
		struct record r = {.phase = line[8], .line = line + 1};
		r.pid = (unsigned)(thousandths(r.line, "\"pid\":", -1) / 1000);
		r.tid = (unsigned)(thousandths(r.line, "\"tid\":", -1) / 1000);
		r.ts = thousandths(r.line, "\"ts\":", -1);
		r.dur = thousandths(r.line, "\"dur\":", -1);
		r.id = (unsigned long)(thousandths(r.line, "\"id\":", -1) / 1000);
		copy_string(r.name, sizeof r.name, r.line, "\"name\":\"");
		copy_string(r.cat, sizeof r.cat, r.line, "\"cat\":\"");
		const char *args = strstr(r.line, "\"args\":{");
		if (r.phase == 'C')
			r.value = thousandths(args + 8, "\":", -1) / 1000;
		vec_push(&f.records, r);
	}
	return f;
}

static const struct record *find(const struct file *f, char phase, const char *name, size_t nth)
{
	for (size_t i = 0; i < f->records.count; i++)
		if (f->records.items[i].phase == phase && strcmp(f->records.items[i].name, name) == 0 &&
		    nth-- == 0)
			return &f->records.items[i];
	ck_abort_msg("no '%c' called %s in %s", phase, name, f->text);
	return NULL;
}

static bool says(const struct record *r, const char *text)
{
	const char *at = strstr(r->line, text), *end = strchr(r->line, '\n');
	return at && at < end;
}

/* The innermost slice of that thread of theirs in which `ts` lies, or NULL. */
static const struct record *slice_at(const struct file *f, unsigned tid, int64_t ts)
{
	const struct record *inner = NULL;
	for (size_t i = 0; i < f->records.count; i++) {
		const struct record *r = &f->records.items[i];
		if (r->phase == 'X' && r->tid == tid && r->ts <= ts && ts < r->ts + r->dur &&
		    (!inner || r->dur < inner->dur))
			inner = r;
	}
	return inner;
}

/* ---- what holds for any of them ---- */

static int by_begin(const void *left, const void *right)
{
	const struct record *const *a = left, *const *b = right;
	if ((*a)->tid != (*b)->tid)
		return (*a)->tid < (*b)->tid ? -1 : 1;
	return (*a)->ts < (*b)->ts ? -1 : (*a)->ts > (*b)->ts;
}

/* Slices of a thread of theirs lie in one another or apart, and none has the begin of another. */
static void check_nesting(const struct file *f)
{
	VEC(const struct record *) slices = {0};
	VEC(int64_t) ends = {0};
	for (size_t i = 0; i < f->records.count; i++)
		if (f->records.items[i].phase == 'X')
			vec_push(&slices, &f->records.items[i]);
	if (slices.count)
		qsort(slices.items, slices.count, sizeof *slices.items, by_begin);
	for (size_t i = 0; i < slices.count; i++) {
		const struct record *r = slices.items[i];
		ck_assert_int_ge(r->dur, 1);
		if (i && slices.items[i - 1]->tid != r->tid)
			ends.count = 0;
		else if (i)
			ck_assert_int_lt(slices.items[i - 1]->ts, r->ts);
		while (ends.count && vec_last(&ends) <= r->ts)
			ends.count--;
		ck_assert_msg(!ends.count || r->ts + r->dur <= vec_last(&ends),
			      "it overlaps: %.200s", r->line);
		/* The same for readers that count in binary fractions. */
		double end = (double)r->ts / 1000 + (double)r->dur / 1000;
		if (i + 1 < slices.count && slices.items[i + 1]->tid == r->tid &&
		    slices.items[i + 1]->ts >= r->ts + r->dur)
			ck_assert(end <= (double)slices.items[i + 1]->ts / 1000);
		vec_push(&ends, r->ts + r->dur);
	}
	vec_free(&slices);
	vec_free(&ends);
}

/* An arrow has one begin and one end behind it, each inside of a slice. */
static void check_arrows(const struct file *f)
{
	for (size_t i = 0; i < f->records.count; i++) {
		const struct record *r = &f->records.items[i];
		if (r->phase != 's' && r->phase != 'f')
			continue;
		size_t ends = 0;
		for (size_t k = 0; k < f->records.count; k++) {
			const struct record *other = &f->records.items[k];
			if (other->phase != (r->phase == 's' ? 'f' : 's') || other->id != r->id)
				continue;
			ends++;
			ck_assert_str_eq(other->name, r->name);
			ck_assert_str_eq(other->cat, r->cat);
			ck_assert(r->phase == 's' ? r->ts < other->ts : r->ts > other->ts);
		}
		ck_assert_msg(ends == 1, "%zu other ends: %.200s", ends, r->line);
		ck_assert_msg(slice_at(f, r->tid, r->ts) != NULL, "in no slice: %.200s", r->line);
		ck_assert(r->phase == 's' || says(r, "\"bp\":\"e\""));
	}
}

static void check_names(const struct file *f)
{
	for (size_t i = 0; i < f->records.count; i++) {
		const struct record *r = &f->records.items[i];
		bool named = false;
		for (size_t k = 0; k < f->records.count && !named; k++)
			named = f->records.items[k].phase == 'M' && f->records.items[k].tid == r->tid &&
				f->records.items[k].pid == r->pid &&
				strcmp(f->records.items[k].name, "thread_name") == 0;
		ck_assert_msg(named, "a thread without a name: %.200s", r->line);
		ck_assert_int_ge(r->ts, 0);
	}
}

static size_t ready_count(struct view *v, uint64_t position)
{
	struct snapshot s = {0};
	view_snapshot(v, position, 1, &s);
	size_t count = s.ready_count;
	snapshot_free(&s);
	return count;
}

/* Of the main loop's queue, at each place where its length is told. */
static void check_queue(struct view *v, const struct file *f)
{
	for (size_t i = 0; i < f->records.count; i++) {
		const struct record *r = &f->records.items[i];
		if (r->phase != 'C' || r->pid != 1 || strcmp(r->name, "ready queue") != 0)
			continue;
		/* It is what is so when the clock goes on. */
		uint64_t after = view_event_at_time(v, r->ts + 1);
		if (r->ts || r->value)
			ck_assert_msg(ready_count(v, after) == (size_t)r->value, "%zu, but it says %.120s",
				      ready_count(v, after), r->line);
	}
}

static void check_all(struct view *v, bool queue)
{
	struct file f = file_of(v);
	check_nesting(&f);
	check_arrows(&f);
	check_names(&f);
	if (queue)
		check_queue(v, &f);
	file_free(&f);
}

START_TEST(slices_nest_and_arrows_have_both_ends_whatever_happened)
{
	static struct kit_dice dice;
	for (uint32_t seed = 0; seed < 6; seed++) {
		kit_roll(&dice, 100 * seed + (uint32_t)_i);
		struct view *v = view_new(kit_run(dice.scripts, 500));
		view_update(v, 0);
		check_all(v, view_end_ns(v) > 0);
		view_close(v);
	}
	const char *const traces[] = {gather_fails, group_fails, two_cooks, pool_of_one};
	struct view *v = view_open(traces[_i % 4]);
	check_all(v, _i % 4 == 0);
	view_close(v);
}
END_TEST

START_TEST(nonsense_is_valid_json_too)
{
	for (uint32_t seed = 0; seed < 20; seed++) {
		struct view *v = view_new(nonsense_trace(seed * 20 + (uint32_t)_i));
		view_update(v, 0);
		struct file f = file_of(v);
		check_nesting(&f);
		file_free(&f);
		view_close(v);
	}
}
END_TEST

/* ---- what stands in them ---- */

START_TEST(a_lane_is_a_thread_with_its_names_in_the_order_of_the_picture)
{
	struct view *v = view_open(gather_fails);
	struct file f = file_of(v);
	static const char *const names[] = {"program", "main Task-1", "boil Task-2", "boil 2 Task-3"};
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct buf expected = {0};
		buf_printf(&expected, "\"args\":{\"name\":\"%s\"}", names[i]);
		const struct record *name = find(&f, 'M', "thread_name", i);
		ck_assert_msg(says(name, buf_text(&expected)), "%.120s", name->line);
		const struct record *place = find(&f, 'M', "thread_sort_index", i);
		ck_assert_uint_eq(place->tid, name->tid);
		ck_assert_int_eq(thousandths(place->line, "\"sort_index\":", -1), (int64_t)i * 1000);
		ck_assert_int_eq(place->ts, 0);
		buf_free(&expected);
	}
	ck_assert(says(find(&f, 'M', "process_name", 0), "\"args\":{\"name\":\"main\"}"));
	ck_assert_ptr_nonnull(strstr(f.text, "\"title\":\"A title\""));
	ck_assert_ptr_nonnull(strstr(f.text, "\"clock\":\"virtual\",\"ruler\":\"clock\""));
	ck_assert_ptr_nonnull(strstr(f.text, "\"simmer\":\"" SIMMER_VERSION "\""));
	file_free(&f);
	view_close(v);
}
END_TEST

START_TEST(runs_and_waits_take_turns_on_a_lane)
{
	struct view *v = view_open(gather_fails);
	struct file f = file_of(v);
	const struct record *wait = find(&f, 'X', "sleep(5)", 0);
	/* It began at one instant and ended at another, and they are a little apart. */
	ck_assert_int_lt(wait->ts, 5000);
	ck_assert_int_gt(wait->dur, 5 * SECOND - 5000);
	ck_assert_int_lt(wait->dur, 5 * SECOND + 5000);
	ck_assert_str_eq(wait->cat, "waiting");
	const struct record *run = slice_at(&f, wait->tid, wait->ts - 1);
	ck_assert_str_eq(run->name, "running");
	ck_assert(says(run, "\"t\":0,\"step\":2,\"tick\":2"));
	ck_assert(says(run, "\"waits for\":\"sleep(5)\""));
	ck_assert(says(run, "\"what\":\"boil "));
	ck_assert_int_eq(run->ts + run->dur, wait->ts);
	file_free(&f);
	view_close(v);
}
END_TEST

START_TEST(a_blocking_call_lies_in_its_run_and_a_timer_due_meanwhile_is_held_up)
{
	static const struct kit_op m[] = {
		{ACT_SPAWN, 1}, {ACT_SLEEP, SECOND}, {ACT_WORK, 4 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_op rice[] = {{ACT_SLEEP, 2 * SECOND}, {ACT_DONE, 0}};
	static const struct kit_script scripts[] = {{"main", m}, {"rice", rice}};
	struct view *v = view_new(kit_run(scripts, 0));
	view_update(v, 0);
	struct file f = file_of(v);
	const struct record *busy = find(&f, 'X', "time.sleep, line 3", 0);
	ck_assert_int_eq(busy->ts / SECOND, 1);
	ck_assert_int_eq((busy->dur + 5000) / SECOND, 4);
	ck_assert_str_eq(busy->cat, "busy");
	const struct record *outer = slice_at(&f, busy->tid, busy->ts - 1);
	ck_assert_str_eq(outer->name, "running");
	ck_assert_int_ge(outer->ts + outer->dur, busy->ts + busy->dur);
	const struct record *held = find(&f, 'X', "held up", 0);
	const struct record *wait = find(&f, 'X', "sleep(2)", 0);
	ck_assert_int_eq(held->ts, 2 * SECOND);
	ck_assert_int_eq(wait->ts + wait->dur, held->ts);
	ck_assert_int_eq((held->dur + 5000) / SECOND, 3);
	file_free(&f);
	view_close(v);
}
END_TEST

/* The arrow goes from the child's last step, not from the loop's callback that counted it. */
START_TEST(who_completed_the_gather_is_where_its_arrow_begins)
{
	struct view *v = view_open(gather_fails);
	struct file f = file_of(v);
	const struct record *from = find(&f, 's', "wakes", 0), *to = find(&f, 'f', "wakes", 0);
	ck_assert_uint_eq(from->id, to->id);
	ck_assert_int_eq(from->ts / SECOND, 1);
	const struct record *child = slice_at(&f, from->tid, from->ts);
	ck_assert_str_eq(child->name, "running");
	ck_assert(says(child, "\"then\":\"failed\",\"exception\":\"ValueError('burnt')\""));
	ck_assert_uint_eq(from->tid, find(&f, 'M', "thread_name", 3)->tid);
	ck_assert_uint_eq(to->tid, find(&f, 'M', "thread_name", 1)->tid);
	ck_assert(says(slice_at(&f, to->tid, to->ts), "\"step\":7"));
	/* Sleeps end by the clock: nobody woke those. */
	for (size_t i = 0, n = 0; i < f.records.count; i++)
		ck_assert_uint_le(n += strcmp(f.records.items[i].name, "wakes") == 0, 2);
	file_free(&f);
	view_close(v);
}
END_TEST

/* An arrow for each of the tasks that one callback of the loop's own wakes. */
START_TEST(what_one_callback_wakes_has_an_arrow_each)
{
	struct view *v = view_open("0 0 0 0 task 1 \"Task-1\"\n"
				   "0 0 0 0 task-coro 1 \"main\"\n"
				   "0 0 0 0 ready 1 0 step\n"
				   "0 0 0 0 task 2 \"Task-2\"\n"
				   "0 0 0 0 task-coro 2 \"rice\"\n"
				   "0 0 0 0 ready 2 0 step\n"
				   "0 0 0 0 task 3 \"Task-3\"\n"
				   "0 0 0 0 task-coro 3 \"chop\"\n"
				   "0 0 0 0 ready 3 0 step\n"
				   "0 0 0 0 loop-started\n"
				   "0 1 0 0 tick 3\n"
				   "0 1 1 2 step 2 0 step\n"
				   "0 1 1 2 waits 9 \"future\" future\n"
				   "0 1 2 3 step 3 0 step\n"
				   "0 1 2 3 waits 9 \"future\" future\n"
				   "0 1 3 1 step 1 0 step\n"
				   "0 1 3 1 handle 10 \"own\" internal\n"
				   "0 1 3 1 ready 10 0 internal\n"
				   "0 1 3 1 done \"None\"\n"
				   "0 2 3 0 tick 1\n"
				   "0 2 4 0 step 10 0 internal\n"
				   "0 2 4 0 future-done 9 result\n"
				   "0 2 4 0 ready 2 9 wakeup\n"
				   "0 2 4 0 ready 3 9 wakeup\n"
				   "0 2 4 0 step-ended\n"
				   "0 3 4 0 tick 2\n"
				   "0 3 5 2 step 2 9 wakeup\n"
				   "0 3 5 2 done \"None\"\n"
				   "1 3 6 3 step 3 9 wakeup\n"
				   "1 3 6 3 done \"None\"\n");
	struct file f = file_of(v);
	check_arrows(&f);
	for (size_t i = 0; i < 2; i++) {
		const struct record *s = find(&f, 's', "wakes", i);
		ck_assert_uint_eq(s->tid, find(&f, 'M', "thread_name", 1)->tid);
		ck_assert_uint_eq(find(&f, 'f', "wakes", i)->tid,
				  find(&f, 'M', "thread_name", 2 + i)->tid);
	}
	file_free(&f);
	view_close(v);
}
END_TEST

START_TEST(jobs_are_on_their_workers_with_arrows_there_and_back)
{
	struct view *v = view_open(two_cooks);
	struct file f = file_of(v);
	const struct record *cook = find(&f, 'X', "cook", 0);
	ck_assert_uint_eq(cook->pid, 2);
	ck_assert_uint_eq(cook->tid, 2);
	ck_assert_int_eq((cook->dur + 5000) / SECOND, 3);
	ck_assert(says(find(&f, 'M', "process_name", 1), "asyncio_0"));
	const struct record *s = find(&f, 's', "starts", 0), *t = find(&f, 'f', "starts", 0);
	ck_assert_uint_eq(s->id, t->id);
	ck_assert_uint_eq(t->pid, 2);
	ck_assert_ptr_eq(slice_at(&f, t->tid, t->ts), cook);
	ck_assert_uint_eq(s->pid, 1);
	const struct record *back = find(&f, 's', "result", 0);
	ck_assert_uint_ne(back->pid, 1);
	ck_assert_str_eq(slice_at(&f, back->tid, back->ts)->cat, "running");
	ck_assert_uint_eq(find(&f, 'f', "result", 0)->pid, 1);
	ck_assert_int_eq(find(&f, 'C', "jobs running", 0)->value, 0 + 2);
	file_free(&f);
	view_close(v);
}
END_TEST

START_TEST(a_job_that_waits_for_a_worker_lies_beside_the_lanes)
{
	struct view *v = view_open(pool_of_one);
	struct file f = file_of(v);
	const struct record *b = find(&f, 'b', "c", 0), *e = find(&f, 'e', "c", 0);
	ck_assert_uint_eq(b->id, e->id);
	ck_assert_str_eq(b->cat, "queued");
	ck_assert_int_eq((e->ts - b->ts + 5000) / SECOND, 3);
	/* a was taken at once. */
	for (size_t i = 0; i < f.records.count; i++)
		ck_assert(f.records.items[i].phase != 'b' || strcmp(f.records.items[i].name, "a") != 0);
	file_free(&f);
	view_close(v);
}
END_TEST

START_TEST(captions_output_cancellations_and_errors_are_instants)
{
	struct view *v = view_open("0 0 0 0 line 30 \"<module>\"\n"
				   "0 0 0 0 task 1 \"Task-1\"\n"
				   "0 0 0 0 task-coro 1 \"main\"\n"
				   "0 0 0 0 ready 1 0 step\n"
				   "0 0 0 0 task 2 \"Task-2\"\n"
				   "0 0 0 0 task-coro 2 \"rice\"\n"
				   "0 0 0 0 ready 2 0 step\n"
				   "0 0 0 0 loop-started\n"
				   "0 1 0 0 tick 2\n"
				   "0 1 1 1 step 1 0 step\n"
				   "0 1 1 1 caption 3 \"a beat\"\n"
				   "0 1 1 1 printed \"out \\x1b[1m\\n\" 1\n"
				   "0 1 1 1 printed \"\\n\" 1\n"
				   "0 1 1 1 cancel 2 \"enough\"\n"
				   "0 1 1 1 warned \"RuntimeWarning\" \"never awaited\"\n"
				   "0 1 1 1 failed \"E('x')\"\n"
				   "1 1 1 0 run-ended 1\n");
	struct file f = file_of(v);
	ck_assert(says(find(&f, 'i', "a beat", 0), "\"s\":\"g\""));
	const struct record *out = find(&f, 'i', "out \\u001b[1m", 0);
	ck_assert(says(out, "\"s\":\"t\""));
	ck_assert_str_eq(slice_at(&f, out->tid, out->ts)->name, "running");
	ck_assert_str_eq(find(&f, 'i', "cancel rice: enough", 0)->cat, "cancel");
	ck_assert_str_eq(find(&f, 'i', "warning: never awaited", 0)->cat, "warning");
	ck_assert_str_eq(find(&f, 'i', "failed: E('x')", 0)->cat, "exception");
	for (size_t i = 0, n = 0; i < f.records.count; i++)
		ck_assert_uint_le(n += f.records.items[i].phase == 'i', 5);
	file_free(&f);
	view_close(v);
}
END_TEST

START_TEST(where_the_clock_stood_still_a_step_is_a_millisecond)
{
	struct view *v = view_open(group_fails);
	struct file f = file_of(v);
	ck_assert_ptr_nonnull(strstr(f.text, "\"ruler\":\"step\""));
	ck_assert_ptr_nonnull(strstr(f.text, "1 ms is 1 step"));
	size_t steps = 0;
	for (size_t i = 0; i < f.records.count; i++) {
		const struct record *r = &f.records.items[i];
		int64_t step = thousandths(r->line, "\"step\":", -1) / 1000;
		if (r->phase != 'X' || step < 1)
			continue;
		steps++;
		ck_assert_int_eq(r->ts / 1000000, step - 1);
		ck_assert_int_eq((r->ts + r->dur + 500000) / 1000000, step);
	}
	ck_assert_uint_gt(steps, 3);
	file_free(&f);
	view_close(v);
}
END_TEST

START_TEST(what_lasts_ends_with_the_run)
{
	struct view *v = view_open("0 0 0 0 line 30 \"<module>\"\n"
				   "0 0 0 0 task 1 \"Task-1\"\n"
				   "0 0 0 0 task-coro 1 \"main\"\n"
				   "0 0 0 0 ready 1 0 step\n"
				   "0 0 0 0 loop-started\n"
				   "0 1 0 0 tick 1\n"
				   "0 1 1 1 step 1 0 step\n"
				   "0 1 1 1 block 9 4\n"
				   "2 1 1 0 limit \"events\"\n");
	struct file f = file_of(v);
	const struct record *busy = find(&f, 'X', "time.sleep, line 4", 0);
	ck_assert_int_eq((busy->dur + 5000) / SECOND, 2);
	check_nesting(&f);
	file_free(&f);
	view_close(v);
}
END_TEST

START_TEST(a_full_disk_is_told)
{
	struct view *v = view_open(gather_fails);
	struct buf why = {0};
	FILE *out = fopen("/dev/full", "w");
	if (out) {
		setvbuf(out, NULL, _IONBF, 0);
		ck_assert_int_lt(exporter_for("x.json")->write(v, &(struct export_options){0}, out, &why), 0);
		ck_assert_uint_gt(why.len, 0);
		fclose(out);
	}
	buf_free(&why);
	view_close(v);
}
END_TEST

/* ---- what is alive ---- */

START_TEST(things_are_found_until_they_end)
{
	enum { IDS = 700 };
	static unsigned ways[IDS];
	struct live l = {0};
	uint32_t seed = (uint32_t)_i + 1;
	size_t alive = 0;
	for (int turn = 0; turn < 20000; turn++) {
		uint32_t id = 1 + kit_random(&seed) % (IDS - 1);
		unsigned way = 1u << kit_random(&seed) % 3;
		struct live_thing *t = live_find(&l, id);
		ck_assert_uint_eq(t ? t->ways : 0, ways[id]);
		if (ways[id] & way) {
			ways[id] &= ~way;
			alive -= ways[id] == 0;
			live_end(&l, t, way);
		} else if (kit_random(&seed) % 3 || t) {
			alive += ways[id] == 0;
			t = live_make(&l, id);
			t->ways |= (uint8_t)way;
			ways[id] |= way;
		}
		ck_assert_uint_eq(l.count, alive);
	}
	for (uint32_t id = 1; id < IDS; id++)
		ck_assert_uint_eq(live_find(&l, id) ? live_find(&l, id)->ways : 0, ways[id]);
	live_free(&l);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("export chrome");
	TCase *c = tcase_create("chrome");
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, slices_nest_and_arrows_have_both_ends_whatever_happened, 0, 8);
	tcase_add_loop_test(c, nonsense_is_valid_json_too, 0, 8);
	tcase_add_test(c, a_lane_is_a_thread_with_its_names_in_the_order_of_the_picture);
	tcase_add_test(c, runs_and_waits_take_turns_on_a_lane);
	tcase_add_test(c, a_blocking_call_lies_in_its_run_and_a_timer_due_meanwhile_is_held_up);
	tcase_add_test(c, who_completed_the_gather_is_where_its_arrow_begins);
	tcase_add_test(c, what_one_callback_wakes_has_an_arrow_each);
	tcase_add_test(c, jobs_are_on_their_workers_with_arrows_there_and_back);
	tcase_add_test(c, a_job_that_waits_for_a_worker_lies_beside_the_lanes);
	tcase_add_test(c, captions_output_cancellations_and_errors_are_instants);
	tcase_add_test(c, where_the_clock_stood_still_a_step_is_a_millisecond);
	tcase_add_test(c, what_lasts_ends_with_the_run);
	tcase_add_test(c, a_full_disk_is_told);
	tcase_add_loop_test(c, things_are_found_until_they_end, 0, 3);
	suite_add_tcase(s, c);
	return suite_main(s);
}
