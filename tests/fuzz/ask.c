/*
 * Ask everything of traces: usage: ask FILE... For each file: read it, take it into a view
 * piece by piece, put every question of src/view at many places, walk through the screen with
 * random keys, export it in every form, record it, write it and read it again. Says the file's
 * name before it begins, so that whoever started this knows which one it was. Each has ten
 * seconds of processor time. Made for files that no loop would write: see tests/fuzz_trace.py.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "export/export.h"
#include "export/record.h"
#include "export/text.h"
#include "screen/screen.h"
#include "trace/text.h"
#include "trace/trace.h"
#include "view/lane.h"
#include "view/moment.h"
#include "view/row.h"
#include "view/ruler.h"
#include "view/sentence.h"
#include "view/snapshot.h"
#include "view/totals.h"
#include "view/view.h"
#include "view/worker.h"

enum { SECONDS_A_FILE = 20, PLACES = 120, LANES = 24, SPANS = 60, KEYS = 250 };

static uint32_t random_state;

static uint32_t chance(uint32_t below)
{
	random_state = random_state * 1664525u + 1013904223u;
	return below ? (random_state >> 8) % below : 0;
}

static void fail(const char *what)
{
	fprintf(stderr, "ask: %s\n", what);
	abort();
}

/* ---- the view ---- */

static void ask_lane(const struct view *v, uint32_t lane, uint64_t position)
{
	struct buf text = {0};
	uint32_t function;
	view_line_at(v, lane, position, &function);
	trace_text(view_trace(v), function, NULL);
	view_wait_label(v, lane, position, &text);
	view_lane_name(v, lane, &text);
	buf_puts(&text, view_task_name(v, lane));
	buf_puts(&text, view_coroutine(v, lane));
	if (view_state_at(v, lane, position) > STATE_ABSENT)
		fail("a state that is none");
	view_job_at(v, lane, position);
	view_job_awaited(v, lane, position);
	buf_free(&text);
}

static void ask_spans(const struct view *v, uint32_t lane)
{
	size_t count = view_span_count(v, lane);
	for (size_t i = 0; i < count && i < SPANS; i++) {
		struct span s = view_span(v, lane, count > SPANS ? chance((uint32_t)count) : i);
		if (s.end_ns < s.begin_ns)
			fail("a span that ends before it begins");
	}
	struct lane_totals t;
	view_lane_totals(v, lane, UINT64_MAX, &t);
	if (t.running_ns < 0 || t.held_up_ns < 0 || t.waiting_ns < 0 || t.own_wait_ns < 0)
		fail("a lane's total below zero");
	view_lane_totals(v, lane, chance((uint32_t)view_event_count(v) + 1), &t);
}

static void ask_rows(const struct view *v, uint32_t lane, uint64_t position)
{
	struct row_cell cells[200];
	for (enum ruler r = 0; r < RULER_COUNT; r++) {
		struct scale s = scale_fit(v, r, 1 + (int)chance(200));
		view_row(v, lane, &s, position, cells);
		s.unit /= 1 << chance(20);
		s.left += s.unit * chance(100);
		view_row(v, lane, &s, position, cells);
		s.unit = s.unit * 1e6;
		view_row(v, lane, &s, UINT64_MAX, cells);
		struct column c = view_column(v, lane, &s, chance(200), position);
		if (c.shown > STATE_ABSENT)
			fail("a column that shows nothing known");
		struct buf label = {0};
		scale_label_step(&s);
		scale_label(&s, view_coordinate(v, r, position), &label);
		buf_free(&label);
	}
}

static void ask_snapshot(const struct view *v, unsigned thread, uint64_t position, size_t max)
{
	struct snapshot s = {0};
	struct buf text = {0};
	view_snapshot_of(v, thread, position, max, &s);
	for (size_t i = 0; i < s.ready_count && (!max || i < max); i++)
		view_ready_name(v, &s.ready[i], &text);
	for (size_t i = 0; i < s.timer_count && (!max || i < max); i++)
		view_timer_name(v, &s.timers[i], &text);
	for (size_t i = 0; i < s.watch_count && (!max || i < max); i++)
		buf_puts(&text, trace_text(view_trace(v), s.watches[i].text, NULL));
	for (size_t i = 0; i < s.worker_count; i++)
		view_lane_name(v, s.workers[i].lane, &text);
	for (size_t i = 0; i < s.queued_count && (!max || i < max); i++)
		view_job_label(v, s.queued[i].job, true, &text);
	buf_free(&text);
	snapshot_free(&s);
}

