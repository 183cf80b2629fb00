/* The terminal, by way of curses drawing onto a file in memory. */
#include "tui/term.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

/* <term.h> has a struct term of its own; the few terminfo functions are in <curses.h>
 * too. */
#define NCURSES_NOMACROS
#include <curses.h>

#include "base/error.h"
#include "base/mem.h"
#include "tui/termtype.h"

enum { MAX_PAIRS = 256, RESCUE_BYTES = 256, MIN_SIZE = 1, MAX_SIZE = 2000 };

static const char sync_begin[] = "\033[?2026h", sync_end[] = "\033[?2026l";
static const char mouse_on[] = "\033[?1002h\033[?1006h",
		  mouse_off[] = "\033[?1006l\033[?1002l";

struct term {
	struct term_options options;
	SCREEN *screen;
	FILE *canvas; /* what curses believes to be the terminal */
	struct termios saved;
	bool is_tty; /* `saved` holds the modes to go back to */
	bool entered;
	bool modern; /* an xterm or a relative: knows the mouse and synchronised updates
	              */
	bool utf8;
	enum depth depth;
	int cols, rows;
	struct buf frame;
	struct look pairs[MAX_PAIRS]; /* colours that curses has a pair for, from 1 */
	int pair_count;
};

/*
 * What a signal handler needs to give the terminal back: plain bytes, prepared
 * beforehand. It cannot be reached in any other way than through an object of static
 * lifetime.
 */
static struct {
	volatile int armed;
	int out;
	bool is_tty;
	struct termios saved;
	char bytes[RESCUE_BYTES];
	size_t len;
} rescue;

/* ---- bytes ------------------------------------------------------------------- */

/* Write all, however slowly the terminal takes it; gives up when it is gone. */
static void write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

/* Move what curses has drawn since the last time into the frame. */
static void take_canvas(struct term *t)
{
	int fd = fileno(t->canvas);
	fflush(t->canvas);
	off_t size = lseek(fd, 0, SEEK_END);
	if (size <= 0)
		return;
	char *room = buf_reserve(&t->frame, (size_t)size);
	ssize_t n = pread(fd, room, (size_t)size, 0);
	if (n > 0)
		buf_advance(&t->frame, (size_t)n);
	if (ftruncate(fd, 0) == 0)
		lseek(fd, 0, SEEK_SET);
}

static void send_frame(struct term *t)
{
	write_all(t->options.out, buf_text(&t->frame), t->frame.len);
	buf_reset(&t->frame);
}

/* ---- modes ------------------------------------------------------------------- */

static void raw_modes(struct term *t)
{
	if (!t->is_tty)
		return;
	struct termios raw = t->saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
	raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IXON | ISTRIP);
	raw.c_oflag &= ~(tcflag_t)ONLCR;
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	tcsetattr(t->options.in, TCSADRAIN, &raw);
}

static void append_capability(const char *name)
{
	const char *text = tigetstr(name);
	if (!text || text == (char *)-1)
		return;
	/* Padding, as in $<5>, is for terminals of another age. */
	for (; *text && rescue.len + 1 < sizeof rescue.bytes; text++) {
		if (text[0] == '$' && text[1] == '<' && strchr(text, '>'))
			text = strchr(text, '>');
		else
			rescue.bytes[rescue.len++] = *text;
	}
}

static void prepare_rescue(struct term *t)
{
	rescue.len = 0;
	if (t->modern) {
		memcpy(rescue.bytes, sync_end, sizeof sync_end - 1);
		memcpy(rescue.bytes + sizeof sync_end - 1, mouse_off,
		       sizeof mouse_off - 1);
		rescue.len = sizeof sync_end - 1 + sizeof mouse_off - 1;
	}
	append_capability("sgr0");
	append_capability("op");
	append_capability("cnorm");
	append_capability("rmkx");
	const char *other_screen = tigetstr("rmcup");
	if (!other_screen || other_screen == (char *)-1)
		append_capability("clear");
	append_capability("rmcup");
	rescue.out = t->options.out;
	rescue.is_tty = t->is_tty;
	rescue.saved = t->saved;
}

