/* Moving about: steps, ticks, beats, seeking, choosing, zooming, finding. */
#include <stdlib.h>
#include <string.h>

#include "screen/internal.h"

enum { ZOOM_MAX = 40 };

/* ---- positions ------------------------------------------------------------------- */

void go_to(struct screen *s, size_t index)
{
	struct screen_state *st = &s->state;
	size_t last = view_moment_count(s->view, st->internals) - 1;
	st->position =
		view_moment(s->view, st->internals, index < last ? index : last).end;
	st->wanted = 0;
	st->held_ns = 0;
	st->play.shown_ns = 0;
	st->scroll[PANE_SOURCE] = st->scroll[PANE_OUTPUT] = 0;
}

/* Go somewhere because the user said so: playing stops. */
static void jump(struct screen *s, size_t index)
{
	s->state.play.on = false;
	s->state.live = false;
	go_to(s, index);
}

static void step(struct screen *s, int direction)
{
	size_t index = present_index(s);
	bool internals = s->state.internals;
	bool waits = (s->state.play.shown_ns > 0 && next_gap_ns(s) > 0) || s->state.held_ns > 0;
	bool within = s->state.position > view_moment(s->view, internals, index).end;
	/* From the middle of a wait or a step, back is to its beginning. */
	if (direction < 0 && (waits || within))
		jump(s, index);
	else if (s->state.follow && direction > 0)
		jump(s, view_next_of_lane(s->view, internals, index, s->state.chosen));
	else if (s->state.follow)
		jump(s, view_prev_of_lane(s->view, internals, index, s->state.chosen));
	else if (direction > 0)
		jump(s, index + 1);
	else
		jump(s, index ? index - 1 : 0);
}

/* The moment at a place on the ruler that is in use. */
static size_t moment_at_coordinate(const struct screen *s, double coordinate)
{
	const struct screen_state *st = &s->state;
	if (coordinate < 0)
		coordinate = 0;
	if (coordinate > 9e18)
		coordinate = 9e18;
	if (ruler_shown(s) == RULER_CLOCK)
		return view_moment_at_time(s->view, st->internals, (int64_t)coordinate);
	uint32_t number = coordinate > 4e9 ? UINT32_MAX : (uint32_t)(coordinate + 0.5);
	if (ruler_shown(s) == RULER_TICK)
		return view_moment_at_tick(s->view, st->internals, number);
	return view_moment_at_step(s->view, st->internals, number);
}

static void toggle_internals(struct screen *s)
{
	struct screen_state *st = &s->state;
	st->internals = !st->internals;
	/* Come to stand on a moment of the other list. */
	go_to(s, present_index(s));
}

/* ---- lanes ----------------------------------------------------------------------- */

static void choose(struct screen *s, int direction)
{
	uint32_t *lanes;
	size_t count = timeline_lanes(s, &lanes);
	size_t at = SIZE_MAX;
	for (size_t i = 0; i < count; i++)
		if (lanes[i] == s->state.chosen)
			at = i;
	if (count && at == SIZE_MAX)
		at = direction > 0 ? 0 : count - 1;
	else if (direction > 0 && at + 1 < count)
		at++;
	else if (direction < 0 && at > 0 && at != SIZE_MAX)
		at--;
	if (count)
		s->state.chosen = lanes[at];
	free(lanes);
}

static void toggle_fold(struct screen *s)
{
	uint32_t lane = s->state.chosen;
	if (lane == LANE_NONE)
		return;
	for (size_t i = 0; i < s->folded.count; i++)
		if (s->folded.items[i] == lane) {
			s->folded.items[i] = vec_pop(&s->folded);
			return;
		}
	if (view_descendants(s->view, s->state.internals, lane))
		vec_push(&s->folded, lane);
}

static unsigned escape(struct screen *s)
{
	struct screen_state *st = &s->state;
	if (st->follow)
		st->follow = false;
	else if (st->chosen != LANE_NONE)
		st->chosen = LANE_NONE;
	else if (s->has_query)
		s->has_query = false;
	else if (s->options.gallery.count)
		return DO_DRAW | DO_CLOSE;
	return DO_DRAW;
}

static void scroll_source(struct screen *s, int direction)
{
	int *scroll = &s->state.scroll[PANE_SOURCE];
	int lines = (int)s->source.lines.count;
	if (*scroll + direction <= lines && *scroll + direction >= -lines)
		*scroll += direction;
}

static void up_or_down(struct screen *s, int direction)
{
	struct screen_state *st = &s->state;
	if (st->focus == PANE_TIMELINE)
		choose(s, direction);
	else if (st->focus == PANE_OUTPUT)
		st->scroll[PANE_OUTPUT] +=
			st->scroll[PANE_OUTPUT] - direction < 0 ? 0 : -direction;
	else
		scroll_source(s, direction);
}

