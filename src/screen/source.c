/* A scene's text by lines, and pages of them. */
#include "screen/source.h"

#include <string.h>

#include "screen/highlight.h"

static size_t indent_of(const char *line, size_t len)
{
	size_t cols = 0;
	for (size_t i = 0; i < len && (line[i] == ' ' || line[i] == '\t'); i++)
		cols = line[i] == '\t' ? (cols | 7) + 1 : cols + 1;
	return cols;
}

static enum source_part part_of(const char *line, size_t len, enum highlight_state state)
{
	size_t i = 0;
	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	if (state != HIGHLIGHT_CODE)
		return PART_REST;
	if (i == len)
		return PART_BLANK;
	if (line[i] == '#' || line[i] == '@')
		return PART_HERALD;
	return strchr(")]}", line[i]) ? PART_REST : PART_STATEMENT;
}

/* Whether a line is the first one of a function. */
static bool begins_function(const char *line, size_t len)
{
	size_t i = 0;
	while (i < len && (line[i] == ' ' || line[i] == '\t'))
		i++;
	return (len - i > 4 && !memcmp(line + i, "def ", 4)) ||
	       (len - i > 10 && !memcmp(line + i, "async def ", 10));
}

void source_set(struct source *s, const char *text)
{
	source_free(s);
	s->text = text;
	enum highlight_state state = HIGHLIGHT_CODE;
	for (size_t i = 0; text && text[i];) {
		size_t len = strcspn(text + i, "\n");
		size_t shown = len && text[i + len - 1] == '\r' ? len - 1 : len;
		bool function = state == HIGHLIGHT_CODE && begins_function(text + i, shown);
		size_t indent = indent_of(text + i, shown);
		vec_push(&s->lines,
		         (struct source_line){
				 .offset_bytes = i,
				 .len = shown,
				 .state = (uint8_t)state,
				 .part = (uint8_t)part_of(text + i, shown, state),
				 .indent = (uint16_t)(indent < UINT16_MAX ? indent : UINT16_MAX),
				 .function = function,
			 });
		state = highlight_line(text + i, shown, state, NULL);
		i += len + (text[i + len] == '\n');
	}
}

void source_free(struct source *s)
{
	vec_free(&s->lines);
	s->text = NULL;
}

/* ---- pages ------------------------------------------------------------------------- */

/* Lines [begin, next), of which those from `end` on are blank; `head` is the one after its
 * heralds, `body` the first one after that. */
struct block {
	size_t begin, head, body, end, next;
};

/* The block that begins with line `at`, in lines up to `limit`. */
static struct block block_at(const struct source *s, size_t at, size_t limit)
{
	const struct source_line *lines = s->lines.items;
	size_t head = at;
	while (lines[head].part == PART_HERALD && head + 1 < limit)
		head++;
	struct block b = {at, head, head + 1, head + 1, head + 1};
	for (; b.next < limit; b.next++) {
		const struct source_line *line = &lines[b.next];
		bool inner = line->part == PART_REST || line->indent > lines[head].indent;
		if (line->part == PART_BLANK)
			continue;
		if (!inner)
			break;
		b.end = b.next + 1;
	}
	return b;
}

size_t source_page_top(const struct source *s, size_t rows, size_t at)
{
	size_t count = s->lines.count;
	if (count <= rows || at >= count)
		return 0;
	size_t top = 0, limit = count; /* the page so far; the block that is looked into ends */
	for (size_t from = 0; from < limit;) {
		struct block b = block_at(s, from, limit);
		if (b.end - b.begin > rows && b.end - b.head <= rows && at >= b.head)
			b.begin = b.head; /* without its heralds it fits */
		bool is_long = b.end - b.begin > rows, has_it = at < b.next;
		if (is_long || b.end - top > rows)
			top = b.begin;
		if (has_it && !is_long)
			break;
		if (has_it && s->lines.items[b.begin].part == PART_REST) {
			/* Nothing but the lines of a long string. */
			top = b.begin + (at - b.begin) / rows * rows;
			break;
		}
		from = has_it ? b.body : b.next;
		if (has_it && at < b.body)
			break;
		if (has_it)
			limit = b.end > at ? b.end : at + 1;
		else if (is_long)
			top = b.next;
	}
	/* The last page of a block is full, too. */
	size_t last = limit > rows ? limit - rows : 0;
	top = top < last ? top : last;
	return at - top < rows ? top : at - rows + 1;
}
