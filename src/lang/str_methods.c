/*
 * The methods of str, except those that cut into pieces (str_split.c) and those that
 * format. Searching works on bytes: UTF-8 needs no more.
 */
#include <string.h>

#include "lang/dict.h"
#include "lang/exception.h"
#include "lang/int.h"
#include "lang/pools.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"
#include "lang/unicode.h"

/* ---- arguments ------------------------------------------------------------------- */

static bool want_str(struct vm *vm, const char *function, size_t position, value v)
{
	if (value_is_str(v))
		return true;
	vm_raise(vm, &exc_TypeError, "%s() argument %zu must be str, not %s", function, position,
	         value_is_none(v) ? "None" : value_type_name(v));
	return false;
}

bool bound_argument(struct vm *vm, value v, size_t len, int64_t *out)
{
	if (value_is_null(v) || value_is_none(v))
		return true;
	if (!value_has_index(v)) {
		vm_raise(vm, &exc_TypeError,
		         "slice indices must be integers or None or have an __index__ method");
		return false;
	}
	int64_t n;
	if (!object_index_int64(vm, v, true, &n))
		return false;
	if (n < 0)
		n = n + (int64_t)len < 0 ? 0 : n + (int64_t)len;
	*out = n;
	return true;
}

/* Part of a text to search in: bytes from `from` to `to`; `skipped` characters lie before it. */
struct window {
	const char *text;
	size_t len;
	size_t skipped;
	bool valid; /* false when the start lies behind the end */
};

/* The optional start and end arguments at index 1 and 2. */
static bool window_of(struct vm *vm, value self, const struct args *a, struct window *w)
{
	int64_t start = 0, end = (int64_t)str_chars(self);
	if (a->count > 1 && !bound_argument(vm, a->at[1], str_chars(self), &start))
		return false;
	if (a->count > 2 && !bound_argument(vm, a->at[2], str_chars(self), &end))
		return false;
	if (end > (int64_t)str_chars(self))
		end = (int64_t)str_chars(self);
	w->valid = start <= end;
	if (!w->valid)
		return true;
	size_t from = str_offset(self, (size_t)start), to = str_offset(self, (size_t)end);
	w->text = str_text(self) + from;
	w->len = to - from;
	w->skipped = (size_t)start;
	return true;
}

/* ---- searching ------------------------------------------------------------------- */

static const char *search_back(const char *text, size_t len, const char *what, size_t what_len)
{
	if (what_len > len)
		return NULL;
	for (const char *at = text + (len - what_len);; at--) {
		if (memcmp(at, what, what_len) == 0)
			return at;
		if (at == text)
			return NULL;
	}
}

static value find_any(struct vm *vm, value self, const struct args *a, const char *function,
                      bool back, bool must)
{
	struct window w = {0};
	if (!want_str(vm, function, 1, a->at[0]) || !window_of(vm, self, a, &w))
		return VALUE_NULL;
	const char *what = str_text(a->at[0]), *at = NULL;
	size_t what_len = str_len(a->at[0]);
	if (w.valid)
		at = back ? search_back(w.text, w.len, what, what_len)
			  : memmem(w.text, w.len, what, what_len);
	if (at)
		return int_new(vm, (int64_t)(w.skipped + text_count(w.text, (size_t)(at - w.text))));
	if (must)
		return vm_raise(vm, &exc_ValueError, "substring not found");
	return int_new(vm, -1);
}

static value str_find(struct vm *vm, value self, const struct args *a)
{
	return find_any(vm, self, a, "find", false, false);
}

static value str_rfind(struct vm *vm, value self, const struct args *a)
{
	return find_any(vm, self, a, "rfind", true, false);
}

static value str_index(struct vm *vm, value self, const struct args *a)
{
	return find_any(vm, self, a, "index", false, true);
}

static value str_rindex(struct vm *vm, value self, const struct args *a)
{
	return find_any(vm, self, a, "rindex", true, true);
}

