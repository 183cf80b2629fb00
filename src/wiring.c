/* Small joints: see wiring.h. */
#include "wiring.h"

#include "options.h"

uint64_t trace_limit(const struct options *o)
{
	enum { AFTER_THE_LIMIT = 100000 };
	return o->max_events ? o->max_events + AFTER_THE_LIMIT : 0;
}

struct scene_options scene_options_from(const struct options *o, struct trace *trace)
{
	return (struct scene_options){
		.real_clock = o->real_clock,
		.limits = {.cpu_time_ns = o->max_time_s * 1000000000u,
			   .events = trace ? o->max_events : 0,
			   .memory_bytes = o->max_memory_mib << 20,
			   .recursion = (uint32_t)o->max_recursion},
		.trace = trace,
		.arguments = (const char *const *)o->operands + 1,
		.argument_count = o->operand_count > 1 ? (size_t)o->operand_count - 1 : 0,
	};
}
