/* The pen: see pen.h. Numbers are put together by hand, for there are many. */
#include "export/pen.h"

#include <string.h>

#include "base/mem.h"

enum { SGR_BYTES = 64 };

const struct look look_none = {-1, -1, 0};

/* ---- bytes ------------------------------------------------------------------- */

static size_t cost_of(char byte)
{
	switch (byte) {
	case '\033':
		return sizeof "\\u001b" - 1;
	case '\b':
	case '\r':
	case '"':
	case '\\':
		return 2;
	default:
		return 1;
	}
}

void pen_put(struct pen *pen, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		pen->cost += cost_of(bytes[i]);
	if (pen->out)
		buf_put(pen->out, bytes, len);
}

void pen_puts(struct pen *pen, const char *text)
{
	pen_put(pen, text, strlen(text));
}

static char *number(char *to, int n)
{
	char digits[12];
	int count = 0;
	do
		digits[count++] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	while (count)
		*to++ = digits[--count];
	return to;
}

void pen_control(struct pen *pen, int n, char act)
{
	char text[16] = "\033[", *end = text + 2;
	if (n != 1)
		end = number(end, n);
	*end++ = act;
	pen_put(pen, text, (size_t)(end - text));
}

struct pen pen_trial(const struct pen *pen)
{
	struct pen trial = *pen;
	trial.out = NULL;
	trial.cost = 0;
	return trial;
}

/* ---- looks ------------------------------------------------------------------- */

