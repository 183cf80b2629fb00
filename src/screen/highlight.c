/* Light colours for Python: words, strings, numbers, comments. */
#include "screen/highlight.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "screen/theme.h"

static const char *const keywords[] = {
	"False",   "None",     "True",     "and",    "as",    "assert", "break",
	"class",   "continue", "def",      "del",    "elif",  "else",   "except",
	"finally", "for",      "from",     "global", "if",    "import", "in",
	"is",      "lambda",   "nonlocal", "not",    "or",    "pass",   "raise",
	"return",  "try",      "while",    "with",   "yield",
};

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static void paint(uint8_t *inks, size_t from, size_t to, enum ink ink)
{
	if (inks)
		memset(inks + from, (int)ink, to - from);
}

static enum ink word_ink(const char *word, size_t len)
{
	if ((len == 5 && !memcmp(word, "await", 5)) ||
	    (len == 5 && !memcmp(word, "async", 5)))
		return INK_CALL;
	for (size_t i = 0; i < COUNT_OF(keywords); i++)
		if (strlen(keywords[i]) == len && !memcmp(keywords[i], word, len))
			return INK_KEYWORD;
	return INK_TEXT;
}

static bool three(const char *line, size_t len, size_t i)
{
	return i + 2 < len && line[i + 1] == line[i] && line[i + 2] == line[i];
}

/* The offset after a string of one line whose quote is at `i`, or `len`. */
static size_t string_end(const char *line, size_t len, size_t i)
{
	char quote = line[i];
	for (i++; i < len; i++) {
		if (line[i] == '\\')
			i++;
		else if (line[i] == quote)
			return i + 1;
	}
	return len;
}

/* The offset after the three quotes that end a long string, from `i` on; `len` and
 * unchanged state if none do. */
static size_t long_string_end(const char *line, size_t len, size_t i,
                              enum highlight_state *state)
{
	char quote = *state == HIGHLIGHT_DOUBLE ? '"' : '\'';
	for (; i < len; i++) {
		if (line[i] == '\\') {
			i++;
		} else if (line[i] == quote && three(line, len, i)) {
			*state = HIGHLIGHT_CODE;
			return i + 3;
		}
	}
	return len;
}

enum highlight_state highlight_line(const char *line, size_t len,
                                    enum highlight_state state, uint8_t *inks)
{
	paint(inks, 0, len, INK_TEXT);
	for (size_t i = 0; i < len;) {
		size_t begin = i;
		char c = line[i];
		enum ink ink = INK_TEXT;
		if (state != HIGHLIGHT_CODE) {
			i = long_string_end(line, len, i, &state);
			ink = INK_STRING;
		} else if (c == '#') {
			i = len;
			ink = begin + 1 < len && line[begin + 1] == ':' ? INK_NOTE
			                                                : INK_COMMENT;
		} else if ((c == '"' || c == '\'') && three(line, len, i)) {
			state = c == '"' ? HIGHLIGHT_DOUBLE : HIGHLIGHT_SINGLE;
			i = long_string_end(line, len, i + 3, &state);
			ink = INK_STRING;
		} else if (c == '"' || c == '\'') {
			i = string_end(line, len, i);
			ink = INK_STRING;
		} else if (letter(c)) {
			while (i < len && (letter(line[i]) || digit(line[i])))
				i++;
			ink = word_ink(line + begin, i - begin);
		} else if (digit(c)) {
			while (i < len &&
			       (letter(line[i]) || digit(line[i]) || line[i] == '.'))
				i++;
			ink = INK_NUMBER;
		} else {
			i++;
		}
		if (i > len)
			i = len;
		paint(inks, begin, i, ink);
	}
	return state;
}
