/*
 * Read by the .c files of src/export only: what is queued, armed, watched or under way
 * at the moment, by its id in the trace. A hash map that forgets what is over, so that
 * it is as large as the most that was alive at once.
 */
#ifndef EXPORT_CHROME_LIVE_H
#define EXPORT_CHROME_LIVE_H

#include <stddef.h>
#include <stdint.h>

/* In what ways a thing is alive; it may be so in several. */
enum {
	LIVE_QUEUED = 1,      /* in a ready queue */
	LIVE_ARMED = 2,       /* a timer */
	LIVE_WATCHED = 4,     /* a watch on a descriptor */
	LIVE_JOB_QUEUED = 8,  /* a job that no worker has */
	LIVE_JOB_RUNNING = 16 /* one that a worker has */
};

struct live_thing {
	uint64_t origin; /* of what is queued: the READY that led to it, or UINT64_MAX */
	uint32_t id;     /* 0: the slot is empty */
	uint16_t thread; /* in whose loop's queue or timers it is */
	uint8_t ways;
};

/* Zero is empty. */
struct live {
	struct live_thing *slots; /* owned */
	size_t count, room;       /* room is 0 or a power of two */
};

void live_free(struct live *l);

/* The thing `id`, or NULL; borrowed until the next change. */
struct live_thing *live_find(const struct live *l, uint32_t id);

/* The same, made if it is not there; `id` is not 0. */
struct live_thing *live_make(struct live *l, uint32_t id);

/* It is no longer alive in that way; forgotten if in none. `t` is invalid afterwards. */
void live_end(struct live *l, struct live_thing *t, unsigned way);

#endif
