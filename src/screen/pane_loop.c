/*
 * The loop: what is ready (in order), which timers are armed, what I/O is watched, what
 * workers do, and what every other task waits for. A section gets one row; rows that are
 * left go to those that need more.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "screen/internal.h"
#include "trace/trace.h"
#include "view/snapshot.h"
#include "view/totals.h"
#include "view/worker.h"

enum { LABEL_COLS = 10, GAP_COLS = 3, MAX_ENTRIES = 64, MAX_LANES = 2000 };
/* Less processor time says nothing: the jobs slept. */
static const int64_t worth_a_word_ns = 50 * 1000 * 1000;

enum { NOW, READY, TIMERS, IO, WORKERS, QUEUED, WAITS, SECTIONS };

static const char *const labels[SECTIONS] = {"now",     "ready",  "timers", "I/O",
                                             "workers", "queued", "waits"};

/* One entry: a text and the ink that it has. */
struct token {
	size_t offset, len; /* in the section's text */
	size_t spare, spare_len; /* bytes of it that are left out if a row then has room */
	style ink;
};

struct section {
	struct buf text;
	VEC(struct token) tokens;
	size_t count; /* entries there are, also those without a token */
};

/* How many moments (one, or all of a run) have something for row r of a section. */
enum { ROWS_MAX = 32 };
struct need {
	uint32_t wanted[SECTIONS][ROWS_MAX];
};

/* What is known of a run as a whole: found out once, and kept as long as it would be the
 * same. */
struct loop_plan {
	struct parallel parallel;
	bool parallel_known;
	const struct view *view; /* whose needs are known, ... */
	int cols;                /* ... for a screen of this width */
	bool internals;
	struct need need;
};

static void end_token(struct section *sec, size_t offset, style ink)
{
	vec_push(&sec->tokens, (struct token){.offset = offset,
	                                      .len = sec->text.len - offset,
	                                      .ink = ink});
}

/* ---- what there is ---------------------------------------------------------------- */

/* Whether it is the loop's own machinery, and that is not shown. */
static bool folded_away(const struct screen *s, const struct ready_entry *r)
{
	if (s->state.internals)
		return false;
	/* Its tasks, which accept connections and open sockets, and its callbacks. */
	if (r->lane != LANE_NONE)
		return view_lane(s->view, r->lane)->machinery;
	return r->role == ROLE_INTERNAL || r->role == ROLE_INTERNAL_TIMER;
}

static void fill_now(const struct screen *s, const struct present *p,
                     const struct snapshot *snap, struct section *sec)
{
	size_t at = sec->text.len;
	style ink = INK_REASON;
	if (snap->running != LANE_NONE) {
		view_lane_name(s->view, snap->running, &sec->text);
		if (snap->blocked_on) {
			buf_printf(&sec->text, " is blocked: %s",
			           trace_text(view_trace(s->view), snap->blocked_on, NULL));
			ink = INK_WAITING;
		} else {
			buf_puts(&sec->text, !snap->blocked    ? " runs"
			                     : s->cols >= 96 ? " is busy until "
			                                     : " busy to ");
			if (snap->blocked)
				put_time(s, snap->blocked_until_ns, &sec->text);
			ink = INK_RUNNING;
		}
	} else if (!snap->loop_running) {
		buf_puts(&sec->text, p->moment.kind == MOMENT_START ? "not started"
		                     : p->moment.kind == MOMENT_END ? "has ended"
		                                                    : "it does not run");
	} else if (snap->ready_count) {
		buf_puts(&sec->text, "next: ");
		if (folded_away(s, &snap->ready[0]))
			buf_puts(&sec->text, s->cols >= 96 ? "the loop's own" : "loop's own");
		else
			view_ready_name(s->view, &snap->ready[0], &sec->text);
		ink = INK_READY;
	} else if (snap->timer_count && snap->timers[0].deadline_ns <= snap->time_ns) {
		buf_puts(&sec->text, "next: a due timer");
		ink = INK_READY;
	} else if (snap->timer_count) {
		buf_puts(&sec->text, "sleeps until ");
		put_time(s, snap->timers[0].deadline_ns, &sec->text);
	} else if (snap->busy_count && !snap->thread) {
		buf_puts(&sec->text, "waits for workers");
	} else {
		buf_puts(&sec->text, snap->watch_count ? "waits for I/O" : "nothing is ready");
	}
	end_token(sec, at, ink);
	sec->count = 1;
}

