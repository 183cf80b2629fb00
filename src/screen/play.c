/* The pace of playing. Exact in 64 bits: what is too long lasts for ever. */
#include "screen/play.h"

#include <math.h>

#include "base/utf8.h"

static const int64_t second_ns = 1000 * 1000 * 1000;

const struct pace pace_default = {
	.step_ns = 600 * INT64_C(1000000),
	.second_ns = 1000 * INT64_C(1000000),
	.idle_ns = INT64_MAX,
	.beat_ns = 1500 * INT64_C(1000000),
	.word_ns = 300 * INT64_C(1000000),
};

/* ---- arithmetic ------------------------------------------------------------------ */

static int64_t add(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* a * b / c, rounded down; `*rest` is what is left of it. None negative, c > 0. */
static int64_t times_part(int64_t a, int64_t b, int64_t c, uint64_t *rest)
{
	const uint64_t each = (uint64_t)(a / c), part = (uint64_t)(a % c), by = (uint64_t)c;
	uint64_t whole = 0, left = 0;
	/* a times the leading bits of b is whole * c + left. */
	for (int bit = 62; bit >= 0; bit--) {
		whole = whole * 2 + (left * 2 >= by);
		left = left * 2 - (left * 2 >= by ? by : 0);
		if ((uint64_t)b >> bit & 1) {
			if (whole > INT64_MAX)
				return INT64_MAX;
			whole += each + (left + part >= by);
			left = left + part - (left + part >= by ? by : 0);
		}
		if (whole > INT64_MAX)
			return INT64_MAX;
	}
	*rest = left;
	return (int64_t)whole;
}

/* `ns` of the host at speed 0. */
static int64_t at_speed(int64_t ns, int speed)
{
	if (speed >= 0)
		return ns >> speed;
	return ns > INT64_MAX >> -speed ? INT64_MAX : ns << -speed;
}

/* ---- stays ----------------------------------------------------------------------- */

struct stay play_stay(const struct pace *pace, int speed, int64_t gap_ns, int64_t read_ns)
{
	struct stay stay = {.gap_ns = most(gap_ns, 0)};
	uint64_t rest = 0;
	if (stay.gap_ns) {
		int64_t glide = times_part(stay.gap_ns, pace->second_ns, second_ns, &rest);
		glide = least(glide, pace->idle_ns);
		stay.glide_ns = at_speed(most(glide, pace->step_ns), speed);
		stay.stand_ns = at_speed(read_ns, speed);
	} else {
		stay.stand_ns = at_speed(most(read_ns, pace->step_ns), speed);
	}
	stay.stand_ns = least(stay.stand_ns, INT64_MAX - stay.glide_ns);
	return stay;
}

int64_t play_hold_ns(const struct stay *stay)
{
	return stay->stand_ns + stay->glide_ns;
}

int64_t play_passed_ns(const struct stay *stay, int64_t shown_ns)
{
	uint64_t rest = 0;
	if (shown_ns >= play_hold_ns(stay))
		return stay->gap_ns;
	if (shown_ns <= stay->stand_ns)
		return 0;
	return times_part(stay->gap_ns, shown_ns - stay->stand_ns, stay->glide_ns, &rest);
}

int64_t play_shown_ns(const struct stay *stay, int64_t passed_ns)
{
	uint64_t rest = 0;
	if (passed_ns >= stay->gap_ns)
		return play_hold_ns(stay);
	int64_t shown = times_part(stay->glide_ns, most(passed_ns, 0), stay->gap_ns, &rest);
	return stay->stand_ns + shown + (rest > 0);
}

/* ---- words ----------------------------------------------------------------------- */

int64_t play_read_ns(const struct pace *pace, const char *text, size_t len)
{
	enum { WORD_COLS = 16 };
	int64_t ns = pace->beat_ns;
	for (size_t i = 0; i < len;) {
		size_t begin = i;
		while (i < len && (unsigned char)text[i] > ' ')
			i++;
		size_t cols = utf8_text_cols(text + begin, i - begin);
		for (size_t words = (cols + WORD_COLS - 1) / WORD_COLS; words; words--)
			ns = add(ns, pace->word_ns);
		i += i < len;
	}
	return ns;
}

void play_speed_text(const struct pace *pace, int speed, const struct stay *stay,
                     struct buf *out)
{
	if (pace->second_ns <= 0)
		return;
	double times = ldexp((double)second_ns / (double)pace->second_ns, speed);
	if (stay->glide_ns > 0)
		times = fmax(times, (double)stay->gap_ns / (double)stay->glide_ns);
	double below = times > 0 ? 1 / times : 0;
	if (times < 0.995 && fabs(below - round(below)) < 0.005 * below)
		buf_printf(out, "1/%.0fx", below);
	else if (times < 1)
		buf_printf(out, "%.2gx", times);
	else if (times < 9.95 && fabs(times - round(times)) >= 0.05)
		buf_printf(out, "%.1fx", times);
	else
		buf_printf(out, "%.0fx", times);
}
