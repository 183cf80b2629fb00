/* See svg.h. */
#include "export/svg.h"

#include "base/error.h"

int export_svg(struct view *v, const struct export_options *o, FILE *out, struct buf *why)
{
	(void)v, (void)o, (void)out;
	buf_puts(why, "not yet");
	return -ERR_SYSTEM;
}

enum ruler svg_ruler(const struct view *v)
{
	return view_extent(v, RULER_CLOCK) > 0 ? RULER_CLOCK : RULER_STEP;
}

void svg_timeline(struct view *v, enum ruler ruler, const char *id, struct svg_place *place,
                  FILE *out)
{
	(void)v, (void)id, (void)out;
	*place = (struct svg_place){.ruler = ruler};
}

void svg_style(int theme, FILE *out)
{
	(void)theme, (void)out;
}
