/*
 * Traces that no loop would write, for the tests of what reads them.
 */
#ifndef TESTS_NONSENSE_H
#define TESTS_NONSENSE_H

#include <string.h>

#include "trace/trace.h"
#include "view_kit.h"

/*
 * Append events that no loop would write: every field from dice, only the clock and the
 * counts go on. Their strings are those of `texts`. Then close the trace.
 */
static inline void write_nonsense(struct trace *t, uint32_t seed, const char *const *texts, size_t count)
{
	struct event e = {0};
	for (int i = 0; i < 400; i++) {
		e.time_ns += kit_random(&seed) % 3 ? 0 : kit_random(&seed) % SECOND;
		e.tick += kit_random(&seed) % 3 == 0;
		e.step += kit_random(&seed) % 3 == 0;
		e.task = kit_random(&seed) % 3 ? kit_random(&seed) % 12 : 0;
		e.thread = kit_random(&seed) % 9 ? 0 : (uint16_t)(1 + kit_random(&seed) % 3);
		e.kind = (uint8_t)(kit_random(&seed) % EV_COUNT);
		e.detail = (uint8_t)(kit_random(&seed) % 15);
		uint32_t *fields[] = {&e.a, &e.b};
		enum field_kind kinds[] = {event_infos[e.kind].a, event_infos[e.kind].b};
		for (int k = 0; k < 2; k++) {
			uint32_t dice = kit_random(&seed);
			const char *text = texts[dice % count];
			int64_t ns = (int64_t)(dice % 9) * SECOND - SECOND;
			*fields[k] = kinds[k] == FIELD_TEXT   ? trace_string(t, text, strlen(text))
				     : kinds[k] == FIELD_NS   ? trace_number(t, ns)
				     : kinds[k] == FIELD_NONE ? 0
							      : dice % 12;
		}
		trace_append(t, &e);
	}
	trace_close(t);
}

static inline struct trace *nonsense_trace(uint32_t seed)
{
	static const char *const texts[] = {"", "main", "sleep(5)", "gather[a b]", "shield[Task-1]", "[", "][",
					    "\x01\x1b\"\\\xff\xc3(", "a line\nand one"};
	struct trace *t = trace_new(0);
	write_nonsense(t, seed, texts, COUNT_OF(texts));
	return t;
}

#endif
