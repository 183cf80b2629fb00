/*
 * What the script knows: a JSON object with the tasks and, for each step, how the loop and
 * the tasks differ from the step before. A text is written once, with the step that has it
 * first, and is a number from then on; so is what a section of the loop pane lists.
 *
 *   tasks   name, asyncio's name, kind, depth; in the order of the picture
 *   places  the pictures' own sizes: width and height, the first task's upper edge and the
 *           height of each, how many are drawn
 *   steps   t time, k tick, n the loop's step, x and y where that is in the pictures,
 *           a whose step it is (a task, or -1), b the beat in force,
 *           s texts that are new, each followed by the state whose colour it has,
 *           d tasks that changed: task, state, line, what it waits for (a text, or -1);
 *           and the sections of the loop pane, as lists of texts
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "export/html_internal.h"
#include "export/html_text.h"
#include "trace/trace.h"
#include "view/lane.h"
#include "view/ruler.h"
#include "view/snapshot.h"
#include "view/view.h"
#include "view/worker.h"

/* Tasks that the page knows; of each section so many entries; waits looked at anew. */
enum { MAX_TASKS = 2000, MAX_ENTRIES = 16, MAX_WAITS = 64, NO_TEXT = -1 };

enum section { NOW, READY, TIMERS, IO, WORKERS, QUEUED, SECTIONS };
static const char *const section_names[SECTIONS] = {"now", "ready",   "timers",
                                                    "io",  "workers", "queued"};

/* A task as it was told last. */
struct told {
	uint32_t lane;
	uint8_t state;
	uint32_t line;
	int64_t label; /* a text, or NO_TEXT */
	size_t looked; /* the step in which it was looked at last */
	bool waits;    /* it is among the waits */
};

struct data {
	const struct html *h;
	VEC(struct told) tasks;
	uint32_t *task_of;      /* by lane; UINT32_MAX: the page does not know it */
	VEC(uint32_t) waits;    /* tasks with a label: it can change by itself */
	struct map texts;       /* number of each; a letter for its colour before it */
	struct buf sections[SECTIONS];
	uint32_t active;        /* the task of the step before */
	struct buf fresh;       /* the step's new texts */
	struct buf changes;     /* the step's changed tasks */
	struct buf text, line;  /* under way */
	struct snapshot snap;
};

/* ---- texts ------------------------------------------------------------------------- */

/* The number of the text under way (d->text), which is emptied. */
static int64_t text_number(struct data *d, enum lane_state state)
{
	/* Whatever is longer is cut, and so is equal to others that begin alike. */
	struct buf json = {0};
	html_json(&json, buf_text(&d->text), d->text.len, HTML_NAME_COLS + 20);
	buf_printf(&json, ",%d", (int)state);
	uint32_t *known = map_find(&d->texts, json.data, json.len);
	int64_t number = known ? *known : (int64_t)d->texts.count;
	if (!known) {
		map_set(&d->texts, json.data, json.len, (uint32_t)number);
		buf_printf(&d->fresh, "%s%s", d->fresh.len ? "," : "", buf_text(&json));
	}
	buf_free(&json);
	buf_reset(&d->text);
	return number;
}

/* The text under way becomes an entry of the section under way (d->line). */
static void add_entry(struct data *d, enum lane_state state)
{
	buf_printf(&d->line, "%s%lld", d->line.len ? "," : "", (long long)text_number(d, state));
}

static void add_more(struct data *d, size_t count)
{
	buf_printf(&d->text, "+%zu", count);
	add_entry(d, STATE_ABSENT);
}

/* ---- tasks ------------------------------------------------------------------------- */

static void know_task(struct data *d, uint32_t lane)
{
	d->task_of[lane] = (uint32_t)d->tasks.count;
	vec_push(&d->tasks, (struct told){.lane = lane, .state = STATE_ABSENT, .label = NO_TEXT});
}

