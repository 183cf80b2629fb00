/*
 * The two clocks: see clock.h.
 */
#include "loop/clock.h"

#include <math.h>
#include <time.h>

#define NS_PER_SECOND INT64_C(1000000000)

static int64_t monotonic_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

void clock_init(struct clock *c, bool real)
{
	*c = (struct clock){.real = real, .origin_ns = real ? monotonic_ns() : 0};
}

int64_t clock_now_ns(const struct clock *c)
{
	return c->real ? monotonic_ns() - c->origin_ns : c->now_ns;
}

double clock_seconds(int64_t ns)
{
	return (double)ns / 1e9;
}

int64_t clock_ns(double seconds)
{
	double ns = nearbyint(seconds * 1e9);
	if (isnan(ns))
		return 0;
	if (ns >= 0x1p63)
		return INT64_MAX;
	if (ns <= -0x1p63)
		return INT64_MIN;
	return (int64_t)ns;
}

int64_t clock_add(int64_t a, int64_t b)
{
	int64_t sum;
	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return b > 0 ? INT64_MAX : INT64_MIN;
}
