/*
 * Read by the .c files of src/trace: what an event of a file may say, given those before
 * it. Whoever reads a trace may rely on these, whoever wrote it:
 *
 *   - the clock never goes back, from no line to the next, on whichever thread;
 *   - tick and step are the numbers of `tick` and `step` events of the main thread so far,
 *     this one included;
 *   - the task that runs was created before; a thread was a worker's before; no two
 *     workers have one number;
 *   - a field that has to name something is not 0; identities stay near what counting
 *     gives: below TRACE_FREE_IDS and TRACE_IDS_AN_EVENT more for each event so far;
 *   - the detail of an event that has words for it is one of them.
 *
 * All else is the writer's: an identity may name nothing, a task may end twice.
 */
#ifndef TRACE_RULES_H
#define TRACE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/vec.h"

struct event;

struct rules {
	uint64_t events; /* so far */
	int64_t time_ns;
	uint32_t tick, step;
	uint32_t top_id;        /* the highest identity so far */
	uint32_t id_limit;      /* that the heading gave, or UINT32_MAX */
	VEC(uint64_t) tasks;    /* a bit an identity: a task has it */
	uint64_t workers[1024]; /* a bit a number: a worker has it */
};

/* Whoever reads keeps something for each identity: a high one is damage, not a number. */
#define TRACE_FREE_IDS      UINT64_C(4096)
#define TRACE_IDS_AN_EVENT  UINT64_C(4)

void rules_init(struct rules *r);
void rules_fini(struct rules *r);

/* The next event: true, or false with what is wrong with it in `*why`. */
bool rules_take(struct rules *r, const struct event *e, struct buf *why);

/* Whether there may be such an identity by now. */
bool rules_know_id(const struct rules *r, uint32_t id);

/* The words of an event's `detail`, `*count` of them; NULL where it is a plain number. */
const char *const *rules_detail_words(unsigned kind, unsigned *count);

#endif
