/*
 * The terminal: shows a scene's trace on the screen, live, and turns keys into
 * commands. It runs on an event loop of its own (src/loop): keys, resizes, frames
 * and the growing trace are its I/O and timers. It knows nothing of how scenes are
 * run; whoever starts it says so with a struct feed.
 *
 * The terminal is always given back as it was found: at the end, when the program is
 * suspended, on SIGINT, SIGTERM, SIGHUP, when it crashes, and in die().
 */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "screen/gallery.h"
#include "screen/theme.h"

struct grid;
struct trace;

/*
 * Where scenes come from. All functions are called on the thread of tui_run, get `world`,
 * and must return at once (within some milliseconds): the scene runs on another thread,
 * which appends to the trace while the terminal reads it. A slot may be NULL where it is
 * not said otherwise; its command then does not exist.
 *
 * Functions that return int: 0, or a negated enum error with one line for the user in
 * `*why`.
 */
struct feed {
	void *world;

	/*
	 * The trace to show, or NULL while no scene is open (the chooser is shown then).
	 * Never a NULL slot. Borrowed until the next call of open, restart, edit or
	 * close. The scene is still running as long as trace_complete(trace) is false.
	 */
	const struct trace *(*trace)(void *world);

	/* Start the gallery's scene `name`, ending what ran; on failure the old trace is
	 * as good as before. */
	int (*open)(void *world, const char *name, struct buf *why);

	/* Run the open scene anew from its file, ending what ran. On failure as above. */
	int (*restart)(void *world, struct buf *why);

	/* Edit the scene's file and run it anew. The terminal is the editor's during this
	 * call: it may take long. */
	int (*edit)(void *world, struct buf *why);

	/* End the running scene; what its trace has stays. */
	void (*stop)(void *world);

	/* End the running scene and let go of it: back to the chooser. */
	void (*close)(void *world);

	/* Whether the scene's file was written since it was started: asked twice a second
	 * while `w` is on. */
	bool (*changed)(void *world);
};

/* What the terminal shows. */
struct tui_frame {
	const struct grid *grid; /* borrowed, as is all of this, during the call */
	enum theme theme;
	enum depth depth;    /* the terminal's */
	size_t beat;         /* the one in force, from 1; 0: none */
	const char *caption; /* its text; "" */
};

/*
 * Who writes down what is shown and pressed. All functions are called on the thread of
 * tui_run and must return at once, as the next key waits for them. `now_ns` is of a clock
 * that never goes back and that stands still, but for a moment, while the terminal is
 * somebody else's (suspended, an editor).
 *
 * Functions that return int: 0, or a negated enum error with one line for the user in
 * `*why`, who reads it in the footer; none of them is called again then.
 */
struct tui_recorder {
	void *world;

	/* A frame has been shown; at least a 60th of a second after the last one. */
	int (*frame)(void *world, int64_t now_ns, const struct tui_frame *f, struct buf *why);

	/* A key was pressed: the bytes that the terminal sent for it. Those of the mouse,
	 * and what is no key, are left out. */
	int (*key)(void *world, int64_t now_ns, const char *bytes, size_t len,
	           struct buf *why);

	/* The session ends: the last frame stood until now. Not called in a crash. */
	int (*end)(void *world, int64_t now_ns, struct buf *why);
};

struct tui_options {
	struct gallery
		gallery; /* for the chooser; count 0: esc does not leave the scene */
	int theme;       /* an enum theme, or -1: guess from the terminal */
	bool ascii;      /* draw with ASCII only; else by the locale */
	bool no_colour;  /* draw without colours; else NO_COLOR and the terminal decide */
	bool no_mouse;   /* leave the mouse to the terminal */
	double speed;    /* of playing, 0.125 to 64; 0 is 1 */
	const struct tui_recorder *recorder; /* NULL: none; borrowed */
};

/*
 * Show and serve until the user leaves. Returns 0, or -ERR_TERMINAL with a line in `*why`
 * when standard input and output are no terminal that can show the screen (nothing was
 * written then), or 128 + the signal that ended it. The trace and the scene's thread are
 * still the caller's.
 */
int tui_run(const struct tui_options *options, const struct feed *feed, struct buf *why);

#endif
