/* Beats: a diamond with its number below the lanes, and beside its caption in the source. */
#include <stdlib.h>

#include "base/utf8.h"
#include "export/svg_internal.h"
#include "export/xml.h"
#include "view/moment.h"
#include "view/view.h"

void beat_label(const struct beat *b, struct buf *out)
{
	buf_printf(out, "%zu", b->first);
	if (b->last > b->first)
		buf_printf(out, "–%zu", b->last);
}

/* What a mark takes with its label, in pixels. */
static double width_of(const struct beat *b, double size)
{
	struct buf label = {0};
	beat_label(b, &label);
	size_t cols = utf8_text_cols(buf_text(&label), label.len);
	double width = size + MONO_WIDTH * size * (double)cols;
	buf_free(&label);
	return width;
}

void beats_of(const struct view *v, const struct svg_place *place, double size,
              struct beats *out)
{
	size_t index = 0;
	for (;;) {
		size_t next = view_next_beat(v, false, index);
		struct moment m = view_moment(v, false, next);
		if (next == index || !m.beat)
			break;
		index = next;
		double x = place->left + place->unit * view_coordinate(v, place->ruler, m.end);
		size_t number = view_beat_at(v, m.end);
		struct beat *last = out->all.count ? &vec_last(&out->all) : NULL;
		if (last && x < last->x + width_of(last, size))
			last->last = number;
		else
			vec_push(&out->all, (struct beat){number, number, x});
	}
}

void beats_free(struct beats *b)
{
	vec_free(&b->all);
}

void beat_draw(FILE *out, double x, double y)
{
	fputs("<path class=\"f-cursor\" d=\"M", out);
	xml_number(out, x);
	fputc(' ', out);
	xml_number(out, y - 6);
	fputs("l6 6-6 6-6-6z\"/>\n", out);
}
