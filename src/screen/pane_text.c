/*
 * What is said in words: the title bar, the caption, the sentence, the output and the
 * footer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "screen/internal.h"
#include "trace/trace.h"
#include "view/sentence.h"
#include "view/snapshot.h"
#include "view/worker.h"

/* ---- the title bar ------------------------------------------------------------------
 */

static const char *mode_of(const struct screen *s)
{
	if (s->state.play.on)
		return "playing";
	if (s->state.live && !view_complete(s->view))
		return "live";
	return "paused";
}

/* The columns of a number. */
static int digits_of(uint64_t n)
{
	int digits = 1;
	for (; n >= 10; n /= 10)
		digits++;
	return digits;
}

/* The clock with as many decimals as it has anywhere in this run, its point always in the
 * same place. */
static void put_clock(const struct screen *s, const struct present *p, struct buf *out)
{
	struct buf text = {0};
	put_time(s, p->told_ns, &text);
	const char *point = strchr(buf_text(&text), '.');
	int whole = point ? (int)(point - text.data) : (int)text.len;
	int decimals = point ? (int)text.len - whole - 1 : 0;
	int64_t end = view_end_ns(s->view);
	int before = digits_of((uint64_t)(end > 0 ? end : 0) / 1000000000) - whole;
	buf_printf(out, "t %*s%s", before > 0 ? before : 0, "", buf_text(&text));
	for (int wanted = clock_decimals(s, &p->cut); decimals < wanted; decimals++)
		buf_putc(out, '0');
	buf_puts(out, " s");
	buf_free(&text);
}

/* A wait that is cut short has a speed of its own: there is room for that. */
static void put_speed(const struct screen *s, struct buf *out)
{
	enum { COLS = 4 };
	struct stay stay = present_stay(s);
	play_speed_text(&s->options.pace, s->state.speed, &stay, out);
	while (out->len && out->len < COLS && s->options.pace.idle_ns < INT64_MAX)
		buf_putc(out, ' ');
}

enum { STATUS_PARTS = 7 };

/* What stands at the right of the title bar, the most important last; cut to what fits.
 * Each part takes the room that it needs anywhere in the run, so that none of them moves
 * while one looks at another. */
static void status_of(const struct screen *s, const struct present *p, int cols,
                      struct buf *out)
{
	struct buf part[STATUS_PARTS] = {0};
	if (!view_complete(s->view))
		buf_puts(&part[0], "still running");
	buf_printf(&part[1], "%7s", mode_of(s));
	put_clock(s, p, &part[2]);
	buf_printf(&part[3], "tick %*u", digits_of(view_tick_count(s->view)),
	           p->moment.tick);
	buf_printf(&part[4], "step %*u", digits_of(view_step_count(s->view)),
	           p->moment.step);
	put_speed(s, &part[5]);
	if (s->state.predict)
		buf_printf(&part[6], "%u of %u right", s->state.right, s->state.predicted);
	/* Left out first when there is no room. */
	static const int rank[STATUS_PARTS] = {0, 4, 5, 3, 1, 6, 2};
	bool out_of[STATUS_PARTS] = {false};
	size_t total = 0;
	for (int i = 0; i < STATUS_PARTS; i++)
		total += part[i].len ? part[i].len + 3 : 0;
	for (int i = 0; i < STATUS_PARTS && (long)total > cols; i++) {
		out_of[rank[i]] = true;
		total -= part[rank[i]].len ? part[rank[i]].len + 3 : 0;
	}
	for (int i = 0; i < STATUS_PARTS; i++) {
		if (!out_of[i] && part[i].len) {
			buf_puts(out, out->len ? "   " : "");
			buf_puts(out, buf_text(&part[i]));
		}
		buf_free(&part[i]);
	}
}

