/* Phrases: see phrase.h. */
#include "view/phrase.h"

#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "view/story.h"

static const char *const phrases[PHRASE_COUNT] = {
#define PHRASE(name, text) [PHRASE_##name] = text,
#include "view/sentence.def"
#undef PHRASE
};

/* Append what the field of that name stands for. */
static void put_field(struct buf *out, const char *name, size_t len,
                      const struct fields *f)
{
	const struct {
		const char *name, *text;
	} rows[] = {
		{"who", f->who},
		{"other", f->other},
		{"list", f->list},
		{"lines", f->lines},
		{"label", f->label},
		{"text", f->text},
		{"time", f->time},
		{"span", f->span},
		{"is", f->n == 1 ? "is" : "are"},
		{"has", f->n == 1 ? "has" : "have"},
		{"was", f->n == 1 ? "was" : "were"},
		{"it", f->n == 1 ? "it" : "they"},
	};
	if (len == 1 && (*name == 'n' || *name == 'm')) {
		buf_printf(out, "%zu", *name == 'n' ? f->n : f->m);
		return;
	}
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
			buf_puts(out, rows[i].text ? rows[i].text : "");
}

void phrase_put(struct buf *out, enum phrase phrase, const struct fields *f)
{
	for (const char *s = phrases[phrase]; *s;) {
		const char *open = strchr(s, '{');
		if (!open) {
			buf_puts(out, s);
			return;
		}
		const char *close = strchr(open, '}');
		buf_put(out, s, (size_t)(open - s));
		put_field(out, open + 1, (size_t)(close - open - 1), f);
		s = close + 1;
	}
}

void put_shown(struct buf *out, const char *text, size_t len, size_t cols)
{
	size_t used = 0;
	for (size_t i = 0; i < len;) {
		uint32_t code;
		i += utf8_decode(text + i, len - i, &code);
		if (code < 0x20)
			code += 0x2400;
		else if (code == 0x7F)
			code = 0x2421;
		else if (code >= 0x80 && code < 0xA0)
			code = UTF8_REPLACEMENT;
		size_t width = (size_t)utf8_width_cols(code);
		if (used + width + (i < len) > cols) {
			buf_put_utf8(out, 0x2026);
			return;
		}
		buf_put_utf8(out, code);
		used += width;
	}
}

static void add_name(struct names *n, uint32_t lane, uint32_t text)
{
	size_t kept = n->count < COUNT_OF(n->lanes) ? n->count : COUNT_OF(n->lanes);
	for (size_t i = 0; i < kept; i++)
		if (n->lanes[i] == lane && n->texts[i] == text)
			return;
	if (n->count < COUNT_OF(n->lanes)) {
		n->lanes[n->count] = lane;
		n->texts[n->count] = text;
	}
	n->count++;
}

void names_add(struct names *n, uint32_t lane)
{
	if (lane != LANE_NONE)
		add_name(n, lane, 0);
}

void names_add_callback(struct names *n, uint32_t text)
{
	add_name(n, LANE_PROGRAM, text);
}

void names_put(const struct names *n, struct buf *out)
{
	size_t room = COUNT_OF(n->lanes);
	size_t shown = n->count <= room ? n->count : room - 2;
	for (size_t i = 0; i < shown; i++) {
		if (i)
			buf_puts(out, i + 1 == n->count ? " and " : ", ");
		if (n->texts[i])
			buf_printf(out, "the callback %s",
			           trace_text(n->v->trace, n->texts[i], NULL));
		else
			view_lane_name(n->v, n->lanes[i], out);
	}
	if (shown < n->count)
		buf_printf(out, " and %zu others", n->count - shown);
}

/* ---- the fields ---- */

void scratch_free(struct scratch *t)
{
	struct buf *all[] = {&t->who,   &t->other, &t->list, &t->lines,
	                     &t->label, &t->text,  &t->time, &t->span};
	for (size_t i = 0; i < COUNT_OF(all); i++)
		buf_free(all[i]);
}

