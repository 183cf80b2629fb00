/* The screen as a whole: its life, what a key does, how time passes, the panes put
 * together. */
#include "screen/screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "screen/chooser.h"
#include "screen/internal.h"
#include "trace/trace.h"
#include "view/snapshot.h"

/* ---- life -------------------------------------------------------------------- */

static int clamp(int n, int low, int high)
{
	return n < low ? low : n > high ? high : n;
}

struct screen *screen_new(const struct screen_options *options)
{
	struct screen *s = mem_zalloc(1, sizeof *s);
	const struct pace none = {0};
	s->options = *options;
	s->loop_plan = loop_plan_new();
	if (!memcmp(&s->options.pace, &none, sizeof none))
		s->options.pace = pace_default;
	s->state.chosen = LANE_NONE;
	s->state.beat_stop = !options->run_through;
	s->state.theme = options->theme;
	s->state.speed = clamp(options->speed, SCREEN_SPEED_MIN, SCREEN_SPEED_MAX);
	return s;
}

void screen_free(struct screen *s)
{
	if (!s)
		return;
	free(s->loop_plan);
	source_free(&s->source);
	vec_free(&s->folded);
	vec_free(&s->answered);
	buf_free(&s->message);
	buf_free(&s->query);
	free(s);
}

/* The state in which a scene is first seen; what the user likes (theme, speed) stays. */
static void begin_state(struct screen *s)
{
	struct screen_state *st = &s->state;
	st->position = 0;
	st->chosen = LANE_NONE;
	st->follow = st->future = st->live = false;
	st->wanted = 0;
	st->held_ns = 0;
	st->zoom = 0;
	st->ruler = RULER_CLOCK;
	st->ruler_chosen = false;
	memset(st->scroll, 0, sizeof st->scroll);
	st->focus = PANE_TIMELINE;
	st->overlay = OVERLAY_NONE;
	st->watching = false;
	st->predicted = st->right = 0;
	s->folded.count = s->answered.count = 0;
	s->has_query = false;
}

void screen_detach(struct screen *s)
{
	if (s->view)
		s->kept = present_index(s);
	s->view = NULL;
}

void screen_show(struct screen *s, struct view *view, bool same_place)
{
	screen_detach(s);
	size_t here = s->kept;
	s->view = view;
	s->state.play = (struct play){0};
	s->state.live_ns = s->state.seen_host_ns = 0;
	if (!same_place)
		begin_state(s);
	buf_reset(&s->message);
	if (!view) {
		source_free(&s->source);
		return;
	}
	const struct trace_about *about = trace_about(view_trace(view));
	source_set(&s->source, about->source);
	s->clock_seen = 0;
	s->clock_decimals = 1;
	if (same_place) {
		s->state.position = 0;
		if (s->state.chosen != LANE_NONE &&
		    s->state.chosen >= view_lane_count(view))
			s->state.chosen = LANE_NONE;
		s->state.wanted = here;
	} else if (about->real_clock) {
		s->state.live = true;
	}
	screen_grown(s);
}

unsigned screen_grown(struct screen *s)
{
	struct screen_state *st = &s->state;
	if (!s->view)
		return 0;
	learn_clock(s);
	loop_plan_forget(s->loop_plan);
	size_t last = view_moment_count(s->view, st->internals) - 1;
	if (st->live) {
		go_to(s, last);
		if (!view_complete(s->view))
			st->position = view_event_count(s->view);
	} else if (st->wanted) {
		size_t wanted = st->wanted;
		bool there = wanted <= last;
		go_to(s, there ? wanted : last);
		st->wanted = there || view_complete(s->view) ? 0 : wanted;
	}
	return DO_DRAW;
}

void screen_resize(struct screen *s, int cols, int rows)
{
	s->cols = cols;
	s->rows = rows;
}

void screen_message(struct screen *s, const char *text)
{
	buf_reset(&s->message);
	buf_puts(&s->message, text ? text : "");
}

/* ---- the present --------------------------------------------------------------- */

/* Entries of a snapshot that are looked at: more than a sentence names. */
enum { MANY = 64 };

size_t present_index(const struct screen *s)
{
	return view_moment_at(s->view, s->state.internals, s->state.position);
}

enum ruler ruler_shown(const struct screen *s)
{
	if (s->state.ruler_chosen || view_end_ns(s->view) > 0 || !view_complete(s->view))
		return s->state.ruler;
	return RULER_STEP;
}

