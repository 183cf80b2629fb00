/*
 * simmer: subcommands and wiring. The only folder that sees every floor; what a
 * subcommand does stands here in a few lines, how it is done stands in the floors.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "export/export.h"
#include "export/text.h"
#include "input.h"
#include "syntax/diagnostics.h"
#include "options.h"
#include "scene/course.h"
#include "scene/run.h"
#include "screen/theme.h"
#include "session.h"
#include "trace/trace.h"
#include "tui/tui.h"
#include "view/view.h"
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

/* Ctrl-C is the scene's to handle; a request to end stops it, so that what it printed gets out. */
static void watch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
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

/* ---- joints ------------------------------------------------------------------------- */

static int complain(int error, const struct buf *why)
{
	fprintf(stderr, "simmer: %s\n", buf_text(why));
	return error_status(error);
}

static int usage(const char *what)
{
	fprintf(stderr, "simmer: %s (see 'simmer --help')\n", what);
	return error_status(ERR_USAGE);
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

static void print_diagnostics(struct diagnostics *d, FILE *out)
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
	print_diagnostics(&diagnostics, stderr);
	if (error)
		return error_status(error);
	scene_of_signals = scene;
	watch_signals();
	int status = scene_run(scene);
	scene_of_signals = NULL;
	scene_free(scene);
	if (last_signal == SIGTERM || last_signal == SIGHUP)
		die_by_signal(last_signal);
	return status;
}

/*
 * What happened in the scene or trace that the first operand names: a complete trace in
 * `*out`, to be freed by the caller, with `*status` 1 if the scene failed. 0, or the exit
 * status of an error that has been said.
 */
static int trace_operand(const struct options *o, const struct course *course, struct trace **out,
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
		if (*status)
			*status = 1;
	}
	input_free(&in);
	buf_free(&why);
	return failure;
}

/* Whether pictures are drawn in ASCII: asked for, or the locale has no UTF-8. */
static bool wants_ascii(const struct options *o)
{
	return o->ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static int page_cols(const struct options *o)
{
	struct winsize size;
	if (o->width_cols)
		return (int)o->width_cols;
	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_col >= 40)
		return size.ws_col;
	return 80;
}

/* What was written is out, or the disk is full and the user hears of it. */
static int finish_stdout(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fputs("simmer: standard output: the disk is full or the reader has gone\n", stderr);
	return error_status(ERR_WRITE);
}

/* ---- the subcommands ------------------------------------------------------------------ */

static int do_run(const struct options *o, const struct course *course)
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

static int do_trace(const struct options *o, const struct course *course)
{
	struct trace *trace;
	int status;
	int failure = trace_operand(o, course, &trace, &status);
	if (failure)
		return failure;
	struct view *view = view_new(trace);
	view_update(view, 0);
	struct text_options text = {
		.width_cols = page_cols(o), .ascii = wants_ascii(o), .internals = o->internals,
		.measured = o->measured};
	struct buf out = {0};
	if (o->steps)
		export_steps(view, &text, &out);
	else
		export_picture(view, &text, &out);
	fwrite(buf_text(&out), 1, out.len, stdout);
	buf_free(&out);
	view_free(view);
	trace_free(trace);
	return finish_stdout(status);
}

static void say_endings(struct buf *why)
{
	for (size_t i = 0; i < exporter_count; i++)
		buf_printf(why, "%s.%s", i ? ", " : "", exporters[i].ext);
}

static int do_export(const struct options *o, const struct course *course)
{
	struct buf why = {0};
	if (!o->output)
		return usage("export wants -o FILE");
	const struct exporter *exporter =
		exporter_for(strcmp(o->output, "-") == 0 ? "-.trace" : o->output);
	if (!exporter) {
		buf_printf(&why, "%s: no such format; the endings are ", o->output);
		say_endings(&why);
		int status = complain(ERR_USAGE, &why);
		buf_free(&why);
		return status;
	}
	/* Begin the file first: nobody wants to wait for a run whose result has no place. */
	struct file_writer file;
	int error = file_begin(&file, o->output, o->force, &why);
	struct trace *trace;
	int status = 0;
	int failure = error ? complain(error, &why) : 0;
	if (!failure) {
		failure = trace_operand(o, course, &trace, &status);
		if (failure)
			file_abandon(&file);
	}
	if (!failure) {
		struct view *view = view_new(trace);
		view_update(view, 0);
		errno = 0;
		const struct export_options options = {.width_cols = (int)o->width_cols,
						       .ascii = o->ascii,
						       .measured = o->measured};
		error = exporter->write(view, &options, file.stream, &why);
		if (error == -ERR_WRITE) {
			buf_reset(&why);
			buf_printf(&why, "%s: %s", file.path,
				   errno ? strerror(errno) : error_text(error));
		}
		if (error)
			file_abandon(&file);
		else
			error = file_commit(&file, &why);
		if (error)
			failure = complain(error, &why);
		view_free(view);
		trace_free(trace);
	}
	buf_free(&why);
	return failure ? failure : status;
}

