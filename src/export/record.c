/* Recording: see record.h. A host of the screen, like the terminal, with a clock that
 * moves on as soon as nobody has anything left to do. */
#include "export/record.h"

#include "base/error.h"
#include "base/mem.h"
#include "screen/screen.h"
#include "trace/trace.h"
#include "view/moment.h"
#include "view/view.h"

struct recording {
	struct view *v;
	const struct record_options *o;
	const struct record_sink *sink;
	struct screen *screen;
	struct grid grid;
	struct buf caption;
	int64_t at_ns;
	size_t beat; /* that was marked last */
	size_t from, to;
};

/* Hand over what the screen shows now. */
static int take_frame(struct recording *r)
{
	screen_draw(r->screen, &r->grid);
	int error = r->sink->frame(r->sink->world, r->at_ns, &r->grid, screen_theme(r->screen));
	buf_reset(&r->caption);
	size_t beat = screen_beat(r->screen, &r->caption);
	if (!error && beat && beat != r->beat)
		error = r->sink->marker(r->sink->world, r->at_ns, buf_text(&r->caption));
	r->beat = beat;
	return error;
}

static void report(const struct recording *r, double part)
{
	if (r->o->progress)
		r->o->progress(r->o->world, part);
}

/* From here to the end, or to where it is to be cut. */
static int play(struct recording *r, bool *cut)
{
	int error = 0;
	if (r->from < r->to)
		screen_do(r->screen, CMD_PLAY, 0, r->at_ns);
	while (!error && screen_playing(r->screen) && screen_position(r->screen) < r->to) {
		int64_t due = screen_due_ns(r->screen), soonest = r->at_ns + PLAY_FRAME_NS;
		int64_t next = due > soonest ? due : soonest;
		if (r->o->max_ns && next > r->o->max_ns) {
			r->at_ns = r->o->max_ns;
			*cut = true;
			break;
		}
		r->at_ns = next;
		screen_advance(r->screen, next);
		if (screen_position(r->screen) >= r->to) {
			screen_seek(r->screen, r->to);
			if (screen_playing(r->screen))
				screen_do(r->screen, CMD_PLAY, 0, next);
		}
		error = take_frame(r);
		report(r, (double)(screen_position(r->screen) - r->from) /
		                  (double)(r->to - r->from));
	}
	return error;
}

static int64_t at_least_a_frame(int64_t ns)
{
	return ns > PLAY_FRAME_NS ? ns : PLAY_FRAME_NS;
}

/* How long the first frame stands. Of an introduction no more than two rows are shown. */
static int64_t opening_ns(const struct recording *r)
{
	const int64_t intro_ns = 8 * INT64_C(1000000000);
	int64_t read = screen_reading_ns(r->screen);
	if (!r->beat && read > intro_ns)
		read = intro_ns;
	int64_t ns = read > r->o->opening_ns ? read : r->o->opening_ns;
	return at_least_a_frame(ns);
}

/* What is to be at `at_ns` is not after the end that the recording has in any case. */
static int64_t within_limit(const struct recording *r, int64_t at_ns)
{
	return r->o->max_ns && at_ns > r->o->max_ns ? r->o->max_ns : at_ns;
}

int record(struct view *v, const struct record_options *o, const struct record_sink *sink,
           bool *cut)
{
	size_t last = view_moment_count(v, false) - 1;
	struct recording r = {.v = v, .o = o, .sink = sink};
	bool was_cut = false;
	r.to = o->to < last ? o->to : last;
	r.from = o->from < r.to ? o->from : r.to;
	r.screen = screen_new(&(struct screen_options){
		.theme = o->theme, .ascii = o->ascii, .pace = o->pace, .run_through = true,
		.measured = trace_about(view_trace(v))->real_clock});
	screen_resize(r.screen, o->cols, o->rows);
	screen_show(r.screen, v, false);
	screen_seek(r.screen, r.from);
	int error = take_frame(&r);
	r.at_ns = within_limit(&r, opening_ns(&r));
	if (!error)
		error = play(&r, &was_cut);
	r.at_ns = within_limit(&r, r.at_ns + at_least_a_frame(o->closing_ns));
	if (!error)
		error = sink->end(sink->world, r.at_ns);
	if (cut)
		*cut = was_cut;
	screen_free(r.screen);
	grid_free(&r.grid);
	buf_free(&r.caption);
	return error;
}