/* The tasks, in the order of the picture: the first ones are its rows. */
static void know_tasks(struct data *d)
{
	struct view *v = d->h->v;
	uint32_t lanes = view_lane_count(v), count;
	d->task_of = mem_alloc(mem_mul(lanes, sizeof *d->task_of));
	memset(d->task_of, 0xFF, lanes * sizeof *d->task_of);
	const uint32_t *order = view_order(v, false, &count);
	for (uint32_t i = 0; i < count && d->tasks.count < MAX_TASKS; i++)
		know_task(d, order[i]);
	/* Lines of the program itself are shown, even where it has no lane. */
	if (lanes > LANE_PROGRAM && d->task_of[LANE_PROGRAM] == UINT32_MAX)
		know_task(d, LANE_PROGRAM);
}

static const char *kind_of(const struct view *v, uint32_t lane)
{
	if (view_lane(v, lane)->worker)
		return "worker";
	return view_lane(v, lane)->task ? "task" : "program";
}

static void put_tasks(struct data *d)
{
	const struct view *v = d->h->v;
	for (size_t i = 0; i < d->tasks.count; i++) {
		uint32_t lane = d->tasks.items[i].lane;
		struct buf name = {0}, json = {0};
		view_lane_name(v, lane, &name);
		html_json(&json, buf_text(&name), name.len, HTML_NAME_COLS);
		buf_putc(&json, ',');
		const char *task = view_task_name(v, lane);
		html_json(&json, task, strlen(task), HTML_NAME_COLS);
		fprintf(d->h->out, "%s[%s,\"%s\",%u]", i ? ",\n" : "", buf_text(&json),
		        kind_of(v, lane), view_lane(v, lane)->depth);
		buf_free(&name);
		buf_free(&json);
	}
}

/* What task `t` waits for, as a text; sleeps stand among the timers. */
static int64_t label_of(struct data *d, const struct told *t, enum lane_state state,
                        uint64_t position)
{
	const struct view *v = d->h->v;
	if (state != STATE_WAITING || view_lane(v, t->lane)->worker)
		return NO_TEXT;
	size_t index = view_span_at(v, t->lane, position);
	if (index == SIZE_MAX || view_span(v, t->lane, index).wait_kind == WAIT_SLEEP)
		return NO_TEXT;
	view_wait_label(v, t->lane, position, &d->text);
	return d->text.len ? text_number(d, state) : NO_TEXT;
}

/* Look at a task after step `step`, and tell what differs. */
static void look_at(struct data *d, uint32_t task, size_t step, uint64_t position)
{
	const struct view *v = d->h->v;
	struct told *t = &d->tasks.items[task];
	if (t->looked == step)
		return;
	t->looked = step;
	enum lane_state state = view_state_at(v, t->lane, position);
	uint32_t line = view_line_at(v, t->lane, position, NULL);
	if (!line && state < STATE_TIMED)
		line = view_lane(v, t->lane)->begins_line;
	int64_t label = label_of(d, t, state, position);
	if (label != NO_TEXT && !t->waits && d->waits.count < MAX_WAITS)
		vec_push(&d->waits, task);
	t->waits |= label != NO_TEXT;
	if (state == (enum lane_state)t->state && line == t->line && label == t->label)
		return;
	t->state = (uint8_t)state;
	t->line = line;
	t->label = label;
	buf_printf(&d->changes, "%s[%u,%d,%u", d->changes.len ? "," : "", task, (int)state, line);
	if (label != NO_TEXT)
		buf_printf(&d->changes, ",%lld", (long long)label);
	buf_putc(&d->changes, ']');
}

static void look_at_lane(struct data *d, uint32_t lane, size_t step, uint64_t position)
{
	if (lane < view_lane_count(d->h->v) && d->task_of[lane] != UINT32_MAX)
		look_at(d, d->task_of[lane], step, position);
}

