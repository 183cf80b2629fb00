/*
 * Playing: how long each moment is shown. The scene's own time is stretched by the speed;
 * a step that takes no time of the scene still shows for a moment, so that it can be
 * seen. Only the pace depends on the speed, never the order: that is the trace's.
 */
#ifndef SCREEN_PLAY_H
#define SCREEN_PLAY_H

#include <stdbool.h>
#include <stdint.h>

/* How long things take when they are played, in ns of the host. The terminal's speed 2^n
 * divides all of it. */
struct pace {
	int64_t step_ns;   /* a moment stands at least so long */
	int64_t second_ns; /* a second of the scene's clock takes so long */
	int64_t idle_ns;   /* but no wait longer than this; INT64_MAX: as long as it is */
	int64_t beat_ns;   /* a beat stands at least so long, ... */
	int64_t word_ns;   /* ... and this for each word of its caption */
};

/* The terminal's own. */
extern const struct pace pace_default;

/* The zero value is paused. */
struct play {
	bool on;
	int64_t last_ns;  /* when it was last advanced, by the host's clock */
	int64_t shown_ns; /* for how long the present moment has been shown */
};

/* How long a moment shows when the next one comes `gap_ns` of the scene's time later. */
int64_t play_hold_ns(int64_t gap_ns, int speed);

/* The part of `gap_ns` that has passed when a moment has been shown for `shown_ns`: from
 * 0 to gap_ns. */
int64_t play_glide_ns(int64_t gap_ns, int64_t shown_ns, int speed);

/* When to come back, at the latest: at the end of the moment, or for the next frame of a
 * glide. */
int64_t play_due_ns(const struct play *p, int64_t gap_ns, int speed);

/* "1x", "1/8x": static. */
const char *play_speed_text(int speed);

#endif