/* The scene is further than its last moment: somebody may be in the middle of something. */
static void look_beyond(const struct screen *s, struct present *p)
{
	struct snapshot snap = {0};
	view_snapshot(s->view, p->position, MANY, &snap);
	p->base_ns = snap.time_ns;
	p->time_ns = p->time_ns > snap.time_ns ? p->time_ns : snap.time_ns;
	p->told_ns = p->told_ns > snap.time_ns ? p->told_ns : snap.time_ns;
	uint32_t busy = snap.running;
	for (size_t i = 0; i < snap.worker_count && busy == LANE_NONE; i++)
		if (snap.workers[i].doing == WORKER_BUSY)
			busy = snap.workers[i].lane;
	p->within = busy != LANE_NONE;
	if (p->within)
		p->active = busy;
	snapshot_free(&snap);
}

struct present present_of(const struct screen *s)
{
	struct present p = {.index = present_index(s), .position = s->state.position};
	p.moment = view_moment(s->view, s->state.internals, p.index);
	p.base_ns = p.moment.time_ns;
	p.layout = screen_layout(s);
	p.cut = timeline_cut(s, &p.layout);
	struct instant at = present_instant(s, &p.cut);
	p.time_ns = at.time_ns;
	p.told_ns = at.told_ns;
	p.active = p.moment.kind == MOMENT_START ? LANE_NONE : p.moment.lane;
	if (p.position > p.moment.end)
		look_beyond(s, &p);
	p.scale = timeline_scale(s, p.cut.cols, p.position, p.time_ns);
	return p;
}

/* ---- keys ---------------------------------------------------------------------- */

static size_t last_character(const struct buf *b)
{
	size_t i = b->len;
	while (i > 0 && (b->data[--i] & 0xC0) == 0x80)
		continue;
	return i;
}

/* A key while a search is being typed. */
static unsigned type_query(struct screen *s, uint32_t code)
{
	switch (code) {
	case KEYCODE_ESC:
	case KEYCODE_CTRL_C:
		s->state.overlay = OVERLAY_NONE;
		s->has_query = false;
		break;
	case KEYCODE_ENTER:
		s->state.overlay = OVERLAY_NONE;
		s->has_query = s->query.len > 0;
		if (s->has_query)
			return move_do(s, CMD_FIND_NEXT, 0);
		break;
	case KEYCODE_BACKSPACE:
		if (s->query.len) {
			s->query.len = last_character(&s->query);
			s->query.data[s->query.len] = '\0';
		}
		break;
	case KEYCODE_SPACE:
		code = ' ';
		/* fall through */
	default:
		if (code >= ' ' && code < KEYCODE_FIRST && s->query.len < 200)
			buf_put_utf8(&s->query, code);
	}
	return DO_DRAW;
}

/* A key while the help screen covers the others. */
static unsigned help_key(struct screen *s, uint32_t code)
{
	int top = s->state.help_top;
	if (code == KEYCODE_DOWN || code == 'j')
		top++;
	else if (code == KEYCODE_UP || code == 'k')
		top--;
	else if (code == KEYCODE_PGDN || code == KEYCODE_SPACE)
		top += 10;
	else if (code == KEYCODE_PGUP)
		top -= 10;
	else
		s->state.overlay = OVERLAY_NONE;
	s->state.help_top = clamp(top, 0, help_max_top(s));
	return DO_DRAW;
}

unsigned screen_key(struct screen *s, const struct key *key, int64_t now_ns)
{
	buf_reset(&s->message);
	if (s->state.overlay == OVERLAY_SEARCH)
		return type_query(s, key->code);
	if (s->state.overlay == OVERLAY_HELP && key->code != KEYCODE_CTRL_C)
		return help_key(s, key->code);
	enum context context = s->view ? CONTEXT_SCENE : CONTEXT_GALLERY;
	enum command command = command_of_key(key->code, context);
	if (command_infos[command].argument == ARGUMENT_PLACE && s->view) {
		if (command == CMD_CLICK)
			return move_click(s, key->x, key->y);
	} else if (command == CMD_PICK) {
		long entry = chooser_entry_at(&s->options.gallery, s->state.entry,
		                              s->rows - 2, key->y - 1);
		if (entry < 0)
			return DO_DRAW;
		bool again = (size_t)entry == s->state.entry;
		s->state.entry = (size_t)entry;
		return again ? DO_DRAW | DO_OPEN : DO_DRAW;
	}
	struct prediction question;
	if (key->code >= '1' && key->code <= '9' && predict_question(s, &question))
		return predict_answer(s, &question, (size_t)(key->code - '1'));
	int digit = key->code >= '0' && key->code <= '9' ? (int)(key->code - '0') : 0;
	return screen_do(s, command, digit, now_ns) | DO_DRAW;
}

