/*
 * What is drawn of a lane: its spans as far as pixels can show them. The walk goes from
 * pixel to pixel rather than from span to span: whatever begins within half a pixel is
 * one group, found by binary search, and of a large group it is enough to know that it is
 * large. Then runs that are too narrow to be seen are widened, and those that run into
 * each other because of it are said to be several.
 */
#include <stdlib.h>

#include "export/svg_internal.h"
#include "view/worker.h"

/* Pixels: what is one instant for the eye; the least width of a run, and of several; what
 * must lie between two runs that are told apart. */
#define INSTANT   0.5
#define RUN_LEAST 3.0
#define MIX_LEAST 5.0
#define GAP_LEAST 1.0

/* Groups of more spans than this are not looked into. */
enum { LOOK_INTO = 16 };

/* A lane under way. */
struct walk {
	const struct view *v;
	uint32_t lane;
	size_t count;
	const struct svg_place *place;
	struct pieces *out;
};

static double pixel(const struct walk *w, double coordinate)
{
	return w->place->left + w->place->unit * coordinate;
}

static double begin_of(const struct walk *w, const struct span *s)
{
	return pixel(w, w->place->ruler == RULER_CLOCK ? (double)s->begin_ns
	                                               : (double)s->begin_step);
}

static double end_of(const struct walk *w, const struct span *s)
{
	return pixel(w, w->place->ruler == RULER_CLOCK ? (double)s->end_ns
	                                               : (double)s->end_step);
}

/* The first span from `from` on that begins at `x` or later; by doubling, then by halving. */
static size_t first_from(const struct walk *w, size_t from, double x)
{
	size_t low = from, high = from + 1;
	for (size_t by = 1; high < w->count; by *= 2) {
		struct span s = view_span(w->v, w->lane, high);
		if (begin_of(w, &s) >= x)
			break;
		low = high;
		high = w->count - high > by ? high + by : w->count;
	}
	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;
		struct span s = view_span(w->v, w->lane, middle);
		if (begin_of(w, &s) >= x)
			high = middle;
		else
			low = middle;
	}
	return high;
}

static void take_run(struct walk *w, double x0, double x1, enum lane_state state, size_t span)
{
	vec_push(&w->out->runs, (struct piece){x0, x1, state, span});
}

/* Endings that would lie on each other are left out, but for the last. */
static void take_ending(struct walk *w, double x, enum lane_state state)
{
	const double room = 14;
	struct pieces *p = w->out;
	if (p->endings.count && vec_last(&p->endings).x + room > x)
		p->endings.count--;
	vec_push(&p->endings, (struct ending_mark){x, state});
}

/* Spans [from, to), all of which begin at one instant and are over by the next one. */
static void take_group(struct walk *w, size_t from, size_t to)
{
	struct span first = view_span(w->v, w->lane, from);
	struct span last = view_span(w->v, w->lane, to - 1);
	double x0 = begin_of(w, &first), x1 = end_of(w, &last);
	if (to - from > LOOK_INTO) {
		take_run(w, x0, x1, STATE_MIXED, from);
		return;
	}
	size_t runs = 0, run = from;
	for (size_t i = from; i < to; i++) {
		struct span s = view_span(w->v, w->lane, i);
		if (s.state == STATE_RUNNING && runs++ == 0)
			run = i;
		if (state_is_ending(s.state))
			take_ending(w, begin_of(w, &s), s.state);
	}
	if (runs > 1)
		take_run(w, x0, x1, STATE_MIXED, from);
	else if (runs)
		take_run(w, x0, x1, STATE_RUNNING, run);
}

/* A wait whose timer was due before it ended has been held up since. */
static void take_wait(struct walk *w, const struct span *s, size_t index)
{
	double x0 = begin_of(w, s), x1 = end_of(w, s), due = x1;
	if (w->place->ruler == RULER_CLOCK && s->state == STATE_WAITING &&
	    s->deadline_ns < s->end_ns)
		due = pixel(w, (double)(s->deadline_ns > s->begin_ns ? s->deadline_ns
		                                                     : s->begin_ns));
	if (x1 - due < INSTANT)
		due = x1;
	if (due > x0)
		vec_push(&w->out->rest, (struct piece){x0, due, s->state, index});
	if (due < x1)
		vec_push(&w->out->rest, (struct piece){due, x1, STATE_READY, index});
}