static void fill_ready(const struct screen *s, const struct snapshot *snap,
                       struct section *sec)
{
	sec->count = snap->ready_count;
	size_t folded = 0;
	for (size_t i = 0; i < snap->ready_count && i < MAX_ENTRIES; i++) {
		if (folded_away(s, &snap->ready[i])) {
			folded++;
			continue;
		}
		size_t at = sec->text.len;
		view_ready_name(s->view, &snap->ready[i], &sec->text);
		if (snap->time_ns > snap->ready[i].since_ns) {
			buf_puts(&sec->text, " since ");
			put_time(s, snap->ready[i].since_ns, &sec->text);
		}
		end_token(sec, at, INK_READY);
	}
	if (folded) {
		size_t at = sec->text.len;
		buf_printf(&sec->text,
		           folded > 9 && s->cols < 96 ? "%zu of its own" : "%zu of the loop's own",
		           folded);
		end_token(sec, at, INK_DIM);
		sec->count -= folded - 1;
	}
}

/* While one is asked who runs next, the queue does not give it away. */
static void fill_asked(const struct screen *s, const struct prediction *q, struct section *now,
                       struct section *ready)
{
	buf_puts(&now->text, "next: ?");
	end_token(now, 0, INK_CURSOR);
	now->count = 1;
	for (size_t i = 0; i < q->count && !q->by_timer; i++) {
		size_t at = ready->text.len;
		view_lane_name(s->view, q->lanes[i], &ready->text);
		end_token(ready, at, INK_READY);
		ready->count++;
	}
	if (ready->count) {
		size_t at = ready->text.len;
		buf_puts(&ready->text, "in which order?");
		end_token(ready, at, INK_DIM);
		ready->count++;
	}
}

static int64_t seen_late_ns(const struct screen *s)
{
	return clock_runs(s) ? 60 * 1000 * 1000 : 0;
}

static int64_t rounded_ms(int64_t ns)
{
	const int64_t ms = 1000000;
	return ns < ms || ns > INT64_MAX - ms ? ns : (ns + ms / 2) / ms * ms;
}

/* Cut the name that an entry begins with, up to `name_end`, so that what follows is seen: a
 * time that is cut off tells nothing. */
static void fit_name(const struct screen *s, struct section *sec, size_t at, size_t name_end)
{
	enum { LEAST = 4 };
	struct buf *b = &sec->text;
	size_t room = (size_t)screen_layout(s).loop.w;
	room = room > LABEL_COLS + 4 ? room - LABEL_COLS - 4 : 0;
	size_t rest = utf8_text_cols(b->data + name_end, b->len - name_end);
	size_t cols = utf8_text_cols(b->data + at, name_end - at) + rest;
	if (cols <= room || rest + 1 + LEAST > room)
		return;
	size_t keep = utf8_fit(b->data + at, name_end - at, room - rest - 1);
	char *tail = mem_strndup(b->data + name_end, b->len - name_end);
	b->len = at + keep;
	buf_puts(b, "…");
	buf_puts(b, tail);
	free(tail);
}

static void fill_timers(const struct screen *s, const struct present *p,
                        const struct snapshot *snap, struct section *sec)
{
	sec->count = snap->timer_count;
	for (size_t i = 0; i < snap->timer_count && i < MAX_ENTRIES; i++) {
		size_t at = sec->text.len;
		const struct timer_entry *t = &snap->timers[i];
		if (!s->state.internals && t->lane != LANE_NONE &&
		    view_lane(s->view, t->lane)->machinery) {
			sec->count--;
			continue;
		}
		view_timer_name(s->view, t, &sec->text);
		size_t name_end = sec->text.len;
		/* What happens on the real clock is seen a little later. */
		int64_t late_ns = ns_between(t->deadline_ns, p->told_ns);
		bool overdue = late_ns > seen_late_ns(s), brief = overdue && s->cols < 96;
		buf_puts(&sec->text, t->timeout ? " timeout " : " ");
		if (!brief)
			put_time(s, t->deadline_ns, &sec->text);
		if (overdue) {
			buf_puts(&sec->text, brief ? "late " : " late by ");
			duration_text(rounded_ms(late_ns), &sec->text);
		}
		fit_name(s, sec, at, name_end);
		end_token(sec, at,
		          overdue      ? INK_READY
		          : t->timeout ? INK_CANCELLING
		                       : INK_WAITING);
	}
}

