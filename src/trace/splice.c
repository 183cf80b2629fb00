/*
 * Splicing: what a thread did, told in a trace of its own, becomes a part of another
 * trace. The table of events alone decides which fields are translated.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "trace/internal.h"
#include "trace/trace.h"

void trace_splice_init(struct trace_splice *s, uint64_t limit)
{
	*s = (struct trace_splice){.strand = trace_new(limit)};
}

void trace_splice_fini(struct trace_splice *s)
{
	trace_free(s->strand);
	free(s->texts);
	free(s->numbers);
	free(s->ids);
	*s = (struct trace_splice){0};
}

/* Where `map` keeps what item `id` is in the destination. */
static uint32_t *slot(uint32_t **map, size_t *room, uint32_t id)
{
	if (id >= *room) {
		size_t more = mem_mul(*room ? *room : 32, 2);
		while (more <= id)
			more = mem_mul(more, 2);
		*map = mem_resize(*map, more, sizeof **map);
		memset(*map + *room, 0, (more - *room) * sizeof **map);
		*room = more;
	}
	return *map + id;
}

static uint32_t translate(struct trace *to, struct trace_splice *s, enum field_kind kind,
                          uint32_t value)
{
	uint32_t *known;
	if (value == 0)
		return 0;
	switch (kind) {
	case FIELD_TEXT:
		known = slot(&s->texts, &s->text_room, value);
		if (!*known) {
			size_t len;
			const char *text = trace_text(s->strand, value, &len);
			*known = trace_string(to, text, len);
		}
		return *known;
	case FIELD_NS:
		known = slot(&s->numbers, &s->number_room, value);
		if (!*known)
			*known = trace_number(to, trace_number_at(s->strand, value));
		return *known;
	case FIELD_ID:
		known = slot(&s->ids, &s->id_room, value);
		if (!*known)
			*known = trace_new_id(to);
		return *known;
	case FIELD_NONE:
	case FIELD_COUNT:
	case FIELD_LINE:
		break;
	}
	return value;
}

uint32_t trace_splice_id(struct trace *to, struct trace_splice *s, uint32_t id)
{
	return translate(to, s, FIELD_ID, id);
}

bool trace_splice(struct trace *to, struct trace_splice *s, const struct event *stamp,
                  bool (*keep)(void *context, const struct event *e), void *context)
{
	bool room = true;
	uint64_t count = trace_count(s->strand);
	for (uint64_t i = 0; i < count && room; i++) {
		struct event e = *trace_at(s->strand, i);
		const struct event_info *info = &event_infos[e.kind];
		e.a = translate(to, s, info->a, e.a);
		e.b = translate(to, s, info->b, e.b);
		e.task = translate(to, s, FIELD_ID, e.task);
		e.thread = stamp->thread;
		e.tick = stamp->tick;
		e.step = stamp->step;
		if (e.time_ns < stamp->time_ns)
			e.time_ns = stamp->time_ns;
		if (!keep || keep(context, &e))
			room = trace_append(to, &e);
	}
	trace_rewind(s->strand);
	return room;
}
