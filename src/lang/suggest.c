/*
 * "Did you mean": the name that somebody who mistyped one probably wanted, as CPython looks
 * for it when it prints a traceback. Only printing asks; nothing is worked out before.
 */
#include "lang/internal.h"

#include <stdlib.h>
#include <string.h>

#include "lang/dict.h"
#include "lang/list.h"
#include "lang/str.h"

/* What changing a letter's case costs, and any other change; longer names are not looked at. */
enum { CASE_COST = 1, MOVE_COST = 2, NAME_MAX_BYTES = 40, CANDIDATES_MAX = 750 };

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t substitution_cost(char a, char b)
{
	if (a == b)
		return 0;
	return lower(a) == lower(b) ? CASE_COST : MOVE_COST;
}

/* The edit distance of two names, or anything above `max` when it is more. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len, size_t max)
{
	while (a_len > 0 && b_len > 0 && a[0] == b[0]) {
		a++;
		b++;
		a_len--;
		b_len--;
	}
	while (a_len > 0 && b_len > 0 && a[a_len - 1] == b[b_len - 1]) {
		a_len--;
		b_len--;
	}
	if (a_len == 0 || b_len == 0)
		return (a_len + b_len) * MOVE_COST;
	if (a_len > NAME_MAX_BYTES || b_len > NAME_MAX_BYTES)
		return max + 1;
	size_t row[NAME_MAX_BYTES + 1];
	for (size_t i = 0; i <= a_len; i++)
		row[i] = i * MOVE_COST;
	for (size_t j = 1; j <= b_len; j++) {
		size_t diagonal = row[0];
		row[0] = j * MOVE_COST;
		for (size_t i = 1; i <= a_len; i++) {
			size_t changed = diagonal + substitution_cost(b[j - 1], a[i - 1]);
			size_t moved = (row[i] < row[i - 1] ? row[i] : row[i - 1]) + MOVE_COST;
			diagonal = row[i];
			row[i] = changed < moved ? changed : moved;
		}
	}
	return row[a_len];
}

/* The search for one name among many. */
struct search {
	value wrong;     /* the name as it was written, a str */
	value best;      /* borrowed from the candidates, or null */
	size_t distance; /* of the best */
};

static void consider(struct search *s, value candidate)
{
	if (!value_is_str(candidate) || str_equal(candidate, s->wrong))
		return;
	size_t len = str_len(s->wrong), candidate_len = str_len(candidate);
	size_t max = (len + candidate_len + 3) * MOVE_COST / 6;
	if (!value_is_null(s->best) && max > s->distance - 1)
		max = s->distance - 1;
	size_t d = distance(str_text(s->wrong), len, str_text(candidate), candidate_len, max);
	if (d > max || (!value_is_null(s->best) && d >= s->distance))
		return;
	s->best = candidate;
	s->distance = d;
}

static void consider_keys(struct search *s, value dict)
{
	size_t at = 0;
	value key, v;
	while (dict_next(dict, &at, &key, &v))
		consider(s, key);
}

/* The innermost frame that the exception has left, or NULL. */
static struct frame *innermost(value exception)
{
	value at = value_as_exception(exception)->traceback;
	if (value_is_null(at))
		return NULL;
	const struct traceback *t = (const struct traceback *)(const void *)value_object(at);
	while (!value_is_null(t->next))
		t = (const struct traceback *)(const void *)value_object(t->next);
	return t->frame;
}

/* The frame's variable of that name, borrowed, or null. */
static value local(const struct frame *f, const char *name)
{
	for (uint32_t i = 0; i < f->code->slot_count; i++) {
		if (!str_equal_c(f->code->slot_names[i], name))
			continue;
		value v = f->slots[i];
		if (!value_is_null(v) && value_is_exactly(v, &cell_type))
			v = cell_of(v)->contents;
		return v;
	}
	return VALUE_NULL;
}

static void consider_names(struct search *s, const struct frame *f)
{
	for (uint32_t i = 0; i < f->code->slot_count; i++) {
		value v = f->slots[i];
		if (!value_is_null(v) && value_is_exactly(v, &cell_type))
			v = cell_of(v)->contents;
		if (!value_is_null(v))
			consider(s, f->code->slot_names[i]);
	}
	if (!value_is_null(f->namespace))
		consider_keys(s, f->namespace);
	consider_keys(s, f->globals);
	consider_keys(s, f->builtins);
}

