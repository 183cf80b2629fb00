/* A scene's text by lines. */
#include "screen/source.h"

#include <string.h>

#include "screen/highlight.h"

void source_set(struct source *s, const char *text)
{
	source_free(s);
	s->text = text;
	enum highlight_state state = HIGHLIGHT_CODE;
	for (size_t i = 0; text && text[i];) {
		size_t len = strcspn(text + i, "\n");
		size_t shown = len && text[i + len - 1] == '\r' ? len - 1 : len;
		vec_push(&s->lines, (struct source_line){i, shown, (uint8_t)state});
		state = highlight_line(text + i, shown, state, NULL);
		i += len + (text[i + len] == '\n');
	}
}

void source_free(struct source *s)
{
	vec_free(&s->lines);
	s->text = NULL;
}
