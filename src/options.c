/* The command line: see options.h; the tables are option.def. */
#include "options.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"

static const struct {
	const char *word, *arguments, *what;
} commands[] = {
#define COMMAND(name, word, arguments, what) {word, arguments, what},
#include "option.def"
#undef COMMAND
};
static_assert(COUNT_OF(commands) == COMMAND_COUNT, "one row a command");

enum {
#define COMMAND(name, word, arguments, what) ON_##name = 1 << COMMAND_##name,
#include "option.def"
#undef COMMAND
	ON_ALL = (1 << COMMAND_COUNT) - 1
};

enum option_id {
#define OPTION(name, letter, word, argument, on, what) OPT_##name,
#include "option.def"
#undef OPTION
	OPT_COUNT
};

static const struct {
	int letter;
	const char *word, *argument;
	int on;
	const char *what;
} rows[] = {
#define OPTION(name, letter, word, argument, on, what) {letter, word, argument, on, what},
#include "option.def"
#undef OPTION
};
static_assert(COUNT_OF(rows) == OPT_COUNT, "one row an option");

/* getopt's values for options without a letter begin above every character. */
enum { FIRST_LONG = 256 };

static int usage(const struct options *o, const char *format, const char *what)
{
	fputs("simmer: ", stderr);
	fprintf(stderr, format, what);
	const char *word = commands[o->command].word;
	fprintf(stderr, " (see 'simmer %s%s--help')\n", word, *word ? " " : "");
	return -ERR_USAGE;
}

/* Every limit is at most this, so that its nanoseconds or bytes fit 64 bits. */
#define NUMBER_MAX UINT64_C(4000000000)

static int parse_number(const struct options *o, const char *text, uint64_t *out)
{
	char *end;
	errno = 0;
	unsigned long long n = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || n == 0 || n > NUMBER_MAX)
		return usage(o, "'%s' is not a positive whole number up to 4000000000", text);
	*out = n;
	return 0;
}

/* Seconds, with decimals or without, from `least` to `most` of them. */
static int parse_seconds(const struct options *o, const char *text, int64_t least_ns,
			 int64_t *out)
{
	const double most_s = 1e6, ns = 1e9;
	char *end;
	double seconds = strtod(text, &end);
	bool number = end != text && !*end && (*text == '.' || (*text >= '0' && *text <= '9'));
	if (!number || !(seconds >= (double)least_ns / ns && seconds <= most_s))
		return usage(o, "'%s' is no number of seconds that can be used here", text);
	*out = (int64_t)(seconds * ns + 0.5);
	return 0;
}

/* `0.6` or `0.6,1`. */
static int parse_pace(struct options *o, const char *text)
{
	const int64_t least_ns = 1000;
	char first[32];
	size_t len = strcspn(text, ",");
	if (len >= sizeof first)
		return usage(o, "--pace is two numbers of seconds, as in 0.6,1, not '%s'", text);
	memcpy(first, text, len);
	first[len] = '\0';
	if (parse_seconds(o, first, 0, &o->step_ns) != 0)
		return -ERR_USAGE;
	return text[len] ? parse_seconds(o, text + len + 1, least_ns, &o->second_ns) : 0;
}

static int parse_size(struct options *o, const char *text)
{
	enum { LEAST_COLS = 40, LEAST_ROWS = 10, MOST = 500 };
	char *end;
	unsigned long cols = strtoul(text, &end, 10), lines = 0;
	bool good = *text >= '0' && *text <= '9' && *end == 'x' && end[1] >= '0' && end[1] <= '9';
	if (good) {
		lines = strtoul(end + 1, &end, 10);
		good = !*end;
	}
	if (!good || cols < LEAST_COLS || cols > MOST || lines < LEAST_ROWS || lines > MOST)
		return usage(o, "--size is COLSxROWS, from 40x10 to 500x500, not '%s'", text);
	o->cols = (unsigned)cols;
	o->rows = (unsigned)lines;
	return 0;
}