static void fill_watches(const struct screen *s, const struct watch_entry *entries,
                         size_t count, struct section *sec)
{
	sec->count = count;
	for (size_t i = 0; i < count && i < MAX_ENTRIES; i++) {
		size_t at = sec->text.len;
		if (entries[i].lane != LANE_NONE) {
			view_lane_name(s->view, entries[i].lane, &sec->text);
			buf_putc(&sec->text, ' ');
		}
		buf_puts(&sec->text,
		         trace_text(view_trace(s->view), entries[i].text, NULL));
		end_token(sec, at, INK_WAITING);
	}
}

static void put_doing(const struct screen *s, const struct worker_entry *w, bool room,
                      struct buf *out)
{
	switch (w->doing) {
	case WORKER_IDLE:
		buf_puts(out, " idle");
		return;
	case WORKER_SLEEPS:
		if (room) {
			buf_puts(out, " until ");
			put_time(s, w->until_ns, out);
		}
		break;
	case WORKER_BLOCKED:
		buf_printf(out, " blocked: %s",
		           trace_text(view_trace(s->view), w->text, NULL));
		break;
	case WORKER_LOOPS:
		buf_puts(out, " with a loop");
		break;
	case WORKER_BUSY:
		break;
	}
}

/* For whom a job is done, if that has a name of its own. */
static bool put_waiter(const struct screen *s, uint32_t waiter, const char *before,
                       struct buf *out)
{
	if (waiter == LANE_NONE || !view_lane(s->view, waiter)->named)
		return false;
	buf_puts(out, before);
	view_lane_name(s->view, waiter, out);
	return true;
}

/* On which core a job ran and how much of its time that core worked for it. */
static void put_measure(const struct screen *s, uint32_t index, struct buf *out)
{
	struct job job = view_job(s->view, index);
	if (!s->options.measured || !job.measured || job.cpu_ns < worth_a_word_ns)
		return;
	buf_puts(out, ", ");
	if (s->cols >= 140) {
		buf_puts(out, "was ");
		view_job_label(s->view, index, true, out);
	} else {
		if (job.core_last >= 0)
			buf_printf(out, "core %d ", job.core_last);
		if (job.wall_ns > 0)
			buf_printf(out, "%.0f %%",
			           100 * (double)job.cpu_ns / (double)job.wall_ns);
	}
}

static void fill_worker(const struct screen *s, const struct worker_entry *w, bool room,
                        struct section *sec)
{
	size_t at = sec->text.len;
	view_lane_name(s->view, w->lane, &sec->text);
	uint32_t job = w->job;
	if (job != JOB_NONE) {
		buf_putc(&sec->text, ' ');
		view_job_label(s->view, job, false, &sec->text);
		if (w->abandoned)
			buf_puts(&sec->text, " for nobody");
		else if (!room && s->cols >= 96)
			put_waiter(s, view_job(s->view, job).waiter, " for ", &sec->text);
	} else if (w->doing == WORKER_IDLE) {
		/* What it did last, if that was measured. */
		job = view_job_at(s->view, w->lane, w->event);
	}
	size_t len = sec->text.len;
	put_doing(s, w, room && !w->abandoned, &sec->text);
	/* A time that is cut off tells nothing. */
	size_t cols = utf8_text_cols(sec->text.data + at, sec->text.len - at);
	if (w->doing == WORKER_SLEEPS && (int)cols > screen_layout(s).loop.w - 3 - LABEL_COLS)
		sec->text.len = len;
	if (job != JOB_NONE && w->doing == WORKER_IDLE)
		put_measure(s, job, &sec->text);
	end_token(sec, at,
	          w->doing == WORKER_IDLE                               ? INK_DIM
	          : w->doing == WORKER_LOOPS || w->doing == WORKER_BLOCKED ? INK_WAITING
	                                                                   : INK_RUNNING);
	sec->count++;
}

