/*
 * Themes: what a style looks like on a dark or a light terminal with 256, 8 or
 * no colours. One table (theme.def); terminals and exporters only ask it.
 */
#ifndef SCREEN_THEME_H
#define SCREEN_THEME_H

#include <stdint.h>

#include "screen/grid.h"

enum ink {
#define INK(name, dark, dark_bg, light, light_bg, eight, eight_light, strong, mono,      \
            what)                                                                        \
	INK_##name,
#include "screen/theme.def"
#undef INK
	INK_COUNT
};

enum theme { THEME_DARK, THEME_LIGHT, THEME_COUNT };

/* How many colours there are to paint with. */
enum depth { DEPTH_NONE, DEPTH_8, DEPTH_256 };

/* Attributes of a look. The last two are theme.def's own and never given out. */
enum {
	LOOK_BOLD = 1,
	LOOK_DIM = 2,
	LOOK_UNDERLINE = 4,
	LOOK_REVERSE = 8,
	LOOK_REVERSE8 = 16, /* with 8 colours: reversed */
	LOOK_YELLOW8 = 32,  /* with 8 colours: on yellow */
};

/* A colour is an index, or -1 for the terminal's own. */
struct look {
	int16_t fg, bg;
	uint8_t attributes; /* LOOK_BOLD ... LOOK_REVERSE */
};

/* What style `s` looks like. */
struct look theme_look(enum theme theme, enum depth depth, style s);

/* "dark" and "light", and back: -1 if there is no such theme. */
const char *theme_name(enum theme theme);
int theme_by_name(const char *name);

#endif