static int do_check(const struct options *o, const struct course *course)
{
	int status = 0;
	for (int i = 0; i < o->operand_count; i++) {
		struct buf why = {0};
		struct input in;
		int error = input_read(&in, o->operands[i], course, &why);
		struct diagnostics diagnostics = {0};
		if (error)
			status = complain(error, &why);
		else if (!in.trace && scene_check(in.shown, buf_text(&in.text), in.text.len,
						  &diagnostics) != 0 &&
			 status == 0)
			status = 1;
		print_diagnostics(&diagnostics, stdout);
		input_free(&in);
		buf_free(&why);
	}
	return finish_stdout(status);
}

static void list_course(const struct course *course)
{
	const char *group = "";
	for (size_t i = 0; i < course->scenes.count; i++) {
		const struct course_scene *s = &course->scenes.items[i];
		if (strcmp(group, s->group) != 0)
			printf("%s%s\n", i ? "\n" : "", s->group);
		group = s->group;
		printf("  %-20s %s\n", s->name, s->title);
	}
}

static int do_scenes(const struct options *o, const struct course *course)
{
	struct buf why = {0}, text = {0};
	if (o->operand_count == 0) {
		list_course(course);
		return finish_stdout(0);
	}
	const struct course_scene *scene = course_find(course, o->operands[0]);
	int status;
	if (!scene) {
		buf_printf(&why, "the gallery has no scene '%s'", o->operands[0]);
		status = complain(ERR_USAGE, &why);
	} else {
		int error = file_read(scene->path, SCENE_MAX_BYTES, &text, &why);
		status = error ? complain(error, &why) : 0;
		fwrite(buf_text(&text), 1, text.len, stdout);
	}
	buf_free(&why);
	buf_free(&text);
	return finish_stdout(status);
}

/* The gallery as the chooser wants it; free `entries`. */
static struct gallery gallery_of(const struct course *course)
{
	struct gallery_entry *entries = mem_zalloc(course->scenes.count, sizeof *entries);
	for (size_t i = 0; i < course->scenes.count; i++) {
		const struct course_scene *s = &course->scenes.items[i];
		entries[i] = (struct gallery_entry){
			.name = s->name, .group = s->group, .title = s->title};
	}
	return (struct gallery){.entries = entries, .count = course->scenes.count};
}

static int theme_of(const struct options *o)
{
	if (!o->theme || strcmp(o->theme, "none") == 0)
		return -1;
	return strcmp(o->theme, "light") == 0 ? THEME_LIGHT : THEME_DARK;
}

/* The scene came through standard input; the keys come from the terminal itself. */
static void take_keys_from_terminal(void)
{
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (terminal < 0)
		return;
	dup2(terminal, STDIN_FILENO);
	close(terminal);
}

static int do_play(const struct options *o, const struct course *course)
{
	if (o->operand_count > 1)
		return usage("one scene at a time");
	/* Where no screen can be drawn, text reads well. */
	const char *term = getenv("TERM");
	if (!isatty(STDOUT_FILENO) || (term && strcmp(term, "dumb") == 0)) {
		if (o->operand_count)
			return do_trace(o, course);
		return do_scenes(o, course);
	}
	struct buf why = {0};
	struct session *session = session_new(o, course);
	int status = 0;
	if (o->operand_count && session_open(session, o->operands[0], &why) != 0) {
		/* Diagnostics come as whole lines, other reasons as one without its end. */
		bool lines = why.len && why.data[why.len - 1] == '\n';
		fprintf(stderr, lines ? "%s" : "simmer: %s\n", buf_text(&why));
		status = 2;
	} else {
		if (o->operand_count && strcmp(o->operands[0], "-") == 0)
			take_keys_from_terminal();
		struct gallery gallery = gallery_of(course);
		struct tui_options options = {
			.gallery = gallery,
			.theme = theme_of(o),
			.ascii = o->ascii,
			.no_colour = o->theme && strcmp(o->theme, "none") == 0,
		};
		struct feed feed = session_feed(session);
		status = tui_run(&options, &feed, &why);
		if (status < 0)
			status = complain(status, &why);
		free((void *)gallery.entries);
	}
	session_free(session);
	buf_free(&why);
	return status;
}

static const struct {
	int (*act)(const struct options *o, const struct course *course);
	int operands; /* at least so many */
} acts[] = {
	[COMMAND_PLAY] = {do_play, 0},     [COMMAND_RUN] = {do_run, 1},
	[COMMAND_TRACE] = {do_trace, 1},   [COMMAND_EXPORT] = {do_export, 1},
	[COMMAND_CHECK] = {do_check, 1},   [COMMAND_SCENES] = {do_scenes, 0},
};
static_assert(COUNT_OF(acts) == COMMAND_COUNT, "one act a command");

int main(int argc, char **argv)
{
	/* Only characters: numbers and messages are the same everywhere. */
	setlocale(LC_CTYPE, "");
	struct options options;
	if (options_parse(&options, argc, argv) != 0)
		return error_status(ERR_USAGE);
	if (options.help) {
		options_help(&options, stdout);
		return finish_stdout(0);
	}
	if (options.version) {
		puts("simmer " SIMMER_VERSION);
		return finish_stdout(0);
	}
	if (options.operand_count < acts[options.command].operands)
		return usage("which scene?");
	struct course course;
	course_load(&course, SIMMER_SCENES);
	int status = acts[options.command].act(&options, &course);
	course_free(&course);
	return status;
}
