/* Asks terminfo. A file of its own because <term.h> takes names that others use. */
#include "tui/termtype.h"

#include <unistd.h>

#define NCURSES_NOMACROS
#include <curses.h>
#include <term.h>

static bool has_text(const char *name)
{
	const char *text = tigetstr(name);
	return text && text != (char *)-1;
}

bool termtype_usable(const char *type, struct buf *why)
{
	if (!type || !*type) {
		buf_puts(why, "TERM is not set: the terminal is unknown");
		return false;
	}
	int found;
	if (setupterm(type, STDOUT_FILENO, &found) != OK) {
		buf_printf(why, "this terminal is unknown (TERM=%s)", type);
		return false;
	}
	bool usable = has_text("cup") && has_text("clear") && tigetflag("gn") <= 0;
	if (!usable)
		buf_printf(why, "this terminal cannot place text on the screen (TERM=%s)",
		           type);
	del_curterm(cur_term);
	return usable;
}