static value str_count(struct vm *vm, value self, const struct args *a)
{
	struct window w = {0};
	if (!want_str(vm, "count", 1, a->at[0]) || !window_of(vm, self, a, &w))
		return VALUE_NULL;
	if (!w.valid)
		return int_new(vm, 0);
	size_t len = str_len(a->at[0]);
	if (len == 0)
		return int_new(vm, (int64_t)text_count(w.text, w.len) + 1);
	int64_t n = 0;
	const char *end = w.text + w.len;
	for (const char *at = w.text;; at += len, n++) {
		at = memmem(at, (size_t)(end - at), str_text(a->at[0]), len);
		if (!at)
			break;
	}
	return int_new(vm, n);
}

static bool matches_at(const struct window *w, value part, bool tail)
{
	size_t len = str_len(part);
	if (!w->valid || len > w->len)
		return false;
	return memcmp(tail ? w->text + w->len - len : w->text, str_text(part), len) == 0;
}

static value starts_or_ends(struct vm *vm, value self, const struct args *a, const char *function,
                            bool tail)
{
	struct window w = {0};
	if (!window_of(vm, self, a, &w))
		return VALUE_NULL;
	if (value_is_str(a->at[0]))
		return value_bool(matches_at(&w, a->at[0], tail));
	if (!value_is_tuple(a->at[0]))
		return vm_raise(vm, &exc_TypeError,
		                "%s first arg must be str or a tuple of str, not %s", function,
		                value_type_name(a->at[0]));
	for (size_t i = 0; i < tuple_count(a->at[0]); i++) {
		value part = tuple_at(a->at[0], i);
		if (!value_is_str(part))
			return vm_raise(vm, &exc_TypeError,
			                "tuple for %s must only contain str, not %s", function,
			                value_type_name(part));
		if (matches_at(&w, part, tail))
			return VALUE_TRUE;
	}
	return VALUE_FALSE;
}

static value str_startswith(struct vm *vm, value self, const struct args *a)
{
	return starts_or_ends(vm, self, a, "startswith", false);
}

static value str_endswith(struct vm *vm, value self, const struct args *a)
{
	return starts_or_ends(vm, self, a, "endswith", true);
}

/* ---- changing -------------------------------------------------------------------- */

static value str_replace(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "replace", .names = {"", "", "count"}, .positional = 3, .required = 2};
	value arg[3];
	if (!args_parse(vm, a, &signature, arg) || !want_str(vm, "replace", 1, arg[0]) ||
	    !want_str(vm, "replace", 2, arg[1]))
		return VALUE_NULL;
	int64_t most = -1;
	if (!value_is_null(arg[2]) && !object_index_int64(vm, arg[2], false, &most))
		return VALUE_NULL;
	const char *at = str_text(self), *end = at + str_len(self);
	size_t old = str_len(arg[0]);
	struct buf out = {0};
	for (bool first = true; most != 0; most -= most > 0, first = false) {
		const char *hit;
		if (old == 0) { /* between all characters and at both ends */
			if (at >= end && !first)
				break;
			uint32_t c;
			size_t n = first ? 0 : str_decode(at, &c);
			hit = at + n;
		} else {
			hit = memmem(at, (size_t)(end - at), str_text(arg[0]), old);
		}
		if (!hit)
			break;
		buf_put(&out, at, (size_t)(hit - at));
		buf_put(&out, str_text(arg[1]), str_len(arg[1]));
		at = hit + old;
		if ((out.len & ~(size_t)0xFFFFF) && !vm_room(vm, out.len)) {
			buf_free(&out);
			return VALUE_NULL;
		}
	}
	buf_put(&out, at, (size_t)(end - at));
	return str_from_buf(vm, &out);
}

/* Map every character; Greek final sigma is the one that looks at its neighbours. */
static bool letter_before(const char *text, const char *at)
{
	while (at > text) {
		do
			at--;
		while (at > text && ((unsigned char)*at & 0xC0) == 0x80);
		uint32_t c;
		str_decode(at, &c);
		if (c == '\'' || c == '.' || c == 0x2019 || c == 0xAD)
			continue;
		return unicode_is(c, UNICODE_LOWER) || unicode_is(c, UNICODE_UPPER);
	}
	return false;
}

static bool letter_after(const char *at, const char *end)
{
	while (at < end) {
		uint32_t c;
		at += str_decode(at, &c);
		if (c == '\'' || c == '.' || c == 0x2019 || c == 0xAD)
			continue;
		return unicode_is(c, UNICODE_LOWER) || unicode_is(c, UNICODE_UPPER);
	}
	return false;
}

