/*
 * Read by src/export/chrome*.c only: a file under way.
 *
 * Every record that is not a name has a time of its own, the clock of its event or, where
 * that has been given away, a little later: see place_next. So their order by time is the
 * order of what happened, whatever their order in the file. A slice is written when it ends.
 *
 * The events of the trace are walked through twice. The first time nothing is written:
 * it finds out which READY leads to a step that is in the picture, be it through the
 * loop's own callbacks, because an arrow has to be begun before its end is known.
 */
#ifndef EXPORT_CHROME_INTERNAL_H
#define EXPORT_CHROME_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/vec.h"
#include "export/chrome_live.h"
#include "export/chrome_walk.h"
#include "trace/trace.h"
#include "view/lane.h"
#include "view/view.h"

/* Names and texts of the scene are cut at so many columns; a step is so long, where
 * steps are the ruler. */
enum {
	NAME_COLS = 120,
	TEXT_COLS = 400,
	STEP_NS = 1000000,
	APART_NS = 125 /* places stand so far apart: an eighth of a microsecond, which binary
	                  fractions tell exactly */
};

/* A lane as of now. */
struct chrome_lane {
	int64_t begin;       /* where its slice began */
	size_t span;         /* which that is */
	int64_t held_begin;  /* where the call began that holds it */
	uint64_t held_event; /* BLOCK_BEGUN or JOIN_BEGUN, or UINT64_MAX */
	uint8_t state;       /* enum lane_state; a slice is open if it has a length */
	bool shown;
};

/* Counters of the loop of a thread, or of them all. */
enum gauge {
	GAUGE_READY,
	GAUGE_TIMERS,
	GAUGE_WATCHES,
	GAUGE_WORKERS, /* from here on those of all threads */
	GAUGE_JOBS,
	GAUGE_COUNT
};

struct chrome_thread {
	uint64_t origin; /* of the loop's own step that runs: the READY it goes back to */
	uint32_t now[GAUGE_COUNT], written[GAUGE_COUNT];
	uint8_t known; /* bit by gauge: it has been written */
	bool loops, stirred; /* stirred: it is in the list of those to look at */
};

/* An arrow between threads that has begun. */
struct chrome_link {
	uint64_t to_event, id;
	uint32_t to_lane;
	uint8_t kind; /* enum link_kind */
};

struct chrome_more {
	uint64_t ready;
	size_t number; /* in the order of their ends */
};

struct chrome {
	struct view *v;
	const struct trace *trace;
	FILE *out;
	struct buf text; /* records that are not written yet */
	struct buf scratch;
	bool writing;    /* the second time */
	bool by_step;    /* the ruler is that of steps */
	bool in_step;    /* of the main thread */
	bool threads_talk; /* there are workers: arrows between threads */
	uint32_t thread_count; /* the highest thread number + 1 */

	struct chrome_lane *lanes;     /* by number */
	struct chrome_thread *threads; /* by number */
	struct walk walk;
	struct live live;
	uint8_t *arrow_bits; /* one an event: this READY begins an arrow */
	/* A READY that begins more than one: an entry for each but the first, in the
	 * order of their ends; sorted by their beginnings for the second time. */
	VEC(struct chrome_more) more;
	size_t more_begun, more_ended;

	uint64_t next_link; /* the event with which the next link begins */
	uint64_t link_count;
	VEC(struct chrome_link) links; /* a heap, by to_event */
	uint32_t posted; /* the handle that the last event posted, or 0 */

	int64_t clock_ns; /* of the event at hand, on the ruler */
	int64_t place;    /* the last that was given away */
	int64_t late_ns;  /* how far a place was from its clock at most */
	VEC(uint32_t) stirred; /* threads with counters that may have changed */
};

/* ---- chrome_record.c: one record a call; places and lengths in ns of the ruler ---- */

/* Begin a record, `,\n{"ph":"X","pid":...,"tid":...,"ts":...`, on a lane; end it. */
void record_begin(struct chrome *c, char phase, uint32_t lane, int64_t place);
void record_end(struct chrome *c);

/* `,"name":"text"`, `,"cat":"text"`. */
void record_name(struct chrome *c, const char *name, size_t len);
void record_cat(struct chrome *c, const char *cat);

/* `,"args":{` is the caller's; these put `"key":value`, with a comma before all but the first. */
void record_number(struct chrome *c, bool *first, const char *key, uint64_t value);
void record_seconds(struct chrome *c, bool *first, const char *key, int64_t ns);
void record_text(struct chrome *c, bool *first, const char *key, const char *text, size_t len);

/* Process and thread of theirs. */
uint32_t pid_of(const struct chrome *c, uint32_t lane);
uint32_t tid_of(const struct chrome *c, uint32_t lane);

/* Where event `e` is on the ruler: the clock, or a millisecond for each step. */
int64_t clock_of(const struct chrome *c, const struct event *e);

/* A place for the next record: that of the clock, or if that is taken, the next behind the
 * last one. */
int64_t place_next(struct chrome *c);

/* The lane on which that event stands; never one that is not shown. */
uint32_t shown_lane_of(const struct chrome *c, const struct event *e);

/* Whether that lane has a slice now that is one of running. */
bool lane_runs(const struct chrome *c, uint32_t lane);

/* ---- chrome_arrows.c ---- */

/* All ends of arrows have been seen: get ready to write. */
void arrows_known(struct chrome *c);

/* Before the lanes have changed with event `index`: arrows between threads that begin. */
void arrows_before(struct chrome *c, uint64_t index);

/* After it: who woke whom, and arrows that end. */
void arrows_after(struct chrome *c, uint64_t index, const struct event *e);

/* ---- chrome_gauges.c ---- */

/* The ruler goes on: write what has changed and was so for a while. */
void gauges_flush(struct chrome *c);

/* What event `e` does to them. */
void gauges_take(struct chrome *c, const struct event *e);

#endif