/* The jobs that wait for a worker, pool by pool in the order of its queue. */
static void fill_queued(const struct screen *s, const struct snapshot *snap,
                        struct section *sec)
{
	const struct trace *t = view_trace(s->view);
	size_t shown = snap->queued_count < MAX_ENTRIES ? snap->queued_count : MAX_ENTRIES;
	for (size_t i = 0; i < shown; i++) {
		const struct queued_entry *q = &snap->queued[i];
		size_t at = sec->text.len;
		/* Which pool's queue it is, where there are several. */
		bool first = i == 0 || q->pool != snap->queued[i - 1].pool;
		if (first && snap->queued[shown - 1].pool != snap->queued[0].pool)
			buf_printf(&sec->text, "%s: ", trace_text(t, q->pool, NULL));
		if (!put_waiter(s, q->waiter, "", &sec->text))
			view_job_label(s->view, q->job, false, &sec->text);
		end_token(sec, at, INK_READY);
	}
	sec->count = snap->queued_count;
}

/* How many cores the workers kept busy while any of them ran, if that was measured. */
static void fill_cores(const struct screen *s, struct section *sec)
{
	if (!s->options.measured || !view_job_count(s->view))
		return;
	struct loop_plan *plan = s->loop_plan;
	if (!plan->parallel_known)
		view_parallel(s->view, &plan->parallel);
	plan->parallel_known = true;
	const struct parallel *all = &plan->parallel;
	if (all->cpu_ns < worth_a_word_ns || all->wall_ns <= 0)
		return;
	size_t at = sec->text.len;
	buf_printf(&sec->text, "%.1f cores busy",
	           (double)all->cpu_ns / (double)all->wall_ns);
	end_token(sec, at, INK_SENTENCE);
	sec->count++;
}

/* Whether the first two workers have jobs of the same name. */
static bool same_jobs(const struct screen *s, const struct snapshot *snap)
{
	return snap->worker_count > 1 && snap->workers[0].job != JOB_NONE &&
	       snap->workers[1].job != JOB_NONE &&
	       view_job(s->view, snap->workers[0].job).text ==
	               view_job(s->view, snap->workers[1].job).text;
}

/* The busy ones first: they are what one asks for. */
static void fill_workers(const struct screen *s, const struct snapshot *snap,
                         struct section *sec)
{
	size_t shown = snap->worker_count < MAX_ENTRIES ? snap->worker_count : MAX_ENTRIES;
	/* Until when it sleeps is said of few; of many, and of those that do the same, it
	 * matters more for whom they do it. */
	bool room = snap->worker_count <= 2 && !snap->queued_count && s->cols >= 96 &&
	            !same_jobs(s, snap);
	for (size_t i = 0; i < shown; i++)
		if (snap->workers[i].doing != WORKER_IDLE)
			fill_worker(s, &snap->workers[i], room, sec);
	/* Who is at work comes first; before anybody was, there is nothing to sum up. */
	if (view_job_count(s->view) && view_job(s->view, 0).submitted < snap->position)
		fill_cores(s, sec);
	for (size_t i = 0; i < shown; i++)
		if (snap->workers[i].doing == WORKER_IDLE)
			fill_worker(s, &snap->workers[i], room, sec);
	sec->count += snap->worker_count - shown;
}

/* Tasks that wait for other tasks rather than for a timer: gathers, groups, futures. */
static void fill_waits(const struct screen *s, const struct present *p,
                       const struct snapshot *snap, struct section *sec)
{
	uint32_t count;
	const uint32_t *order = view_order(s->view, s->state.internals, &count);
	for (uint32_t i = 0; i < count && i < MAX_LANES && sec->count < MAX_ENTRIES;
	     i++) {
		size_t span_at = view_span_at(s->view, order[i], p->position);
		if (span_at == SIZE_MAX)
			continue;
		struct span span = view_span(s->view, order[i], span_at);
		if (span.state != STATE_WAITING || span.wait_kind == WAIT_SLEEP ||
		    view_lane(s->view, order[i])->worker ||
		    view_lane(s->view, order[i])->thread != snap->thread)
			continue;
		sec->count++;
		size_t at = sec->text.len;
		view_lane_name(s->view, order[i], &sec->text);
		/* The program itself does not wait, it is blocked. */
		size_t spare = sec->text.len;
		bool task = view_lane(s->view, order[i])->task;
		buf_puts(&sec->text, task ? " for " : " blocked: ");
		view_wait_label(s->view, order[i], p->position, &sec->text);
		end_token(sec, at, INK_WAITING);
		if (task) {
			vec_last(&sec->tokens).spare = spare;
			vec_last(&sec->tokens).spare_len = strlen(" for");
		}
	}
}

