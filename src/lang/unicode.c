/* Unicode: see unicode.h. Binary search in the tables of unicode.def; ASCII is decided here. */
#include "lang/unicode.h"

#include "base/mem.h"

struct range_row {
	uint32_t group, first, last, step;
	int32_t delta;
};

struct special_row {
	uint32_t group, code, to[3];
};

#define RANGE(class, first, last, step) {UNICODE_##class, first, last, step, 0},
#define CASE(to, first, last, step, delta)
#define SPECIAL(to, code, a, b, c)
static const struct range_row class_rows[] = {
#include "lang/unicode.def"
};
#undef RANGE
#undef CASE
#define RANGE(class, first, last, step)
#define CASE(to, first, last, step, delta) {UNICODE_TO_##to, first, last, step, delta},
static const struct range_row case_rows[] = {
#include "lang/unicode.def"
};
#undef CASE
#undef SPECIAL
#define CASE(to, first, last, step, delta)
#define SPECIAL(to, code, a, b, c) {UNICODE_TO_##to, code, {a, b, c}},
static const struct special_row special_rows[] = {
#include "lang/unicode.def"
};
#undef RANGE
#undef CASE
#undef SPECIAL

/* The row of the group that holds c, or NULL. Rows are sorted by group, then by first. */
static const struct range_row *find(const struct range_row *rows, size_t count, uint32_t group,
                                    uint32_t c)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct range_row *row = &rows[middle];
		if (row->group < group || (row->group == group && row->last < c))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count)
		return NULL;
	const struct range_row *row = &rows[low];
	bool inside = row->group == group && row->first <= c && (c - row->first) % row->step == 0;
	return inside ? row : NULL;
}

static bool ascii_is(uint32_t c, enum unicode_class class)
{
	bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
	switch (class) {
	case UNICODE_ALPHA:
		return lower || upper;
	case UNICODE_LOWER:
		return lower;
	case UNICODE_UPPER:
		return upper;
	case UNICODE_DECIMAL:
	case UNICODE_DIGIT:
	case UNICODE_NUMERIC:
		return digit;
	case UNICODE_SPACE:
		return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x1F);
	case UNICODE_PRINTABLE:
		return c >= 0x20 && c < 0x7F;
	case UNICODE_NAME_START:
		return c == '_';
	case UNICODE_NAME_PART:
		return c == '_' || digit;
	default:
		return false;
	}
}

bool unicode_is(uint32_t c, enum unicode_class class)
{
	if (c < 0x80)
		return ascii_is(c, class);
	return find(class_rows, COUNT_OF(class_rows), (uint32_t)class, c) != NULL;
}

size_t unicode_map(uint32_t c, enum unicode_case to, uint32_t out[3])
{
	out[0] = c;
	if (c < 0x80) {
		bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
		if (lower && (to == UNICODE_TO_UPPER || to == UNICODE_TO_TITLE))
			out[0] = c - 32;
		if (upper && (to == UNICODE_TO_LOWER || to == UNICODE_TO_FOLDED))
			out[0] = c + 32;
		return 1;
	}
	const struct range_row *row = find(case_rows, COUNT_OF(case_rows), (uint32_t)to, c);
	if (row) {
		out[0] = (uint32_t)((int32_t)c + row->delta);
		return 1;
	}
	for (size_t i = 0; i < COUNT_OF(special_rows); i++) {
		const struct special_row *special = &special_rows[i];
		if (special->group != (uint32_t)to || special->code != c)
			continue;
		size_t n = 0;
		while (n < 3 && special->to[n] != 0) {
			out[n] = special->to[n];
			n++;
		}
		return n;
	}
	return 1;
}

int unicode_decimal(uint32_t c)
{
	if (c < 0x80)
		return c >= '0' && c <= '9' ? (int)(c - '0') : -1;
	const struct range_row *row =
		find(class_rows, COUNT_OF(class_rows), UNICODE_DECIMAL, c);
	return row ? (int)((c - row->first) % 10) : -1;
}
