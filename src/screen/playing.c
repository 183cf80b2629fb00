/*
 * How time passes on the screen: which moment playing stands at, what the clock shows
 * between two moments, and when that is something else.
 *
 * While a wait glides by, the cells change where the clock comes to the next column of the
 * timeline, at exactly that time; so the picture moves evenly, and nobody is woken up to
 * draw the same once more. Where columns are far apart the clock in the title ticks in
 * between. Both follow from the state: whoever draws in between sees the last of these.
 */
#include <math.h>
#include <string.h>

#include "screen/internal.h"
#include "trace/trace.h"
#include "view/snapshot.h"

/* The clock is seen to move at least so often, ... */
static const int64_t tick_ns = 1000 * 1000 * 1000;
/* ... and in the title by no less than this, where columns are longer than a tenth of it. */
static const int64_t tenth_ns = 100 * 1000 * 1000;
/* Of a second, in the title: milliseconds. */
enum { DECIMALS_MAX = 3 };
/* How often to look while it is the scene that one waits for. */
static const int64_t look_ns = 100 * 1000 * 1000;

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t moment_ns(const struct screen *s, size_t index)
{
	return view_moment(s->view, s->state.internals, index).time_ns;
}

static size_t last_moment(const struct screen *s)
{
	return view_moment_count(s->view, s->state.internals) - 1;
}

int64_t next_gap_ns(const struct screen *s)
{
	size_t index = present_index(s);
	return index < last_moment(s)
	               ? most(moment_ns(s, index + 1) - moment_ns(s, index), 0)
	               : 0;
}

/* The clock at the next moment; INT64_MAX as long as there is none. */
static int64_t next_ns(const struct screen *s)
{
	size_t index = present_index(s);
	return index < last_moment(s) ? moment_ns(s, index + 1) : INT64_MAX;
}

bool clock_runs(const struct screen *s)
{
	return s->state.live && !view_complete(s->view) &&
	       trace_about(view_trace(s->view))->real_clock;
}

/* ---- how long the present moment is shown ------------------------------------------ */

int64_t screen_reading_ns(const struct screen *s)
{
	if (!s->view)
		return 0;
	const struct trace *t = view_trace(s->view);
	uint64_t event = view_caption_at(s->view, s->state.position);
	const char *text = trace_about(t)->intro;
	size_t len = strlen(text);
	if (event != UINT64_MAX)
		text = trace_text(t, trace_at(t, event)->b, &len);
	return len ? play_read_ns(&s->options.pace, text, len) : 0;
}

struct stay present_stay(const struct screen *s)
{
	size_t index = present_index(s);
	bool reads = !s->state.beat_stop &&
	             view_moment(s->view, s->state.internals, index).beat;
	return play_stay(&s->options.pace, s->state.speed, next_gap_ns(s),
	                 reads ? screen_reading_ns(s) : 0);
}

/* ---- the clock between two moments ------------------------------------------------- */

/* Where the clock stops on its way through a gap, all in ns of the scene's clock. */
struct stops {
	int64_t begin_ns, end_ns;
	double column; /* several, if they go by too fast to be seen */
	int64_t tick;  /* and where it is a multiple of this; INT64_MAX: nowhere else */
	int64_t grain; /* the title tells multiples of this */
};

/* 1, 2 or 5 times a power of ten, at least `ns`. */
static int64_t round_ns(double ns)
{
	double power = pow(10, floor(log10(fmax(ns, 1))));
	double times = ns / power * (1 - 1e-9);
	double round = power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
	return round < 9e18 ? (int64_t)round : INT64_MAX;
}

/* What the title's clock is told in where a column is `unit` long: tenths of a second,
 * but whole ones for those who wait long, and more for the hasty. */
static int64_t grain_of(double unit)
{
	if (unit >= 1e9)
		return 1000 * 1000 * 1000;
	if (unit * 10 >= (double)tenth_ns)
		return tenth_ns;
	int64_t grain = tenth_ns;
	while (grain > 1 && unit * 10 < (double)grain)
		grain /= 10;
	return grain;
}