static void ask_links(const struct view *v, uint64_t begin, uint64_t end)
{
	struct link links[64];
	size_t count = view_links(v, begin, end, links, COUNT_OF(links));
	for (size_t i = 0; i < count; i++)
		if (links[i].from_lane != LANE_NONE && links[i].from_lane >= view_lane_count(v))
			fail("a link from a lane that is none");
}

static void ask_moment(const struct view *v, bool internals, size_t index)
{
	struct buf what = {0}, why = {0};
	struct moment m = view_moment(v, internals, index);
	if (m.end > view_event_count(v) || m.begin > m.end)
		fail("a moment beyond the events");
	view_sentence(v, internals, index, &what, &why);
	if (strpbrk(buf_text(&what), "\n\x1b") || strpbrk(buf_text(&why), "\n\x1b"))
		fail("a sentence that is more than a line");
	view_next_tick(v, internals, index);
	view_prev_tick(v, internals, index);
	view_next_beat(v, internals, index);
	view_prev_beat(v, internals, index);
	uint32_t lane = chance(view_lane_count(v));
	view_next_of_lane(v, internals, index, lane);
	view_prev_of_lane(v, internals, index, lane);
	view_moment_at_time(v, internals, m.time_ns);
	view_moment_at_tick(v, internals, m.tick);
	view_moment_at_step(v, internals, m.step);
	ask_snapshot(v, m.thread, m.end, 8);
	ask_snapshot(v, chance(4), m.end, 0);
	ask_links(v, m.begin, m.end);
	view_caption_at(v, m.end);
	view_printed_at(v, m.end);
	view_busy_ns(v, m.time_ns);
	for (uint32_t i = 0; i < view_lane_count(v) && i < LANES; i++)
		ask_lane(v, i, m.end);
	ask_rows(v, lane, m.end);
	buf_free(&what);
	buf_free(&why);
}

static void ask_totals(struct view *v)
{
	struct totals t;
	struct parallel p;
	view_totals(v, &t);
	view_parallel(v, &p);
	if (t.work_ns < 0 || t.wall_ns < 0 || t.held_up_ns < 0 || t.in_turn_ns < 0 || p.busy_ns < 0)
		fail("a total below zero");
	for (size_t i = 0; i < view_work_count(v) && i < PLACES; i++) {
		uint32_t lane;
		uint64_t begin, end;
		struct hold h;
		view_work(v, i, &lane, &begin, &end);
		view_hold(v, lane, begin, end, &h);
		hold_free(&h);
	}
}

static void ask_view(struct view *v)
{
	ask_totals(v);
	for (int internals = 0; internals < 2; internals++) {
		uint32_t lanes;
		view_order(v, internals, &lanes);
		if (lanes > view_lane_count(v))
			fail("more lanes in order than there are");
		size_t count = view_moment_count(v, internals);
		for (size_t i = 0; i < count && i < PLACES; i++)
			ask_moment(v, internals, count > PLACES ? chance((uint32_t)count) : i);
		for (uint32_t i = 0; i < view_lane_count(v); i++)
			view_descendants(v, internals, i);
	}
	for (uint32_t i = 0; i < view_lane_count(v) && i < PLACES; i++)
		ask_spans(v, i);
	struct buf text = {0};
	for (uint32_t i = 0; i < view_job_count(v); i++) {
		view_job(v, i);
		view_job_label(v, i, true, &text);
		view_queue_rank(v, i, chance((uint32_t)view_event_count(v) + 1));
	}
	buf_free(&text);
	view_event_at_time(v, INT64_MAX);
	view_event_at_time(v, INT64_MIN);
}

/* ---- above ---- */

static const char *const keys[] = {
	"right", "left",  "right", ">",     "<",      "]",    "[",     "home",  "end",   "0",
	"3",     "7",     "+",     "-",     "+",      "=",    "t",     "i",     "f",     "down",
	"up",    "enter", "tab",   "space", "}",      "{",    "b",     "n",     "N",     "z",
	"T",     "click@50,20",    "click@5,19",      "wheel-up@40,20", "wheel-down@3,3",
	"backtab", "j",   "k",     "?",     "x",      "/",    "esc",   "ctrl-l", "p",    "pgdn",
};

