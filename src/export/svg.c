/*
 * The document: a title, the timeline, the sums, and the source beside them if it is
 * asked for. Its size is that of a slide, as long as there is not more in it.
 */
#include "export/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "export/export.h"
#include "export/svg_internal.h"
#include "export/xml.h"
#include "trace/trace.h"
#include "view/view.h"

/* Pixels. */
#define PAGE_WIDTH   1280.0
#define PAGE_MARGIN  28.0
#define BESIDE_WIDTH 800.0 /* of a timeline that has the source beside it */
#define TITLE_SIZE   27.0
#define PROSE_SIZE   16.0
#define SUM_WIDTH    255.0 /* at least, of the columns in which the sums stand */

enum { TITLE_COLS_MAX = 200 };

enum ruler svg_ruler(const struct view *v)
{
	return view_extent(v, RULER_CLOCK) > 0 ? RULER_CLOCK : RULER_STEP;
}

/* What the picture is called: the scene's title, else its file. */
static void put_title(const struct view *v, struct buf *out)
{
	const struct trace_about *about = trace_about(view_trace(v));
	const char *name = *about->title ? about->title : path_base_name(about->path);
	buf_puts(out, *name ? name : "A run");
}

/* The title and the description of an element, which its aria-labelledby names. */
static void put_about(struct view *v, enum ruler ruler, const char *id, FILE *out)
{
	struct buf title = {0}, words = {0};
	put_title(v, &title);
	svg_cut_text(&title, TITLE_COLS_MAX);
	svg_put_description(v, ruler, &words);
	fprintf(out, "<title id=\"%s-title\">", id);
	xml_text(out, title.data, title.len);
	fprintf(out, "</title>\n<desc id=\"%s-desc\">", id);
	xml_text(out, words.data, words.len);
	fputs("</desc>\n", out);
	buf_free(&title);
	buf_free(&words);
}

/* Open an <svg> element of that size and say what it is. */
static void open_svg(struct view *v, enum ruler ruler, const char *id, double width,
                     double height, FILE *out)
{
	fputs("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"simmer\" role=\"img\"", out);
	fprintf(out, " aria-labelledby=\"%s-title %s-desc\" font-family=\"monospace\"", id, id);
	fprintf(out, " viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\">\n", width, height,
	        width, height);
	put_about(v, ruler, id, out);
}

/* ---- words below ---------------------------------------------------------------------- */

static double text_width(const struct buf *b, double size)
{
	return SANS_WIDTH * size * (double)utf8_text_cols(buf_text(b), b->len);
}

/* `the run took 12 s    saved 10 s (45 %)`, in columns, on as many lines as that takes;
 * returns the y after them. */
static double draw_sums(struct view *v, double x, double y, double width, FILE *out)
{
	struct sum sums[SUMS_MAX];
	size_t count = svg_sums(v, sums);
	double cell = width / floor(width / SUM_WIDTH), at = 0;
	for (size_t i = 0; i < count; i++) {
		struct sum *s = &sums[i];
		double words = SANS_WIDTH * PROSE_SIZE * (double)(strlen(s->what) + 1);
		double wide = words + text_width(&s->text, PROSE_SIZE) * 1.12 +
		              text_width(&s->remark, PROSE_SIZE);
		if (at > 0 && at + wide > width) {
			at = 0;
			y += 26;
		}
		fputs("<text class=\"sans f-label\" x=\"", out);
		xml_number(out, x + at);
		fputs("\" y=\"", out);
		xml_number(out, y);
		fprintf(out, "\">%s <tspan class=\"f-sentence strong\">", s->what);
		xml_text(out, s->text.data, s->text.len);
		fputs("</tspan>", out);
		if (s->remark.len) {
			fputs(" (", out);
			xml_text(out, s->remark.data, s->remark.len);
			fputc(')', out);
		}
		fputs("</text>\n", out);
		at += ceil(wide / cell) * cell;
		buf_free(&s->text);
		buf_free(&s->remark);
	}
	return y + 26;
}

/* Prose folded to `width`; returns the y after it. */
static double draw_prose(const struct buf *text, double x, double y, double width, FILE *out)
{
	size_t cols = (size_t)(width / (SANS_WIDTH * PROSE_SIZE));
	for (size_t at = 0; at < text->len;) {
		size_t cut = utf8_fold(text->data + at, text->len - at, cols);
		svg_put_text(out, x, y, "sans f-reason", "", text->data + at, cut);
		y += 22;
		at += cut + (at + cut < text->len && text->data[at + cut] == ' ');
	}
	return y;
}