static struct stops stops_of(const struct screen *s, const struct stay *stay, double unit)
{
	int64_t begin = moment_ns(s, present_index(s));
	double host = (double)stay->glide_ns / (double)stay->gap_ns; /* ns for one of the scene */
	struct stops stops = {
		.begin_ns = begin,
		.end_ns = begin + stay->gap_ns,
		.column = unit,
		.tick = INT64_MAX,
		.grain = grain_of(unit),
	};
	int64_t tick = round_ns((double)tick_ns / host);
	if ((double)tick < unit) {
		stops.tick = tick;
		stops.grain = least(stops.grain, tick);
	} else if (unit * host < (double)PLAY_FRAME_NS) {
		stops.column *= ceil((double)PLAY_FRAME_NS / fmax(unit * host, 1e-9) - 1e-9);
	}
	return stops;
}

/* Where a column of the stops begins: scale_col says so of this ns, and of none before. */
static int64_t column_ns(const struct stops *stops, double col)
{
	double ns = ceil((col - 5e-10) * stops->column);
	return ns < 9e18 ? (int64_t)ns : INT64_MAX;
}

/* The last stop at or before `ns`. */
static int64_t stop_at(const struct stops *stops, int64_t ns)
{
	double col = floor((double)ns / stops->column + 1e-9);
	int64_t stop = column_ns(stops, col);
	if (stop > ns)
		stop = column_ns(stops, col - 1);
	if (stops->tick < INT64_MAX)
		stop = most(stop, ns / stops->tick * stops->tick);
	return most(stop, stops->begin_ns);
}

/* The first stop after `ns`. */
static int64_t stop_after(const struct stops *stops, int64_t ns)
{
	double col = floor((double)ns / stops->column + 1e-9);
	int64_t stop = column_ns(stops, col + 1);
	if (stop <= ns)
		stop = ns + 1;
	if (stops->tick < INT64_MAX) {
		int64_t tick = ns / stops->tick * stops->tick;
		stop = least(stop, tick > INT64_MAX - stops->tick ? INT64_MAX
		                                                  : tick + stops->tick);
	}
	return least(stop, stops->end_ns);
}

struct instant present_instant(const struct screen *s, const struct timeline_cut *cut)
{
	const struct play *play = &s->state.play;
	int64_t now = moment_ns(s, present_index(s));
	if (clock_runs(s))
		now = most(now, s->state.live_ns);
	else if (s->state.held_ns > now)
		now = least(s->state.held_ns, next_ns(s));
	struct instant at = {now, now};
	struct stay stay = {0};
	/* Paused in the middle of a wait, the clock stays there; a step forward ends it. */
	if (play->shown_ns > 0 && s->state.held_ns <= now && !clock_runs(s))
		stay = present_stay(s);
	int64_t passed = stay.gap_ns ? play_passed_ns(&stay, play->shown_ns) : 0;
	if (passed > 0) {
		struct stops stops = stops_of(s, &stay, timeline_unit(s, cut->cols));
		at.time_ns = stop_at(&stops, now + passed);
		at.told_ns = most(now, at.time_ns / stops.grain * stops.grain);
	}
	return at;
}

/* The decimals of a time that is told. */
static int decimals_of(int64_t ns)
{
	int decimals = 9;
	for (uint64_t rest = (uint64_t)ns % 1000000000; decimals > 1 && rest % 10 == 0; rest /= 10)
		decimals--;
	return decimals;
}

void learn_clock(struct screen *s)
{
	enum { MOST = 20000 }; /* moments: nobody steps through more */
	const int64_t ms = 1000000;
	size_t count = view_moment_count(s->view, false);
	size_t *i = &s->clock_seen;
	for (; *i < count && *i < MOST && s->clock_decimals < DECIMALS_MAX; ++*i) {
		int64_t ns = view_moment(s->view, false, *i).time_ns;
		/* Told are milliseconds, but of the very beginning. */
		int decimals = decimals_of(ns > INT64_MAX - ms ? ns : (ns + ms / 2) / ms * ms);
		if (decimals > s->clock_decimals)
			s->clock_decimals = decimals;
	}
}