static void put_mapped(struct buf *out, value self, const char *at, enum unicode_case to)
{
	uint32_t c, mapped[3];
	const char *text = str_text(self);
	size_t len = str_decode(at, &c);
	if (c == 0x3A3 && to == UNICODE_TO_LOWER && letter_before(text, at) &&
	    !letter_after(at + len, text + str_len(self))) {
		str_put_char(out, 0x3C2);
		return;
	}
	size_t n = unicode_map(c, to, mapped);
	for (size_t i = 0; i < n; i++)
		str_put_char(out, mapped[i]);
}

/* How a method chooses the case of the next character, knowing the one before. */
typedef enum unicode_case (*case_fn)(uint32_t c, bool first, bool after_letter);

static value map_text(struct vm *vm, value self, case_fn choose)
{
	struct buf out = {0};
	const char *at = str_text(self), *end = at + str_len(self);
	bool first = true, after = false;
	while (at < end) {
		uint32_t c;
		size_t n = str_decode(at, &c);
		put_mapped(&out, self, at, choose(c, first, after));
		after = unicode_is(c, UNICODE_LOWER) || unicode_is(c, UNICODE_UPPER) ||
			unicode_is(c, UNICODE_TITLE);
		first = false;
		at += n;
	}
	return str_from_buf(vm, &out);
}