/* ---- drawing ---------------------------------------------------------------------- */

/* The columns that an entry wants in a row of so many where it has room for some of them:
 * that may be more. */
static int token_cols(const struct section *sec, const struct token *t, int row, int room)
{
	int cols = (int)utf8_text_cols(sec->text.data + t->offset, t->len);
	int spare = (int)t->spare_len;
	return cols > room && cols - spare <= row ? cols - spare : cols;
}

static void put_token(struct area a, int x, int y, int room, const struct section *sec,
                      const struct token *t)
{
	const char *text = sec->text.data + t->offset;
	struct buf out = {0};
	int row = a.w - 1 - LABEL_COLS;
	if (token_cols(sec, t, row, room) < (int)utf8_text_cols(text, t->len)) {
		size_t before = t->spare - t->offset;
		buf_put(&out, text, before);
		buf_put(&out, text + before + t->spare_len, t->len - before - t->spare_len);
	} else {
		buf_put(&out, text, t->len);
	}
	area_fit(a, x, y, room, buf_text(&out), t->ink);
	buf_free(&out);
}

/* Say at the end of row `y` how many more there are. Where that is in the way of `last`,
 * which was drawn at column `x`, it is one of them, unless the row has nothing else. */
static void put_more(struct area a, int x, int y, size_t count, const struct section *sec,
                     const struct token *last)
{
	struct buf more = {0};
	buf_printf(&more, " +%zu", count);
	int at = a.w - 1 - (int)more.len;
	if (x + token_cols(sec, last, a.w - 1 - LABEL_COLS, a.w - 1 - x) > at) {
		for (int i = x; i < a.w - 1; i++)
			area_put(a, i, y, ' ', INK_TEXT);
		if (x > LABEL_COLS) {
			buf_reset(&more);
			buf_printf(&more, " +%zu", count + 1);
			at = a.w - 1 - (int)more.len;
		} else {
			put_token(a, x, y, at - x, sec, last);
		}
	}
	area_puts(a, at, y, buf_text(&more), INK_SENTENCE);
	buf_free(&more);
}

/* Draw the entries in at most `rows` rows from row `y` on (none with `grid` NULL);
 * returns the rows used. */
static int flow(const struct section *sec, struct area a, int y, int rows)
{
	const int room = a.w - 1 - LABEL_COLS;
	int x = LABEL_COLS, row = 0, last_x = LABEL_COLS;
	for (size_t i = 0; i < sec->tokens.count; i++) {
		const struct token *token = &sec->tokens.items[i];
		int cols = token_cols(sec, token, room, room);
		if (x > LABEL_COLS && x + cols > a.w - 1) {
			x = LABEL_COLS;
			row++;
		}
		if (row >= rows) {
			put_more(a, last_x, y + rows - 1, sec->count - i, sec, token - 1);
			return rows;
		}
		put_token(a, x, y + row, a.w - 1 - x, sec, token);
		last_x = x;
		x += cols + GAP_COLS;
	}
	return row + 1;
}

static void add_need(struct section *sections, struct area a, struct need *need)
{
	struct area nowhere = {NULL, 0, 0, a.w, a.h};
	for (int i = 0; i < SECTIONS; i++) {
		int rows = sections[i].tokens.count ? flow(&sections[i], nowhere, 0, ROWS_MAX) : 0;
		for (int r = 0; r < rows; r++)
			need->wanted[i][r]++;
	}
}

/* What one more row is worth to a section: in how many moments it has something for it, by
 * how much that teaches. */
static uint32_t worth(const struct need *need, const int *rows, int section)
{
	static const uint32_t weight[SECTIONS] = {
		[NOW] = 1, [READY] = 3, [TIMERS] = 3, [IO] = 2,
		[WORKERS] = 4, [QUEUED] = 2, [WAITS] = 1,
	};
	int row = rows[section];
	return row < ROWS_MAX ? need->wanted[section][row] * weight[section] : 0;
}

/* Whether a row more is for section `a` rather than for section `b`: whoever has none comes
 * first. */
static bool needs_more(const struct need *need, const int *rows, int a, int b)
{
	uint32_t wants_a = worth(need, rows, a), wants_b = worth(need, rows, b);
	if (!wants_a || !wants_b)
		return wants_a > 0;
	if (!rows[a] != !rows[b])
		return !rows[a];
	return wants_a > wants_b || (wants_a == wants_b && rows[a] < rows[b]);
}