int clock_decimals(const struct screen *s, const struct timeline_cut *cut)
{
	int told = decimals_of(grain_of(timeline_unit(s, cut->cols)));
	told = told < DECIMALS_MAX ? told : DECIMALS_MAX;
	return told > s->clock_decimals ? told : s->clock_decimals;
}

int64_t screen_time_ns(const struct screen *s)
{
	if (!s->view)
		return 0;
	struct layout l = screen_layout(s);
	struct timeline_cut cut = timeline_cut(s, &l);
	return present_instant(s, &cut).told_ns;
}

/* How long the present moment has been shown when the cells are others, or it is over. */
static int64_t next_change_ns(const struct screen *s)
{
	const struct play *play = &s->state.play;
	struct stay stay = present_stay(s);
	int64_t end = play_hold_ns(&stay), shown = play->shown_ns;
	if (stay.glide_ns == 0 || shown >= end)
		return end;
	struct layout l = screen_layout(s);
	struct timeline_cut cut = timeline_cut(s, &l);
	struct stops stops = stops_of(s, &stay, timeline_unit(s, cut.cols));
	int64_t at = stops.begin_ns + play_passed_ns(&stay, shown), then = shown;
	/* A stop that comes too soon after the last frame is left out, and so is one that the
	 * next stop or moment follows too soon. */
	for (int tries = 0; tries < 8; tries++) {
		at = stop_after(&stops, at);
		int64_t next = play_shown_ns(&stay, at - stops.begin_ns);
		if (then > shown && next >= then + PLAY_FRAME_NS)
			return then;
		if (next > end - PLAY_FRAME_NS)
			return end;
		if (next >= shown + PLAY_FRAME_NS)
			then = next;
	}
	return then > shown ? then : least(shown + PLAY_FRAME_NS, end);
}

/* ---- playing on -------------------------------------------------------------------- */

/* The real clock runs on while nothing happens. What was seen last was seen late, by no
 * one knows how much: the clock that is furthest ahead is the right one. */
static unsigned run_clock(struct screen *s, int64_t now_ns)
{
	struct screen_state *st = &s->state;
	int64_t told = view_end_ns(s->view);
	int64_t since = st->seen_host_ns ? now_ns - st->seen_host_ns : 0;
	st->live_ns = st->seen_host_ns ? st->seen_scene_ns + since : told;
	if (!st->seen_host_ns || told > st->live_ns) {
		st->seen_host_ns = now_ns;
		st->seen_scene_ns = st->live_ns = told;
	}
	st->play.last_ns = now_ns;
	return DO_DRAW;
}

/* What has passed since the last time; who was suspended meanwhile has not played on. */
static int64_t elapsed_ns(const struct screen *s, int64_t now_ns)
{
	int64_t due = screen_due_ns(s), last = s->state.play.last_ns;
	int64_t late = due > INT64_MAX - look_ns ? INT64_MAX : due + look_ns;
	now_ns = now_ns < late ? now_ns : late;
	return now_ns > last ? now_ns - last : 0;
}

int64_t screen_due_ns(const struct screen *s)
{
	const struct play *play = &s->state.play;
	if (s->view && clock_runs(s))
		return play->last_ns + look_ns;
	if (!s->view || !play->on)
		return INT64_MAX;
	if (present_index(s) == last_moment(s) && !view_complete(s->view))
		return play->last_ns + look_ns; /* the rest is still to come */
	int64_t left = most(next_change_ns(s) - play->shown_ns, 0);
	return play->last_ns > INT64_MAX - left ? INT64_MAX : play->last_ns + left;
}

/* The moment that playing goes to from `index`. */
static size_t next_to_play(const struct screen *s, size_t index)
{
	if (s->state.follow)
		return view_next_of_lane(s->view, s->state.internals, index,
		                         s->state.chosen);
	return index < last_moment(s) ? index + 1 : index;
}

