/* The words of the picture: the sums, how it ended, and all of it for who cannot see it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "export/svg_internal.h"
#include "export/xml.h"
#include "trace/trace.h"
#include "view/moment.h"
#include "view/row.h"
#include "view/sentence.h"
#include "view/totals.h"
#include "view/view.h"
#include "view/worker.h"

void svg_put_text(FILE *out, double x, double y, const char *class, const char *more,
                  const char *text, size_t len)
{
	fputs("<text x=\"", out);
	xml_number(out, x);
	fputs("\" y=\"", out);
	xml_number(out, y);
	fprintf(out, "\" class=\"%s\"%s%s>", class, *more ? " " : "", more);
	xml_text(out, text, len);
	fputs("</text>\n", out);
}

/* Make `b` what is going to be shown of it. */
static void clean(struct buf *b)
{
	struct buf shown = {0};
	for (size_t i = 0; i < b->len;) {
		uint32_t code;
		i += utf8_decode(b->data + i, b->len - i, &code);
		buf_put_utf8(&shown, xml_shown(code));
	}
	buf_free(b);
	*b = shown;
}

void svg_cut_text(struct buf *b, size_t cols)
{
	/* No more is looked at than can be shown, however much of it takes no columns. */
	size_t most = cols * 4 * UTF8_MAX;
	if (b->len > most) {
		b->len = most;
		b->data[most] = '\0';
	}
	clean(b);
	if (utf8_text_cols(buf_text(b), b->len) <= cols)
		return;
	b->len = utf8_fit(b->data, b->len, cols ? cols - 1 : 0);
	b->data[b->len] = '\0';
	buf_puts(b, "…");
}

/* ---- the sums ---------------------------------------------------------------------- */

static void put_count(struct buf *out, size_t n, const char *what)
{
	buf_printf(out, "%zu %s%s", n, what, n == 1 ? "" : "s");
}

/* `1.67`, whatever the locale. */
static void put_ratio(struct buf *out, double part, double whole)
{
	buf_put_decimal(out, llround(100 * part / whole), 2, 2);
}

static struct sum *add(struct sum *sums, size_t *count, const char *what, int64_t ns)
{
	struct sum *s = &sums[(*count)++];
	*s = (struct sum){.what = what};
	duration_text(ns, &s->text);
	return s;
}

size_t svg_sums(struct view *v, struct sum sums[SUMS_MAX])
{
	struct totals t;
	struct parallel p;
	size_t count = 0;
	view_totals(v, &t);
	view_parallel(v, &p);
	if (t.wall_ns == 0) {
		sums[0] = (struct sum){.what = "the run took"};
		put_count(&sums[0].text, view_step_count(v), "step");
		buf_puts(&sums[0].remark, "no time by the clock");
		return 1;
	}
	add(sums, &count, "the run took", t.wall_ns);
	if (t.in_turn_ns > 0)
		add(sums, &count, "one after the other", t.in_turn_ns);
	if (t.saved_ns > 0 && t.in_turn_ns > 0)
		buf_printf(&add(sums, &count, "saved", t.saved_ns)->remark, "%d %%",
		           (int)(100 * (double)t.saved_ns / (double)t.in_turn_ns + 0.5));
	if (p.jobs + p.dropped > 0) {
		struct sum *s = add(sums, &count, "threads busy", p.busy_ns);
		if (p.span_ns > 0) {
			put_ratio(&s->remark, (double)p.busy_ns, (double)p.span_ns);
			buf_puts(&s->remark, " at a time");
		}
	} else if (t.work_ns > 0) {
		add(sums, &count, "thread busy", t.work_ns);
	}
	return count;
}

void svg_put_outcome(struct view *v, struct buf *out)
{
	struct buf what = {0};
	view_sentence(v, false, view_moment_count(v, false) - 1, &what, out);
	buf_free(&what);
}

/* ---- a description ------------------------------------------------------------------ */

/* Lanes that are told one by one, and spans of one that are looked at for its longest wait. */
enum { TOLD_LANES = 12, LOOK_AT = 10000 };

static void put_times(struct buf *out, uint32_t n)
{
	if (n == 1)
		buf_puts(out, " once");
	else
		buf_printf(out, " %lu times", (unsigned long)n);
}

