/*
 * The terminal's program, as callbacks on an event loop of its own: keys and signals are
 * watched descriptors; frames, playing and the growth of the trace are timers. Nothing
 * here waits for anything, so a key is answered whatever the scene does.
 */
#include "tui/tui.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "screen/screen.h"
#include "trace/trace.h"
#include "tui/alarm.h"
#include "tui/client.h"
#include "tui/keys.h"
#include "tui/recording.h"
#include "tui/signals.h"
#include "tui/term.h"
#include "view/view.h"

#define MS INT64_C(1000000)

enum {
	ESC_MS = 25,       /* how long an ESC may be the beginning of a key */
	LOOK_FIRST_MS = 1, /* between looks at a growing trace: at first, and at most */
	LOOK_LAST_MS = 40,
	CHANGED_MS = 500,       /* between looks at the scene's file */
	EVENTS_AT_FIRST = 2000, /* before the first frame */
	EVENTS_AT_ONCE = 20000, /* of the trace, between two looks at the keys */
};

/* At least, between frames that only show more of the trace. */
#define GROWTH_NS (60 * MS)

struct tui {
	const struct tui_options *options;
	const struct feed *feed;
	struct term *term;
	struct screen *screen;
	struct view *view; /* NULL: the chooser is shown */
	struct grid grid;
	struct keys keys;

	struct loop_world world;
	struct loop *loop;
	struct watch key_watch, signal_watch;
	struct alarm frame, esc, look, play, changed;
	int64_t frame_ns; /* when the last frame was shown */
	int64_t look_gap_ns;
	bool repaint;
	int status; /* what tui_run returns */

	struct recording recording;
	struct buf caption; /* of the beat in force */
};

/* ---- frames --------------------------------------------------------------------------
 */

static void want_frame(struct tui *t, int64_t gap_ns);

/* A recorder that cannot go on says so in the footer; the session goes on without it. */
static void tell_of_recorder(struct tui *t, int error, struct buf *why)
{
	if (error) {
		screen_message(t->screen, why->len ? buf_text(why) : error_text(error));
		want_frame(t, PLAY_FRAME_NS);
	}
	buf_free(why);
}

static void record_frame(struct tui *t)
{
	struct buf why = {0};
	buf_reset(&t->caption);
	struct tui_frame f = {
		.grid = &t->grid,
		.theme = screen_theme(t->screen),
		.depth = term_depth(t->term),
		.beat = screen_beat(t->screen, &t->caption),
	};
	f.caption = buf_text(&t->caption);
	int error = recording_frame(&t->recording, t->frame_ns, &f, &why);
	tell_of_recorder(t, error, &why);
}

static void show_frame(void *world)
{
	struct tui *t = world;
	alarm_set(&t->frame, t->loop, INT64_MAX);
	t->frame_ns = loop_now_ns(t->loop);
	screen_draw(t->screen, &t->grid);
	term_show(t->term, &t->grid, screen_theme(t->screen), t->repaint);
	t->repaint = false;
	if (t->recording.recorder)
		record_frame(t);
}

/* Show the screen soon: at once, or as soon as the last frame has had its time. */
static void want_frame(struct tui *t, int64_t gap_ns)
{
	int64_t now = loop_now_ns(t->loop), next = t->frame_ns + gap_ns;
	alarm_set_by(&t->frame, t->loop, next > now ? next : now);
}

/* ---- playing -------------------------------------------------------------------------
 */

static void act(struct tui *t, unsigned todo);

static void play_on(void *world)
{
	struct tui *t = world;
	act(t, screen_advance(t->screen, loop_now_ns(t->loop)));
}

static void plan_playing(struct tui *t)
{
	alarm_set(&t->play, t->loop, screen_due_ns(t->screen));
}

/* ---- the trace -----------------------------------------------------------------------
 */

/* Take in what the trace has grown by; come back while there is more to expect. */
static void look_at_trace(void *world)
{
	struct tui *t = world;
	if (!t->view)
		return;
	if (view_update(t->view, EVENTS_AT_ONCE)) {
		if (screen_grown(t->screen) & DO_DRAW)
			want_frame(t, view_complete(t->view) ? PLAY_FRAME_NS : GROWTH_NS);
		plan_playing(t);
		t->look_gap_ns = LOOK_FIRST_MS * MS;
	} else if (t->look_gap_ns < LOOK_LAST_MS * MS) {
		t->look_gap_ns *= 2;
	}
	if (view_complete(t->view))
		return;
	bool behind = view_event_count(t->view) < trace_count(view_trace(t->view));
	int64_t now = loop_now_ns(t->loop);
	alarm_set_by(&t->look, t->loop, behind ? now : now + t->look_gap_ns);
}