void title_draw(const struct screen *s, const struct present *p, struct area a)
{
	const struct trace_about *about = trace_about(view_trace(s->view));
	area_fill(a, ' ', INK_BAR);
	int x = 1;
	if (a.w >= 60)
		x = area_puts(a, x, 0, "simmer", INK_BAR_DIM) + 2;
	const char *title = about->title[0] ? about->title : path_base_name(about->path);
	int title_cols = (int)utf8_text_cols(title, strlen(title));
	int room = a.w - x - 2 - (title_cols < a.w / 2 ? title_cols : a.w / 2);
	struct buf status = {0};
	status_of(s, p, room, &status);
	int at = a.w - 1 - (int)utf8_text_cols(buf_text(&status), status.len);
	area_fit(a, x, 0, at - x - 2, title, INK_BAR);
	area_puts(a, at, 0, buf_text(&status), INK_BAR_DIM);
	buf_free(&status);
}

/* ---- the caption ---------------------------------------------------------------------
 */

/* The caption in force at a position; before the first the scene's introduction. */
static void put_caption(const struct screen *s, uint64_t position, struct buf *text)
{
	const struct trace *t = view_trace(s->view);
	uint64_t event = view_caption_at(s->view, position);
	if (event != UINT64_MAX)
		buf_puts(text, trace_text(t, trace_at(t, event)->b, NULL));
	else
		buf_puts(text, trace_about(t)->intro);
	/* The scene's line ends are for its own width; ours is another. */
	for (size_t i = 0; i + 1 < text->len; i++)
		if (text->data[i] == '\n' && text->data[i + 1] != '\n')
			text->data[i] = ' ';
}

/* Which beat it is of how many, where there is room for that. */
static void put_beat(const struct screen *s, uint64_t position, struct buf *out)
{
	size_t beats = view_beat_count(s->view);
	if (beats && s->cols >= 60)
		buf_printf(out, "◆ %zu/%zu  ", view_beat_at(s->view, position), beats);
}

/* The part of the pane that is for the text, after `beat`. */
static struct area caption_area(struct area a, const struct buf *beat)
{
	int x = 1 + (int)utf8_text_cols(buf_text(beat), beat->len);
	return area_part(a, x, 0, a.w - x - 1, a.h);
}

int intro_rows(const struct screen *s)
{
	enum { MANY = 100 };
	struct buf text = {0}, beat = {0};
	put_caption(s, 0, &text);
	put_beat(s, 0, &beat);
	struct area nowhere = {NULL, 0, 0, s->cols, MANY};
	int rows = area_wrap(caption_area(nowhere, &beat), 0, 0, MANY, buf_text(&text), 0);
	buf_free(&text);
	buf_free(&beat);
	return rows;
}

void caption_draw(const struct screen *s, const struct present *p, struct area a)
{
	if (!a.h)
		return;
	struct buf text = {0}, beat = {0};
	put_caption(s, p->position, &text);
	if (text.len) {
		put_beat(s, p->position, &beat);
		area_fill(a, ' ', INK_CAPTION);
		area_puts(a, 1, 0, buf_text(&beat), INK_CAPTION);
	}
	area_wrap(caption_area(a, &beat), 0, 0, a.h, buf_text(&text), INK_CAPTION);
	buf_free(&text);
	buf_free(&beat);
}

/* ---- the sentence --------------------------------------------------------------------
 */

/* Entries of a snapshot that are looked at: more than a sentence names. */
enum { MANY = 64 };

static void opening_words(const struct screen *s, struct buf *what, struct buf *why)
{
	buf_puts(what, "The scene has not begun.");
	if (view_moment_count(s->view, s->state.internals) > 1)
		buf_puts(why, "→ steps forward, space plays, ] goes to the next beat, ? "
		              "shows all keys.");
	else
		buf_puts(why, "It is being started.");
}

/* The workers that have a job, as a sentence. */
static void put_busy(const struct screen *s, const struct snapshot *snap, struct buf *out)
{
	size_t busy = 0;
	for (size_t i = 0; i < snap->worker_count && busy < 5; i++) {
		if (snap->workers[i].doing != WORKER_BUSY &&
		    snap->workers[i].doing != WORKER_SLEEPS)
			continue;
		buf_puts(out, busy++ ? ", " : "");
		view_lane_name(s->view, snap->workers[i].lane, out);
		if (snap->workers[i].job != JOB_NONE) {
			buf_puts(out, " has ");
			view_job_label(s->view, snap->workers[i].job, false, out);
		}
	}
	if (snap->busy_count > busy)
		buf_printf(out, "%s%zu more", busy ? " and " : "", snap->busy_count - busy);
	buf_puts(out, busy > 1 ? ": at the same instant." : ".");
}