/* The longest of its first waits, or SIZE_MAX: by the clock, or by steps. */
static size_t longest_wait(const struct view *v, uint32_t lane, enum ruler ruler)
{
	size_t count = view_span_count(v, lane), best = SIZE_MAX;
	int64_t most = 0;
	for (size_t i = 0; i < count && i < LOOK_AT; i++) {
		struct span s = view_span(v, lane, i);
		int64_t length = ruler == RULER_CLOCK ? s.end_ns - s.begin_ns
		                                      : (int64_t)s.end_step - s.begin_step;
		if (s.state == STATE_WAITING && length > most) {
			most = length;
			best = i;
		}
	}
	return best;
}

static void put_wait(const struct view *v, uint32_t lane, enum ruler ruler,
                     const struct lane_totals *t, struct buf *out)
{
	size_t wait = longest_wait(v, lane, ruler);
	if (wait == SIZE_MAX)
		return;
	buf_puts(out, ", waits");
	if (ruler == RULER_CLOCK) {
		buf_putc(out, ' ');
		duration_text(t->waiting_ns, out);
	}
	struct buf label = {0};
	view_span_label(v, lane, wait, UINT64_MAX, &label);
	svg_cut_text(&label, TEXT_COLS_MAX);
	if (label.len)
		buf_printf(out, " (longest for %s)", buf_text(&label));
	buf_free(&label);
}

/* `rice runs 2 times for 2 s, waits 10 s (longest for sleep(10)), is held up for 1 s and is
 * done at 12.0.` */
static void put_lane(const struct view *v, uint32_t lane, enum ruler ruler, struct buf *out)
{
	struct lane_totals t;
	view_lane_totals(v, lane, UINT64_MAX, &t);
	struct buf name = {0};
	view_lane_name(v, lane, &name);
	svg_cut_text(&name, TEXT_COLS_MAX);
	buf_printf(out, " %s %s", buf_text(&name), view_lane(v, lane)->worker ? "works" : "runs");
	buf_free(&name);
	if (t.runs)
		put_times(out, t.runs);
	else
		buf_puts(out, " never");
	if (t.running_ns > 0) {
		buf_puts(out, " for ");
		duration_text(t.running_ns, out);
	}
	if (t.waiting_ns > 0 || ruler != RULER_CLOCK)
		put_wait(v, lane, ruler, &t, out);
	if (t.held_up_ns > 0) {
		buf_puts(out, ", is held up for ");
		duration_text(t.held_up_ns, out);
	}
	enum lane_state s = view_state_at(v, lane, UINT64_MAX);
	const struct lane *l = view_lane(v, lane);
	if (state_is_ending(s)) {
		buf_printf(out, ", and %s %s", s == STATE_FAILED ? "has" : "is",
		           state_infos[s].word);
		if (ruler == RULER_CLOCK && l->end_event < view_event_count(v)) {
			buf_puts(out, " at ");
			time_text(trace_at(view_trace(v), l->end_event)->time_ns, out);
			buf_puts(out, " s");
		}
	} else if (s < STATE_TIMED && !l->worker && lane > LANE_LOOP) {
		buf_printf(out, ", and is still %s at the end", state_infos[s].word);
	}
	buf_putc(out, '.');
}

void svg_put_description(struct view *v, enum ruler ruler, struct buf *out)
{
	uint32_t count;
	const uint32_t *order = view_order(v, false, &count);
	size_t workers = 0, tasks = 0;
	for (uint32_t i = 0; i < count; i++) {
		workers += view_lane(v, order[i])->worker;
		tasks += view_lane(v, order[i])->task != 0;
	}
	buf_puts(out, "Timeline of ");
	put_count(out, tasks, "task");
	if (workers) {
		buf_puts(out, " and ");
		put_count(out, workers, "worker thread");
	}
	buf_puts(out, " over ");
	if (ruler == RULER_CLOCK)
		duration_text(view_end_ns(v), out);
	else
		put_count(out, view_step_count(v), "step");
	buf_putc(out, '.');
	for (uint32_t i = 0; i < count && i < TOLD_LANES; i++)
		put_lane(v, order[i], ruler, out);
	if (count > TOLD_LANES)
		buf_printf(out, " %lu more follow.", (unsigned long)(count - TOLD_LANES));
	struct sum sums[SUMS_MAX];
	size_t n = svg_sums(v, sums);
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "%s%s %s", i ? ", " : " In sum: ", sums[i].what,
		           buf_text(&sums[i].text));
		if (sums[i].remark.len)
			buf_printf(out, " (%s)", buf_text(&sums[i].remark));
		buf_free(&sums[i].text);
		buf_free(&sums[i].remark);
	}
	buf_puts(out, ". ");
	svg_put_outcome(v, out);
}