static void walk(struct view *v)
{
	struct grid grid = {0};
	struct screen *s = screen_new(&(struct screen_options){.ascii = chance(2), .measured = chance(2)});
	screen_resize(s, 30 + (int)chance(120), 8 + (int)chance(40));
	screen_show(s, v, false);
	int64_t now_ns = 0;
	for (int i = 0; i < KEYS; i++) {
		const char *name = keys[chance(COUNT_OF(keys))];
		struct key key = key_by_name(name, strlen(name));
		screen_key(s, &key, now_ns);
		int64_t due_ns = screen_due_ns(s);
		now_ns = due_ns < INT64_MAX && due_ns > now_ns ? due_ns : now_ns + 1000000;
		screen_advance(s, now_ns);
		if (chance(40) == 0)
			screen_resize(s, (int)chance(150), (int)chance(50));
		screen_draw(s, &grid);
	}
	screen_free(s);
	grid_free(&grid);
}

static int take_frame(void *world, int64_t at_ns, const struct grid *g, enum theme theme)
{
	int64_t *last_ns = world;
	(void)g;
	(void)theme;
	if (at_ns < *last_ns)
		fail("a frame before the last one");
	*last_ns = at_ns;
	return 0;
}

static int take_marker(void *world, int64_t at_ns, const char *label)
{
	(void)world;
	(void)at_ns;
	return label ? 0 : -ERR_WRITE;
}

static int take_end(void *world, int64_t at_ns)
{
	(void)world;
	(void)at_ns;
	return 0;
}

static void play(struct view *v)
{
	int64_t last_ns = 0;
	const struct record_sink sink = {&last_ns, take_frame, take_marker, take_end};
	bool cut;
	record(v,
	       &(struct record_options){
		       .cols = 40 + (int)chance(80),
		       .rows = 10 + (int)chance(30),
		       .to = SIZE_MAX,
		       .max_ns = INT64_C(20000000000),
	       },
	       &sink, &cut);
}

static void export_all(struct view *v)
{
	FILE *out = fopen("/dev/null", "w");
	if (!out)
		fail("no /dev/null");
	for (size_t i = 0; i < exporter_count; i++) {
		const struct export_options o = {.width_cols = 40 + (int)chance(100),
		                                 .ascii = chance(2),
		                                 .measured = chance(2),
		                                 .code = chance(2),
		                                 .theme = (int)chance(3) - 1};
		struct buf why = {0};
		exporters[i].write(v, &o, out, &why);
		buf_free(&why);
	}
	const struct text_options o = {.internals = chance(2), .measured = true};
	export_steps(v, &o, out);
	fclose(out);
}

static char *written(const struct trace *t, size_t *len)
{
	char *text;
	FILE *out = open_memstream(&text, len);
	if (trace_write(t, true, out) != 0)
		fail("a trace that cannot be written");
	fclose(out);
	return text;
}

static void write_and_read(const struct trace *t)
{
	size_t len, again_len;
	char *text = written(t, &len);
	struct buf why = {0};
	struct trace *back;
	FILE *in = fmemopen(text, len, "r");
	if (trace_read(in, &back, &why) != 0)
		fail(buf_text(&why));
	fclose(in);
	char *again = written(back, &again_len);
	if (len != again_len || memcmp(text, again, len) != 0)
		fail("what was written does not read back equal");
	free(text);
	free(again);
	buf_free(&why);
	trace_free(back);
}

/* ---- files ---- */

static void check_refusal(const char *why)
{
	if (strncmp(why, "line ", 5) != 0 || strpbrk(why, "\n\r\x1b"))
		fail("a refusal that is no line with its place");
	puts(why);
}

static void limit_time(void)
{
	const struct itimerval left = {.it_value = {.tv_sec = SECONDS_A_FILE}};
	setitimer(ITIMER_PROF, &left, NULL);
}

static void ask(const char *path)
{
	struct buf why = {0};
	struct trace *t;
	FILE *in = fopen(path, "r");
	if (!in)
		fail("no such file");
	limit_time();
	for (const char *s = path; *s; s++)
		random_state = random_state * 31 + (unsigned char)*s;
	int error = trace_read(in, &t, &why);
	fclose(in);
	if (error) {
		check_refusal(buf_text(&why));
		buf_free(&why);
		return;
	}
	struct view *v = view_new(t);
	while (view_update(v, 1 + chance(200)))
		ask_totals(v);
	ask_view(v);
	walk(v);
	play(v);
	export_all(v);
	write_and_read(t);
	view_free(v);
	trace_free(t);
	buf_free(&why);
	puts("read");
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++) {
		printf("%s: ", argv[i]);
		fflush(stdout);
		ask(argv[i]);
	}
	return 0;
}