/* The scene is in the middle of a step or of a job right now. */
static void within_words(const struct screen *s, const struct present *p,
                         struct buf *what, struct buf *why)
{
	struct snapshot snap = {0};
	view_snapshot(s->view, p->position, MANY, &snap);
	uint32_t line = view_line_at(s->view, p->active, p->position, NULL);
	view_lane_name(s->view, p->active, what);
	buf_puts(what, " runs right now");
	if (line)
		buf_printf(what, ", on line %u", line);
	if (view_lane(s->view, p->active)->worker) {
		buf_puts(what, ": its job has not ended.");
	} else {
		buf_puts(what, ": its step has not ended.");
		buf_puts(why, "As long as it runs no other task of its loop does. ");
	}
	if (snap.busy_count)
		put_busy(s, &snap, why);
	snapshot_free(&snap);
}

void sentence_draw(const struct screen *s, const struct present *p, struct area a)
{
	struct buf what = {0}, why = {0};
	if (p->within)
		within_words(s, p, &what, &why);
	else if (p->moment.kind == MOMENT_START)
		opening_words(s, &what, &why);
	else
		view_sentence(s->view, s->state.internals, p->index, &what, &why);
	area_put(a, 1, 0, 0x25B8, INK_CURSOR); /* ▸ */
	struct area text = area_part(a, 3, 0, a.w - 4, a.h);
	int keep = why.len && a.h > 1 ? 1 : 0; /* a row for the reason */
	int used = area_wrap(text, 0, 0, a.h - keep, buf_text(&what), INK_SENTENCE);
	struct prediction question;
	if (predict_question(s, &question)) {
		buf_reset(&why);
		predict_words(s, &question, &why);
		area_wrap(text, 0, used, a.h - used, buf_text(&why), INK_CURSOR);
	} else {
		area_tell(text, used, a.h - used, buf_text(&why), INK_REASON);
	}
	buf_free(&what);
	buf_free(&why);
}

/* ---- the output -----------------------------------------------------------------------
 */

enum { OUTPUT_LABEL_COLS = 9, MAX_OUTPUT_BYTES = 1 << 18 };

/* A piece of a line of the output. */
struct piece {
	const char *text;
	size_t len;
	style ink;
	size_t line;
};

struct pieces {
	VEC(struct piece) all;
	size_t line_count;
};

static style output_ink(const struct present *p, const struct event *e, uint64_t index)
{
	if (e->detail == 2)
		return INK_WARN;
	return index >= p->moment.begin ? INK_SENTENCE : INK_REASON;
}

/* Cut a printed text into pieces of lines. */
static void add_printed(struct pieces *out, const char *text, size_t len, style ink)
{
	if (!out->line_count)
		out->line_count = 1;
	while (len) {
		const char *newline = memchr(text, '\n', len);
		size_t n = newline ? (size_t)(newline - text) : len;
		if (n)
			vec_push(&out->all,
			         (struct piece){text, n, ink, out->line_count - 1});
		if (newline) {
			out->line_count++;
			n++;
		}
		text += n;
		len -= n;
	}
}

/* The printed text that the last `lines` lines need: which PRINTED events. */
static size_t first_needed(const struct screen *s, size_t end, size_t lines)
{
	const struct trace *t = view_trace(s->view);
	size_t n = end, bytes = 0, newlines = 0;
	while (n > 0 && newlines <= lines && bytes < MAX_OUTPUT_BYTES) {
		size_t len;
		const char *text =
			trace_text(t, trace_at(t, view_printed(s->view, --n))->a, &len);
		bytes += len;
		for (size_t i = 0; i < len; i++)
			newlines += text[i] == '\n';
	}
	return n;
}