static double draw_words(struct view *v, double x, double y, double width, FILE *out)
{
	struct buf outcome = {0};
	fputs("<g font-size=\"16\">\n", out);
	y = draw_sums(v, x, y, width, out);
	svg_put_outcome(v, &outcome);
	if (outcome.len)
		y = draw_prose(&outcome, x, y, width, out);
	fputs("</g>\n", out);
	buf_free(&outcome);
	return y;
}

/* ---- the document --------------------------------------------------------------------- */

static void draw_title(const struct view *v, double width, bool code, FILE *out)
{
	const struct trace_about *about = trace_about(view_trace(v));
	struct buf title = {0}, file = {0};
	put_title(v, &title);
	if (!code && *about->title)
		buf_puts(&file, path_base_name(about->path));
	svg_cut_text(&file, 40);
	double room = width - text_width(&file, PROSE_SIZE) * 1.2;
	svg_cut_text(&title, (size_t)(room / (SANS_WIDTH * 1.06 * TITLE_SIZE)));
	svg_put_text(out, PAGE_MARGIN, PAGE_MARGIN + 22, "sans f-sentence strong",
	             "font-size=\"27\"", title.data, title.len);
	if (file.len)
		svg_put_text(out, PAGE_MARGIN + width, PAGE_MARGIN + 22, "f-dim",
		             "font-size=\"16\" text-anchor=\"end\"", file.data, file.len);
	buf_free(&title);
	buf_free(&file);
}

/*
 * What is drawn before its size is known: a file in memory. It is as large as a picture is,
 * however long the run.
 */
struct draft {
	FILE *file;
	char *text; /* once it is closed */
	size_t len;
};

static void draft_open(struct draft *d)
{
	*d = (struct draft){0};
	d->file = open_memstream(&d->text, &d->len);
	if (!d->file)
		die("out of memory");
}

static void draft_put(struct draft *d, FILE *out)
{
	if (fclose(d->file) != 0)
		die("out of memory");
	fwrite(d->text, 1, d->len, out);
	free(d->text);
}

static void open_group(double x, double y, FILE *out)
{
	fprintf(out, "<g transform=\"translate(%.0f %.0f)\">\n", x, y);
}

static void put_page(struct view *v, bool code, int theme, FILE *out)
{
	static const char id[] = "simmer";
	enum ruler ruler = svg_ruler(v);
	double top = PAGE_MARGIN + 48, left = PAGE_MARGIN;
	double width = PAGE_WIDTH - 2 * PAGE_MARGIN, bottom = 0;
	struct draft d;
	draft_open(&d);
	if (code) {
		struct code_place source = code_measure(v);
		code_draw(v, &source, left, top, d.file);
		bottom = top + source.height;
		left += ceil(source.width) + PAGE_MARGIN;
		width = BESIDE_WIDTH;
	}
	draw_title(v, left + width - PAGE_MARGIN, code, d.file);
	struct svg_place place;
	open_group(left, top, d.file);
	svg_draw(v, ruler, id, width, &place, d.file);
	double words = draw_words(v, 2, place.height + 22, width, d.file);
	fputs("</g>\n", d.file);
	bottom = fmax(bottom, top + words) + PAGE_MARGIN / 2;
	open_svg(v, ruler, id, left + width + PAGE_MARGIN, ceil(bottom), out);
	fputs("<style>\n", out);
	svg_style(theme, out);
	fputs("</style>\n<rect class=\"f-ground\" width=\"100%\" height=\"100%\"/>\n", out);
	draft_put(&d, out);
	fputs("</svg>\n", out);
}

void svg_timeline(struct view *v, enum ruler ruler, const char *id, double width,
                  struct svg_place *place, FILE *out)
{
	struct draft d;
	draft_open(&d);
	svg_draw(v, ruler, id, width, place, d.file);
	open_svg(v, ruler, id, place->width, place->height, out);
	draft_put(&d, out);
	fputs("</svg>\n", out);
}

int export_svg(struct view *v, const struct export_options *o, FILE *out, struct buf *why)
{
	put_page(v, o->code, o->theme, out);
	if (!ferror(out))
		return 0;
	buf_puts(why, error_text(-ERR_WRITE));
	return -ERR_WRITE;
}
