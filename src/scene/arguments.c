/*
 * Binding arguments with the words of Python functions.
 */
#include "scene/arguments.h"

#include <string.h>

#include "base/buf.h"
#include "lang/exception.h"
#include "lang/str.h"
#include "lang/tuple.h"

static size_t name_count(const struct signature *s)
{
	size_t n = 0;
	while (n < SIGNATURE_MAX && s->names[n] != NULL)
		n++;
	return n;
}

static bool refuse_count(struct vm *vm, const struct args *a, const struct signature *s,
                         unsigned self)
{
	unsigned most = s->positional + self, least = s->required + self;
	size_t given = a->count + self;
	struct buf takes = {0};
	if (least < most)
		buf_printf(&takes, "from %u to %u", least, most);
	else
		buf_printf(&takes, "%u", most);
	vm_raise(vm, &exc_TypeError,
	         "%s() takes %s positional argument%s but %zu %s given", s->function,
	         buf_text(&takes), least < most || most != 1 ? "s" : "", given,
	         given == 1 ? "was" : "were");
	buf_free(&takes);
	return false;
}

static bool take_keyword(struct vm *vm, const struct signature *s, size_t count,
                         value name, value v, value out[])
{
	for (size_t i = 0; i < count; i++) {
		if (!str_equal_c(name, s->names[i]))
			continue;
		if (!value_is_null(out[i])) {
			vm_raise(vm, &exc_TypeError,
			         "%s() got multiple values for argument '%s'",
			         s->function, s->names[i]);
			return false;
		}
		out[i] = v;
		return true;
	}
	vm_raise(vm, &exc_TypeError, "%s() got an unexpected keyword argument '%s'",
	         s->function, str_text(name));
	return false;
}

/* `'a'`, `'a' and 'b'`, `'a', 'b', and 'c'`: those of the required ones that are missing.
 */
static bool refuse_missing(struct vm *vm, const struct signature *s, const value out[])
{
	struct buf names = {0};
	unsigned missing = 0, seen = 0;
	for (size_t i = 0; i < s->required; i++)
		missing += value_is_null(out[i]);
	if (missing == 0)
		return true;
	for (size_t i = 0; i < s->required; i++) {
		if (!value_is_null(out[i]))
			continue;
		seen++;
		if (seen > 1)
			buf_puts(&names, missing > 2 ? ", " : " ");
		if (seen > 1 && seen == missing)
			buf_puts(&names, "and ");
		buf_printf(&names, "'%s'", s->names[i]);
	}
	vm_raise(vm, &exc_TypeError, "%s() missing %u required positional argument%s: %s",
	         s->function, missing, missing == 1 ? "" : "s", buf_text(&names));
	buf_free(&names);
	return false;
}

bool arguments_bind(struct vm *vm, const struct args *a, const struct signature *s,
                    bool is_method, value out[])
{
	size_t count = name_count(s);
	if (a->count > s->positional)
		return refuse_count(vm, a, s, is_method);
	for (size_t i = 0; i < count; i++)
		out[i] = i < a->count ? a->at[i] : VALUE_NULL;
	for (size_t i = 0; i < args_keywords(a); i++)
		if (!take_keyword(vm, s, count, tuple_at(a->names, i),
		                  a->at[a->count + i], out))
			return false;
	return refuse_missing(vm, s, out);
}

bool arguments_need(struct vm *vm, const struct args *a, const char *function,
                    const char *parameter)
{
	if (a->count > 0)
		return true;
	vm_raise(vm, &exc_TypeError,
	         "%s() missing 1 required positional argument: '%s'", function, parameter);
	return false;
}