/* Tasks change with events that name them, or by what they wait for. */
static void look_at_events(struct data *d, size_t step, uint64_t begin, uint64_t end)
{
	const struct view *v = d->h->v;
	const struct trace *t = view_trace(v);
	for (uint64_t i = begin; i < end; i++) {
		const struct event *e = trace_at(t, i);
		const struct event_info *info = &event_infos[e->kind];
		look_at_lane(d, e->task ? view_lane_of(v, e->task) : LANE_NONE, step, end);
		look_at_lane(d, view_lane_of_thread(v, e->thread), step, end);
		if (info->a == FIELD_ID && e->a)
			look_at_lane(d, view_lane_of(v, e->a), step, end);
		if (info->b == FIELD_ID && e->b)
			look_at_lane(d, view_lane_of(v, e->b), step, end);
	}
	for (size_t i = 0; i < d->waits.count; i++) {
		uint32_t task = d->waits.items[i];
		look_at(d, task, step, end);
		if (d->tasks.items[task].label == NO_TEXT) {
			d->tasks.items[task].waits = false;
			d->waits.items[i--] = vec_pop(&d->waits);
		}
	}
}

/* ---- the loop ---------------------------------------------------------------------- */

static void put_time(struct data *d, int64_t ns)
{
	view_time_text(d->h->v, ns, &d->text);
}

static const char *trace_string_of(struct data *d, uint32_t text)
{
	return trace_text(view_trace(d->h->v), text, NULL);
}

static bool is_machinery(const struct ready_entry *r)
{
	return r->role == ROLE_INTERNAL || r->role == ROLE_INTERNAL_TIMER;
}

static void tell_now(struct data *d)
{
	const struct snapshot *s = &d->snap;
	const struct view *v = d->h->v;
	enum lane_state state = STATE_ABSENT;
	if (s->running != LANE_NONE) {
		view_lane_name(v, s->running, &d->text);
		state = s->blocked_on ? STATE_WAITING : STATE_RUNNING;
		if (s->blocked_on) {
			buf_printf(&d->text, " is blocked: %s", trace_string_of(d, s->blocked_on));
		} else {
			buf_puts(&d->text, s->blocked ? " is busy until " : " runs");
			if (s->blocked)
				put_time(d, s->blocked_until_ns);
		}
	} else if (!s->loop_running) {
		buf_puts(&d->text, s->position ? "it does not run" : "not started");
	} else if (s->ready_count) {
		buf_puts(&d->text, "next: ");
		if (is_machinery(&s->ready[0]))
			buf_puts(&d->text, "the loop's own");
		else
			view_ready_name(v, &s->ready[0], &d->text);
		state = STATE_READY;
	} else if (s->timer_count) {
		buf_puts(&d->text, "sleeps until ");
		put_time(d, s->timers[0].deadline_ns);
	} else if (s->busy_count) {
		buf_puts(&d->text, "waits for its workers");
	} else {
		buf_puts(&d->text, s->watch_count ? "waits for I/O" : "nothing is ready");
	}
	add_entry(d, state);
}

static void tell_ready(struct data *d)
{
	const struct snapshot *s = &d->snap;
	size_t shown = s->ready_count < MAX_ENTRIES ? s->ready_count : MAX_ENTRIES, own = 0;
	for (size_t i = 0; i < shown; i++) {
		if (is_machinery(&s->ready[i])) {
			own++;
			continue;
		}
		view_ready_name(d->h->v, &s->ready[i], &d->text);
		if (s->time_ns > s->ready[i].since_ns) {
			buf_puts(&d->text, " since ");
			put_time(d, s->ready[i].since_ns);
		}
		add_entry(d, STATE_READY);
	}
	if (own) {
		buf_printf(&d->text, "%zu of the loop's own", own);
		add_entry(d, STATE_IDLE);
	}
	if (s->ready_count > shown)
		add_more(d, s->ready_count - shown);
}

static void tell_timers(struct data *d)
{
	const struct snapshot *s = &d->snap;
	size_t shown = s->timer_count < MAX_ENTRIES ? s->timer_count : MAX_ENTRIES;
	for (size_t i = 0; i < shown; i++) {
		const struct timer_entry *t = &s->timers[i];
		if (t->lane != LANE_NONE && view_lane(d->h->v, t->lane)->machinery)
			continue;
		view_timer_name(d->h->v, t, &d->text);
		buf_puts(&d->text, t->timeout ? " timeout " : " ");
		put_time(d, t->deadline_ns);
		bool due = t->deadline_ns < s->time_ns;
		if (due)
			buf_puts(&d->text, ", due");
		add_entry(d, due ? STATE_READY : t->timeout ? STATE_CANCELLING : STATE_WAITING);
	}
	if (s->timer_count > shown)
		add_more(d, s->timer_count - shown);
}

