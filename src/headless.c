/* Running without a screen: see headless.h. */
#include "headless.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "input.h"
#include "options.h"
#include "scene/run.h"
#include "syntax/diagnostics.h"
#include "trace/trace.h"
#include "wiring.h"

/* The scene that runs on the main thread, for the signal handlers; NULL outside of a run. */
static struct scene *volatile scene_of_signals;
static volatile sig_atomic_t last_signal;

static void on_signal(int signal)
{
	last_signal = signal;
	struct scene *scene = scene_of_signals;
	if (scene && signal == SIGINT)
		scene_interrupt(scene);
	else if (scene)
		scene_stop(scene);
}

/*
 * While a scene runs Ctrl-C is the scene's to handle, and a request to end stops it, so
 * that what it printed gets out. Before and after, signals do what they did: whoever waits
 * for a long file to be written can end that.
 */
static const int watched[] = {SIGINT, SIGTERM, SIGHUP};

static void watch_signals(struct sigaction before[COUNT_OF(watched)])
{
	struct sigaction action = {.sa_handler = on_signal};
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < COUNT_OF(watched); i++)
		sigaction(watched[i], &action, &before[i]);
}

static void release_signals(const struct sigaction before[COUNT_OF(watched)])
{
	for (size_t i = 0; i < COUNT_OF(watched); i++)
		sigaction(watched[i], &before[i], NULL);
}

/* End as the signal would have ended the program, so that a shell sees it. */
static void die_by_signal(int signal)
{
	fflush(stdout);
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigemptyset(&action.sa_mask);
	sigaction(signal, &action, NULL);
	raise(signal);
}

/* What a terminal would obey; ends of lines and tabs are what text is made of. */
static bool is_command(uint32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\r' && c != '\t') || (c >= 0x7f && c < 0xa0);
}

/* Text of a scene for a terminal: shown, never obeyed. */
static void write_shown(FILE *out, const char *text, size_t len)
{
	uint32_t c;
	for (size_t at = 0, n; at < len; at += n) {
		n = utf8_decode(text + at, len - at, &c);
		if (is_command(c))
			fprintf(out, "\\x%02x", (unsigned)c);
		else
			fwrite(text + at, 1, n, out);
	}
}

/* A file or a pipe gets what the scene wrote, byte for byte. */
static void write_stream(void *sink, int stream, const char *text, size_t len)
{
	(void)sink;
	FILE *out = stream == 1 ? stdout : stderr;
	if (isatty(fileno(out)))
		write_shown(out, text, len);
	else
		fwrite(text, 1, len, out);
}

static void flush_stream(void *sink, int stream)
{
	(void)sink;
	fflush(stream == 1 ? stdout : stderr);
}

static void write_errors_only(void *sink, int stream, const char *text, size_t len)
{
	if (stream == 2)
		write_stream(sink, stream, text, len);
}

void print_diagnostics(struct diagnostics *d, FILE *out)
{
	struct buf text = {0};
	diagnostics_print(d, &text);
	fputs(buf_text(&text), out);
	buf_free(&text);
	diagnostics_free(d);
}

/* Run a scene to its end on this thread. Its exit status, or 2 when it cannot be read. */
static int run_scene(const struct scene_options *options, const struct input *in)
{
	struct diagnostics diagnostics = {0};
	struct scene *scene;
	int error = scene_new(options, in->shown, buf_text(&in->text), in->text.len, &diagnostics,
			      &scene);
	/* Warnings are for `check`: a scene that runs says what CPython says. */
	if (error) {
		print_diagnostics(&diagnostics, stderr);
		return error_status(error);
	}
	diagnostics_free(&diagnostics);
	scene_of_signals = scene;
	struct sigaction before[COUNT_OF(watched)];
	watch_signals(before);
	int status = scene_run(scene);
	scene_of_signals = NULL;
	release_signals(before);
	scene_free(scene);
	if (last_signal == SIGTERM || last_signal == SIGHUP)
		die_by_signal(last_signal);
	return status;
}

int trace_operand(const struct options *o, const struct course *course, struct trace **out,
			 int *status)
{
	struct buf why = {0};
	struct input in;
	int error = input_read(&in, o->operands[0], course, &why);
	int failure = error ? complain(error, &why) : 0;
	*status = 0;
	*out = NULL;
	if (!failure && in.trace) {
		*out = in.trace;
		in.trace = NULL;
	} else if (!failure) {
		*out = trace_new(trace_limit(o));
		struct scene_options options = scene_options_from(o, *out);
		options.write = write_errors_only;
		options.flush = flush_stream;
		*status = run_scene(&options, &in);
		if (*status == 2 && trace_count(*out) == 0) {
			failure = 2;
			trace_free(*out);
			*out = NULL;
		}
		/* A traceback speaks for itself; a number that the scene chose does not. */
		if (!failure && *status > 1)
			fprintf(stderr, "simmer: %s: the scene ended with status %d\n", in.shown,
				*status);
		if (*status)
			*status = 1;
	}
	input_free(&in);
	buf_free(&why);
	return failure;
}

int run_operand(const struct options *o, const struct course *course)
{
	struct buf why = {0};
	struct input in;
	int error = input_read(&in, o->operands[0], course, &why);
	if (!error && in.trace) {
		buf_printf(&why, "%s: is a trace, which cannot be run; 'simmer %s' shows it",
			   in.shown, in.shown);
		error = -ERR_USAGE;
	}
	int status;
	if (error) {
		status = complain(error, &why);
	} else {
		struct scene_options options = scene_options_from(o, NULL);
		options.write = write_stream;
		options.flush = flush_stream;
		status = finish_stdout(run_scene(&options, &in));
	}
	input_free(&in);
	buf_free(&why);
	return status;
}