/* dir(obj): a new list, or null with nothing set. */
static value names_of(struct vm *vm, value obj)
{
	bool missing;
	value list = object_call_special(vm, obj, vm_name(vm, NAME_dir), NO_ARGS, &missing);
	if (!value_is_null(list) && value_is_list(list) && list_sort(vm, list, VALUE_NULL, false))
		return list;
	value_xunref(vm, list);
	vm_forget(vm);
	return VALUE_NULL;
}

static void consider_attributes(struct search *s, value exception, value obj, value list)
{
	bool hide = str_text(s->wrong)[0] != '_';
	const struct frame *f = innermost(exception);
	if (hide && f != NULL) {
		value self = local(f, "self");
		hide = value_is_null(self) || !value_is(self, obj);
	}
	if (list_count(list) >= CANDIDATES_MAX)
		return;
	for (size_t i = 0; i < list_count(list); i++) {
		value name = list_at(list, i);
		if (!value_is_str(name) || (hide && str_text(name)[0] == '_'))
			continue;
		consider(s, name);
	}
}

/* An attribute that whoever raised it has left: borrowed, or null. */
static value detail(struct vm *vm, value exception, const char *name)
{
	const struct exception *e = value_as_exception(exception);
	return value_is_null(e->dict) ? VALUE_NULL : dict_get_c(vm, e->dict, name);
}

/* A method's `self` has what was meant: "Did you mean: 'self.x'?" */
static bool put_self(struct vm *vm, const struct frame *f, value wrong, struct buf *out)
{
	value self = local(f, "self");
	if (value_is_null(self))
		return false;
	bool failed;
	value found = object_getattr_maybe(vm, self, wrong, &failed);
	vm_forget(vm);
	if (value_is_null(found))
		return false;
	value_unref(vm, found);
	buf_printf(out, ". Did you mean: 'self.%s'?", str_text(wrong));
	return true;
}

static bool put_for_name(struct vm *vm, value exception, value wrong, struct buf *out)
{
	const struct frame *f = innermost(exception);
	if (f == NULL)
		return false;
	if (put_self(vm, f, wrong, out))
		return true;
	struct search s = {.wrong = wrong};
	consider_names(&s, f);
	if (!value_is_null(s.best))
		buf_printf(out, ". Did you mean: '%s'?", str_text(s.best));
	return !value_is_null(s.best);
}

static int by_text(const void *key, const void *row)
{
	return strcmp(key, *(const char *const *)row);
}

/* CPython knows these without importing them; only those that a learner may forget to import. */
static bool is_module(const char *name)
{
	static const char *const modules[] = {
		"abc",       "argparse",  "array",     "ast",       "asyncio",   "base64",
		"bisect",    "calendar",  "cmath",     "collections", "contextlib", "contextvars",
		"copy",      "csv",       "ctypes",    "dataclasses", "datetime", "decimal",
		"dis",       "enum",      "errno",     "fractions", "functools", "gc",
		"glob",      "hashlib",   "heapq",     "inspect",   "io",        "itertools",
		"json",      "logging",   "math",      "multiprocessing", "operator", "os",
		"pathlib",   "pickle",    "pprint",    "queue",     "random",    "re",
		"select",    "shutil",    "signal",    "socket",    "sqlite3",   "ssl",
		"statistics", "string",   "struct",    "subprocess", "sys",      "tempfile",
		"textwrap",  "threading", "time",      "timeit",    "traceback", "types",
		"typing",    "unittest",  "urllib",    "uuid",      "warnings",  "weakref",
	};
	return bsearch(name, modules, COUNT_OF(modules), sizeof *modules, by_text) != NULL;
}

void suggestion_put(struct vm *vm, value exception, struct buf *out)
{
	value wrong = detail(vm, exception, "name");
	bool known = !value_is_null(wrong) && value_is_str(wrong) && str_len(wrong) <= NAME_MAX_BYTES;
	if (value_is_a(exception, &exc_NameError) && known) {
		bool suggested = put_for_name(vm, exception, wrong, out);
		if (is_module(str_text(wrong)))
			buf_printf(out, "%s forget to import '%s'?",
			           suggested ? " Or did you" : ". Did you", str_text(wrong));
		return;
	}
	if (!value_is_a(exception, &exc_AttributeError) || !known)
		return;
	value obj = detail(vm, exception, "obj");
	value list = value_is_null(obj) ? VALUE_NULL : names_of(vm, obj);
	if (value_is_null(list))
		return;
	struct search s = {.wrong = wrong};
	consider_attributes(&s, exception, obj, list);
	if (!value_is_null(s.best))
		buf_printf(out, ". Did you mean: '%s'?", str_text(s.best));
	value_unref(vm, list);
}
