/*
 * Arguments of C functions: counting and sorting them, with CPython's complaints.
 */
#include "lang/internal.h"

#include <string.h>

#include "lang/str.h"
#include "lang/tuple.h"

size_t args_keywords(const struct args *a)
{
	return value_is_null(a->names) ? 0 : tuple_count(a->names);
}

value args_keyword(const struct args *a, const char *name)
{
	for (size_t i = 0; i < args_keywords(a); i++)
		if (str_equal_c(tuple_at(a->names, i), name))
			return a->at[a->count + i];
	return VALUE_NULL;
}

bool args_no_keywords(struct vm *vm, const struct args *a, const char *function)
{
	if (args_keywords(a) == 0)
		return true;
	vm_raise(vm, &exc_TypeError, "%s() takes no keyword arguments", function);
	return false;
}

bool args_check(struct vm *vm, const struct args *a, const char *function, size_t min, size_t max)
{
	if (!args_no_keywords(vm, a, function))
		return false;
	size_t n = a->count;
	if (n >= min && (n <= max || max == METHOD_ANY))
		return true;
	if (max == 0)
		vm_raise(vm, &exc_TypeError, "%s() takes no arguments (%zu given)", function, n);
	else if (min == max && min == 1)
		vm_raise(vm, &exc_TypeError, "%s() takes exactly one argument (%zu given)", function,
		         n);
	else
		vm_raise(vm, &exc_TypeError, "%s expected %s%zu argument%s, got %zu", function,
		         min == max ? "" : n < min ? "at least " : "at most ", n < min ? min : max,
		         (n < min ? min : max) == 1 ? "" : "s", n);
	return false;
}

static size_t signature_count(const struct signature *s)
{
	size_t n = 0;
	while (n < SIGNATURE_MAX && s->names[n] != NULL)
		n++;
	return n;
}

static bool take_keyword(struct vm *vm, const struct signature *s, size_t count, value name,
                         value v, value out[])
{
	for (size_t i = 0; i < count; i++) {
		if (s->names[i][0] == '\0' || !str_equal_c(name, s->names[i]))
			continue;
		if (!value_is_null(out[i])) {
			vm_raise(vm, &exc_TypeError,
			         "argument for %s() given by name ('%s') and position (%zu)",
			         s->function, s->names[i], i + 1);
			return false;
		}
		out[i] = v;
		return true;
	}
	vm_raise(vm, &exc_TypeError, "%s() got an unexpected keyword argument '%s'", s->function,
	         str_text(name));
	return false;
}

static bool refuse_count(struct vm *vm, const struct args *a, const struct signature *s)
{
	size_t max = s->positional;
	if (max == 0) {
		vm_raise(vm, &exc_TypeError, "%s() takes no positional arguments", s->function);
		return false;
	}
	vm_raise(vm, &exc_TypeError, "%s() takes %s %zu %sargument%s (%zu given)", s->function,
	         s->required == max ? "exactly" : "at most", max,
	         a->count > signature_count(s) ? "" : "positional ", max == 1 ? "" : "s", a->count);
	return false;
}

bool args_parse(struct vm *vm, const struct args *a, const struct signature *s, value out[])
{
	size_t count = signature_count(s);
	for (size_t i = 0; i < count; i++)
		out[i] = i < a->count ? a->at[i] : VALUE_NULL;
	if (a->count > s->positional)
		return refuse_count(vm, a, s);
	for (size_t i = 0; i < args_keywords(a); i++)
		if (!take_keyword(vm, s, count, tuple_at(a->names, i), a->at[a->count + i], out))
			return false;
	for (size_t i = 0; i < count; i++) {
		bool needed = i < s->positional ? i < s->required
		                                : (s->required_keywords >> i & 1) != 0;
		if (!needed || !value_is_null(out[i]))
			continue;
		if (s->names[i][0] == '\0')
			vm_raise(vm, &exc_TypeError, "%s() takes at least %u positional argument%s "
			         "(%zu given)", s->function, s->required, s->required == 1 ? "" : "s",
			         a->count);
		else
			vm_raise(vm, &exc_TypeError,
			         "%s() missing required argument '%s' (pos %zu)", s->function,
			         s->names[i], i + 1);
		return false;
	}
	return true;
}
