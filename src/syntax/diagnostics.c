/* Diagnostics: see diagnostics.h. */
#include "syntax/diagnostics.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

/* Longer lines are cut around the place: this many columns before and after it. */
enum { COLUMNS_BEFORE = 60, COLUMNS_AFTER = 40 };

void diagnostics_free(struct diagnostics *d)
{
	for (uint32_t i = 0; i < d->count; i++) {
		free(d->items[i].message);
		free(d->items[i].hint);
		free(d->items[i].text);
	}
	free(d->path);
	*d = (struct diagnostics){0};
}

static struct diagnostic *add(struct diagnostics *d, const char *path, const char *format,
                              va_list args)
{
	if (d->count == DIAGNOSTICS_MAX) {
		d->left_out++;
		return NULL;
	}
	if (d->path == NULL)
		d->path = mem_strdup(path);
	struct buf message = {0};
	buf_vprintf(&message, format, args);
	struct diagnostic *item = &d->items[d->count++];
	*item = (struct diagnostic){.message = buf_take(&message)};
	d->error_count++;
	return item;
}

struct diagnostic *diagnostics_add(struct diagnostics *d, const struct source *s,
                                   struct span span, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct diagnostic *item = add(d, s->path, format, args);
	va_end(args);
	if (item == NULL)
		return NULL;
	struct text_place start = source_place(s, span.start);
	struct text_place end = source_place(s, span.end);
	size_t len;
	const char *text = source_line_text(s, start.line, &len);
	item->line = start.line;
	item->column = start.column;
	item->end_column = end.line == start.line ? end.column
	                                          : (uint32_t)utf8_count(text, len) + 1;
	item->text = mem_strndup(text, len);
	return item;
}

struct diagnostic *diagnostics_add_file(struct diagnostics *d, const char *path,
                                        const char *format, ...)
{
	va_list args;
	va_start(args, format);
	struct diagnostic *item = add(d, path, format, args);
	va_end(args);
	return item;
}

void diagnostic_hint(struct diagnostic *item, const char *format, ...)
{
	if (item == NULL)
		return;
	struct buf hint = {0};
	va_list args;
	va_start(args, format);
	buf_vprintf(&hint, format, args);
	va_end(args);
	free(item->hint);
	item->hint = buf_take(&hint);
}

void diagnostics_warn(struct diagnostics *d, struct diagnostic *item)
{
	if (item == NULL || item->is_warning)
		return;
	item->is_warning = true;
	d->error_count--;
}

void diagnostics_append(struct diagnostics *d, struct diagnostics *from)
{
	if (d->path == NULL && from->path != NULL)
		d->path = mem_strdup(from->path);
	uint32_t moved = 0;
	for (; moved < from->count && d->count < DIAGNOSTICS_MAX; moved++) {
		struct diagnostic *item = &from->items[moved];
		d->items[d->count++] = *item;
		d->error_count += !item->is_warning;
		*item = (struct diagnostic){0};
	}
	d->left_out += from->left_out + (from->count - moved);
	diagnostics_free(from);
}

/* The terminal columns of a code point as shown below; tabs stay tabs. */
static int shown_cols(uint32_t c)
{
	return c < ' ' || c == 0x7f ? 1 : utf8_width_cols(c);
}

/*
 * Print the line and the caret line. The caret line repeats the tabs of the source line, so
 * that both are indented alike whatever a tab is worth; wide characters count two.
 */
static void print_text(const struct diagnostic *item, struct buf *out)
{
	struct buf caret = {0};
	size_t len = strlen(item->text);
	uint32_t column = 1;
	uint32_t first = item->column > COLUMNS_BEFORE ? item->column - COLUMNS_BEFORE : 1;
	uint32_t last = item->column + COLUMNS_AFTER;
	bool indent = true;
	for (size_t i = 0; i < len;) {
		uint32_t c;
		size_t bytes = utf8_decode(item->text + i, len - i, &c);
		i += bytes;
		if (indent && (c == ' ' || c == '\t' || c == '\f') && column < item->column) {
			column++; /* The indentation is dropped. */
			continue;
		}
		indent = false;
		if (column >= first && column < last) {
			bool control = c < ' ' || (c >= 0x7f && c < 0xa0);
			if (control && c != '\t')
				c = ' ';
			buf_put_utf8(out, c);
			if (column < item->column)
				buf_fill(&caret, c == '\t' ? '\t' : ' ',
				         c == '\t' ? 1 : (size_t)shown_cols(c));
			else if (column < item->end_column || column == item->column)
				buf_fill(&caret, '^', (size_t)shown_cols(c));
		}
		column++;
	}
	if (column <= item->column)
		buf_putc(&caret, '^');
	buf_puts(out, "\n    ");
	buf_puts(out, buf_text(&caret));
	buf_putc(out, '\n');
	buf_free(&caret);
}

/* Messages may quote the source: no control character of it may reach a terminal. */
static void print_clean(struct buf *out, const char *text)
{
	size_t len = strlen(text);
	for (size_t i = 0; i < len;) {
		uint32_t c;
		i += utf8_decode(text + i, len - i, &c);
		buf_put_utf8(out, c < ' ' || (c >= 0x7f && c < 0xa0) ? ' ' : c);
	}
}

void diagnostics_print(const struct diagnostics *d, struct buf *out)
{
	for (uint32_t i = 0; i < d->count; i++) {
		const struct diagnostic *item = &d->items[i];
		print_clean(out, d->path);
		if (item->line != 0)
			buf_printf(out, ":%u:%u", item->line, item->column);
		buf_puts(out, item->is_warning ? ": warning: " : ": ");
		print_clean(out, item->message);
		buf_putc(out, '\n');
		if (item->text != NULL) {
			buf_puts(out, "    ");
			print_text(item, out);
		}
		if (item->hint != NULL) {
			buf_puts(out, "    ");
			print_clean(out, item->hint);
			buf_putc(out, '\n');
		}
	}
	if (d->left_out != 0)
		buf_printf(out, "%s: and %u more\n", d->path, d->left_out);
}