/*
 * Rows for each section: they go where the most moments of the run have something to say,
 * and stay there, so that no section moves while one plays. What never has anything to say
 * gets what is left.
 */
static void share_rows(const struct need *need, int left, int *rows)
{
	/* Of those that are as needy: what matters most when there is little room. */
	static const int rank[SECTIONS] = {READY, WORKERS, QUEUED, IO, TIMERS, WAITS, NOW};
	memset(rows, 0, SECTIONS * sizeof *rows);
	for (; left > 0; left--) {
		int neediest = rank[0];
		for (int k = 1; k < SECTIONS; k++)
			if (needs_more(need, rows, rank[k], neediest))
				neediest = rank[k];
		if (!worth(need, rows, neediest))
			break;
		rows[neediest]++;
	}
	for (int i = 0; i < SECTIONS && left > 0; i++)
		if (!rows[i] && i != QUEUED) { /* of pools only, and most have room */
			rows[i] = 1;
			left--;
		}
}

static void draw_sections(struct section *sections, const struct need *need, struct area a)
{
	int rows[SECTIONS];
	share_rows(need, a.h, rows);
	int y = 0;
	for (int i = 0; i < SECTIONS; i++) {
		if (!rows[i])
			continue;
		area_puts(a, 1, y, labels[i], INK_LABEL);
		if (i == QUEUED && sections[i].count < 100)
			area_printf(a, 8, y, INK_LABEL, "%zu", sections[i].count);
		if (sections[i].tokens.count)
			flow(&sections[i], a, y, rows[i]);
		else
			area_puts(a, LABEL_COLS, y, "none", INK_DIM);
		y += rows[i];
	}
}

/* How many tasks the loop has and how many have ended, those that are folded away left out
 * (of very many, not, and those of all loops). */
static void put_tasks(const struct screen *s, const struct present *p,
                      const struct snapshot *snap, struct buf *out)
{
	uint32_t born = snap->born_count, count;
	uint32_t ended = snap->done_count + snap->failed_count + snap->cancelled_count;
	const uint32_t *order = view_order(s->view, s->state.internals, &count);
	if (count <= MAX_LANES)
		born = ended = 0;
	for (uint32_t i = 0; i < count && count <= MAX_LANES; i++) {
		const struct lane *lane = view_lane(s->view, order[i]);
		bool own = lane->task && lane->thread == snap->thread;
		born += own && lane->born_event < p->position;
		ended += own && lane->ended && lane->end_event < p->position;
	}
	buf_printf(out, " · %u %s", born, born == 1 ? "task" : "tasks");
	if (ended && !snap->thread) /* beside a worker's name there is no room */
		buf_printf(out, ", %u ended", ended);
}

/*
 * The present of a loop that waits before the next moment: what it does for itself right
 * after this one is over, as the sentence has it.
 */
static struct present present_by_now(const struct screen *s, const struct present *p)
{
	enum { LOOK_AHEAD = 1000 };
	struct present then = *p;
	size_t next = p->index + 1;
	if (p->position != p->moment.end || next >= view_moment_count(s->view, s->state.internals))
		return then;
	const struct trace *t = view_trace(s->view);
	struct moment m = view_moment(s->view, s->state.internals, next);
	uint64_t end = m.begun < m.end ? m.begun : m.end;
	for (size_t seen = 0; then.position < end && seen < LOOK_AHEAD; seen++) {
		int64_t time_ns = trace_at(t, then.position)->time_ns;
		if (time_ns > p->told_ns || time_ns >= m.time_ns)
			break;
		then.position++;
	}
	return then;
}

/* The main thread's loop, or that of a worker where the moment is about it. */
static void take_snapshot(const struct screen *s, const struct present *p,
                          struct snapshot *snap)
{
	unsigned thread = p->active == LANE_NONE ? 0 : view_lane(s->view, p->active)->thread;
	view_snapshot_of(s->view, thread, p->position, MAX_ENTRIES, snap);
	if (thread && !snap->loop_running)
		view_snapshot(s->view, p->position, MAX_ENTRIES, snap);
}