#define CASE_METHOD(name, expression)                                                     \
	static enum unicode_case name##_case(uint32_t c, bool first, bool after)           \
	{                                                                                  \
		(void)c, (void)first, (void)after;                                         \
		return expression;                                                         \
	}                                                                                  \
	static value str_##name(struct vm *vm, value self, const struct args *a)           \
	{                                                                                  \
		(void)a;                                                                   \
		return map_text(vm, self, name##_case);                                    \
	}

CASE_METHOD(upper, UNICODE_TO_UPPER)
CASE_METHOD(lower, UNICODE_TO_LOWER)
CASE_METHOD(casefold, UNICODE_TO_FOLDED)
CASE_METHOD(title, after ? UNICODE_TO_LOWER : UNICODE_TO_TITLE)
CASE_METHOD(capitalize, first ? UNICODE_TO_TITLE : UNICODE_TO_LOWER)
CASE_METHOD(swapcase, unicode_is(c, UNICODE_UPPER) ? UNICODE_TO_LOWER : UNICODE_TO_UPPER)

/* ---- stripping ------------------------------------------------------------------- */

enum { STRIP_LEFT = 1, STRIP_RIGHT = 2 };

static bool in_strip_set(value set, uint32_t c)
{
	if (value_is_null(set))
		return unicode_is(c, UNICODE_SPACE);
	const char *at = str_text(set), *end = at + str_len(set);
	while (at < end) {
		uint32_t member;
		at += str_decode(at, &member);
		if (member == c)
			return true;
	}
	return false;
}

static value strip(struct vm *vm, value self, const struct args *a, unsigned sides,
                   const char *function)
{
	value set = VALUE_NULL;
	if (a->count > 0 && !value_is_none(a->at[0])) {
		set = a->at[0];
		if (!value_is_str(set))
			return vm_raise(vm, &exc_TypeError, "%s arg must be None or str", function);
	}
	const char *from = str_text(self), *to = from + str_len(self);
	uint32_t c;
	while ((sides & STRIP_LEFT) && from < to) {
		size_t n = str_decode(from, &c);
		if (!in_strip_set(set, c))
			break;
		from += n;
	}
	while ((sides & STRIP_RIGHT) && from < to) {
		const char *last = to - 1;
		while (((unsigned char)*last & 0xC0) == 0x80)
			last--;
		str_decode(last, &c);
		if (!in_strip_set(set, c))
			break;
		to = last;
	}
	if ((size_t)(to - from) == str_len(self) && value_is_exactly(self, &str_type))
		return value_ref(self);
	return str_new(vm, from, (size_t)(to - from));
}

static value str_strip(struct vm *vm, value self, const struct args *a)
{
	return strip(vm, self, a, STRIP_LEFT | STRIP_RIGHT, "strip");
}

static value str_lstrip(struct vm *vm, value self, const struct args *a)
{
	return strip(vm, self, a, STRIP_LEFT, "lstrip");
}

static value str_rstrip(struct vm *vm, value self, const struct args *a)
{
	return strip(vm, self, a, STRIP_RIGHT, "rstrip");
}

static value remove_part(struct vm *vm, value self, const struct args *a, const char *function,
                         bool tail)
{
	if (!value_is_str(a->at[0]))
		return vm_raise(vm, &exc_TypeError, "%s() argument must be str, not %s", function,
		                value_type_name(a->at[0]));
	struct window w = {str_text(self), str_len(self), 0, true};
	size_t len = str_len(a->at[0]);
	if (!matches_at(&w, a->at[0], tail))
		return object_str(vm, self);
	return str_new(vm, tail ? w.text : w.text + len, w.len - len);
}

static value str_removeprefix(struct vm *vm, value self, const struct args *a)
{
	return remove_part(vm, self, a, "removeprefix", false);
}

static value str_removesuffix(struct vm *vm, value self, const struct args *a)
{
	return remove_part(vm, self, a, "removesuffix", true);
}

/* ---- padding --------------------------------------------------------------------- */

static value pad(struct vm *vm, value self, size_t before, size_t after, uint32_t fill)
{
	if (before == 0 && after == 0 && value_is_exactly(self, &str_type))
		return value_ref(self);
	if (!vm_room(vm, mem_mul(mem_add(before, after), 4)))
		return VALUE_NULL;
	struct buf out = {0};
	while (before-- > 0)
		str_put_char(&out, fill);
	buf_put(&out, str_text(self), str_len(self));
	while (after-- > 0)
		str_put_char(&out, fill);
	return str_from_buf(vm, &out);
}

/* How many columns are missing, and the fill character (second argument). */
static bool padding_wanted(struct vm *vm, value self, const struct args *a, size_t *missing,
                           uint32_t *fill)
{
	int64_t width;
	if (!object_index_int64(vm, a->at[0], false, &width))
		return false;
	*fill = ' ';
	if (a->count > 1) {
		if (!value_is_str(a->at[1])) {
			vm_raise(vm, &exc_TypeError,
			         "The fill character must be a unicode character, not %s",
			         value_type_name(a->at[1]));
			return false;
		}
		if (str_chars(a->at[1]) != 1) {
			vm_raise(vm, &exc_TypeError,
			         "The fill character must be exactly one character long");
			return false;
		}
		str_decode(str_text(a->at[1]), fill);
	}
	int64_t chars = (int64_t)str_chars(self);
	*missing = width > chars ? (size_t)(width - chars) : 0;
	if (*missing > SIZE_MAX / 8) {
		vm_raise_with(vm, &exc_MemoryError, VALUE_NULL);
		return false;
	}
	return true;
}

static value str_ljust(struct vm *vm, value self, const struct args *a)
{
	size_t missing;
	uint32_t fill;
	if (!padding_wanted(vm, self, a, &missing, &fill))
		return VALUE_NULL;
	return pad(vm, self, 0, missing, fill);
}

static value str_rjust(struct vm *vm, value self, const struct args *a)
{
	size_t missing;
	uint32_t fill;
	if (!padding_wanted(vm, self, a, &missing, &fill))
		return VALUE_NULL;
	return pad(vm, self, missing, 0, fill);
}

static value str_center(struct vm *vm, value self, const struct args *a)
{
	size_t missing;
	uint32_t fill;
	if (!padding_wanted(vm, self, a, &missing, &fill))
		return VALUE_NULL;
	/* An odd column goes left exactly when the width is odd as well. */
	size_t width = missing + str_chars(self);
	size_t before = missing / 2 + (missing & width & 1);
	return pad(vm, self, before, missing - before, fill);
}

static value str_zfill(struct vm *vm, value self, const struct args *a)
{
	size_t missing;
	uint32_t fill;
	if (!padding_wanted(vm, self, a, &missing, &fill))
		return VALUE_NULL;
	if (!vm_room(vm, missing))
		return VALUE_NULL;
	const char *text = str_text(self);
	size_t sign = text[0] == '+' || text[0] == '-';
	struct buf out = {0};
	buf_put(&out, text, sign);
	buf_fill(&out, '0', missing);
	buf_put(&out, text + sign, str_len(self) - sign);
	return str_from_buf(vm, &out);
}

static value str_expandtabs(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "expandtabs", .names = {"tabsize"}, .positional = 1};
	value arg[1];
	int64_t tab = 8, column = 0;
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	if (!value_is_null(arg[0]) && !object_index_int64(vm, arg[0], false, &tab))
		return VALUE_NULL;
	if (tab > 1 << 20)
		return vm_raise(vm, &exc_OverflowError, "new string is too long");
	struct buf out = {0};
	const char *text = str_text(self);
	for (size_t i = 0; i < str_len(self); i++) {
		char c = text[i];
		if (c == '\t') {
			int64_t n = tab > 0 ? tab - column % tab : 0;
			buf_fill(&out, ' ', (size_t)n);
			column += n;
			continue;
		}
		buf_putc(&out, c);
		if (c == '\n' || c == '\r')
			column = 0;
		else if (((unsigned char)c & 0xC0) != 0x80)
			column++;
	}
	return str_from_buf(vm, &out);
}