static void take_span(struct walk *w, size_t index)
{
	struct span s = view_span(w->v, w->lane, index);
	double x0 = begin_of(w, &s), x1 = end_of(w, &s);
	if (s.state == STATE_RUNNING)
		take_run(w, x0, x1, STATE_RUNNING, index);
	else if (state_is_ending(s.state))
		take_ending(w, x0, s.state);
	else if (s.state < STATE_COUNT && x1 - x0 >= INSTANT)
		take_wait(w, &s, index);
}

static double least_width(const struct piece *p)
{
	return p->state == STATE_MIXED ? MIX_LEAST : RUN_LEAST;
}

static bool narrow(const struct piece *p)
{
	return p->state == STATE_MIXED || p->x1 - p->x0 < RUN_LEAST;
}

/* Whether `next` cannot be told from `p` once both are wide enough to be seen. */
static bool too_near(const struct piece *p, const struct piece *next)
{
	double end = p->x0 + least_width(p);
	if (end < p->x1)
		end = p->x1;
	return (narrow(p) || narrow(next)) && next->x0 < end + GAP_LEAST;
}

/*
 * Make narrow runs wide enough, and several of what runs into each other: narrow ones
 * become one piece; one beside a long run stays apart from it. Between long runs that
 * follow at once a gap is left.
 */
static void widen(struct pieces *p)
{
	size_t kept = 0;
	for (size_t i = 0; i < p->runs.count; i++) {
		struct piece next = p->runs.items[i];
		struct piece *last = kept ? &p->runs.items[kept - 1] : NULL;
		if (last && too_near(last, &next)) {
			if (narrow(last) && narrow(&next)) {
				last->state = STATE_MIXED;
				last->x1 = next.x1;
				continue;
			}
			if (narrow(last))
				last->state = STATE_MIXED;
			else
				next.state = STATE_MIXED;
		}
		p->runs.items[kept++] = next;
	}
	p->runs.count = kept;
	for (size_t i = 0; i < kept; i++) {
		struct piece *run = &p->runs.items[i];
		if (run->x1 < run->x0 + least_width(run))
			run->x1 = run->x0 + least_width(run);
		else if (i + 1 < kept && run[1].x0 - run->x1 < GAP_LEAST &&
		         run->x1 - run->x0 > 2 * RUN_LEAST)
			run->x1 = run[1].x0 - GAP_LEAST;
	}
}

/* An ending stands after the run that led to it, also where that was widened. */
static void move_endings(struct pieces *p)
{
	size_t run = 0;
	for (size_t i = 0; i < p->endings.count; i++) {
		double x = p->endings.items[i].x, moved = x;
		for (; run < p->runs.count && p->runs.items[run].x0 <= x; run++) {
			const struct piece *r = &p->runs.items[run];
			if (r->x1 - r->x0 < MIX_LEAST + GAP_LEAST && r->x1 > moved)
				moved = r->x1;
		}
		p->endings.items[i].x = moved;
	}
}

void pieces_of(const struct view *v, uint32_t lane, const struct svg_place *place,
               struct pieces *out)
{
	out->rest.count = out->runs.count = out->endings.count = 0;
	struct walk w = {v, lane, view_span_count(v, lane), place, out};
	for (size_t i = 0; i < w.count;) {
		struct span s = view_span(v, lane, i);
		size_t next = first_from(&w, i, begin_of(&w, &s) + INSTANT);
		if (next > i + 1)
			take_group(&w, i, next - 1);
		take_span(&w, next - 1);
		i = next;
	}
	widen(out);
	move_endings(out);
}

void pieces_free(struct pieces *p)
{
	vec_free(&p->rest);
	vec_free(&p->runs);
	vec_free(&p->endings);
}