static void put_title(const struct screen *s, const struct present *p,
                      const struct snapshot *snap, int cols, struct buf *out)
{
	buf_puts(out, cols >= 36 && !snap->thread ? "event loop" : "loop");
	uint32_t lane = view_lane_of_thread(s->view, snap->thread);
	if (snap->thread && lane != LANE_NONE) {
		buf_puts(out, " of ");
		view_lane_name(s->view, lane, out);
	}
	put_tasks(s, p, snap, out);
}

static void fill_sections(const struct screen *s, const struct present *p,
                          const struct snapshot *snap, struct section *sections)
{
	struct prediction question;
	if (predict_question(s, &question)) {
		fill_asked(s, &question, &sections[NOW], &sections[READY]);
	} else {
		fill_now(s, p, snap, &sections[NOW]);
		fill_ready(s, snap, &sections[READY]);
	}
	fill_timers(s, p, snap, &sections[TIMERS]);
	fill_watches(s, snap->watches, snap->watch_count, &sections[IO]);
	fill_workers(s, snap, &sections[WORKERS]);
	fill_queued(s, snap, &sections[QUEUED]);
	fill_waits(s, p, snap, &sections[WAITS]);
}

static void empty_sections(struct section *sections)
{
	for (int i = 0; i < SECTIONS; i++) {
		buf_reset(&sections[i].text);
		sections[i].tokens.count = sections[i].count = 0;
	}
}

static void free_sections(struct section *sections)
{
	for (int i = 0; i < SECTIONS; i++) {
		buf_free(&sections[i].text);
		vec_free(&sections[i].tokens);
	}
}

/* ---- what a run needs ---------------------------------------------------------------- */

/* A moment just before the next one, as far as the sections ask. */
static struct present end_of_moment(const struct screen *s, size_t index)
{
	struct present p = {.index = index};
	p.moment = view_moment(s->view, s->state.internals, index);
	p.position = p.moment.end;
	p.active = p.moment.kind == MOMENT_START ? LANE_NONE : p.moment.lane;
	p.base_ns = p.time_ns = p.told_ns = p.moment.time_ns;
	if (index + 1 < view_moment_count(s->view, s->state.internals))
		p.told_ns = view_moment(s->view, s->state.internals, index + 1).time_ns;
	return p;
}

static void make_plan(const struct screen *s, struct area a, struct loop_plan *plan)
{
	enum { MOST = 400 }; /* moments, spread over the run */
	size_t count = view_moment_count(s->view, s->state.internals);
	size_t stride = (count + MOST - 1) / MOST;
	struct section sections[SECTIONS] = {0};
	struct snapshot snap = {0};
	plan->view = s->view;
	plan->cols = s->cols;
	plan->internals = s->state.internals;
	plan->need = (struct need){0};
	for (size_t index = 0; index < count; index += stride) {
		struct present p = end_of_moment(s, index);
		take_snapshot(s, &p, &snap);
		fill_sections(s, &p, &snap, sections);
		add_need(sections, a, &plan->need);
		empty_sections(sections);
	}
	free_sections(sections);
	snapshot_free(&snap);
}

/* What the run needs; as long as it is not over, or one is asked what comes next, only the
 * present moment counts. */
static struct need need_of(const struct screen *s, struct section *sections, struct area a)
{
	struct need now = {0};
	struct loop_plan *plan = s->loop_plan;
	if (!view_complete(s->view) || s->state.predict) {
		add_need(sections, a, &now);
		return now;
	}
	if (plan->view != s->view || plan->cols != s->cols || plan->internals != s->state.internals)
		make_plan(s, a, plan);
	return plan->need;
}

struct loop_plan *loop_plan_new(void)
{
	return mem_zalloc(1, sizeof(struct loop_plan));
}

void loop_plan_forget(struct loop_plan *plan)
{
	*plan = (struct loop_plan){0};
}

/* ---- the pane -------------------------------------------------------------------------- */

void loop_draw(const struct screen *s, const struct present *p, struct area a)
{
	struct snapshot snap = {0};
	struct section sections[SECTIONS] = {0};
	struct present now = present_by_now(s, p);
	take_snapshot(s, &now, &snap);
	fill_sections(s, &now, &snap, sections);
	struct buf title = {0};
	put_title(s, &now, &snap, a.w, &title);
	struct area in = pane_frame(s, PANE_LOOP, a, buf_text(&title));
	buf_free(&title);
	struct need need = need_of(s, sections, in);
	draw_sections(sections, &need, in);
	free_sections(sections);
	snapshot_free(&snap);
}