/* ---- asking ---------------------------------------------------------------------- */

/* Whether there is a character and all are of the class. */
static value all_are(value self, const enum unicode_class *classes, size_t count)
{
	const char *at = str_text(self), *end = at + str_len(self);
	bool any = at < end;
	while (at < end) {
		uint32_t c;
		at += str_decode(at, &c);
		bool is = false;
		for (size_t i = 0; i < count && !is; i++)
			is = unicode_is(c, classes[i]);
		if (!is)
			return VALUE_FALSE;
	}
	return value_bool(any);
}

#define CLASS_METHOD(name, ...)                                                           \
	static value str_##name(struct vm *vm, value self, const struct args *a)           \
	{                                                                                  \
		(void)vm, (void)a;                                                         \
		static const enum unicode_class classes[] = {__VA_ARGS__};                 \
		return all_are(self, classes, COUNT_OF(classes));                          \
	}

CLASS_METHOD(isalpha, UNICODE_ALPHA)
CLASS_METHOD(isdigit, UNICODE_DIGIT)
CLASS_METHOD(isdecimal, UNICODE_DECIMAL)
CLASS_METHOD(isnumeric, UNICODE_NUMERIC)
CLASS_METHOD(isalnum, UNICODE_ALPHA, UNICODE_NUMERIC, UNICODE_DIGIT)
CLASS_METHOD(isspace, UNICODE_SPACE)

static value str_isprintable(struct vm *vm, value self, const struct args *a)
{
	static const enum unicode_class classes[] = {UNICODE_PRINTABLE};
	(void)vm, (void)a;
	return str_len(self) == 0 ? VALUE_TRUE : all_are(self, classes, 1);
}

static value str_isascii(struct vm *vm, value self, const struct args *a)
{
	(void)vm, (void)a;
	return value_bool(str_is_ascii(self));
}

/* Whether all cased characters are of one case, and there is one. */
static value cased_alike(value self, enum unicode_class wanted, enum unicode_class other)
{
	const char *at = str_text(self), *end = at + str_len(self);
	bool any = false;
	while (at < end) {
		uint32_t c;
		at += str_decode(at, &c);
		if (unicode_is(c, other) || unicode_is(c, UNICODE_TITLE))
			return VALUE_FALSE;
		any = any || unicode_is(c, wanted);
	}
	return value_bool(any);
}

static value str_isupper(struct vm *vm, value self, const struct args *a)
{
	(void)vm, (void)a;
	return cased_alike(self, UNICODE_UPPER, UNICODE_LOWER);
}

static value str_islower(struct vm *vm, value self, const struct args *a)
{
	(void)vm, (void)a;
	return cased_alike(self, UNICODE_LOWER, UNICODE_UPPER);
}