bool look_same(struct look a, struct look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

/* An SGR sequence under construction. */
struct sgr {
	char text[SGR_BYTES];
	size_t len;
};

static void sgr_add(struct sgr *s, int code)
{
	s->text[s->len++] = ';';
	s->len = (size_t)(number(s->text + s->len, code) - s->text);
}

static void sgr_colour(struct sgr *s, int index, int base)
{
	if (index < 0) {
		sgr_add(s, base + 9);
	} else if (index < 8) {
		sgr_add(s, base + index);
	} else {
		sgr_add(s, base + 8);
		sgr_add(s, 5);
		sgr_add(s, index);
	}
}

static const struct {
	uint8_t attribute, on, off;
} attributes[] = {
	{LOOK_BOLD, 1, 0},
	{LOOK_DIM, 2, 0},
	{LOOK_UNDERLINE, 4, 24},
	{LOOK_REVERSE, 7, 27},
};

/* What turns `from` into `to`. One code ends both weights. */
static void sgr_turn(struct sgr *s, struct look from, struct look to)
{
	unsigned has = from.attributes, lost = has & ~(unsigned)to.attributes;
	if (lost & (LOOK_BOLD | LOOK_DIM)) {
		sgr_add(s, 22);
		has &= ~(unsigned)(LOOK_BOLD | LOOK_DIM);
	}
	for (size_t i = 0; i < COUNT_OF(attributes); i++)
		if (attributes[i].off && lost & attributes[i].attribute)
			sgr_add(s, attributes[i].off);
	for (size_t i = 0; i < COUNT_OF(attributes); i++)
		if (to.attributes & ~has & attributes[i].attribute)
			sgr_add(s, attributes[i].on);
	if (from.fg != to.fg)
		sgr_colour(s, to.fg, 30);
	if (from.bg != to.bg)
		sgr_colour(s, to.bg, 40);
}

static void sgr_put(struct pen *pen, const struct sgr *s)
{
	pen_puts(pen, "\033[");
	if (s->len)
		pen_put(pen, s->text + 1, s->len - 1);
	pen_puts(pen, "m");
}

void pen_set_look(struct pen *pen, struct look look)
{
	if (look_same(pen->look, look))
		return;
	struct sgr turn = {.len = 0}, anew = {.len = 0};
	sgr_turn(&turn, pen->look, look);
	if (!look_same(look, look_none)) {
		sgr_add(&anew, 0);
		sgr_turn(&anew, look_none, look);
	}
	const struct sgr *best = anew.len < turn.len ? &anew : &turn;
	sgr_put(pen, best);
	pen->look = look;
}

void pen_vanish(struct pen *pen, int ground, uint32_t rgb)
{
	struct sgr s = {.len = 0};
	if (ground >= 0) {
		sgr_colour(&s, ground, 30);
		sgr_colour(&s, ground, 40);
	} else {
		sgr_add(&s, 38);
		sgr_add(&s, 2);
		for (int shift = 16; shift >= 0; shift -= 8)
			sgr_add(&s, (int)(rgb >> shift & 0xFF));
	}
	sgr_put(pen, &s);
}

/* ---- moves ------------------------------------------------------------------- */

void pen_jump(struct pen *pen, int x, int y)
{
	char text[32] = "\033[", *end = text + 2;
	if (x || y)
		end = number(end, y + 1);
	if (x) {
		*end++ = ';';
		end = number(end, x + 1);
	}
	*end++ = 'H';
	pen_put(pen, text, (size_t)(end - text));
	pen->x = x;
	pen->y = y;
}

void pen_move_to_row(struct pen *pen, int y)
{
	if (y > pen->y)
		pen_control(pen, y - pen->y, 'B');
	else if (y < pen->y)
		pen_control(pen, pen->y - y, 'A');
	pen->y = y;
}

/* From a row that is known. */
static void move_relatively(struct pen *pen, int x, int y)
{
	if (pen->x < 0 || (x == 0 && pen->x)) {
		pen_puts(pen, "\r");
		pen->x = 0;
	}
	pen_move_to_row(pen, y);
	int back = pen->x - x;
	if (back > 4)
		pen_control(pen, back, 'D');
	else if (back > 0)
		pen_put(pen, "\b\b\b\b", (size_t)back);
	else if (back < 0)
		pen_control(pen, -back, 'C');
	pen->x = x;
}

void pen_move(struct pen *pen, int x, int y)
{
	if (pen->x == x && pen->y == y)
		return;
	if (pen->y >= 0) {
		struct pen near = pen_trial(pen), far = near;
		move_relatively(&near, x, y);
		pen_jump(&far, x, y);
		if (near.cost < far.cost) {
			move_relatively(pen, x, y);
			return;
		}
	}
	pen_jump(pen, x, y);
}

/* ---- estimates --------------------------------------------------------------- */

static int digits(int n)
{
	return n < 10 ? 1 : n < 100 ? 2 : n < 1000 ? 3 : 4;
}

static int colour_cost(int index)
{
	return index < 8 ? 3 : 6 + digits(index);
}

/* Incrementally, or from none. */
int pen_look_cost(const struct pen *pen, struct look to)
{
	struct look from = pen->look;
	if (look_same(from, to))
		return 0;
	if (look_same(to, look_none))
		return 8;
	bool anew = from.attributes & ~(unsigned)to.attributes;
	int cost = anew ? 9 : 7;
	if (anew ? to.attributes != 0 : to.attributes != from.attributes)
		cost += 2;
	if (to.fg != (anew ? -1 : from.fg))
		cost += colour_cost(to.fg);
	if (to.bg != (anew ? -1 : from.bg))
		cost += colour_cost(to.bg);
	return cost;
}

int pen_way_cost(const struct pen *pen, int x, int y)
{
	int absolute = 9 + digits(y + 1) + (x ? 1 + digits(x + 1) : 0);
	if (pen->x < 0 || pen->y < 0)
		return absolute;
	int down = y > pen->y ? y - pen->y : pen->y - y, right = x - pen->x;
	int cost = down == 0 ? 0 : down == 1 ? 8 : 8 + digits(down);
	if (right > 0)
		cost += right < 5 ? 2 * right : 8 + digits(right);
	else if (right < 0)
		cost += x == 0 ? 2 : right > -5 ? -2 * right : 8 + digits(-right);
	return cost < absolute ? cost : absolute;
}
