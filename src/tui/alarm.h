/*
 * Alarms: a moment at which the event loop calls a function, and that can be moved. A
 * timer of the loop stays in its heap once it was armed, so moving one means to cancel it
 * and arm another; an alarm hides that.
 */
#ifndef TUI_ALARM_H
#define TUI_ALARM_H

#include <stdbool.h>
#include <stdint.h>

struct alarm_timer;
struct loop;

/* One alarm; all zero but `ring` and `world` is an alarm that is not set. */
struct alarm {
	void (*ring)(void *world);
	void *world;
	struct alarm_timer
		*timer; /* owned by the loop; NULL while the alarm is not set */
};

/* Ring at `when_ns` of the loop's clock, instead of when it was set to; INT64_MAX: never.
 */
void alarm_set(struct alarm *a, struct loop *loop, int64_t when_ns);

/* Ring at `when_ns`, or earlier if it is already set to that. */
void alarm_set_by(struct alarm *a, struct loop *loop, int64_t when_ns);

bool alarm_is_set(const struct alarm *a);

#endif
