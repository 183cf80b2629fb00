/*
 * Colours: see palette.h. The cube and the greys are computed as xterm does, whose values
 * all emulators follow; the first sixteen differ from one emulator to the next, so they
 * are chosen here: of Okabe and Ito's hues, each to be read on black as well as on white.
 */
#include "export/palette.h"

#include <assert.h>

enum { NAMED = 16, CUBE_SIDE = 6, GREYS = NAMED + CUBE_SIDE * CUBE_SIDE * CUBE_SIDE };

/* Black, red, green, yellow, blue, magenta, cyan, white; then the same, brighter. */
static const uint32_t named[NAMED] = {
	0x1C1C1C, 0xD14A1B, 0x0B8F69, 0xB07A00, 0x2F7FC1, 0xB0659A, 0x2A8AA8, 0xC6C6C6,
	0x767676, 0xE8703A, 0x22B084, 0xD19A1E, 0x56A0DC, 0xCC79A7, 0x4FA9CC, 0xF5F5F5,
};

static const uint32_t texts[THEME_COUNT] = {[THEME_DARK] = 0xDADADA, [THEME_LIGHT] = 0x1C1C1C};
static const uint32_t grounds[THEME_COUNT] = {[THEME_DARK] = 0x121212, [THEME_LIGHT] = 0xFFFFFF};

/* One channel of the cube: none, or equal steps that begin high. */
static uint32_t level(int step)
{
	return step ? 55 + 40 * (uint32_t)step : 0;
}

uint32_t palette_rgb(int index)
{
	assert(index >= 0 && index < 256);
	if (index < NAMED)
		return named[index];
	if (index >= GREYS)
		return (8 + 10 * (uint32_t)(index - GREYS)) * 0x010101;
	int at = index - NAMED;
	return level(at / (CUBE_SIDE * CUBE_SIDE)) << 16 |
	       level(at / CUBE_SIDE % CUBE_SIDE) << 8 | level(at % CUBE_SIDE);
}

uint32_t palette_text(enum theme theme)
{
	return texts[theme];
}

uint32_t palette_ground(enum theme theme)
{
	return grounds[theme];
}

struct look palette_own(enum theme theme, enum depth depth)
{
	static const struct look own[THEME_COUNT][DEPTH_256 + 1] = {
		[THEME_DARK] = {{-1, -1, 0}, {7, 0, 0}, {253, 233, 0}},
		[THEME_LIGHT] = {{-1, -1, 0}, {0, 7, 0}, {234, 231, 0}},
	};
	return own[theme][depth];
}
