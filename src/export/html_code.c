/*
 * The source as part of the page: each line an element that the script can mark, in
 * spans of the colours that the screen's source pane has.
 */
#include <string.h>

#include "export/html_internal.h"
#include "export/html_text.h"
#include "screen/highlight.h"
#include "screen/source.h"
#include "screen/theme.h"
#include "trace/trace.h"
#include "view/view.h"

enum { LONG_LINE = 2000 };

/* The class of what is written in that ink; NULL for plain text. */
static const char *class_of(unsigned ink)
{
	switch (ink) {
	case INK_KEYWORD:
		return "kw";
	case INK_STRING:
		return "st";
	case INK_NUMBER:
		return "nu";
	case INK_COMMENT:
		return "co";
	case INK_NOTE:
		return "no";
	case INK_CALL:
		return "aw";
	default:
		return NULL;
	}
}

static void put_line(const struct html *h, const struct source *s, size_t index)
{
	const struct source_line *line = &s->lines.items[index];
	const char *text = s->text + line->offset_bytes;
	uint8_t inks[LONG_LINE];
	size_t len = line->len < LONG_LINE ? line->len : LONG_LINE;
	highlight_line(text, len, (enum highlight_state)line->state, inks);
	fprintf(h->out, "<span class=\"line\" data-line=\"%zu\">", index + 1);
	for (size_t i = 0; i < len;) {
		const char *class = class_of(inks[i]);
		size_t end = i + 1;
		while (end < len && class_of(inks[end]) == class)
			end++;
		if (class)
			fprintf(h->out, "<i class=\"%s\">", class);
		html_lines(h->out, text + i, end - i);
		if (class)
			fputs("</i>", h->out);
		i = end;
	}
	fputs(len < line->len ? "\u2026\n</span>" : "\n</span>", h->out);
}

void html_code(struct html *h)
{
	struct source s = {0};
	source_set(&s, trace_about(view_trace(h->v))->source);
	size_t i = 0;
	for (; i < s.lines.count && i < HTML_MAX_LINES; i++) {
		const struct source_line *line = &s.lines.items[i];
		if (line->offset_bytes + line->len > HTML_MAX_BYTES)
			break;
		put_line(h, &s, i);
	}
	if (!s.lines.count)
		fputs("<span class=\"none\">This trace has no source.</span>", h->out);
	else if (i < s.lines.count)
		fprintf(h->out, "<span class=\"none\">%zu more lines\n</span>",
		        s.lines.count - i);
	source_free(&s);
}