/* ---- commands ------------------------------------------------------------------ */

static unsigned choose_entry(struct screen *s, long by)
{
	long last = (long)s->options.gallery.count - 1;
	long entry = (long)s->state.entry + by;
	entry = entry > last ? last : entry;
	s->state.entry = entry < 0 ? 0 : (size_t)entry;
	return DO_DRAW;
}

static unsigned do_in_gallery(struct screen *s, enum command command)
{
	switch (command) {
	case CMD_ENTRY_DOWN:
	case CMD_ENTRY_WHEEL_DOWN:
		return choose_entry(s, 1);
	case CMD_ENTRY_UP:
	case CMD_ENTRY_WHEEL_UP:
		return choose_entry(s, -1);
	case CMD_PAGE_DOWN:
		return choose_entry(s, 10);
	case CMD_PAGE_UP:
		return choose_entry(s, -10);
	case CMD_FIRST:
		return choose_entry(s, -(long)s->options.gallery.count);
	case CMD_LAST:
		return choose_entry(s, (long)s->options.gallery.count);
	case CMD_OPEN:
		return s->options.gallery.count ? DO_OPEN : 0;
	default:
		return 0;
	}
}

static unsigned watch(struct screen *s)
{
	if (!s->options.can_watch)
		return 0;
	s->state.watching = !s->state.watching;
	screen_message(s,
	               s->state.watching
	                       ? "watching the file: the scene runs anew when it is saved"
	                       : "no longer watching the file");
	return 0;
}

unsigned screen_do(struct screen *s, enum command command, int argument, int64_t now_ns)
{
	switch (command) {
	case CMD_QUIT:
		return DO_QUIT;
	case CMD_REPAINT:
		return DO_DRAW | DO_REPAINT;
	case CMD_HELP:
		s->state.overlay = OVERLAY_HELP;
		s->state.help_top = 0;
		return DO_DRAW;
	case CMD_THEME:
		s->state.theme = (s->state.theme + 1) % THEME_COUNT;
		return DO_DRAW;
	default:
		break;
	}
	if (!s->view)
		return do_in_gallery(s, command) | DO_DRAW;
	switch (command) {
	case CMD_PLAY:
		playing_switch(s, now_ns);
		break;
	case CMD_FASTER:
		playing_set_speed(s, s->state.speed + 1);
		break;
	case CMD_SLOWER:
		playing_set_speed(s, s->state.speed - 1);
		break;
	case CMD_BEAT_STOP:
		playing_stop_at_beats(s, !s->state.beat_stop);
		screen_message(s, s->state.beat_stop ? "playing stops at beats"
		                                     : "playing runs through beats");
		break;
	case CMD_PREDICT:
		return predict_switch(s);
	case CMD_SEARCH:
		s->state.overlay = OVERLAY_SEARCH;
		s->state.play.on = false;
		buf_reset(&s->query);
		break;
	case CMD_RESTART:
		return DO_DRAW | DO_RESTART;
	case CMD_EDIT:
		return s->options.can_edit ? DO_DRAW | DO_EDIT : 0;
	case CMD_WATCH:
		return watch(s) | DO_DRAW;
	default:
		return move_do(s, command, argument) | DO_DRAW;
	}
	return DO_DRAW;
}

/* ---- drawing ------------------------------------------------------------------- */

struct layout screen_layout(const struct screen *s)
{
	const struct trace_about *about = trace_about(view_trace(s->view));
	return layout_of((struct layout_wish){
		.cols = s->cols,
		.rows = s->rows,
		.lanes = timeline_row_count(s),
		.captions = view_beat_count(s->view) > 0 || about->intro[0],
		.intro = s->state.position == 0 ? intro_rows(s) : 0,
	});
}

enum ink state_ink(enum lane_state state)
{
	switch (state) {
#define STATE(name, word, glyph, ascii, what)                                            \
	case STATE_##name:                                                               \
		return INK_##name;
#include "view/state.def"
#undef STATE
	case STATE_MIXED:
		return INK_MIXED;
	default:
		return INK_DIM;
	}
}

void put_time(const struct screen *s, int64_t ns, struct buf *out)
{
	view_time_text(s->view, ns, out);
}

struct area pane_frame(const struct screen *s, enum pane pane, struct area a,
                       const char *title)
{
	bool focus = s->state.focus == pane;
	return area_box(a, title, focus ? INK_FOCUS : INK_FRAME,
	                focus ? INK_FOCUS : INK_HEAD);
}

static struct area part_of(struct grid *g, struct rect r)
{
	return area_part(area_all(g), r.x, r.y, r.w, r.h);
}

