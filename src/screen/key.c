/* Keys and their names. */
#include "screen/key.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

static const struct {
	uint32_t code;
	const char *word, *shown;
} names[] = {
#define KEYNAME(name, word, shown) {KEYCODE_##name, word, shown},
#include "screen/key.def"
#undef KEYNAME
};

/* Read `,`-separated coordinates after the `@`. */
static void read_place(const char *text, struct key *key)
{
	char *end;
	long x = strtol(text, &end, 10);
	long y = *end == ',' ? strtol(end + 1, NULL, 10) : 0;
	key->x = x < 0 || x > 9999 ? 0 : (int)x;
	key->y = y < 0 || y > 9999 ? 0 : (int)y;
}

struct key key_by_name(const char *word, size_t len)
{
	struct key key = {0};
	const char *at = len > 1 ? memchr(word, '@', len) : NULL;
	size_t name_len = at ? (size_t)(at - word) : len;
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strlen(names[i].word) == name_len &&
		    !memcmp(names[i].word, word, name_len))
			key.code = names[i].code;
	if (key.code && at) {
		char place[32] = {0};
		size_t n = len - name_len - 1;
		memcpy(place, at + 1, n < sizeof place ? n : sizeof place - 1);
		read_place(place, &key);
	}
	uint32_t code;
	if (!key.code && len && utf8_decode(word, len, &code) == len && code > ' ')
		key.code = code;
	return key;
}

void key_name(uint32_t code, struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (names[i].code == code) {
			buf_puts(out, names[i].shown);
			return;
		}
	buf_put_utf8(out, code);
}
