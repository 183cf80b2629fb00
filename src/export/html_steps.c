/*
 * What can be read of the steps: a list with each one's time, caption and sentences, and
 * what was printed.
 */
#include <string.h>

#include "export/html_internal.h"
#include "export/html_text.h"
#include "trace/trace.h"
#include "view/sentence.h"
#include "view/ruler.h"
#include "view/snapshot.h"
#include "view/view.h"

/* ---- the list ---------------------------------------------------------------------- */

/* The caption that came into force in the moment: the step is a beat. */
static void put_caption(const struct html *h, const struct moment *m)
{
	uint64_t event = view_caption_at(h->v, m->end);
	if (!m->beat || event == UINT64_MAX)
		return;
	size_t len;
	const struct trace *t = view_trace(h->v);
	const char *text = trace_text(t, trace_at(t, event)->b, &len);
	fprintf(h->out, "<q class=\"caption\" data-beat=\"%zu\">", view_beat_at(h->v, m->end));
	html_fit(h->out, text, len, HTML_TEXT_COLS);
	fputs("</q>", h->out);
}

static void put_sentence(const struct html *h, const char *class, const struct buf *text)
{
	if (!text->len)
		return;
	fprintf(h->out, " <span class=\"%s\">", class);
	html_fit(h->out, buf_text(text), text->len, HTML_TEXT_COLS);
	fputs("</span>", h->out);
}

static void put_step(const struct html *h, size_t index)
{
	struct moment m = view_moment(h->v, false, index);
	struct buf what = {0}, why = {0}, time = {0};
	if (index)
		view_sentence(h->v, false, index, &what, &why);
	else
		buf_puts(&what, "The scene has not begun.");
	view_time_text(h->v, m.time_ns, &time);
	fprintf(h->out, "<li id=\"step-%zu\" data-step=\"%zu\"%s>", index, index,
	        m.beat ? " class=\"beat\"" : "");
	put_caption(h, &m);
	fprintf(h->out, "<a href=\"#step-%zu\"><span class=\"number\">%zu</span> "
	        "<span class=\"time\">%s s</span>", index, index, buf_text(&time));
	fputs("<span class=\"told\">", h->out);
	put_sentence(h, "what", &what);
	put_sentence(h, "why", &why);
	fputs("</span></a></li>\n", h->out);
	buf_free(&what);
	buf_free(&why);
	buf_free(&time);
}

void html_steps(struct html *h)
{
	for (size_t i = 0; i < h->steps; i++)
		put_step(h, i);
}

/* ---- the output -------------------------------------------------------------------- */

/* Output is a run of pieces; one ends where the step or the stream changes. */
struct output {
	size_t step, bytes;
	unsigned stream;
	bool open;
};

static void end_piece(const struct html *h, struct output *o)
{
	if (o->open)
		fputs("</span>", h->out);
	o->open = false;
}

/* Write what event `e` has printed; false if there is no room for all of it. */
static bool put_printed(const struct html *h, struct output *o, size_t step,
                        const struct event *e)
{
	size_t len;
	const char *text = trace_text(view_trace(h->v), e->a, &len);
	if (o->open && (o->step != step || o->stream != e->detail))
		end_piece(h, o);
	if (!o->open)
		fprintf(h->out, "<span data-step=\"%zu\"%s>", step,
		        e->detail == 2 ? " class=\"error\"" : "");
	o->open = true;
	o->step = step;
	o->stream = e->detail;
	bool fits = len <= HTML_MAX_BYTES - o->bytes;
	html_lines(h->out, text, fits ? len : HTML_MAX_BYTES - o->bytes);
	o->bytes += fits ? len : 0;
	return fits;
}

void html_output(struct html *h)
{
	struct output o = {0};
	size_t n = 0;
	bool fits = true;
	for (size_t i = 0; i < h->steps && fits; i++) {
		size_t end = view_printed_at(h->v, view_moment(h->v, false, i).end);
		for (; n < end && fits; n++)
			fits = put_printed(h, &o, i,
			                   trace_at(view_trace(h->v), view_printed(h->v, n)));
	}
	end_piece(h, &o);
	if (!fits)
		fprintf(h->out, "<span class=\"none\" data-step=\"%zu\">\n\u2026 there is more "
		        "than this page has room for.</span>", o.step);
}