static value str_istitle(struct vm *vm, value self, const struct args *a)
{
	(void)vm, (void)a;
	const char *at = str_text(self), *end = at + str_len(self);
	bool any = false, after = false;
	while (at < end) {
		uint32_t c;
		at += str_decode(at, &c);
		bool upper = unicode_is(c, UNICODE_UPPER) || unicode_is(c, UNICODE_TITLE);
		bool lower = unicode_is(c, UNICODE_LOWER);
		if ((upper && after) || (lower && !after))
			return VALUE_FALSE;
		after = upper || lower;
		any = any || after;
	}
	return value_bool(any);
}

bool text_is_identifier(const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	while (at < end) {
		uint32_t c;
		bool first = at == text;
		at += str_decode(at, &c);
		if (!unicode_is(c, UNICODE_ALPHA) &&
		    !unicode_is(c, first ? UNICODE_NAME_START : UNICODE_NAME_PART))
			return false;
	}
	return len > 0;
}

static value str_isidentifier(struct vm *vm, value self, const struct args *a)
{
	(void)vm, (void)a;
	return value_bool(text_is_identifier(str_text(self), str_len(self)));
}

/* ---- encoding, translating ------------------------------------------------------- */

static value str_encode_method(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "encode", .names = {"encoding", "errors"}, .positional = 2};
	value arg[2];
	if (!args_parse(vm, a, &signature, arg))
		return VALUE_NULL;
	return str_encode(vm, self, arg[0], arg[1]);
}

/* The dict of str.maketrans: keys become code points. */
static bool maketrans_put(struct vm *vm, value dict, value key, value to)
{
	if (value_is_str(key)) {
		if (str_chars(key) != 1) {
			vm_raise(vm, &exc_ValueError,
			         "string keys in translate table must be of length 1");
			return false;
		}
		uint32_t c;
		str_decode(str_text(key), &c);
		return dict_set(vm, dict, value_small((int64_t)c), to);
	}
	if (!value_is_int(key)) {
		vm_raise(vm, &exc_TypeError,
		         "keys in translate table must be strings or integers");
		return false;
	}
	return dict_set(vm, dict, key, to);
}

static bool maketrans_pairs(struct vm *vm, value dict, value from, value to)
{
	if (!value_is_str(from) || !value_is_str(to)) {
		vm_raise(vm, &exc_TypeError,
		         "first maketrans argument must be a string if there is a second argument");
		return false;
	}
	if (str_chars(from) != str_chars(to)) {
		vm_raise(vm, &exc_ValueError,
		         "the first two maketrans arguments must have equal length");
		return false;
	}
	const char *a = str_text(from), *b = str_text(to), *end = a + str_len(from);
	while (a < end) {
		uint32_t x, y;
		a += str_decode(a, &x);
		b += str_decode(b, &y);
		if (!dict_set(vm, dict, value_small((int64_t)x), value_small((int64_t)y)))
			return false;
	}
	return true;
}

static value str_maketrans(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	value dict = dict_new(vm), key, to;
	bool fine = true;
	if (a->count == 1) {
		if (!value_is_dict(a->at[0])) {
			vm_raise(vm, &exc_TypeError,
			         "if you give only one argument to maketrans it must be a dict");
			fine = false;
		}
		for (size_t at = 0; fine && dict_next(a->at[0], &at, &key, &to);)
			fine = maketrans_put(vm, dict, key, to);
	} else {
		fine = maketrans_pairs(vm, dict, a->at[0], a->at[1]);
		if (fine && a->count == 3) {
			fine = want_str(vm, "maketrans", 3, a->at[2]);
			const char *s = fine ? str_text(a->at[2]) : "";
			const char *end = fine ? s + str_len(a->at[2]) : s;
			while (fine && s < end) {
				uint32_t c;
				s += str_decode(s, &c);
				fine = dict_set(vm, dict, value_small((int64_t)c), VALUE_NONE);
			}
		}
	}
	if (fine)
		return dict;
	value_unref(vm, dict);
	return VALUE_NULL;
}

