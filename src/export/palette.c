/* Colours: see palette.h. */
#include "export/palette.h"

uint32_t palette_rgb(int index)
{
	return (uint32_t)index;
}

uint32_t palette_text(enum theme theme)
{
	return theme == THEME_LIGHT ? 0x000000 : 0xFFFFFF;
}

uint32_t palette_ground(enum theme theme)
{
	return theme == THEME_LIGHT ? 0xFFFFFF : 0x000000;
}
