/*
 * Two clocks behind one interface: the virtual clock moves only when nothing is ready (to
 * the next deadline) or when a thread blocks; the real one is CLOCK_MONOTONIC. All times
 * are nanoseconds since the clock was made, as int64_t; sums stop at the ends of the
 * range.
 */
#ifndef LOOP_CLOCK_H
#define LOOP_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct clock {
	bool real;
	int64_t now_ns;    /* virtual: the time. real: unused */
	int64_t origin_ns; /* real: CLOCK_MONOTONIC at the start */
	/*
	 * Virtual: how many ticks in a row waited for nothing while the clock stood
	 * still at `busy_at_ns`; from BUSY_TICKS on each further one moves the clock
	 * BUSY_STEP_NS.
	 */
	unsigned busy_ticks;
	int64_t busy_at_ns;
};

enum { BUSY_TICKS = 1000 };
#define BUSY_STEP_NS INT64_C(1000000)

void clock_init(struct clock *c, bool real);

/* The time now. */
int64_t clock_now_ns(const struct clock *c);

/* `ns` as seconds, as loop.time() has it. */
double clock_seconds(int64_t ns);

/*
 * Seconds as nanoseconds, rounded half to even; the ends of the range for what is
 * beyond. NaN is 0.
 */
int64_t clock_ns(double seconds);

/* a + b, stopping at the ends of the range. */
int64_t clock_add(int64_t a, int64_t b);

#endif