static value str_translate(struct vm *vm, value self, const struct args *a)
{
	struct buf out = {0};
	const char *at = str_text(self), *end = at + str_len(self);
	while (at < end) {
		uint32_t c;
		size_t n = str_decode(at, &c);
		value to = object_getitem(vm, a->at[0], value_small((int64_t)c));
		int64_t code = -1;
		if (value_is_null(to)) {
			if (!vm_caught(vm, &exc_LookupError))
				goto fail;
			buf_put(&out, at, n);
		} else if (value_is_str(to)) {
			buf_put(&out, str_text(to), str_len(to));
		} else if (value_is_int(to)) {
			if (!int_get_i64(to, &code) || code < 0 || code > 0x10FFFF) {
				vm_raise(vm, &exc_ValueError,
				         "character mapping must be in range(0x110000)");
				value_unref(vm, to);
				goto fail;
			}
			str_put_char(&out, (uint32_t)code);
		} else if (!value_is_none(to)) {
			vm_raise(vm, &exc_TypeError,
			         "character mapping must return integer, None or str");
			value_unref(vm, to);
			goto fail;
		}
		value_xunref(vm, to);
		at += n;
	}
	return str_from_buf(vm, &out);
fail:
	buf_free(&out);
	return VALUE_NULL;
}

static value str_format(struct vm *vm, value self, const struct args *a)
{
	return str_format_method(vm, self, a, VALUE_NULL);
}

static value str_format_map(struct vm *vm, value self, const struct args *a)
{
	return str_format_method(vm, self, NO_ARGS, a->at[0]);
}

const struct method_def str_methods[] = {
	{"capitalize", str_capitalize, 0, 0, 0},
	{"casefold", str_casefold, 0, 0, 0},
	{"center", str_center, 1, 2, 0},
	{"count", str_count, 1, 3, 0},
	{"encode", str_encode_method, 0, 2, METHOD_KEYWORDS},
	{"endswith", str_endswith, 1, 3, 0},
	{"expandtabs", str_expandtabs, 0, 1, METHOD_KEYWORDS},
	{"find", str_find, 1, 3, 0},
	{"format", str_format, 0, 255, METHOD_KEYWORDS},
	{"format_map", str_format_map, 1, 1, 0},
	{"index", str_index, 1, 3, 0},
	{"isalnum", str_isalnum, 0, 0, 0},
	{"isalpha", str_isalpha, 0, 0, 0},
	{"isascii", str_isascii, 0, 0, 0},
	{"isdecimal", str_isdecimal, 0, 0, 0},
	{"isdigit", str_isdigit, 0, 0, 0},
	{"isidentifier", str_isidentifier, 0, 0, 0},
	{"islower", str_islower, 0, 0, 0},
	{"isnumeric", str_isnumeric, 0, 0, 0},
	{"isprintable", str_isprintable, 0, 0, 0},
	{"isspace", str_isspace, 0, 0, 0},
	{"istitle", str_istitle, 0, 0, 0},
	{"isupper", str_isupper, 0, 0, 0},
	{"join", str_join, 1, 1, 0},
	{"ljust", str_ljust, 1, 2, 0},
	{"lower", str_lower, 0, 0, 0},
	{"lstrip", str_lstrip, 0, 1, 0},
	{"maketrans", str_maketrans, 1, 3, METHOD_STATIC},
	{"partition", str_partition, 1, 1, 0},
	{"removeprefix", str_removeprefix, 1, 1, 0},
	{"removesuffix", str_removesuffix, 1, 1, 0},
	{"replace", str_replace, 2, 3, METHOD_KEYWORDS},
	{"rfind", str_rfind, 1, 3, 0},
	{"rindex", str_rindex, 1, 3, 0},
	{"rjust", str_rjust, 1, 2, 0},
	{"rpartition", str_rpartition, 1, 1, 0},
	{"rsplit", str_rsplit, 0, 2, METHOD_KEYWORDS},
	{"rstrip", str_rstrip, 0, 1, 0},
	{"split", str_split, 0, 2, METHOD_KEYWORDS},
	{"splitlines", str_splitlines, 0, 1, METHOD_KEYWORDS},
	{"startswith", str_startswith, 1, 3, 0},
	{"strip", str_strip, 0, 1, 0},
	{"swapcase", str_swapcase, 0, 0, 0},
	{"title", str_title, 0, 0, 0},
	{"translate", str_translate, 1, 1, 0},
	{"upper", str_upper, 0, 0, 0},
	{"zfill", str_zfill, 1, 1, 0},
	{0},
};