/* `3`, `beat:3` or `step:14`. */
static int parse_place(const struct options *o, const char *text, struct place *out)
{
	static const struct {
		const char *word;
		enum place_kind kind;
	} kinds[] = {{"beat:", PLACE_BEAT}, {"step:", PLACE_STEP}, {"", PLACE_BEAT}};
	size_t i = 0;
	while (strncmp(text, kinds[i].word, strlen(kinds[i].word)) != 0)
		i++;
	char *end;
	const char *digits = text + strlen(kinds[i].word);
	errno = 0;
	unsigned long long number = strtoull(digits, &end, 10);
	if (errno || *digits < '0' || *digits > '9' || *end || number == 0)
		return usage(o, "a place is a beat, as in 3, or a step, as in step:14, not '%s'", text);
	*out = (struct place){kinds[i].kind, number};
	return 0;
}

/* Take one option with its argument. */
static int take(struct options *o, enum option_id id, const char *argument)
{
	uint64_t number;
	switch (id) {
	case OPT_CLOCK:
		if (strcmp(argument, "real") != 0 && strcmp(argument, "virtual") != 0)
			return usage(o, "--clock is 'real' or 'virtual', not '%s'", argument);
		o->real_clock = argument[0] == 'r';
		return 0;
	case OPT_THEME:
		if (strcmp(argument, "dark") != 0 && strcmp(argument, "light") != 0 &&
		    strcmp(argument, "none") != 0)
			return usage(o, "--theme is 'dark', 'light' or 'none', not '%s'", argument);
		o->theme = argument;
		return 0;
	case OPT_WIDTH:
		if (parse_number(o, argument, &number) != 0)
			return -ERR_USAGE;
		if (number < 40 || number > 1000)
			return usage(o, "--width is from 40 to 1000 columns, not %s", argument);
		o->width_cols = (unsigned)number;
		return 0;
	case OPT_RECORD:
		o->record = argument;
		return 0;
	case OPT_KEYS:
		o->keys = true;
		return 0;
	case OPT_CODE:
		o->code = true;
		return 0;
	case OPT_SIZE:
		return parse_size(o, argument);
	case OPT_PACE:
		return parse_pace(o, argument);
	case OPT_IDLE:
		return parse_seconds(o, argument, 1000000, &o->idle_ns);
	case OPT_MAX_LENGTH:
		return parse_seconds(o, argument, 1000000000, &o->max_length_ns);
	case OPT_FROM:
		return parse_place(o, argument, &o->from);
	case OPT_TO:
		return parse_place(o, argument, &o->to);
	case OPT_TITLE:
		o->title = argument;
		return 0;
	case OPT_FORMAT:
		if (strcmp(argument, "v2") != 0 && strcmp(argument, "v3") != 0)
			return usage(o, "--format is 'v2' or 'v3', not '%s'", argument);
		o->cast_version = argument[1] == '3' ? 3 : 2;
		return 0;
	case OPT_MAX_EVENTS:
		return parse_number(o, argument, &o->max_events);
	case OPT_MAX_TIME:
		return parse_number(o, argument, &o->max_time_s);
	case OPT_MAX_MEMORY:
		return parse_number(o, argument, &o->max_memory_mib);
	case OPT_MAX_RECURSION:
		return parse_number(o, argument, &o->max_recursion);
	case OPT_OUTPUT:
		o->output = argument;
		return 0;
	case OPT_STEPS:
		o->steps = true;
		return 0;
	case OPT_INTERNALS:
		o->internals = true;
		return 0;
	case OPT_MEASURED:
		o->measured = true;
		return 0;
	case OPT_FORCE:
		o->force = true;
		return 0;
	case OPT_ASCII:
		o->ascii = true;
		return 0;
	case OPT_HELP:
		o->help = true;
		return 0;
	case OPT_VERSION:
		o->version = true;
		return 0;
	case OPT_COUNT:
		break;
	}
	assert(id < OPT_COUNT);
	return -ERR_USAGE;
}