void say(struct buf *out, enum phrase phrase, struct scratch *t)
{
	t->f.who = buf_text(&t->who);
	t->f.other = buf_text(&t->other);
	t->f.list = buf_text(&t->list);
	t->f.lines = buf_text(&t->lines);
	t->f.label = buf_text(&t->label);
	t->f.text = buf_text(&t->text);
	t->f.time = buf_text(&t->time);
	t->f.span = buf_text(&t->span);
	phrase_put(out, phrase, &t->f);
}

void set_name(const struct view *v, struct buf *b, uint32_t lane)
{
	buf_reset(b);
	struct buf name = {0};
	if (lane == LANE_PROGRAM)
		buf_puts(&name, "a callback");
	else if (lane != LANE_NONE)
		view_lane_name(v, lane, &name);
	put_shown(b, buf_text(&name), name.len, TEXT_COLS);
	buf_free(&name);
}

void set_names(struct scratch *t, const struct names *n)
{
	buf_reset(&t->list);
	names_put(n, &t->list);
	t->f.n = n->count;
}

void set_time(struct buf *b, int64_t ns)
{
	buf_reset(b);
	time_text(ns, b);
}

void set_text(const struct view *v, struct buf *b, uint32_t text)
{
	size_t len;
	const char *s = trace_text(v->trace, text, &len);
	buf_reset(b);
	put_shown(b, s, len, TEXT_COLS);
}

static void put_range(struct buf *b, const char *before, uint32_t first, uint32_t last)
{
	buf_printf(b, "%s%lu", before, (unsigned long)first);
	if (last > first)
		buf_printf(b, "-%lu", (unsigned long)last);
}

/* Whether a line between these two has run so far: then they are told apart. What never
 * ran is a comment, the rest of a statement, the body of a function. */
static bool leaps(const struct story *s, uint32_t from, uint32_t to)
{
	for (size_t i = (size_t)from + 1; i < to && i < s->v->line_runs.count; i++)
		if (s->v->line_runs.items[i] < s->m.end)
			return true;
	return false;
}

/* `lines 14 and 20`, `lines 3, 5-6 and 9`; of what is too broken to be listed, `parts of`
 * the whole. */
static void put_ranges(const struct story *s, struct buf *out)
{
	enum { RANGES = 3 };
	const struct lines_run *l = &s->lines;
	struct {
		uint32_t first, last;
	} ranges[RANGES];
	size_t count = 0;
	for (size_t i = 0; i < l->count; i++) {
		if (i > 0 && !leaps(s, l->each[i - 1], l->each[i])) {
			ranges[count - 1].last = l->each[i];
			continue;
		}
		if (count == RANGES) {
			put_range(out, "parts of lines ", l->first, l->last);
			return;
		}
		ranges[count].first = ranges[count].last = l->each[i];
		count++;
	}
	for (size_t i = 0; i < count; i++)
		put_range(out, i == 0 ? "lines " : i + 1 == count ? " and " : ", ",
		          ranges[i].first, ranges[i].last);
}

void set_lines(struct scratch *t, const struct story *s)
{
	buf_reset(&t->lines);
	const struct lines_run *l = &s->lines;
	if (l->first == l->last)
		buf_printf(&t->lines, "line %lu", (unsigned long)l->first);
	else if (l->count > COUNT_OF(l->each))
		put_range(&t->lines, "lines ", l->first, l->last);
	else
		put_ranges(s, &t->lines);
}

void set_label(const struct view *v, struct buf *b, uint32_t id, uint32_t text)
{
	const struct thing *t = thing_find(v, id);
	buf_reset(b);
	if (t && t->lane != LANE_NONE) {
		struct buf name = {0};
		view_lane_name(v, t->lane, &name);
		put_shown(b, buf_text(&name), name.len, TEXT_COLS);
		buf_free(&name);
		return;
	}
	if (!text && t)
		text = t->text;
	if (text) {
		struct buf label = {0};
		put_wait_text(v, t ? t->kind : WAIT_NONE, text, &label);
		put_shown(b, buf_text(&label), label.len, TEXT_COLS);
		buf_free(&label);
	} else {
		buf_puts(b, "future");
	}
}

void set_counts(const struct view *v, struct scratch *t, const struct family *f,
                uint64_t position)
{
	t->f.n = events_below(f->joined_events.items, f->joined_events.count, position);
	t->f.m = family_over(v, f, position);
}