/* The next pane that is not folded away gets the keys. */
static void next_pane(struct screen *s, int direction)
{
	struct layout l = screen_layout(s);
	const int heights[PANE_COUNT] = {
		[PANE_TIMELINE] = l.timeline.h,
		[PANE_SOURCE] = l.source.h,
		[PANE_LOOP] = 0, /* has nothing to scroll */
		[PANE_OUTPUT] = l.output.h,
	};
	int pane = (int)s->state.focus;
	do
		pane = (pane + direction + PANE_COUNT) % PANE_COUNT;
	while (!heights[pane] && pane != (int)s->state.focus);
	s->state.focus = (enum pane)pane;
}

/* ---- zoom ------------------------------------------------------------------------ */

static void zoom(struct screen *s, int by)
{
	struct screen_state *st = &s->state;
	int old = st->zoom;
	st->zoom += by;
	if (st->zoom < 0)
		st->zoom = 0;
	if (st->zoom > ZOOM_MAX)
		st->zoom = ZOOM_MAX;
	/* A step needs no more than eight columns, a nanosecond no more than one. */
	double least = ruler_shown(s) == RULER_CLOCK ? 1 : 0.125;
	if (by > 0 && present_of(s).scale.unit < least) {
		st->zoom = old;
		screen_message(s, "zoomed in as far as it goes");
	}
}

/* ---- commands -------------------------------------------------------------------- */

static void find(struct screen *s, bool backwards)
{
	if (!s->has_query)
		screen_message(s, "nothing to find: type / and a text");
	else if (!search_next(s, backwards))
		screen_message(s, "not found");
}

unsigned move_do(struct screen *s, enum command command, int argument)
{
	struct screen_state *st = &s->state;
	bool internals = st->internals;
	size_t index = present_index(s);
	size_t last = view_moment_count(s->view, internals) - 1;
	switch (command) {
	case CMD_STEP:
		step(s, 1);
		break;
	case CMD_STEP_BACK:
		step(s, -1);
		break;
	case CMD_TICK:
		jump(s, view_next_tick(s->view, internals, index));
		break;
	case CMD_TICK_BACK:
		jump(s, view_prev_tick(s->view, internals, index));
		break;
	case CMD_BEAT:
		jump(s, view_next_beat(s->view, internals, index));
		break;
	case CMD_BEAT_BACK:
		jump(s, view_prev_beat(s->view, internals, index));
		break;
	case CMD_BEGINNING:
		jump(s, 0);
		break;
	case CMD_END:
		jump(s, last);
		st->live = !view_complete(s->view);
		screen_grown(s);
		break;
	case CMD_SEEK:
		jump(s, moment_at_coordinate(s, view_extent(s->view, ruler_shown(s)) *
		                                        argument / 10));
		break;
	case CMD_ZOOM_IN:
	case CMD_WHEEL_IN:
		zoom(s, 1);
		break;
	case CMD_ZOOM_OUT:
	case CMD_WHEEL_OUT:
		zoom(s, -1);
		break;
	case CMD_ZOOM_FIT:
		st->zoom = 0;
		break;
	case CMD_RULER:
		st->ruler = (ruler_shown(s) + 1) % RULER_COUNT;
		st->ruler_chosen = true;
		st->zoom = 0;
		break;
	case CMD_INTERNALS:
		toggle_internals(s);
		break;
	case CMD_FUTURE:
		st->future = !st->future;
		break;
	case CMD_DOWN:
		up_or_down(s, 1);
		break;
	case CMD_UP:
		up_or_down(s, -1);
		break;
	case CMD_FOLLOW:
		st->follow = st->chosen != LANE_NONE;
		break;
	case CMD_FOLD:
		toggle_fold(s);
		break;
	case CMD_ESCAPE:
		return escape(s);
	case CMD_PANE:
		next_pane(s, 1);
		break;
	case CMD_PANE_BACK:
		next_pane(s, -1);
		break;
	case CMD_FIND_NEXT:
		find(s, false);
		break;
	case CMD_FIND_BACK:
		find(s, true);
		break;
	default:
		return 0;
	}
	return DO_DRAW;
}

static bool inside(struct rect r, int x, int y)
{
	return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

unsigned move_click(struct screen *s, int x, int y)
{
	struct layout l = screen_layout(s);
	if (l.too_small)
		return 0;
	if (inside(l.source, x, y))
		s->state.focus = PANE_SOURCE;
	else if (inside(l.output, x, y))
		s->state.focus = PANE_OUTPUT;
	if (!inside(l.timeline, x, y))
		return DO_DRAW;
	s->state.focus = PANE_TIMELINE;
	struct present p = present_of(s);
	struct timeline_cut cut = p.cut;
	int col = x - l.timeline.x - 1 - cut.name_cols;
	int row = y - l.timeline.y - 1;
	if (col >= 0 && col < cut.cols)
		jump(s, moment_at_coordinate(s, scale_at(&p.scale, col + 1)));
	else if (timeline_lane_at(s, &p, row) != LANE_NONE)
		s->state.chosen = timeline_lane_at(s, &p, row);
	return DO_DRAW;
}
