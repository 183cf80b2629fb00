/* Small joints: see wiring.h. */
#include "wiring.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"
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

bool is_same_file(const char *a, const char *b)
{
	struct stat one, other;
	return stat(a, &one) == 0 && stat(b, &other) == 0 && S_ISREG(one.st_mode) &&
	       one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* A name of a file may hold anything: one line it stays, which a terminal does not obey. */
static void put_plain(const char *text, FILE *out)
{
	for (; *text; text++)
		putc((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text, out);
}

int complain(int error, const struct buf *why)
{
	fputs("simmer: ", stderr);
	put_plain(buf_text(why), stderr);
	putc('\n', stderr);
	return error_status(error);
}

int usage(const char *what)
{
	fprintf(stderr, "simmer: %s (see 'simmer --help')\n", what);
	return error_status(ERR_USAGE);
}

/* What was written is out, or the disk is full and the user hears of it. */
int finish_stdout(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fputs("simmer: standard output: the disk is full or the reader has gone\n", stderr);
	return error_status(ERR_WRITE);
}
