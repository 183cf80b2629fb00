/* Source text with its table of lines: see source.h. */
#include "syntax/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"

/* Copy with CRLF and CR as LF; returns the new length, which is never more than `len`. */
static size_t copy_lines(char *out, const char *text, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\r') {
			out[n++] = text[i];
			continue;
		}
		out[n++] = '\n';
		if (i + 1 < len && text[i + 1] == '\n')
			i++;
	}
	return n;
}

static bool is_tail(char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* So that a column is found without counting along all of a long line. */
static void count_tails(struct source *s)
{
	s->tail_bytes = mem_zalloc(s->len / SOURCE_STRETCH + 1, sizeof *s->tail_bytes);
	uint32_t tails = 0;
	for (uint32_t i = 0; i <= s->len; i++) {
		if (i % SOURCE_STRETCH == 0)
			s->tail_bytes[i / SOURCE_STRETCH] = tails;
		tails += is_tail(s->text[i]);
	}
}

/* How many bytes before `offset` do not begin a code point. */
static uint32_t tails_before(const struct source *s, uint32_t offset)
{
	uint32_t at = offset / SOURCE_STRETCH * SOURCE_STRETCH;
	uint32_t tails = s->tail_bytes[offset / SOURCE_STRETCH];
	for (; at < offset; at++)
		tails += is_tail(s->text[at]);
	return tails;
}

void source_init(struct source *s, const char *path, const char *text, size_t len)
{
	static const char mark[] = {'\xef', '\xbb', '\xbf'};
	if (len >= sizeof mark && memcmp(text, mark, sizeof mark) == 0) {
		text += sizeof mark;
		len -= sizeof mark;
	}
	*s = (struct source){.path = mem_strdup(path), .text = mem_alloc(mem_add(len, 1))};
	s->len = (uint32_t)copy_lines(s->text, text, len);
	s->text[s->len] = '\0';

	VEC(uint32_t) starts = {0};
	vec_push(&starts, 0);
	for (uint32_t i = 0; i < s->len; i++) {
		if (s->text[i] == '\n')
			vec_push(&starts, i + 1);
	}
	s->line_starts = starts.items;
	s->line_count = (uint32_t)starts.count;
	count_tails(s);
}

void source_fini(struct source *s)
{
	free(s->path);
	free(s->text);
	free(s->line_starts);
	free(s->tail_bytes);
	*s = (struct source){0};
}

uint32_t source_line(const struct source *s, uint32_t offset)
{
	uint32_t low = 0, high = s->line_count;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (s->line_starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low + 1;
}

struct text_place source_place(const struct source *s, uint32_t offset)
{
	uint32_t line = source_line(s, offset);
	uint32_t start = s->line_starts[line - 1];
	uint32_t tails = tails_before(s, offset) - tails_before(s, start);
	return (struct text_place){line, offset - start - tails + 1};
}

const char *source_line_text(const struct source *s, uint32_t line, size_t *len)
{
	const char *start = s->text + s->line_starts[line - 1];
	const char *end = line < s->line_count ? s->text + s->line_starts[line] - 1
	                                       : s->text + s->len;
	*len = (size_t)(end - start);
	return start;
}
