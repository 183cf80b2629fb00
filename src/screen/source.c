/* A scene's text by lines. */
#include "screen/source.h"

#include <string.h>

#include "screen/highlight.h"

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
		vec_push(&s->lines, (struct source_line){i, shown, (uint8_t)state, function});
		state = highlight_line(text + i, shown, state, NULL);
		i += len + (text[i + len] == '\n');
	}
}

void source_free(struct source *s)
{
	vec_free(&s->lines);
	s->text = NULL;
}
