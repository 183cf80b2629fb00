/* Rulers: see ruler.h. */
#include "view/ruler.h"

#include <math.h>
#include <stdbool.h>

#include "view/internal.h"

#define NS_PER_SECOND 1e9

const char *ruler_name(enum ruler r)
{
	static const char *const names[RULER_COUNT] = {
		[RULER_CLOCK] = "clock",
		[RULER_TICK] = "tick",
		[RULER_STEP] = "step",
	};
	return names[r];
}

/* ---- positions ---- */

/* The place on the step ruler of a position: a step's end, or the middle of a step that
 * runs. */
static double step_coordinate(const struct view *v, uint64_t position)
{
	const struct step *s = step_at(v, position);
	if (!s)
		return 0;
	double number = trace_at(v->trace, s->begun)->step;
	return s->ended < position ? number : number - 0.5;
}

/* The tick ruler is the step ruler stretched so that each tick is 1 wide, whatever its
 * steps. */
static size_t tick_of_step(const struct view *v, double step)
{
	size_t low = 0, high = v->ticks.count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if ((double)v->ticks.items[middle].first_step <= step)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static double steps_in_tick(const struct view *v, size_t tick, double *first)
{
	*first = (double)v->ticks.items[tick].first_step;
	double end = tick + 1 < v->ticks.count
	                     ? (double)v->ticks.items[tick + 1].first_step
	                     : (double)main_thread(v)->steps.count;
	return end - *first;
}

static double tick_coordinate(const struct view *v, double step)
{
	size_t ticks = tick_of_step(v, step);
	if (ticks == 0)
		return 0;
	double first;
	double count = steps_in_tick(v, ticks - 1, &first);
	double part = count > 0 ? (step - first) / count : 0;
	return (double)(ticks - 1) + (part > 1 ? 1 : part);
}

double ruler_to_step(const struct view *v, double tick)
{
	if (tick <= 0 || v->ticks.count == 0)
		return tick < 0 ? tick : 0;
	size_t index = (size_t)tick;
	if (index >= v->ticks.count)
		return (double)main_thread(v)->steps.count +
		       (tick - (double)v->ticks.count);
	double first;
	double count = steps_in_tick(v, index, &first);
	return first + (tick - (double)index) * count;
}

int64_t clock_at(const struct view *v, uint64_t position)
{
	if (position > v->count)
		position = v->count;
	return position ? trace_at(v->trace, position - 1)->time_ns : 0;
}

double view_coordinate(const struct view *v, enum ruler r, uint64_t position)
{
	if (position > v->count)
		position = v->count;
	if (r == RULER_STEP)
		return step_coordinate(v, position);
	if (r == RULER_TICK)
		return tick_coordinate(v, step_coordinate(v, position));
	return (double)clock_at(v, position);
}

double view_extent(const struct view *v, enum ruler r)
{
	switch (r) {
	case RULER_TICK:
		return (double)v->ticks.count;
	case RULER_STEP:
		return (double)v->step_number;
	default:
		return (double)v->time_ns;
	}
}

/* ---- scales ---- */

struct scale scale_fit(const struct view *v, enum ruler r, int cols)
{
	double extent = view_extent(v, r);
	double unit = cols > 1 ? extent / (cols - 1) : extent;
	/* A step or tick is a whole number of columns where there is room for one. */
	if (r != RULER_CLOCK && unit < 1 && unit > 0)
		unit = 1 / floor(1 / unit);
	if (!(unit > 0))
		unit = r == RULER_CLOCK ? NS_PER_SECOND : 1;
	return (struct scale){.ruler = r, .left = 0, .unit = unit, .cols = cols};
}

int64_t scale_col(const struct scale *s, double coordinate)
{
	double col = floor((coordinate - s->left) / s->unit + 1e-9);
	if (col < -1e15)
		return -1000000000000000;
	return col > 1e15 ? 1000000000000000 : (int64_t)col;
}

double scale_at(const struct scale *s, int64_t col)
{
	return s->left + (double)col * s->unit;
}

/* ---- labels ---- */

static int digits_of(double value)
{
	int digits = 1;
	for (value = fabs(value); value >= 10; value /= 10)
		digits++;
	return digits;
}

/* Columns that a label needs at the far end of the scale, with a gap. */
static double label_cols(const struct scale *s, double step)
{
	double unit = s->ruler == RULER_CLOCK ? NS_PER_SECOND : 1;
	double end = (s->left + s->unit * s->cols) / unit;
	double decimals = step / unit < 1 ? ceil(-log10(step / unit) - 1e-9) + 1 : 0;
	return digits_of(end) + decimals + 3;
}

double scale_label_step(const struct scale *s)
{
	static const double minutes[] = {15, 30, 60, 120, 300, 600, 1800, 3600};
	double unit = s->ruler == RULER_CLOCK ? NS_PER_SECOND : 1;
	double least = s->ruler == RULER_CLOCK ? 1 : 1;
	double power = pow(10, floor(log10(s->unit)) - 1);
	if (power < least)
		power = least;
	for (;; power *= 10) {
		if (s->ruler == RULER_CLOCK && power >= 10 * unit && power < 3600 * unit)
			for (size_t i = 0; i < COUNT_OF(minutes); i++)
				if (minutes[i] * unit / s->unit >=
				    label_cols(s, minutes[i] * unit))
					return minutes[i] * unit;
		static const double factors[] = {1, 2, 5};
		for (size_t i = 0; i < COUNT_OF(factors); i++) {
			double step = factors[i] * power;
			if (step / s->unit >= label_cols(s, step))
				return step;
		}
	}
}

void scale_label(const struct scale *s, double coordinate, struct buf *out)
{
	if (s->ruler != RULER_CLOCK) {
		buf_printf(out, "%.0f", coordinate);
		return;
	}
	double step = scale_label_step(s) / NS_PER_SECOND;
	int decimals = step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;
	buf_printf(out, "%.*f", decimals, coordinate / NS_PER_SECOND);
}

/* ---- times in text ---- */

/* The decimals of a second, and of a millisecond, that nanoseconds have. */
enum { NS_DIGITS = 9, MS_DIGITS = 6 };

/* Real clocks give nanoseconds; nobody reads more than milliseconds beyond ten of them.
 */
static int64_t rounded(int64_t ns)
{
	int64_t grain = ns >= 10000000 || ns <= -10000000 ? 1000000 : 1000;
	int64_t rest = ns % grain;
	if (ns > INT64_MAX - grain || ns < INT64_MIN + grain)
		return ns - rest;
	if (rest >= grain / 2)
		return ns - rest + grain;
	return rest <= -grain / 2 ? ns - rest - grain : ns - rest;
}

void time_text(int64_t ns, struct buf *out)
{
	buf_put_decimal(out, rounded(ns), NS_DIGITS, 1);
}

void view_time_text(const struct view *v, int64_t ns, struct buf *out)
{
	const int64_t ms = 1000000;
	if (trace_about(v->trace)->real_clock && ns < INT64_MAX - ms)
		ns = (ns + ms / 2) / ms * ms;
	time_text(ns, out);
}

void duration_text(int64_t ns, struct buf *out)
{
	int64_t shown = rounded(ns);
	if (shown > -1000000000 && shown < 1000000000 && shown % 100000000 != 0) {
		buf_put_decimal(out, shown, MS_DIGITS, 0);
		buf_puts(out, " ms");
		return;
	}
	buf_put_decimal(out, shown, NS_DIGITS, 0);
	buf_puts(out, " s");
}
