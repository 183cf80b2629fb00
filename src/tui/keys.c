/*
 * Keys out of bytes. A key is a character, a control character, ESC [ ... final (with
 * numbers, or < and a mouse report), or ESC O letter. What is well-formed and means
 * nothing to us is swallowed whole, so that it can never act as the letters in it.
 */
#include "tui/keys.h"

#include <string.h>

#include "base/utf8.h"

enum { ESC = 0x1B, MAX_PARAMETERS = 4 };

/* What one attempt to read a key found: bytes used, 0 if more are needed. */
struct found {
	size_t used;
	struct key key; /* code 0: nothing to hand on */
};

/* The key of `ESC [ letter` and `ESC O letter`. */
static uint32_t letter_key(unsigned char final)
{
	switch (final) {
	case 'A':
		return KEYCODE_UP;
	case 'B':
		return KEYCODE_DOWN;
	case 'C':
		return KEYCODE_RIGHT;
	case 'D':
		return KEYCODE_LEFT;
	case 'H':
		return KEYCODE_HOME;
	case 'F':
		return KEYCODE_END;
	case 'M':
		return KEYCODE_ENTER;
	case 'Z':
		return KEYCODE_BACKTAB;
	default:
		return 0;
	}
}

/* The key of `ESC [ number ~`. */
static uint32_t number_key(int number)
{
	switch (number) {
	case 1:
	case 7:
		return KEYCODE_HOME;
	case 4:
	case 8:
		return KEYCODE_END;
	case 5:
		return KEYCODE_PGUP;
	case 6:
		return KEYCODE_PGDN;
	default:
		return 0;
	}
}

/* The key of a mouse report `ESC [ < button ; x ; y M`; releases and movements are none.
 */
static struct key mouse_key(const int *p, int count, unsigned char final)
{
	struct key key = {0};
	if (count < 3 || final != 'M')
		return key;
	key.x = p[1] > 0 ? p[1] - 1 : 0;
	key.y = p[2] > 0 ? p[2] - 1 : 0;
	if (p[0] == 0 || p[0] == 32) /* the left button goes down, or is dragged */
		key.code = KEYCODE_CLICK;
	else if (p[0] == 64)
		key.code = KEYCODE_WHEEL_UP;
	else if (p[0] == 65)
		key.code = KEYCODE_WHEEL_DOWN;
	return key;
}

/* Read `ESC [ ...`: parameters, then a final byte from @ to ~. */
static struct found read_csi(const unsigned char *b, size_t len)
{
	int p[MAX_PARAMETERS] = {0};
	int count = 0;
	bool mouse = len > 2 && b[2] == '<';
	for (size_t i = mouse ? 3 : 2; i < len; i++) {
		unsigned char c = b[i];
		if (c >= '0' && c <= '9') {
			if (count == 0)
				count = 1;
			if (count <= MAX_PARAMETERS && p[count - 1] < 100000)
				p[count - 1] = p[count - 1] * 10 + (c - '0');
		} else if (c == ';') {
			if (count < MAX_PARAMETERS)
				count++;
		} else if (c >= 0x40 && c <= 0x7E) {
			struct found found = {i + 1, {0}};
			if (mouse)
				found.key = mouse_key(p, count, c);
			else
				found.key.code =
					c == '~' ? number_key(p[0]) : letter_key(c);
			return found;
		} else if (c < 0x20 || c > 0x7E) {
			return (struct found){
				i, {0}}; /* broken off: what follows is something else */
		}
	}
	return (struct found){0};
}

static struct found read_escape(const unsigned char *b, size_t len)
{
	if (len == 1)
		return (struct found){0};
	if (b[1] == '[')
		return read_csi(b, len);
	if (b[1] == 'O')
		return len < 3 ? (struct found){0}
		               : (struct found){3, {.code = letter_key(b[2])}};
	if (b[1] == ESC)
		return (struct found){1, {.code = KEYCODE_ESC}};
	return (struct found){2, {0}}; /* Alt and a character: nothing of ours */
}

static uint32_t control_key(unsigned char c)
{
	switch (c) {
	case '\r':
	case '\n':
		return KEYCODE_ENTER;
	case '\t':
		return KEYCODE_TAB;
	case 0x08:
	case 0x7F:
		return KEYCODE_BACKSPACE;
	case ' ':
		return KEYCODE_SPACE;
	case 0x03:
		return KEYCODE_CTRL_C;
	case 0x0C:
		return KEYCODE_CTRL_L;
	default:
		return 0;
	}
}

/* The bytes of a UTF-8 sequence that begins with `c`. */
static size_t sequence_len(unsigned char c)
{
	return c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
}

static struct found read_key(const unsigned char *b, size_t len)
{
	if (b[0] == ESC)
		return read_escape(b, len);
	if (b[0] <= ' ' || b[0] == 0x7F)
		return (struct found){1, {.code = control_key(b[0])}};
	if (len < sequence_len(b[0]))
		return (struct found){0};
	struct found found = {0};
	found.used = utf8_decode((const char *)b, len, &found.key.code);
	if (found.key.code == UTF8_REPLACEMENT)
		found.key.code = 0;
	return found;
}

void keys_feed(struct keys *k, const void *bytes, size_t len, keys_sink *sink,
               void *world)
{
	const unsigned char *in = bytes;
	while (len) {
		size_t n = KEYS_PENDING_BYTES - k->count;
		n = n < len ? n : len;
		memcpy(k->pending + k->count, in, n);
		k->count += n;
		in += n;
		len -= n;
		size_t done = 0;
		while (done < k->count) {
			struct found found = read_key(k->pending + done, k->count - done);
			/* A beginning that fills all the room will never be a key. */
			if (!found.used && done == 0 && k->count == KEYS_PENDING_BYTES)
				found = (struct found){k->count, {0}};
			if (!found.used)
				break;
			if (found.key.code)
				sink(world, &found.key, (const char *)k->pending + done,
				     found.used);
			done += found.used;
		}
		k->count -= done;
		memmove(k->pending, k->pending + done, k->count);
	}
}

bool keys_pending(const struct keys *k)
{
	return k->count > 0;
}

void keys_flush(struct keys *k, keys_sink *sink, void *world)
{
	struct key esc = {.code = KEYCODE_ESC};
	bool lone = k->count == 1 && k->pending[0] == ESC;
	k->count = 0;
	if (lone)
		sink(world, &esc, "\033", 1);
}