/* Show the feed's trace; `same_place` when it is the same scene run anew. */
static void show_trace(struct tui *t, bool same_place)
{
	const struct trace *trace = t->feed->trace(t->feed->world);
	t->view = trace ? view_new(trace) : NULL;
	if (t->view)
		view_update(t->view, EVENTS_AT_FIRST);
	screen_show(t->screen, t->view, same_place);
	t->look_gap_ns = LOOK_FIRST_MS * MS;
	alarm_set_by(&t->look, t->loop, loop_now_ns(t->loop));
	plan_playing(t);
	want_frame(t, PLAY_FRAME_NS);
}

/* The trace is about to go: nothing may look at it any more. */
static void let_go(struct tui *t)
{
	screen_detach(t->screen);
	view_free(t->view);
	t->view = NULL;
	alarm_set(&t->look, t->loop, INT64_MAX);
}

static void say(struct tui *t, int error, const struct buf *why)
{
	if (error)
		screen_message(t->screen, why->len ? buf_text(why) : error_text(error));
}

static void run_anew(struct tui *t, bool edit)
{
	int (*again)(void *, struct buf *) = edit ? t->feed->edit : t->feed->restart;
	if (!again)
		return;
	struct buf why = {0};
	let_go(t);
	if (edit) {
		recording_leave(&t->recording, loop_now_ns(t->loop));
		term_leave(t->term);
	}
	int error = again(t->feed->world, &why);
	if (edit) {
		term_enter(t->term);
		term_measure(t->term);
		screen_resize(t->screen, term_cols(t->term), term_rows(t->term));
		t->repaint = true;
		recording_come_back(&t->recording, loop_now_ns(t->loop));
	}
	show_trace(t, true);
	say(t, error, &why);
	buf_free(&why);
}

static void open_entry(struct tui *t)
{
	size_t entry = screen_chosen_entry(t->screen);
	if (!t->feed->open || entry >= t->options->gallery.count)
		return;
	struct buf why = {0};
	let_go(t);
	int error = t->feed->open(t->feed->world, t->options->gallery.entries[entry].name,
	                          &why);
	show_trace(t, false);
	say(t, error, &why);
	buf_free(&why);
}

static void look_at_file(void *world)
{
	struct tui *t = world;
	if (!screen_watching(t->screen) || !t->feed->changed)
		return;
	if (t->feed->changed(t->feed->world))
		run_anew(t, false);
	alarm_set_by(&t->changed, t->loop, loop_now_ns(t->loop) + CHANGED_MS * MS);
}

/* ---- what commands ask for
 * ------------------------------------------------------------- */

static void leave(struct tui *t, int status)
{
	t->status = status;
	loop_stop(t->loop);
}

static void act(struct tui *t, unsigned todo)
{
	if (todo & DO_QUIT) {
		leave(t, 0);
		return;
	}
	if (todo & DO_REPAINT)
		t->repaint = true;
	if (todo & DO_CLOSE) {
		let_go(t);
		if (t->feed->close)
			t->feed->close(t->feed->world);
		show_trace(t, false);
	}
	if (todo & DO_OPEN)
		open_entry(t);
	if (todo & DO_RESTART)
		run_anew(t, false);
	if (todo & DO_EDIT)
		run_anew(t, true);
	if (screen_watching(t->screen) && !alarm_is_set(&t->changed))
		alarm_set_by(&t->changed, t->loop,
		             loop_now_ns(t->loop) + CHANGED_MS * MS);
	if (todo & DO_DRAW)
		want_frame(t, PLAY_FRAME_NS);
	plan_playing(t);
}

/* ---- keys
 * ------------------------------------------------------------------------------ */

static void on_key(void *world, const struct key *key, const char *bytes, size_t len)
{
	struct tui *t = world;
	int64_t now_ns = loop_now_ns(t->loop);
	struct buf why = {0};
	int error = recording_key(&t->recording, now_ns, key, bytes, len, &why);
	unsigned todo = screen_key(t->screen, key, now_ns);
	tell_of_recorder(t, error, &why);
	act(t, todo);
}

static void on_lone_esc(void *world)
{
	struct tui *t = world;
	keys_flush(&t->keys, on_key, t);
}

static void on_input(struct loop *loop, struct handle *h)
{
	(void)loop;
	struct tui *t = CONTAINER_OF(CONTAINER_OF(h, struct watch, handle), struct tui,
	                             key_watch);
	char bytes[4096];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) { /* the terminal has gone */
		leave(t, 128 + SIGHUP);
		return;
	}
	keys_feed(&t->keys, bytes, (size_t)n, on_key, t);
	int64_t due =
		keys_pending(&t->keys) ? loop_now_ns(t->loop) + ESC_MS * MS : INT64_MAX;
	alarm_set(&t->esc, t->loop, due);
}

/* ---- signals
 * --------------------------------------------------------------------------- */

static void resize(struct tui *t)
{
	if (term_measure(t->term)) {
		screen_resize(t->screen, term_cols(t->term), term_rows(t->term));
		t->repaint = true;
	}
	want_frame(t, PLAY_FRAME_NS);
}