void output_draw(const struct screen *s, const struct present *p, struct area a)
{
	const struct trace *t = view_trace(s->view);
	size_t end = view_printed_at(s->view, p->position);
	int scroll = s->state.scroll[PANE_OUTPUT];
	size_t lines = (size_t)a.h + (size_t)scroll;
	struct pieces pieces = {0};
	for (size_t n = first_needed(s, end, lines); n < end; n++) {
		uint64_t index = view_printed(s->view, n);
		const struct event *e = trace_at(t, index);
		size_t len;
		const char *text = trace_text(t, e->a, &len);
		add_printed(&pieces, text, len, output_ink(p, e, index));
	}
	size_t count = pieces.line_count;
	if (count && (!pieces.all.count || vec_last(&pieces.all).line < count - 1))
		count--; /* the text ends with a newline */
	size_t back = (size_t)scroll < count ? (size_t)scroll : count ? count - 1 : 0;
	size_t bottom = count - back;
	size_t top = bottom > (size_t)a.h ? bottom - (size_t)a.h : 0;
	bool focus = s->state.focus == PANE_OUTPUT;
	area_puts(a, 1, 0, "output", focus ? INK_FOCUS : INK_LABEL);
	int x = OUTPUT_LABEL_COLS;
	for (size_t i = 0; i < pieces.all.count; i++) {
		const struct piece *piece = &pieces.all.items[i];
		if (piece->line < top || piece->line >= bottom)
			continue;
		if (i == 0 || piece->line != pieces.all.items[i - 1].line)
			x = OUTPUT_LABEL_COLS;
		x = area_text(area_part(a, 0, 0, a.w - 1, a.h), x,
		              (int)(piece->line - top), piece->text, piece->len,
		              piece->ink);
	}
	if (!count)
		area_puts(a, OUTPUT_LABEL_COLS, 0, "nothing was printed yet", INK_DIM);
	vec_free(&pieces.all);
}

/* ---- the footer
 * ------------------------------------------------------------------------ */

/* The width of an entry, and where its last word begins. */
static int entry_cols(const char *text)
{
	return (int)utf8_text_cols(text, strlen(text));
}

static int put_entry(struct area a, int x, const char *text)
{
	const char *word = strrchr(text, ' ');
	size_t keys = word ? (size_t)(word - text) : strlen(text);
	x = area_text(a, x, 0, text, keys, INK_KEY);
	return word ? area_puts(a, x, 0, word, INK_LABEL) : x;
}

static void draw_keys(const struct screen *s, struct area a)
{
	enum context context = s->view ? CONTEXT_SCENE : CONTEXT_GALLERY;
	const char *const always[] = {command_infos[CMD_HELP].short_label,
	                              command_infos[CMD_QUIT].short_label};
	int gap = a.w >= 90 ? 3 : 2;
	int room = a.w - 2 - entry_cols(always[0]) - entry_cols(always[1]) - gap;
	int x = 1;
	for (int i = 1; i < CMD_COUNT; i++) {
		const struct command_info *info = &command_infos[i];
		int cols = entry_cols(info->short_label);
		if (info->context != context || !cols)
			continue;
		if (x + cols + gap > room + 1)
			break;
		x = put_entry(a, x, info->short_label) + gap;
	}
	x = put_entry(a, x, always[0]) + gap;
	put_entry(a, x, always[1]);
}

void footer_draw(const struct screen *s, struct area a)
{
	if (s->state.overlay == OVERLAY_SEARCH) {
		int x = area_puts(a, 1, 0, "find ", INK_LABEL);
		x = area_puts(a, x, 0, buf_text(&s->query), INK_KEY);
		area_put(a, x, 0, ' ', INK_KEY | STYLE_REVERSE);
		const char *help = "a task, a line, a line's number, printed text";
		if (x + 4 + entry_cols(help) < a.w)
			area_puts(a, a.w - 1 - entry_cols(help), 0, help, INK_DIM);
	} else if (s->message.len) {
		area_fit(a, 1, 0, a.w - 2, buf_text(&s->message), INK_SENTENCE);
	} else {
		draw_keys(s, a);
	}
}