/* Everything has been shown. */
static void stop_at_end(struct screen *s)
{
	struct play *play = &s->state.play;
	play->shown_ns = 0;
	play->on = !view_complete(s->view);
	/* What happens on the real clock has been caught up with. */
	if (play->on && !s->state.follow && trace_about(view_trace(s->view))->real_clock) {
		play->on = false;
		s->state.live = true;
		screen_grown(s);
	}
}

unsigned screen_advance(struct screen *s, int64_t now_ns)
{
	struct play *play = &s->state.play;
	if (s->view && clock_runs(s))
		return run_clock(s, now_ns);
	if (!s->view || !play->on)
		return 0;
	play->shown_ns += elapsed_ns(s, now_ns);
	play->last_ns = now_ns;
	for (;;) {
		struct stay stay = present_stay(s);
		int64_t hold = play_hold_ns(&stay);
		if (play->shown_ns < hold)
			break;
		size_t index = present_index(s), next = next_to_play(s, index);
		if (next == index) {
			stop_at_end(s);
			break;
		}
		struct play kept = *play;
		go_to(s, next);
		*play = kept;
		play->shown_ns -= hold;
		if (s->state.beat_stop &&
		    view_moment(s->view, s->state.internals, next).beat) {
			play->shown_ns = 0;
			play->on = false;
			break;
		}
	}
	return DO_DRAW;
}

/* Where the clock was held between two moments, playing goes on from there. */
static void let_go_of_held(struct screen *s)
{
	struct play *play = &s->state.play;
	struct stay stay = present_stay(s);
	int64_t passed = s->state.held_ns - moment_ns(s, present_index(s));
	s->state.held_ns = 0;
	if (play->on && passed > 0 && stay.gap_ns > 0)
		play->shown_ns = play_shown_ns(&stay, passed);
}

/* Whoever starts to play at a beat has read it. */
static void skip_reading(struct screen *s)
{
	struct play *play = &s->state.play;
	struct stay stay = present_stay(s);
	struct stay unread = play_stay(&s->options.pace, s->state.speed, stay.gap_ns, 0);
	play->shown_ns = most(play->shown_ns, stay.stand_ns - unread.stand_ns);
}

void playing_switch(struct screen *s, int64_t now_ns)
{
	struct play *play = &s->state.play;
	if (s->state.live && !view_complete(s->view)) {
		/* Only the view is paused: the scene goes on. */
		s->state.held_ns = present_of(s).time_ns;
		s->state.live = false;
		return;
	}
	s->state.live = false;
	play->on = !play->on;
	play->last_ns = now_ns;
	let_go_of_held(s);
	/* At the end there is nothing left to play: begin anew. */
	if (play->on && present_index(s) == last_moment(s) && view_complete(s->view)) {
		go_to(s, 0);
		play->on = true;
	}
	if (play->on)
		skip_reading(s);
}

/* The present moment has another stay than before: the same part of it has been shown, so
 * the clock does not jump. */
static void restay(struct screen *s, const struct stay *before)
{
	struct play *play = &s->state.play;
	struct stay after = present_stay(s);
	int64_t passed = play_passed_ns(before, play->shown_ns);
	if (passed > 0)
		play->shown_ns = play_shown_ns(&after, passed);
	else if (before->stand_ns > 0)
		play->shown_ns = (int64_t)(fmin((double)play->shown_ns / (double)before->stand_ns, 1) *
		                           (double)after.stand_ns);
}

void playing_set_speed(struct screen *s, int speed)
{
	struct stay before = present_stay(s);
	s->state.speed = (int)most(least(speed, SCREEN_SPEED_MAX), SCREEN_SPEED_MIN);
	restay(s, &before);
}

void playing_stop_at_beats(struct screen *s, bool stop)
{
	struct stay before = present_stay(s);
	s->state.beat_stop = stop;
	restay(s, &before);
}
