/*
 * The colours of the picture: a style sheet made of theme.def. Each rule says its colour
 * twice, plainly and as a custom property: renderers that have never heard of custom
 * properties (of slides, of drawing programs) pass over the second one and show the light
 * theme.
 */
#include <assert.h>

#include "base/mem.h"
#include "export/palette.h"
#include "export/svg_internal.h"

/* As they stand in style sheets: the letters of theme.def, small. */
static const char *const names[] = {
#define INK(name, dark, dark_bg, light, light_bg, e, e_light, strong, mono, what) #name,
#include "screen/theme.def"
#undef INK
};
static_assert(COUNT_OF(names) == INK_COUNT, "one name an ink");

static void put_name(const char *name, FILE *out)
{
	for (; *name; name++)
		fputc(*name == '_' ? '-' : *name - 'A' + 'a', out);
}

/* What each ink is used for, if it is: text and areas, lines, or both. */
enum { FILL = 1, LINE = 2 };
static const struct use {
	enum ink ink;
	unsigned kinds;
	const char *fill, *line; /* the classes */
} uses[] = {
	{INK_TEXT, FILL | LINE, "f-text", "l-text"},
	{INK_DIM, FILL | LINE, "f-dim", "l-dim"},
	{INK_FRAME, LINE, "f-dim", "l-frame"},
	{INK_HEAD, FILL, "f-head", "l-dim"},
	{INK_LABEL, FILL, "f-label", "l-dim"},
	{INK_READY, LINE, "f-text", "l-ready"},
	{INK_RUNNING, LINE, "f-text", "l-running"},
	{INK_WAITING, LINE, "f-text", "l-waiting"},
	{INK_CANCELLING, LINE, "f-text", "l-cancelling"},
	{INK_DONE, LINE, "f-text", "l-done"},
	{INK_FAILED, LINE, "f-text", "l-failed"},
	{INK_CANCELLED, LINE, "f-text", "l-cancelled"},
	{INK_IDLE, LINE, "f-text", "l-idle"},
	{INK_MIXED, LINE, "f-text", "l-mixed"},
	{INK_CURSOR, FILL, "f-cursor", "l-dim"},
	{INK_REASON, FILL | LINE, "f-reason", "l-reason"},
	{INK_SENTENCE, FILL, "f-sentence", "l-dim"},
	{INK_WARN, FILL, "f-warn", "l-dim"},
	{INK_KEYWORD, FILL, "f-keyword", "l-dim"},
	{INK_STRING, FILL, "f-string", "l-dim"},
	{INK_NUMBER, FILL, "f-number", "l-dim"},
	{INK_COMMENT, FILL, "f-comment", "l-dim"},
	{INK_NOTE, FILL, "f-note", "l-dim"},
	{INK_CALL, FILL, "f-call", "l-dim"},
};

static const struct use *use_of(enum ink ink)
{
	for (size_t i = 0; i < COUNT_OF(uses); i++)
		if (uses[i].ink == ink)
			return &uses[i];
	return &uses[0];
}

const char *svg_fill(enum ink ink)
{
	return use_of(ink)->fill;
}

const char *svg_line(enum ink ink)
{
	return use_of(ink)->line;
}

static uint32_t colour(enum theme theme, enum ink ink)
{
	int fg = theme_look(theme, DEPTH_256, (style)ink).fg;
	return fg < 0 ? palette_text(theme) : palette_rgb(fg);
}

static void put_properties(enum theme theme, FILE *out)
{
	fprintf(out, ":root{--sm-ground:#%06x", palette_ground(theme));
	for (size_t i = 0; i < INK_COUNT; i++) {
		fputs(";--sm-", out);
		put_name(names[i], out);
		fprintf(out, ":#%06x", colour(theme, (enum ink)i));
		int ground = theme_look(theme, DEPTH_256, (style)i).bg;
		if (ground < 0)
			continue;
		fputs(";--sm-", out);
		put_name(names[i], out);
		fprintf(out, "-ground:#%06x", palette_rgb(ground));
	}
	fputs("}\n", out);
}

/* `.simmer .f-text{fill:#1c1c1c;fill:var(--sm-text)}` */
static void put_rule(const char *class, const char *property, const char *also, uint32_t rgb,
                     const char *name, FILE *out)
{
	fprintf(out, ".simmer .%s{%s%s:#%06x;%s:var(--sm-", class, also, property, rgb, property);
	put_name(name, out);
	fputs(")}\n", out);
}

void svg_style(int theme, FILE *out)
{
	enum theme base = theme < 0 ? THEME_LIGHT : (enum theme)theme;
	put_properties(base, out);
	if (theme < 0) {
		fputs("@media screen and (prefers-color-scheme:dark){", out);
		put_properties(THEME_DARK, out);
		fputs("}\n", out);
	}
	put_rule("f-ground", "fill", "", palette_ground(base), "GROUND", out);
	put_rule("l-ground", "stroke", "fill:none;", palette_ground(base), "GROUND", out);
	for (size_t i = 0; i < COUNT_OF(uses); i++) {
		const struct use *u = &uses[i];
		uint32_t rgb = colour(base, u->ink);
		if (u->kinds & FILL)
			put_rule(u->fill, "fill", "", rgb, names[u->ink], out);
		if (u->kinds & LINE)
			put_rule(u->line, "stroke", "fill:none;", rgb, names[u->ink], out);
	}
	fputs(".simmer text{white-space:pre;font-family:ui-monospace,\"SFMono-Regular\",Menlo,"
	      "Consolas,\"DejaVu Sans Mono\",\"Liberation Mono\",monospace}\n"
	      ".simmer .sans text,.simmer text.sans{font-family:system-ui,\"Segoe UI\",Roboto,"
	      "\"Helvetica Neue\",\"Liberation Sans\",Arial,sans-serif}\n"
	      ".simmer .strong{font-weight:bold}\n",
	      out);
}