static void tell_io(struct data *d)
{
	const struct snapshot *s = &d->snap;
	size_t shown = s->watch_count < MAX_ENTRIES ? s->watch_count : MAX_ENTRIES;
	for (size_t i = 0; i < shown; i++) {
		if (s->watches[i].lane != LANE_NONE) {
			view_lane_name(d->h->v, s->watches[i].lane, &d->text);
			buf_putc(&d->text, ' ');
		}
		buf_puts(&d->text, trace_string_of(d, s->watches[i].text));
		add_entry(d, STATE_WAITING);
	}
	if (s->watch_count > shown)
		add_more(d, s->watch_count - shown);
}

static void tell_worker(struct data *d, const struct worker_entry *w)
{
	enum lane_state state = STATE_RUNNING;
	view_lane_name(d->h->v, w->lane, &d->text);
	if (w->job != JOB_NONE) {
		buf_putc(&d->text, ' ');
		view_job_label(d->h->v, w->job, false, &d->text);
		if (w->abandoned)
			buf_puts(&d->text, " for nobody");
	}
	switch (w->doing) {
	case WORKER_IDLE:
		buf_puts(&d->text, " idle");
		state = STATE_IDLE;
		break;
	case WORKER_SLEEPS:
		buf_puts(&d->text, " until ");
		put_time(d, w->until_ns);
		break;
	case WORKER_BLOCKED:
		buf_printf(&d->text, " blocked: %s", trace_string_of(d, w->text));
		state = STATE_WAITING;
		break;
	case WORKER_LOOPS:
		buf_puts(&d->text, " with a loop");
		state = STATE_WAITING;
		break;
	case WORKER_BUSY:
		break;
	}
	add_entry(d, state);
}

/* The busy ones first, as on the screen. */
static void tell_workers(struct data *d)
{
	const struct snapshot *s = &d->snap;
	size_t shown = 0;
	for (int idle = 0; idle < 2; idle++)
		for (size_t i = 0; i < s->worker_count && shown < MAX_ENTRIES; i++)
			if ((s->workers[i].doing == WORKER_IDLE) == idle) {
				tell_worker(d, &s->workers[i]);
				shown++;
			}
	if (s->worker_count > shown)
		add_more(d, s->worker_count - shown);
}

static void tell_queued(struct data *d)
{
	const struct snapshot *s = &d->snap;
	size_t shown = s->queued_count < MAX_ENTRIES ? s->queued_count : MAX_ENTRIES;
	for (size_t i = 0; i < shown; i++) {
		const struct queued_entry *q = &s->queued[i];
		if (i == 0 || q->pool != s->queued[i - 1].pool)
			buf_printf(&d->text, "%s: ", trace_string_of(d, q->pool));
		if (q->waiter != LANE_NONE && view_lane(d->h->v, q->waiter)->named)
			view_lane_name(d->h->v, q->waiter, &d->text);
		else
			view_job_label(d->h->v, q->job, false, &d->text);
		add_entry(d, STATE_READY);
	}
	if (s->queued_count > shown)
		add_more(d, s->queued_count - shown);
}

static void (*const tellers[SECTIONS])(struct data *d) = {
	tell_now, tell_ready, tell_timers, tell_io, tell_workers, tell_queued,
};

/* ---- steps ------------------------------------------------------------------------- */

/* Pixels of a picture, to a tenth; the same in every locale. */
static void put_pixels(struct buf *out, double pixels)
{
	const double most = 1e6;
	buf_put_decimal(out, lround(10 * (pixels > 0 ? fmin(pixels, most) : 0)), 1, 1);
}

/* Where in a picture it is, after that many events. */
static void put_x(const struct html *h, const char *name, const struct svg_place *place,
                  uint64_t position, struct buf *out)
{
	buf_printf(out, ",\"%s\":", name);
	put_pixels(out, place->left +
	                        place->unit * view_coordinate(h->v, place->ruler, position));
}

