/* Themes: rows of theme.def looked up, flags of a style laid over them. */
#include "screen/theme.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

static const struct {
	int16_t fg[THEME_COUNT], bg[THEME_COUNT], eight[THEME_COUNT];
	uint8_t strong, mono;
} inks[] = {
#define INK(name, dark, dark_bg, light, light_bg, e, e_light, strong_, mono_, what)      \
	{{dark, light}, {dark_bg, light_bg}, {e, e_light}, strong_, mono_},
#include "screen/theme.def"
#undef INK
};
static_assert(COUNT_OF(inks) == INK_COUNT, "one row an ink");
static_assert((int)INK_COUNT <= (int)STYLE_INK, "an ink fits its byte");

static const char *const names[THEME_COUNT] = {"dark", "light"};

/* The background of what is chosen, and the text that stands back from it. */
static const int16_t shade[THEME_COUNT] = {236, 254};
static const int16_t faint[THEME_COUNT] = {240, 249};

struct look theme_look(enum theme theme, enum depth depth, style s)
{
	unsigned ink = s & STYLE_INK;
	assert(ink < INK_COUNT);
	struct look look = {-1, -1, 0};
	unsigned attributes = depth == DEPTH_NONE ? inks[ink].mono : inks[ink].strong;
	if (depth == DEPTH_256) {
		look.fg = inks[ink].fg[theme];
		look.bg = inks[ink].bg[theme];
		if (s & STYLE_SHADE && look.bg < 0)
			look.bg = shade[theme];
		if (s & STYLE_FAINT)
			look.fg = faint[theme];
	} else if (depth == DEPTH_8) {
		look.fg = inks[ink].eight[theme];
		if (attributes & LOOK_REVERSE8) {
			look.fg = -1;
			attributes |= LOOK_REVERSE;
		}
		if (attributes & LOOK_YELLOW8)
			look.bg = 3;
		if (s & STYLE_FAINT)
			look.fg = -1;
	}
	if (depth != DEPTH_256) {
		if (s & STYLE_FAINT)
			attributes = (attributes & ~(unsigned)LOOK_BOLD) | LOOK_DIM;
		if (s & STYLE_SHADE)
			attributes |= LOOK_UNDERLINE;
	}
	if (s & STYLE_BOLD)
		attributes |= LOOK_BOLD;
	if (s & STYLE_UNDERLINE)
		attributes |= LOOK_UNDERLINE;
	if (s & STYLE_REVERSE)
		attributes ^= LOOK_REVERSE;
	look.attributes =
		attributes & (LOOK_BOLD | LOOK_DIM | LOOK_UNDERLINE | LOOK_REVERSE);
	return look;
}

const char *theme_name(enum theme theme)
{
	return names[theme];
}

int theme_by_name(const char *name)
{
	for (int i = 0; i < THEME_COUNT; i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	return -1;
}
