/* Pictures, recordings and traces: see produce.h. */
#include "produce.h"

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "export/cast.h"
#include "export/export.h"
#include "export/record.h"
#include "export/text.h"
#include "headless.h"
#include "options.h"
#include "screen/theme.h"
#include "trace/trace.h"
#include "view/moment.h"
#include "view/view.h"
#include "wiring.h"

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

int do_trace(const struct options *o, const struct course *course)
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
	/* A write that fails is told by finish_stdout. */
	if (o->steps)
		export_steps(view, &text, stdout);
	else
		export_picture(view, &text, stdout);
	view_free(view);
	trace_free(trace);
	return finish_stdout(status);
}

static void say_endings(struct buf *why)
{
	for (size_t i = 0; i < exporter_count; i++)
		buf_printf(why, "%s.%s", i ? ", " : "", exporters[i].ext);
}

/* Write a view's product to `out`: 0, or a negated enum error with a line in `*why`, which
 * may stay empty for -ERR_WRITE. */
typedef int producer(struct view *v, const struct options *o, FILE *out, struct buf *why);

/*
 * Run what the first operand names and have `produce` write a file of it, which is there
 * whole in the end or not at all. The file is begun first: nobody wants to wait for a run
 * whose result has no place. Returns the exit status.
 */
static int write_product(const struct options *o, const struct course *course, producer *produce)
{
	/* A reader that has gone is an error of a write, to be told, not an end without words. */
	signal(SIGPIPE, SIG_IGN);
	struct buf why = {0};
	if (is_same_file(o->output, o->operands[0]))
		return usage("what is read would be overwritten");
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
		error = produce(view, o, file.stream, &why);
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

/* ---- export ------------------------------------------------------------------------- */

static const struct exporter *exporter_asked_for(const struct options *o)
{
	return exporter_for(strcmp(o->output, "-") == 0 ? "-.trace" : o->output);
}

static int produce_export(struct view *v, const struct options *o, FILE *out, struct buf *why)
{
	const struct export_options options = {.width_cols = (int)o->width_cols,
					       .ascii = o->ascii,
					       .measured = o->measured,
					       .code = o->code,
					       .theme = o->theme ? theme_by_name(o->theme) : -1};
	return exporter_asked_for(o)->write(v, &options, out, why);
}

/* Whether all that was asked for concerns the format; else 2 after a line that says what
 * does not. */
static int refuse_what_does_not_concern(const struct options *o, const struct exporter *e)
{
	const struct {
		bool asked;
		unsigned takes;
		const char *option;
	} wishes[] = {
		{o->width_cols != 0, TAKES_WIDTH, "--width"},
		{o->ascii, TAKES_ASCII, "--ascii"},
		{o->measured, TAKES_MEASURED, "--measured"},
		{o->code, TAKES_CODE, "--code"},
		{o->theme != NULL, TAKES_THEME, "--theme"},
	};
	struct buf why = {0};
	for (size_t i = 0; i < COUNT_OF(wishes) && !why.len; i++)
		if (wishes[i].asked && !(e->takes & wishes[i].takes))
			buf_printf(&why, "%s does not concern a .%s", wishes[i].option, e->ext);
	if (!why.len && o->theme && theme_by_name(o->theme) < 0)
		buf_printf(&why, "--theme of a .%s is 'dark' or 'light', not '%s'", e->ext, o->theme);
	int status = why.len ? complain(ERR_USAGE, &why) : 0;
	buf_free(&why);
	return status;
}

int do_export(const struct options *o, const struct course *course)
{
	if (!o->output)
		return usage("export wants -o FILE");
	const struct exporter *exporter = exporter_asked_for(o);
	if (exporter) {
		int refused = refuse_what_does_not_concern(o, exporter);
		return refused ? refused : write_product(o, course, produce_export);
	}
	struct buf why = {0};
	buf_printf(&why, "%s: no such format; the endings are ", o->output);
	say_endings(&why);
	int status = complain(ERR_USAGE, &why);
	buf_free(&why);
	return status;
}

/* ---- record ------------------------------------------------------------------------- */

/* A recording on its way from the screen to a file. */
struct reel {
	struct cast *cast;
	FILE *out;
	bool shows_progress;
	int percent; /* as shown; -1: nothing was */
	time_t began;
};

static int write_line(void *world, const char *line, size_t len)
{
	struct reel *r = world;
	return fwrite(line, 1, len, r->out) == len ? 0 : -ERR_WRITE;
}

static int take_frame(void *world, int64_t at_ns, const struct grid *g, enum theme theme)
{
	return cast_frame(((struct reel *)world)->cast, at_ns, g, theme);
}

static int take_marker(void *world, int64_t at_ns, const char *label)
{
	return cast_marker(((struct reel *)world)->cast, at_ns, label);
}

static int take_end(void *world, int64_t at_ns)
{
	return cast_end(((struct reel *)world)->cast, at_ns);
}

/* Whoever waits for more than a moment is told how far it is. */
static void show_progress(void *world, double part)
{
	enum { PATIENCE_S = 2 };
	struct reel *r = world;
	int percent = (int)(part * 100);
	if (!r->shows_progress || percent == r->percent ||
	    time(NULL) < r->began + PATIENCE_S)
		return;
	r->percent = percent;
	fprintf(stderr, "\rrecording %d %%", percent);
}

/* The moment of a place: that of a beat, or the one in which a step of the loop ends. */
static int find_place(const struct view *v, const struct place *place, const char *option,
		      size_t otherwise, size_t *moment, struct buf *why)
{
	*moment = otherwise;
	size_t beats = view_beat_count(v);
	if (place->kind == PLACE_BEAT && place->number > beats) {
		buf_printf(why, "%s: there is no beat %lu; the scene has %zu", option,
			   (unsigned long)place->number, beats);
		return -ERR_USAGE;
	}
	if (place->kind == PLACE_STEP && place->number > view_step_count(v)) {
		buf_printf(why, "%s: there is no step %lu; the run has %lu", option,
			   (unsigned long)place->number, (unsigned long)view_step_count(v));
		return -ERR_USAGE;
	}
	if (place->kind == PLACE_STEP)
		*moment = view_moment_at_step(v, false, (uint32_t)place->number);
	if (place->kind == PLACE_BEAT)
		for (*moment = 0; place->number > view_beat_at(v, view_moment(v, false, *moment).end);)
			*moment = view_next_beat(v, false, *moment);
	return 0;
}

static int produce_cast(struct view *v, const struct options *o, FILE *out, struct buf *why)
{
	const int64_t second = 1000000000;
	bool plain = o->theme && strcmp(o->theme, "none") == 0;
	struct reel reel = {.out = out, .shows_progress = isatty(STDERR_FILENO), .percent = -1,
			    .began = time(NULL)};
	struct record_options r = {
		.cols = (int)o->cols,
		.rows = (int)o->rows,
		.pace = pace_default,
		.theme = o->theme && !plain ? (enum theme)theme_by_name(o->theme) : THEME_DARK,
		.ascii = o->ascii,
		.opening_ns = 2 * second,
		.closing_ns = 4 * second,
		.max_ns = o->max_length_ns,
		.progress = show_progress,
		.world = &reel,
	};
	r.pace.step_ns = o->step_ns;
	r.pace.second_ns = o->second_ns;
	r.pace.idle_ns = o->idle_ns ? o->idle_ns : 5 * second;
	int error = find_place(v, &o->from, "--from", 0, &r.from, why);
	if (!error)
		error = find_place(v, &o->to, "--to", SIZE_MAX, &r.to, why);
	if (!error && r.to < r.from) {
		buf_puts(why, "--from is behind --to");
		error = -ERR_USAGE;
	}
	if (error)
		return error;
	const struct trace_about *about = trace_about(view_trace(v));
	error = cast_new(&reel.cast,
			 &(struct cast_options){
				 .format = o->cast_version == 3 ? CAST_V3 : CAST_V2,
				 .cols = r.cols,
				 .rows = r.rows,
				 .theme = r.theme,
				 .depth = plain ? DEPTH_NONE : DEPTH_256,
				 .title = o->title ? o->title : about->title,
				 .timestamp_s = -1,
			 },
			 &(struct cast_out){&reel, write_line});
	bool cut = false;
	if (!error)
		error = record(v, &r, &(struct record_sink){&reel, take_frame, take_marker, take_end},
			       &cut);
	if (reel.percent >= 0)
		fputs("\r              \r", stderr);
	if (!error && cut)
		fprintf(stderr, "simmer: the recording ends after %g s, before the run does (--max-length)\n",
			(double)o->max_length_ns / (double)second);
	cast_free(reel.cast);
	return error;
}

int do_record(const struct options *o, const struct course *course)
{
	if (!o->output)
		return usage("record wants -o FILE.cast");
	if (strcmp(o->output, "-") != 0 && !path_has_ending(o->output, "cast")) {
		struct buf why = {0};
		buf_printf(&why, "%s: a recording ends in .cast; 'simmer export' writes other forms",
			   o->output);
		int status = complain(ERR_USAGE, &why);
		buf_free(&why);
		return status;
	}
	return write_product(o, course, produce_cast);
}