/* Append the sections that differ from the step before. */
static void put_sections(struct data *d, struct buf *out)
{
	view_snapshot(d->h->v, d->snap.position, MAX_ENTRIES, &d->snap);
	for (int i = 0; i < SECTIONS; i++) {
		buf_reset(&d->line);
		tellers[i](d);
		struct buf *before = &d->sections[i];
		if (before->len == d->line.len &&
		    !memcmp(buf_text(before), buf_text(&d->line), before->len))
			continue;
		buf_reset(before);
		buf_put(before, buf_text(&d->line), d->line.len);
		buf_printf(out, ",\"%s\":[%s]", section_names[i], buf_text(before));
	}
}

static void put_step(struct data *d, size_t index, uint64_t begin)
{
	const struct html *h = d->h;
	struct moment m = view_moment(h->v, false, index);
	uint32_t active = UINT32_MAX;
	if (m.kind != MOMENT_START && m.lane < view_lane_count(h->v))
		active = d->task_of[m.lane];
	struct buf out = {0}, time = {0};
	buf_reset(&d->fresh);
	buf_reset(&d->changes);
	view_time_text(h->v, m.time_ns, &time);
	buf_printf(&out, "{\"t\":\"%s\",\"k\":%u,\"n\":%u", buf_text(&time), m.tick, m.step);
	if (h->has_clock)
		put_x(h, "x", &h->clock, m.end, &out);
	put_x(h, "y", &h->step, m.end, &out);
	buf_printf(&out, ",\"a\":%d,\"b\":%zu", active == UINT32_MAX ? -1 : (int)active,
	           view_beat_at(h->v, m.end));
	d->snap.position = m.end;
	put_sections(d, &out);
	if (active != UINT32_MAX)
		look_at(d, active, index + 1, m.end);
	look_at_events(d, index + 1, begin, m.end);
	if (d->changes.len)
		buf_printf(&out, ",\"d\":[%s]", buf_text(&d->changes));
	if (d->fresh.len)
		buf_printf(&out, ",\"s\":[%s]", buf_text(&d->fresh));
	buf_putc(&out, '}');
	fprintf(h->out, "%s%s", index ? ",\n" : "", buf_text(&out));
	buf_free(&out);
	buf_free(&time);
}

static void put_place(const struct html *h, const char *name, const struct svg_place *p)
{
	const struct {
		const char *name;
		double pixels;
	} sizes[] = {
		{"width", p->width}, {"height", p->height}, {"top", p->top}, {"row", p->row}};
	struct buf out = {0};
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		buf_printf(&out, "\"%s\":", sizes[i].name);
		put_pixels(&out, sizes[i].pixels);
		buf_putc(&out, ',');
	}
	fprintf(h->out, "\"%s\":{%s\"tasks\":%lu}", name, buf_text(&out),
	        (unsigned long)p->lanes);
	buf_free(&out);
}

void html_data(struct html *h)
{
	struct data d = {.h = h};
	know_tasks(&d);
	fputs("{\"states\":[", h->out);
	for (int i = 0; i < STATE_COUNT; i++)
		fprintf(h->out, "\"%s\",", state_infos[i].word);
	fputs("\"mixed\",\"absent\"],\n\"tasks\":[", h->out);
	put_tasks(&d);
	fputs("],\n\"places\":{", h->out);
	if (h->has_clock) {
		put_place(h, "clock", &h->clock);
		putc(',', h->out);
	}
	put_place(h, "step", &h->step);
	fputs("},\n\"steps\":[\n", h->out);
	uint64_t begin = 0;
	for (size_t i = 0; i < h->steps; i++) {
		put_step(&d, i, begin);
		begin = view_moment(h->v, false, i).end;
	}
	fputs("]}\n", h->out);
	for (int i = 0; i < SECTIONS; i++)
		buf_free(&d.sections[i]);
	vec_free(&d.tasks);
	vec_free(&d.waits);
	map_free(&d.texts);
	free(d.task_of);
	buf_free(&d.fresh);
	buf_free(&d.changes);
	buf_free(&d.text);
	buf_free(&d.line);
	snapshot_free(&d.snap);
}
