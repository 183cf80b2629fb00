/*
 * The page: see html.h. Its frame is page.html; this file fills in the pieces, in the order
 * in which the frame names them, straight to the file. What can be read without a script
 * is in the page as text; the script takes sentences and output from there.
 */
#include "export/html.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "export/export.h"
#include "export/html_internal.h"
#include "export/html_page.h"
#include "export/html_text.h"
#include "screen/theme.h"
#include "trace/trace.h"
#include "view/ruler.h"
#include "view/snapshot.h"
#include "view/view.h"

/* ---- the pieces -------------------------------------------------------------------- */

static const char *file_name(const struct html *h)
{
	return path_base_name(trace_about(view_trace(h->v))->path);
}

static void put_hash(struct html *h)
{
	fputs(html_page_script_hash, h->out);
}

static void put_theme(struct html *h)
{
	fputs(h->o->theme < 0 ? "light dark" : theme_name((enum theme)h->o->theme), h->out);
}

static void put_title(struct html *h)
{
	const char *title = trace_about(view_trace(h->v))->title;
	const char *shown = title[0] ? title : file_name(h);
	html_fit(h->out, shown, strlen(shown), HTML_TEXT_COLS);
}

static void put_file(struct html *h)
{
	const char *name = file_name(h)[0] ? file_name(h) : "source";
	html_fit(h->out, name, strlen(name), HTML_NAME_COLS);
}

static void put_style(struct html *h)
{
	svg_style(h->o->theme, h->out);
	fwrite(html_page_style.text, 1, html_page_style.len, h->out);
}

static void put_script(struct html *h)
{
	fwrite(html_page_script.text, 1, html_page_script.len, h->out);
}

/* The introduction; an empty line begins a new paragraph. */
static void put_intro(struct html *h)
{
	const char *at = trace_about(view_trace(h->v))->intro;
	const char *bound = at + strnlen(at, HTML_MAX_BYTES);
	while (at < bound) {
		const char *end = strstr(at, "\n\n");
		if (!end || end > bound)
			end = bound;
		fputs("<p>", h->out);
		html_lines(h->out, at, (size_t)(end - at));
		fputs("</p>\n", h->out);
		for (at = end; at < bound && *at == '\n';)
			at++;
	}
}

/* Not all of the run: a line that says so. */
static void put_cut(struct html *h)
{
	size_t all = view_moment_count(h->v, false);
	if (h->steps < all)
		fprintf(h->out, "<p class=\"cut\">The run has %zu steps; this page shows the "
		        "first %zu.</p>\n", all - 1, h->steps - 1);
}

/* How a picture lies under the cursor, for the script; in pixels of its own. */
static void put_picture(const struct html *h, enum ruler ruler, const char *id,
                        struct svg_place *place, bool shown)
{
	fprintf(h->out, "<div class=\"picture\" id=\"picture-%s\" tabindex=\"0\" role=\"group\" "
	        "aria-label=\"timeline by the %s\"%s><div class=\"sheet\">\n", id, id,
	        shown ? "" : " hidden");
	svg_timeline(h->v, ruler, id, 1600, place, h->out);
	fputs("<div class=\"band\"></div><div class=\"veil\"></div>"
	      "<div class=\"names\" aria-hidden=\"true\"></div></div></div>\n", h->out);
}

static void put_pictures(struct html *h)
{
	/* Before the data, which needs their places. */
	if (h->has_clock)
		put_picture(h, RULER_CLOCK, "clock", &h->clock, true);
	put_picture(h, RULER_STEP, "step", &h->step, !h->has_clock);
}

/* Each is written where the frame has `{{name}}`. */
static const struct piece {
	const char *name;
	void (*put)(struct html *h);
} pieces[] = {
	{"hash", put_hash},   {"theme", put_theme},       {"title", put_title},
	{"file", put_file},   {"style", put_style},       {"intro", put_intro},
	{"cut", put_cut},     {"pictures", put_pictures}, {"code", html_code},
	{"steps", html_steps}, {"output", html_output},   {"data", html_data},
	{"script", put_script},
};

static void put_piece(struct html *h, const char *name, size_t len)
{
	for (size_t i = 0; i < COUNT_OF(pieces); i++)
		if (strlen(pieces[i].name) == len && !memcmp(pieces[i].name, name, len)) {
			pieces[i].put(h);
			return;
		}
	die("page.html: no piece is called %.*s", (int)len, name);
}

/* ---- the whole --------------------------------------------------------------------- */

static size_t steps_shown(const struct view *v)
{
	size_t steps = view_moment_count(v, false);
	if (steps > HTML_MAX_STEPS)
		steps = HTML_MAX_STEPS;
	struct snapshot s = {0};
	view_snapshot(v, view_moment(v, false, steps - 1).end, 1, &s);
	size_t most = HTML_MAX_LOOKS / ((size_t)s.born_count + 1);
	snapshot_free(&s);
	if (most < HTML_LEAST_STEPS)
		most = HTML_LEAST_STEPS;
	return steps < most ? steps : most;
}

int export_html(struct view *v, const struct export_options *o, FILE *out, struct buf *why)
{
	struct html h = {.v = v, .o = o, .out = out, .steps = steps_shown(v)};
	h.has_clock = svg_ruler(v) == RULER_CLOCK;
	const char *at = html_page_frame.text, *end = at + html_page_frame.len;
	while (at < end) {
		const char *name = memmem(at, (size_t)(end - at), "{{", 2);
		const char *tail = name ? memmem(name, (size_t)(end - name), "}}", 2) : NULL;
		fwrite(at, 1, (size_t)((tail ? name : end) - at), out);
		if (tail)
			put_piece(&h, name + 2, (size_t)(tail - name - 2));
		at = tail ? tail + 2 : end;
	}
	if (fflush(out) != 0 || ferror(out)) {
		buf_puts(why, error_text(-ERR_WRITE));
		return -ERR_WRITE;
	}
	return 0;
}