/* The program was stopped and goes on: the modes of the terminal may have been changed. */
static void resume(struct tui *t)
{
	term_leave(t->term);
	term_enter(t->term);
	t->repaint = true;
	recording_come_back(&t->recording, loop_now_ns(t->loop));
	resize(t);
}

static void suspend(struct tui *t)
{
	recording_leave(&t->recording, loop_now_ns(t->loop));
	term_leave(t->term);
	signals_stop_here();
	resume(t);
}

static void on_signal(struct loop *loop, struct handle *h)
{
	(void)loop;
	struct tui *t = CONTAINER_OF(CONTAINER_OF(h, struct watch, handle), struct tui,
	                             signal_watch);
	for (int number; (number = signals_next());) {
		if (number == SIGWINCH)
			resize(t);
		else if (number == SIGTSTP)
			suspend(t);
		else if (number == SIGCONT)
			resume(t);
		else
			leave(t, 128 + number);
	}
}

static const struct handle_ops input_ops = {.run = on_input};
static const struct handle_ops signal_ops = {.run = on_signal};

/* ---- running
 * --------------------------------------------------------------------------- */

static int speed_exponent(double speed)
{
	if (!(speed > 0))
		return 0;
	return (int)lround(fmin(fmax(log2(speed), SCREEN_SPEED_MIN), SCREEN_SPEED_MAX));
}

static int open_terminal(struct tui *t, struct buf *why)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		buf_printf(why, "standard %s is no terminal",
		           isatty(STDIN_FILENO) ? "output" : "input");
		return -ERR_TERMINAL;
	}
	setlocale(LC_CTYPE, "");
	const char *no_colour = getenv("NO_COLOR");
	return term_open(
		&t->term,
		&(struct term_options){
			.type = getenv("TERM"),
			.in = STDIN_FILENO,
			.out = STDOUT_FILENO,
			.ascii = t->options->ascii,
			.no_colour = t->options->no_colour || (no_colour && no_colour[0]),
			.no_mouse = t->options->no_mouse,
		},
		why);
}

static void open_screen(struct tui *t)
{
	int theme = t->options->theme;
	t->screen = screen_new(&(struct screen_options){
		.theme = theme >= 0 && theme < THEME_COUNT ? (enum theme)theme
	                                                   : term_guess_theme(),
		.ascii = term_ascii(t->term),
		.speed = speed_exponent(t->options->speed),
		.measured = true,
		.gallery = t->options->gallery,
		.can_edit = t->feed->edit != NULL,
		.can_watch = t->feed->changed != NULL && t->feed->restart != NULL,
	});
	screen_resize(t->screen, term_cols(t->term), term_rows(t->term));
}

/* Watch the keys and the signals and turn the loop until it is told to stop. */
static void serve(struct tui *t, int signal_fd)
{
	int error = loop_watch(t->loop, &t->key_watch, STDIN_FILENO, POLL_READ,
	                       &input_ops, "keys");
	if (!error)
		error = loop_watch(t->loop, &t->signal_watch, signal_fd, POLL_READ,
		                   &signal_ops, "signals");
	if (error) {
		t->status = error;
		return;
	}
	show_trace(t, false);
	show_frame(t);
	struct datum none;
	loop_run_forever(t->loop, &none);
	struct buf why = {0};
	recording_end(&t->recording, loop_now_ns(t->loop), &why); /* whoever made it is told */
	buf_free(&why);
	loop_unwatch(t->loop, &t->key_watch);
	loop_unwatch(t->loop, &t->signal_watch);
}

int tui_run(const struct tui_options *options, const struct feed *feed, struct buf *why)
{
	struct tui t = {
		.options = options,
		.feed = feed,
		.recording = {.recorder = options->recorder},
		.frame_ns = -PLAY_FRAME_NS,
		.frame = {.ring = show_frame, .world = &t},
		.esc = {.ring = on_lone_esc, .world = &t},
		.look = {.ring = look_at_trace, .world = &t},
		.play = {.ring = play_on, .world = &t},
		.changed = {.ring = look_at_file, .world = &t},
	};
	int error = open_terminal(&t, why);
	if (error)
		return error;
	die_hook(term_rescue);
	int signal_fd = signals_catch(term_rescue);
	loop_world_init(&t.world, &tui_client, &t, NULL, true);
	t.loop = loop_new(&t.world, POLL_BACKEND_EPOLL);
	if (!t.loop)
		t.loop = loop_new(&t.world, POLL_BACKEND_POLL);
	open_screen(&t);
	t.status = -ERR_SYSTEM;
	if (t.loop && signal_fd >= 0)
		serve(&t, signal_fd);
	if (t.status == -ERR_SYSTEM)
		buf_puts(why, "the event loop of the terminal could not be started");

	if (t.loop) {
		loop_close(t.loop);
		loop_unref(t.loop);
	}
	loop_world_fini(&t.world);
	screen_free(t.screen);
	view_free(t.view);
	grid_free(&t.grid);
	buf_free(&t.caption);
	term_close(t.term);
	signals_release();
	die_hook(NULL);
	return t.status;
}
