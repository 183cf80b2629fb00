/*
 * The command line as a struct. What may be said on it is option.def.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum command {
#define COMMAND(name, word, arguments, what) COMMAND_##name,
#include "option.def"
#undef COMMAND
	COMMAND_COUNT
};

struct options {
	enum command command;
	char *const *operands; /* what is left: scenes, names, the scene's arguments; borrowed */
	int operand_count;
	const char *output; /* NULL: not said */
	const char *theme;  /* NULL: not said */
	bool real_clock;
	bool steps, internals, measured, ascii, force, help, version;
	unsigned width_cols; /* 0: not said */
	uint64_t max_events, max_time_s, max_memory_mib, max_recursion;
};

/*
 * Read the command line into `*o`. 0, or -ERR_USAGE after one line on stderr that
 * says what is wrong and where the help is.
 */
int options_parse(struct options *o, int argc, char **argv);

/* Print the help of the command `o` is about, or of all of them, to `out`. */
void options_help(const struct options *o, FILE *out);

#endif