/* The command that the first word of the command line names; PLAY if it names none. */
static enum command command_named(const char *word)
{
	for (int c = COMMAND_PLAY + 1; word && c < COMMAND_COUNT; c++)
		if (strcmp(word, commands[c].word) == 0)
			return (enum command)c;
	return COMMAND_PLAY;
}

static void set_defaults(struct options *o)
{
	o->real_clock = o->command == COMMAND_RUN;
	o->max_events = 10000000;
	o->max_time_s = o->command == COMMAND_RUN ? 0 : 60;
	o->max_memory_mib = 2048;
	o->max_recursion = 1000;
	o->cols = 100;
	o->rows = 30;
	o->step_ns = 1500000000;
	o->second_ns = 1000000000;
	o->max_length_ns = INT64_C(21600) * 1000000000;
}

int options_parse(struct options *o, int argc, char **argv)
{
	*o = (struct options){.command = command_named(argc > 1 ? argv[1] : NULL)};
	set_defaults(o);
	if (o->command != COMMAND_PLAY) {
		argc--;
		argv++;
	}

	struct option longs[OPT_COUNT + 1] = {0};
	/* What follows the scene of `run` belongs to the scene: '+' stops there. ':' lets us speak. */
	char shorts[2 * OPT_COUNT + 3] = {0};
	size_t len = 0;
	if (o->command == COMMAND_RUN)
		shorts[len++] = '+';
	shorts[len++] = ':';
	for (int i = 0; i < OPT_COUNT; i++) {
		longs[i] = (struct option){.name = rows[i].word,
					   .has_arg = rows[i].argument ? required_argument
								       : no_argument,
					   .val = FIRST_LONG + i};
		if (rows[i].letter) {
			shorts[len++] = (char)rows[i].letter;
			if (rows[i].argument)
				shorts[len++] = ':';
		}
	}

	opterr = 0;
	optind = 1;
	int found;
	while ((found = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (found == '?')
			return usage(o, "there is no option '%s'", argv[optind - 1]);
		if (found == ':')
			return usage(o, "'%s' wants an argument", argv[optind - 1]);
		int id = found - FIRST_LONG;
		for (int i = 0; id < 0 && i < OPT_COUNT; i++)
			if (rows[i].letter == found)
				id = i;
		if (!(rows[id].on & (1 << o->command))) {
			char what[64];
			snprintf(what, sizeof what, "--%s", rows[id].word);
			return usage(o, "%s is not for this command", what);
		}
		if (take(o, (enum option_id)id, optarg) != 0)
			return -ERR_USAGE;
	}
	o->operands = argv + optind;
	o->operand_count = argc - optind;
	return 0;
}

void options_help(const struct options *o, FILE *out)
{
	bool all = o->command == COMMAND_PLAY;
	fputs("Usage:", out);
	for (int c = 0; c < COMMAND_COUNT; c++) {
		if (!all && c != (int)o->command)
			continue;
		fprintf(out, "%ssimmer%s%s [OPTION...] %s\n           %s\n",
			c && all ? "       " : " ", *commands[c].word ? " " : "",
			commands[c].word, commands[c].arguments, commands[c].what);
	}
	fputs("\nOptions:\n", out);
	for (int i = 0; i < OPT_COUNT; i++) {
		if (!all && !(rows[i].on & (1 << o->command)))
			continue;
		char left[40];
		char letter[8] = "    ";
		if (rows[i].letter)
			snprintf(letter, sizeof letter, "-%c, ", rows[i].letter);
		snprintf(left, sizeof left, "%s--%s%s%s", letter, rows[i].word,
			 rows[i].argument ? "=" : "", rows[i].argument ? rows[i].argument : "");
		fprintf(out, "  %-26s %s\n", left, rows[i].what);
	}
	fputs("\nA SCENE is a Python file, a trace, '-' for standard input, or a name from "
	      "'simmer scenes'.\n",
	      out);
}
