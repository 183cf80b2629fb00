/* Records of a file of Trace Events, and where they stand: see chrome_internal.h. */
#include "export/chrome_internal.h"

#include <string.h>

#include "export/json.h"

enum { FLUSH_BYTES = 1 << 16 };

void record_begin(struct chrome *c, char phase, uint32_t lane, int64_t place)
{
	struct buf *b = &c->text;
	buf_puts(b, ",\n{\"ph\":\"");
	buf_putc(b, phase);
	buf_puts(b, "\",\"pid\":");
	buf_put_u64(b, pid_of(c, lane));
	buf_puts(b, ",\"tid\":");
	buf_put_u64(b, tid_of(c, lane));
	buf_puts(b, ",\"ts\":");
	json_micros(b, place);
}

void record_end(struct chrome *c)
{
	buf_putc(&c->text, '}');
	if (c->text.len < FLUSH_BYTES)
		return;
	fwrite(c->text.data, 1, c->text.len, c->out);
	buf_reset(&c->text);
}

void record_name(struct chrome *c, const char *name, size_t len)
{
	buf_puts(&c->text, ",\"name\":");
	json_string(&c->text, name, len, NAME_COLS);
}

void record_cat(struct chrome *c, const char *cat)
{
	buf_puts(&c->text, ",\"cat\":");
	json_words(&c->text, cat);
}

static void put_key(struct chrome *c, bool *first, const char *key)
{
	if (!*first)
		buf_putc(&c->text, ',');
	*first = false;
	json_words(&c->text, key);
	buf_putc(&c->text, ':');
}

void record_number(struct chrome *c, bool *first, const char *key, uint64_t value)
{
	put_key(c, first, key);
	buf_put_u64(&c->text, value);
}

void record_seconds(struct chrome *c, bool *first, const char *key, int64_t ns)
{
	put_key(c, first, key);
	json_seconds(&c->text, ns);
}

void record_text(struct chrome *c, bool *first, const char *key, const char *text, size_t len)
{
	put_key(c, first, key);
	json_string(&c->text, text, len, TEXT_COLS);
}

/* ---- where things stand ---- */

uint32_t pid_of(const struct chrome *c, uint32_t lane)
{
	return (uint32_t)view_lane(c->v, lane)->thread + 1;
}

/*
 * A worker's own lane has the number of its process: that is its main thread for their
 * readers. Those of tasks come after all of these, so that none is taken for another, and
 * the program's last of all: some readers begin with the lowest, and in the program's lane
 * there is hardly anything to see.
 */
uint32_t tid_of(const struct chrome *c, uint32_t lane)
{
	if (lane == LANE_PROGRAM)
		return c->thread_count + view_lane_count(c->v);
	const struct lane *l = view_lane(c->v, lane);
	return l->worker ? (uint32_t)l->thread + 1 : c->thread_count + lane;
}

int64_t clock_of(const struct chrome *c, const struct event *e)
{
	if (!c->by_step)
		return e->time_ns > 0 ? e->time_ns : 0;
	return ((int64_t)e->step - (c->in_step && e->step)) * STEP_NS;
}

int64_t place_next(struct chrome *c)
{
	int64_t next = c->place < INT64_MAX - APART_NS ? c->place + APART_NS : c->place;
	c->place = c->clock_ns > next ? c->clock_ns : next;
	if (c->place - c->clock_ns > c->late_ns)
		c->late_ns = c->place - c->clock_ns;
	return c->place;
}

uint32_t shown_lane_of(const struct chrome *c, const struct event *e)
{
	uint32_t lane = view_lane_of(c->v, e->task);
	if (e->task == 0)
		lane = view_lane_of_thread(c->v, e->thread);
	return lane != LANE_NONE && c->lanes[lane].shown ? lane : LANE_PROGRAM;
}

bool lane_runs(const struct chrome *c, uint32_t lane)
{
	return c->lanes[lane].shown && c->lanes[lane].state == STATE_RUNNING;
}
