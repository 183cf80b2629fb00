/*
 * simmer: subcommands and wiring. The only folder that sees every floor; what a
 * subcommand does stands here in a few lines, how it is done stands in the floors.
 */
#include <assert.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "headless.h"
#include "input.h"
#include "livecast.h"
#include "options.h"
#include "produce.h"
#include "scene/course.h"
#include "scene/run.h"
#include "screen/theme.h"
#include "session.h"
#include "syntax/diagnostics.h"
#include "trace/trace.h"
#include "tui/tui.h"
#include "wiring.h"

/* ---- the subcommands ------------------------------------------------------------------ */

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
		else if (!in.trace)
			scene_check(in.shown, buf_text(&in.text), in.text.len, &diagnostics);
		if (diagnostics.count && status == 0)
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

/* The scene came through standard input; the keys come from the terminal itself. */
static void take_keys_from_terminal(void)
{
	int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (terminal < 0)
		return;
	dup2(terminal, STDIN_FILENO);
	close(terminal);
}

/* Whether a screen can be drawn at all; where it cannot, text reads well. */
static bool has_screen(void)
{
	const char *term = getenv("TERM");
	return isatty(STDOUT_FILENO) && !(term && strcmp(term, "dumb") == 0);
}

/* What the command line says of a recording that cannot be; NULL if all is well. */
static const char *recording_mistake(const struct options *o)
{
	if (!o->record) {
		bool wanted = o->keys || o->title || o->cast_version || o->idle_ns || o->force;
		return wanted ? "--keys, --title, --format, --idle and --force are for --record"
			      : NULL;
	}
	if (!path_has_ending(o->record, "cast"))
		return "--record wants a FILE.cast";
	if (o->operand_count && is_same_file(o->record, o->operands[0]))
		return "what is read would be overwritten";
	return NULL;
}

/* Open what is to be shown: 0, or the exit status of what was said. */
static int open_operand(struct session *session, const struct options *o)
{
	if (o->operand_count == 0)
		return 0;
	struct buf why = {0};
	int error = session_open(session, o->operands[0], &why);
	/* Diagnostics come as whole lines, other reasons as one without its end. */
	bool lines = why.len && why.data[why.len - 1] == '\n';
	if (error)
		fprintf(stderr, lines ? "%s" : "simmer: %s\n", buf_text(&why));
	else if (strcmp(o->operands[0], "-") == 0)
		take_keys_from_terminal();
	buf_free(&why);
	return error ? error_status(error) : 0;
}

/* There is nothing to record: who does not know will want the other command. */
static int complain_of_terminal(struct buf *why)
{
	buf_puts(why, "; 'simmer record SCENE -o FILE.cast' needs none");
	return complain(ERR_TERMINAL, why);
}

/* Show the session until the user leaves; returns the exit status. `cast` may be NULL. */
static int present(struct session *session, const struct options *o,
		   const struct course *course, struct livecast *cast)
{
	struct buf why = {0};
	struct feed feed = session_feed(session);
	struct tui_recorder recorder = {0};
	if (cast) {
		const struct trace *trace = feed.trace(feed.world);
		livecast_entitle(cast, o->title || !trace ? o->title : trace_about(trace)->title);
		recorder = livecast_recorder(cast);
	}
	struct gallery gallery = gallery_of(course);
	struct tui_options options = {
		.gallery = gallery,
		.theme = o->theme ? theme_by_name(o->theme) : -1,
		.ascii = o->ascii,
		.no_colour = o->theme && strcmp(o->theme, "none") == 0,
		.recorder = cast ? &recorder : NULL,
	};
	int status = tui_run(&options, &feed, &why);
	if (status == -ERR_TERMINAL && cast)
		status = complain_of_terminal(&why);
	else if (status < 0)
		status = complain(status, &why);
	free((void *)gallery.entries);
	buf_free(&why);
	return status;
}

static int do_play(const struct options *o, const struct course *course)
{
	if (o->operand_count > 1)
		return usage("one scene at a time");
	const char *mistake = recording_mistake(o);
	if (mistake)
		return usage(mistake);
	struct buf why = {0};
	if (!has_screen() && o->record) {
		buf_puts(&why, "--record: standard output is no terminal that can show the screen");
		int status = complain_of_terminal(&why);
		buf_free(&why);
		return status;
	}
	if (!has_screen())
		return o->operand_count ? do_trace(o, course) : do_scenes(o, course);

	/* The file first: nobody wants to present what has no place to go. */
	struct livecast *cast = NULL;
	int error = 0;
	if (o->record)
		error = livecast_open(&cast,
				      &(struct livecast_options){
					      .path = o->record,
					      .version = o->cast_version,
					      .idle_ns = o->idle_ns,
					      .keys = o->keys,
					      .force = o->force,
				      },
				      &why);
	int status = error ? complain(error, &why) : 0;
	if (!error) {
		struct session *session = session_new(o, course);
		status = open_operand(session, o);
		if (status == 0)
			status = present(session, o, course, cast);
		session_free(session);
		error = livecast_close(cast, &why);
		int failure = error ? complain(error, &why) : 0;
		status = status ? status : failure;
	}
	buf_free(&why);
	return status;
}

static const struct {
	int (*act)(const struct options *o, const struct course *course);
	int operands; /* at least so many */
} acts[] = {
	[COMMAND_PLAY] = {do_play, 0},     [COMMAND_RUN] = {run_operand, 1},
	[COMMAND_TRACE] = {do_trace, 1},   [COMMAND_RECORD] = {do_record, 1},
	[COMMAND_EXPORT] = {do_export, 1}, [COMMAND_CHECK] = {do_check, 1},
	[COMMAND_SCENES] = {do_scenes, 0},
};
static_assert(COUNT_OF(acts) == COMMAND_COUNT, "one act a command");

/*
 * A standard stream that is closed stays one that nothing comes from and nothing goes to:
 * else the next file that is opened would get its number, and messages would end up in it.
 */
static void hold_closed_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			return;
}

int main(int argc, char **argv)
{
	hold_closed_streams();
	/* A file as large as is allowed is an error of a write, to be told, as it is in CPython. */
	signal(SIGXFSZ, SIG_IGN);
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