void term_rescue(void)
{
	if (!rescue.armed)
		return;
	rescue.armed = 0;
	write_all(rescue.out, rescue.bytes, rescue.len);
	if (rescue.is_tty)
		tcsetattr(rescue.out, TCSANOW, &rescue.saved);
}

void term_enter(struct term *t)
{
	if (t->entered)
		return;
	t->entered = true;
	raw_modes(t);
	rescue.armed = 1;
	clearok(curscr, TRUE);
	wrefresh(stdscr);
	take_canvas(t);
	if (t->modern && !t->options.no_mouse)
		buf_puts(&t->frame, mouse_on);
	send_frame(t);
}

void term_leave(struct term *t)
{
	if (!t->entered)
		return;
	t->entered = false;
	endwin();
	take_canvas(t);
	/* Those bytes and ours end in the same state; ours are the ones that were tried.
	 */
	buf_reset(&t->frame);
	term_rescue();
}

/* ---- size -------------------------------------------------------------------- */

static int clamp_size(int n, int fallback)
{
	if (n <= 0)
		n = fallback;
	return n < MIN_SIZE ? MIN_SIZE : n > MAX_SIZE ? MAX_SIZE : n;
}

static void ask_size(struct term *t, int *cols, int *rows)
{
	struct winsize size = {0};
	*cols = t->options.cols;
	*rows = t->options.rows;
	if (ioctl(t->options.out, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row) {
		*cols = size.ws_col;
		*rows = size.ws_row;
	}
	*cols = clamp_size(*cols, 80);
	*rows = clamp_size(*rows, 24);
}

bool term_measure(struct term *t)
{
	int cols, rows;
	ask_size(t, &cols, &rows);
	if (cols == t->cols && rows == t->rows)
		return false;
	t->cols = cols;
	t->rows = rows;
	resizeterm(rows, cols);
	return true;
}

int term_cols(const struct term *t)
{
	return t->cols;
}

int term_rows(const struct term *t)
{
	return t->rows;
}

bool term_ascii(const struct term *t)
{
	return !t->utf8 || t->options.ascii;
}

enum depth term_depth(const struct term *t)
{
	return t->depth;
}

enum theme term_guess_theme(void)
{
	/* COLORFGBG=15;0 or 0;default;15: the last number is the background. */
	const char *colours = getenv("COLORFGBG");
	const char *last = colours ? strrchr(colours, ';') : NULL;
	if (!last || !last[1])
		return THEME_DARK;
	long background = strtol(last + 1, NULL, 10);
	return background == 7 || (background >= 9 && background <= 15) ? THEME_LIGHT
	                                                                : THEME_DARK;
}

/* ---- opening ----------------------------------------------------------------- */

/* Start curses with a canvas of the right size; NULL if it does not know this terminal.
 */
static SCREEN *start_curses(struct term *t, FILE *nothing)
{
	/* Exported sizes would freeze the screen's; for this one call they are how to say
	 * it. */
	struct buf number = {0};
	buf_printf(&number, "%d", t->rows);
	setenv("LINES", buf_text(&number), 1);
	buf_reset(&number);
	buf_printf(&number, "%d", t->cols);
	setenv("COLUMNS", buf_text(&number), 1);
	buf_free(&number);
	setenv("NCURSES_NO_UTF8_ACS", "1", 1);
	SCREEN *screen = newterm(t->options.type, t->canvas, nothing);
	unsetenv("LINES");
	unsetenv("COLUMNS");
	return screen;
}

static void choose_depth(struct term *t)
{
	t->depth = DEPTH_NONE;
	if (t->options.no_colour || !has_colors() || start_color() == ERR)
		return;
	use_default_colors();
	int pairs = COLOR_PAIRS;
	if (COLORS >= 256 && pairs >= MAX_PAIRS)
		t->depth = DEPTH_256;
	else if (COLORS >= 8 && pairs >= 64)
		t->depth = DEPTH_8;
}

int term_open(struct term **out, const struct term_options *options, struct buf *why)
{
	*out = NULL;
	if (!termtype_usable(options->type, why))
		return -ERR_TERMINAL;
	struct term *t = mem_zalloc(1, sizeof *t);
	t->options = *options;
	t->is_tty = isatty(options->in) && isatty(options->out);
	if (t->is_tty)
		t->is_tty = tcgetattr(options->in, &t->saved) == 0;
	ask_size(t, &t->cols, &t->rows);
	FILE *nothing = fopen("/dev/null", "r");
	int fd = memfd_create("canvas", MFD_CLOEXEC);
	t->canvas = fd < 0 ? NULL : fdopen(fd, "w+");
	if (!nothing || !t->canvas) {
		buf_puts(why, "no memory for the screen");
		goto give_up;
	}
	t->screen = start_curses(t, nothing);
	if (!t->screen) {
		buf_printf(why, "curses cannot start on this terminal (TERM=%s)",
		           options->type);
		goto give_up;
	}
	t->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	t->modern = tigetflag("XT") > 0;
	choose_depth(t);
	idlok(stdscr, FALSE);
	curs_set(0);
	prepare_rescue(t);
	term_enter(t);
	fclose(nothing);
	*out = t;
	return 0;

give_up:
	if (t->screen)
		delscreen(t->screen);
	if (nothing)
		fclose(nothing);
	if (t->canvas)
		fclose(t->canvas);
	buf_free(&t->frame);
	free(t);
	return -ERR_TERMINAL;
}

void term_close(struct term *t)
{
	if (!t)
		return;
	term_leave(t);
	delscreen(t->screen);
	fclose(t->canvas);
	buf_free(&t->frame);
	free(t);
}

/* ---- showing ----------------------------------------------------------------- */

/* The pair of two colours, made when it is first needed; 0, the terminal's own, when all
 * are used. */
static short pair_of(struct term *t, struct look look)
{
	if (look.fg < 0 && look.bg < 0)
		return 0;
	for (int i = 1; i <= t->pair_count; i++)
		if (t->pairs[i].fg == look.fg && t->pairs[i].bg == look.bg)
			return (short)i;
	int limit = t->depth == DEPTH_8 ? 63 : MAX_PAIRS - 1;
	if (t->pair_count >= limit)
		return 0;
	short pair = (short)++t->pair_count;
	t->pairs[pair] = look;
	init_pair(pair, look.fg, look.bg);
	return pair;
}

static attr_t attributes_of(struct look look)
{
	attr_t a = A_NORMAL;
	if (look.attributes & LOOK_BOLD)
		a |= A_BOLD;
	if (look.attributes & LOOK_DIM)
		a |= A_DIM;
	if (look.attributes & LOOK_UNDERLINE)
		a |= A_UNDERLINE;
	if (look.attributes & LOOK_REVERSE)
		a |= A_REVERSE;
	return a;
}

static void put_cell(struct term *t, int x, int y, const struct cell *c, enum theme theme)
{
	struct look look = theme_look(theme, t->depth, c->style);
	wchar_t text[2] = {(wchar_t)c->code, 0};
	cchar_t cell;
	setcchar(&cell, text, attributes_of(look), pair_of(t, look), NULL);
	mvadd_wch(y, x, &cell);
}

void term_show(struct term *t, const struct grid *g, enum theme theme, bool anew)
{
	if (!t->entered)
		return;
	for (int y = 0; y < g->rows && y < t->rows; y++)
		for (int x = 0; x < g->cols && x < t->cols; x++)
			if (grid_at(g, x, y)->code)
				put_cell(t, x, y, grid_at(g, x, y), theme);
	if (anew)
		clearok(curscr, TRUE);
	if (t->modern)
		buf_puts(&t->frame, sync_begin);
	size_t empty = t->frame.len;
	wnoutrefresh(stdscr);
	doupdate();
	take_canvas(t);
	if (t->frame.len == empty)
		buf_reset(&t->frame);
	else if (t->modern)
		buf_puts(&t->frame, sync_end);
	send_frame(t);
}
