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

/* A place in a run: a beat, a step of the loop, or neither (an end of the run). */
enum place_kind { PLACE_NONE, PLACE_BEAT, PLACE_STEP };

struct place {
	enum place_kind kind;
	uint64_t number; /* from 1 */
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

	/* Of recordings. */
	const char *record;    /* of the terminal, live: its file; NULL: none */
	bool keys, code;
	const char *title;     /* NULL: not said */
	unsigned cast_version; /* 2 or 3; 0: not said */
	unsigned cols, rows;
	int64_t step_ns, second_ns; /* the pace */
	int64_t idle_ns;       /* 0: not said */
	int64_t max_length_ns;
	struct place from, to;

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
