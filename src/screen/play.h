/*
 * Playing: how long each moment is shown. A moment stands still first, so that its caption
 * can be read; then the clock glides to the next one, as long as the pace says. A step that
 * takes no time of the scene still shows for a moment. Only how long things are shown
 * depends on pace and speed, never the order: that is the trace's.
 */
#ifndef SCREEN_PLAY_H
#define SCREEN_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* No screen shows, and no recording has, more than 60 frames a second: at least so long lies
 * between two. In ns of the host, rounded up. */
#define PLAY_FRAME_NS ((INT64_C(1000000000) + 59) / 60)

/* How long things take when they are played, in ns of the host (none negative). The
 * terminal's speed 2^n divides all of it. */
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

/* How one moment is shown: it stands, and if the scene's clock differs at the next one, it
 * glides there afterwards. stand_ns + glide_ns is at most INT64_MAX. */
struct stay {
	int64_t gap_ns; /* of the scene's clock, up to the next moment */
	int64_t stand_ns, glide_ns;
};

/* The stay of a moment whose next one comes `gap_ns` later, and of which somebody has to
 * read for `read_ns` (at speed 0) before it goes on. */
struct stay play_stay(const struct pace *pace, int speed, int64_t gap_ns, int64_t read_ns);

/* All of it. */
int64_t play_hold_ns(const struct stay *stay);

/* How much of the gap has passed when a moment has been shown for `shown_ns`: from 0 to
 * gap_ns, growing with shown_ns. */
int64_t play_passed_ns(const struct stay *stay, int64_t shown_ns);

/* The first time at which `passed_ns` (0 to gap_ns) of the gap have passed, standing
 * included. */
int64_t play_shown_ns(const struct stay *stay, int64_t passed_ns);

/* How long a text takes to be read, at speed 0. A word of more than 16 columns counts as
 * several. */
int64_t play_read_ns(const struct pace *pace, const char *text, size_t len);

/*
 * Append how fast the scene's clock goes while it glides: `1x`, `1/8x`, `2.5x`; nothing if
 * the pace gives a second no time. A wait that is cut short goes faster than the pace, and
 * that is said.
 */
void play_speed_text(const struct pace *pace, int speed, const struct stay *stay,
                     struct buf *out);

#endif
