/* The pace of playing. */
#include "screen/play.h"

#include <assert.h>

enum { SPEED_MIN = -3, SPEED_MAX = 6 };

const struct pace pace_default = {
	.step_ns = 600 * INT64_C(1000000),
	.second_ns = 1000 * INT64_C(1000000),
	.idle_ns = INT64_MAX,
	.beat_ns = 1500 * INT64_C(1000000),
	.word_ns = 300 * INT64_C(1000000),
};

static const int64_t least_hold_ns = 600 * 1000 * 1000;
static const int64_t frame_ns = 33 * 1000 * 1000;

/* `ns` of the scene's time as time of the host. */
static int64_t stretch(int64_t ns, int speed)
{
	if (speed >= 0)
		return ns >> speed;
	return ns > INT64_MAX >> -speed ? INT64_MAX : ns << -speed;
}

int64_t play_hold_ns(int64_t gap_ns, int speed)
{
	int64_t hold = stretch(gap_ns, speed);
	int64_t least = stretch(least_hold_ns, speed);
	return hold > least ? hold : least;
}

int64_t play_glide_ns(int64_t gap_ns, int64_t shown_ns, int speed)
{
	int64_t hold = play_hold_ns(gap_ns, speed);
	if (shown_ns >= hold)
		return gap_ns;
	return (int64_t)((double)gap_ns * ((double)shown_ns / (double)hold));
}

int64_t play_due_ns(const struct play *p, int64_t gap_ns, int speed)
{
	if (!p->on)
		return INT64_MAX;
	int64_t left = play_hold_ns(gap_ns, speed) - p->shown_ns;
	if (gap_ns > 0 && left > frame_ns)
		left = frame_ns;
	if (left < 0)
		left = 0;
	return p->last_ns > INT64_MAX - left ? INT64_MAX : p->last_ns + left;
}

const char *play_speed_text(int speed)
{
	static const char *const texts[] = {"1/8x", "1/4x", "1/2x", "1x",  "2x",
	                                    "4x",   "8x",   "16x",  "32x", "64x"};
	assert(speed >= SPEED_MIN && speed <= SPEED_MAX);
	return texts[speed - SPEED_MIN];
}