static void draw_too_small(const struct screen *s, struct area a)
{
	struct buf b = {0};
	buf_printf(&b, "simmer needs a window of %dx%d; this one is %dx%d.\nq quits.",
	           LAYOUT_MIN_COLS, LAYOUT_MIN_ROWS, s->cols, s->rows);
	area_wrap(a, 0, a.h > 4 ? a.h / 3 : 0, a.h, buf_text(&b), INK_TEXT);
	buf_free(&b);
}

static void draw_gallery(const struct screen *s, struct area a)
{
	struct area title = area_part(a, 0, 0, a.w, 1);
	area_fill(title, ' ', INK_BAR);
	area_puts(title, 1, 0, "simmer", INK_BAR);
	area_puts(title, 9, 0, "asyncio, one step at a time", INK_BAR_DIM);
	chooser_draw(area_part(a, 0, 1, a.w, a.h - 2), &s->options.gallery,
	             s->state.entry);
	footer_draw(s, area_part(a, 0, a.h - 1, a.w, 1));
}

static void draw_scene(const struct screen *s, struct grid *g)
{
	struct present p = present_of(s);
	const struct layout l = p.layout;
	title_draw(s, &p, part_of(g, l.title));
	caption_draw(s, &p, part_of(g, l.caption));
	if (l.source.h)
		source_draw(s, &p, part_of(g, l.source));
	if (l.loop.h)
		loop_draw(s, &p, part_of(g, l.loop));
	timeline_draw(s, &p, part_of(g, l.timeline));
	sentence_draw(s, &p, part_of(g, l.sentence));
	if (l.output.h)
		output_draw(s, &p, part_of(g, l.output));
	footer_draw(s, part_of(g, l.footer));
}

/* A message of several lines (where a scene cannot be read, with its line) gets a box of
 * its own. */
static void draw_long_message(const struct screen *s, struct area a)
{
	const char *text = buf_text(&s->message);
	if (!strchr(text, '\n') || a.h < 5)
		return;
	struct area nowhere = {NULL, 0, 0, a.w - 4, a.h};
	int rows = area_wrap(nowhere, 0, 0, a.h - 4, text, INK_TEXT);
	struct area box = area_part(a, 0, a.h - 3 - rows, a.w, rows + 2);
	area_fill(box, ' ', INK_TEXT);
	struct area in = area_box(box, "any key closes", INK_WARN, INK_WARN);
	area_wrap(area_part(in, 1, 0, in.w - 2, in.h), 0, 0, rows, text, INK_SENTENCE);
}

void screen_draw(const struct screen *s, struct grid *g)
{
	grid_resize(g, s->cols, s->rows);
	g->ascii = s->options.ascii;
	if (s->cols < LAYOUT_MIN_COLS || s->rows < LAYOUT_MIN_ROWS)
		draw_too_small(s, area_all(g));
	else if (s->view)
		draw_scene(s, g);
	else
		draw_gallery(s, area_all(g));
	if (s->state.overlay == OVERLAY_HELP && s->cols >= LAYOUT_MIN_COLS &&
	    s->rows >= LAYOUT_MIN_ROWS)
		help_draw(s, area_all(g));
	draw_long_message(s, area_all(g));
	if (g->ascii)
		grid_to_ascii(g);
}

void screen_seek(struct screen *s, size_t index)
{
	if (!s->view)
		return;
	size_t last = view_moment_count(s->view, s->state.internals) - 1;
	struct play kept = s->state.play;
	go_to(s, index < last ? index : last);
	s->state.play = kept;
}

size_t screen_beat(const struct screen *s, struct buf *caption)
{
	if (!s->view)
		return 0;
	size_t beat = view_beat_at(s->view, s->state.position);
	uint64_t event = view_caption_at(s->view, s->state.position);
	if (beat && caption && event != UINT64_MAX) {
		const struct trace *t = view_trace(s->view);
		size_t len;
		const char *text = trace_text(t, trace_at(t, event)->b, &len);
		buf_put(caption, text, len);
	}
	return beat;
}

/* ---- questions ----------------------------------------------------------------- */

size_t screen_chosen_entry(const struct screen *s)
{
	return s->state.entry;
}

bool screen_watching(const struct screen *s)
{
	return s->view && s->state.watching;
}

enum theme screen_theme(const struct screen *s)
{
	return s->state.theme;
}

uint64_t screen_position(const struct screen *s)
{
	return s->view ? present_index(s) : 0;
}

bool screen_playing(const struct screen *s)
{
	return s->view && s->state.play.on;
}
