/*
 * The built-in functions. What orders and adds (sorted, min, sum, round...) is in
 * builtins_number.c; types that are called like functions have their own files.
 */
#include "lang/builtins.h"

#include <string.h>

#include "lang/bytes.h"
#include "lang/builtins_internal.h"
#include "lang/class.h"
#include "lang/dict.h"
#include "lang/exception.h"
#include "lang/float.h"
#include "lang/int.h"
#include "lang/list.h"
#include "lang/range.h"
#include "lang/set.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"
#include "lang/vm.h"

value call_method_maybe(struct vm *vm, value v, const char *name, const struct args *a, bool *found)
{
	value key = vm_intern(vm, name);
	value method = type_lookup(vm, value_type(v), key);
	value_unref(vm, key);
	*found = !value_is_null(method) && !value_is_none(method);
	return *found ? vm_call_method(vm, v, name, a) : VALUE_NULL;
}

/* ---- output ---------------------------------------------------------------------- */

/* A print() argument that must be a str or None: its text, or `other`. */
static bool text_option(struct vm *vm, value v, const char *name, const char *other,
                        const char **text, size_t *len)
{
	*text = other;
	*len = strlen(other);
	if (value_is_null(v) || value_is_none(v))
		return true;
	if (!value_is_str(v)) {
		vm_raise(vm, &exc_TypeError, "%s must be None or a string, not %s", name,
		         value_type_name(v));
		return false;
	}
	*text = str_text(v);
	*len = str_len(v);
	return true;
}

/* Everything that one print() writes. */
static bool print_text(struct vm *vm, struct buf *out, const struct args *a, const value option[])
{
	const char *separator, *end;
	size_t separator_len, end_len;
	if (!text_option(vm, option[0], "sep", " ", &separator, &separator_len) ||
	    !text_option(vm, option[1], "end", "\n", &end, &end_len))
		return false;
	for (size_t i = 0; i < a->count; i++) {
		value text = object_str(vm, a->at[i]);
		if (value_is_null(text))
			return false;
		if (i > 0)
			buf_put(out, separator, separator_len);
		buf_put(out, str_text(text), str_len(text));
		bool fine = str_check_encodable(vm, text);
		value_unref(vm, text);
		if (!fine)
			return false;
	}
	buf_put(out, end, end_len);
	return true;
}

static value call_file(struct vm *vm, value file, const char *method, const struct args *a)
{
	value result = vm_call_method(vm, file, method, a);
	value_xunref(vm, result);
	return value_is_null(result) ? VALUE_NULL : VALUE_NONE;
}

static value builtin_print(struct vm *vm, value self, const struct args *a)
{
	static const char *const names[] = {"sep", "end", "file", "flush"};
	(void)self;
	value option[4] = {VALUE_NULL, VALUE_NULL, VALUE_NULL, VALUE_NULL};
	for (size_t i = 0; i < args_keywords(a); i++) {
		size_t k = 0;
		while (k < COUNT_OF(names) && !str_equal_c(tuple_at(a->names, i), names[k]))
			k++;
		if (k == COUNT_OF(names))
			return vm_raise(vm, &exc_TypeError,
			                "print() got an unexpected keyword argument '%s'",
			                str_text(tuple_at(a->names, i)));
		option[k] = a->at[a->count + i];
	}
	bool to_file = !value_is_null(option[2]) && !value_is_none(option[2]);
	int flush = value_is_null(option[3]) ? 0 : object_truth(vm, option[3]);
	struct buf out = {0};
	value result = VALUE_NULL;
	if (flush < 0)
		return VALUE_NULL;
	if (!print_text(vm, &out, a, option)) {
		/* What came before the argument that failed has been written. */
		if (!to_file)
			vm_write(vm, 1, buf_text(&out), out.len);
		buf_free(&out);
		return VALUE_NULL;
	}
	if (!to_file) {
		vm_write(vm, 1, buf_text(&out), out.len);
		buf_free(&out);
		if (flush)
			vm_flush(vm, 1);
		return VALUE_NONE;
	}
	value text = str_from_buf(vm, &out);
	if (value_is_null(text))
		return VALUE_NULL;
	result = call_file(vm, option[2], "write", ARGS(text));
	value_unref(vm, text);
	if (flush && !value_is_null(result))
		result = call_file(vm, option[2], "flush", NO_ARGS);
	return result;
}

/* ---- text ------------------------------------------------------------------------ */

static value builtin_repr(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return object_repr(vm, a->at[0]);
}

static value builtin_ascii(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return object_convert(vm, a->at[0], 'a');
}

static value builtin_format(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	if (a->count > 1 && !value_is_str(a->at[1]))
		return vm_raise(vm, &exc_TypeError, "format() argument 2 must be str, not %s",
		                value_type_name(a->at[1]));
	return object_format(vm, a->at[0], a->count > 1 ? a->at[1] : VALUE_NULL);
}

static value builtin_chr(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	int64_t c;
	if (!object_index_int64(vm, a->at[0], true, &c))
		return VALUE_NULL;
	if (c < 0 || c > 0x10FFFF)
		return vm_raise(vm, &exc_ValueError, "chr() arg not in range(0x110000)");
	return str_char(vm, (uint32_t)c);
}

static value builtin_ord(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	value v = a->at[0];
	size_t len;
	if (value_is_str(v)) {
		len = str_chars(v);
		if (len == 1) {
			uint32_t c;
			str_decode(str_text(v), &c);
			return value_small((int64_t)c);
		}
	} else if (value_is_bytes(v)) {
		len = bytes_of(v)->len;
		if (len == 1)
			return value_small(bytes_of(v)->data[0]);
	} else {
		return vm_raise(vm, &exc_TypeError,
		                "ord() expected string of length 1, but %s found",
		                value_type_name(v));
	}
	return vm_raise(vm, &exc_TypeError,
	                "ord() expected a character, but string of length %zu found", len);
}

static value in_base(struct vm *vm, value v, const char *prefix, unsigned base)
{
	value n = object_index(vm, v);
	if (value_is_null(n))
		return VALUE_NULL;
	struct int_view room;
	const struct bigint *number = int_view(n, &room);
	struct buf out = {0};
	if (number->negative)
		buf_putc(&out, '-');
	buf_puts(&out, prefix);
	bigint_put_digits(&out, number, base);
	value_unref(vm, n);
	return str_from_buf(vm, &out);
}

static value builtin_hex(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return in_base(vm, a->at[0], "0x", 16);
}

static value builtin_oct(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return in_base(vm, a->at[0], "0o", 8);
}

static value builtin_bin(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return in_base(vm, a->at[0], "0b", 2);
}

/* ---- objects --------------------------------------------------------------------- */

static value builtin_id(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return int_new_u64(vm, a->at[0].bits);
}

static value builtin_hash(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	int64_t hash;
	return object_hash(vm, a->at[0], &hash) ? int_new(vm, hash) : VALUE_NULL;
}

static value builtin_len(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	int64_t n = object_len(vm, a->at[0]);
	return n < 0 ? VALUE_NULL : int_new(vm, n);
}

static value builtin_callable(struct vm *vm, value self, const struct args *a)
{
	(void)vm, (void)self;
	value (*call)(struct vm *, value, const struct args *);
	TYPE_SLOT(call, value_type(a->at[0]), call);
	return value_bool(call != NULL);
}

static value builtin_isinstance(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	int yes = object_is_instance(vm, a->at[0], a->at[1]);
	return yes < 0 ? VALUE_NULL : value_bool(yes);
}

static value builtin_issubclass(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	int yes = object_is_subclass(vm, a->at[0], a->at[1]);
	return yes < 0 ? VALUE_NULL : value_bool(yes);
}

/* The attribute name as an interned str: a new reference, or null with TypeError set. */
static value attribute_name(struct vm *vm, value v)
{
	if (!value_is_str(v))
		return vm_raise(vm, &exc_TypeError, "attribute name must be string, not '%s'",
		                value_type_name(v));
	return str_interned(vm, v);
}

static value builtin_getattr(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	value name = attribute_name(vm, a->at[1]);
	if (value_is_null(name))
		return VALUE_NULL;
	value v;
	bool failed;
	if (a->count < 3) {
		v = object_getattr(vm, a->at[0], name);
	} else {
		v = object_getattr_maybe(vm, a->at[0], name, &failed);
		if (value_is_null(v) && !failed)
			v = value_ref(a->at[2]);
	}
	value_unref(vm, name);
	return v;
}

static value builtin_hasattr(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	value name = attribute_name(vm, a->at[1]);
	if (value_is_null(name))
		return VALUE_NULL;
	bool failed;
	value v = object_getattr_maybe(vm, a->at[0], name, &failed);
	value_unref(vm, name);
	if (failed)
		return VALUE_NULL;
	value_xunref(vm, v);
	return value_bool(!value_is_null(v));
}

static value builtin_setattr(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	value name = attribute_name(vm, a->at[1]);
	if (value_is_null(name))
		return VALUE_NULL;
	bool fine = object_setattr(vm, a->at[0], name, a->at[2]);
	value_unref(vm, name);
	return fine ? VALUE_NONE : VALUE_NULL;
}

static value builtin_delattr(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	value name = attribute_name(vm, a->at[1]);
	if (value_is_null(name))
		return VALUE_NULL;
	bool fine = object_setattr(vm, a->at[0], name, VALUE_NULL);
	value_unref(vm, name);
	return fine ? VALUE_NONE : VALUE_NULL;
}

static value dict_of_object(struct vm *vm, value v, bool *failed)
{
	return object_getattr_maybe(vm, v, vm_name(vm, NAME_dict), failed);
}

static value builtin_vars(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	bool failed;
	value dict = dict_of_object(vm, a->at[0], &failed);
	if (value_is_null(dict) && !failed)
		vm_raise(vm, &exc_TypeError, "vars() argument must have __dict__ attribute");
	return dict;
}

/* Add the keys of v.__dict__, if it has one. */
static bool add_names(struct vm *vm, value names, value v)
{
	bool failed;
	value dict = dict_of_object(vm, v, &failed);
	if (value_is_null(dict))
		return !failed;
	bool fine = set_update(vm, names, dict);
	value_unref(vm, dict);
	return fine;
}

static value builtin_dir(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	bool found;
	value v = a->at[0], names = set_new(vm), list = VALUE_NULL;
	bool is_type = value_is_type(v), fine = true;
	value listed = is_type ? VALUE_NULL : call_method_maybe(vm, v, "__dir__", NO_ARGS, &found);
	if (!is_type && found) {
		fine = !value_is_null(listed) && set_update(vm, names, listed);
		value_xunref(vm, listed);
	} else {
		const struct type *type = is_type ? value_as_type(v) : value_type(v), *t;
		fine = is_type || add_names(vm, names, v);
		for (size_t i = 0; fine && (t = type_mro_at(type, i)) != NULL; i++)
			fine = add_names(vm, names, type_value(t));
	}
	if (fine)
		list = list_from_iterable(vm, names);
	value_unref(vm, names);
	if (!value_is_null(list) && !list_sort(vm, list, VALUE_NULL, false))
		value_forget(vm, &list);
	return list;
}

/* ---- iterating ------------------------------------------------------------------- */

static value builtin_iter(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	if (a->count == 1)
		return object_iter(vm, a->at[0]);
	if (value_is(builtin_callable(vm, VALUE_NULL, a), VALUE_FALSE))
		return vm_raise(vm, &exc_TypeError, "iter(v, w): v must be callable");
	return callable_iterator_new(vm, a->at[0], a->at[1]);
}

static value builtin_next(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	value iterator = a->at[0], v = VALUE_NULL;
	value (*next)(struct vm *, value);
	enum coro_outcome (*resume)(struct vm *, value, value, value, value *);
	TYPE_SLOT(next, value_type(iterator), next);
	TYPE_SLOT(resume, value_type(iterator), resume);
	if (!next)
		return vm_raise(vm, &exc_TypeError, "'%s' object is not an iterator",
		                value_type_name(iterator));
	if (!resume) {
		v = next(vm, iterator);
	} else { /* a generator: what it returns goes into StopIteration */
		enum coro_outcome outcome = resume(vm, iterator, VALUE_NONE, VALUE_NULL, &v);
		if (outcome == CORO_RETURN) {
			vm_raise_stop_iteration(vm, v);
			value_unref(vm, v);
			v = VALUE_NULL;
		}
	}
	if (!value_is_null(v))
		return v;
	bool ended = value_is_null(vm_raised(vm));
	if (a->count > 1 && (ended || vm_caught(vm, &exc_StopIteration)))
		return value_ref(a->at[1]);
	return ended ? vm_raise_with(vm, &exc_StopIteration, VALUE_NULL) : VALUE_NULL;
}

static value builtin_aiter(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	value (*aiter)(struct vm *, value);
	TYPE_SLOT(aiter, value_type(a->at[0]), aiter);
	if (!aiter)
		return vm_raise(vm, &exc_TypeError, "'%s' object is not an async iterable",
		                value_type_name(a->at[0]));
	return aiter(vm, a->at[0]);
}

static value builtin_anext(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	value (*anext)(struct vm *, value);
	TYPE_SLOT(anext, value_type(a->at[0]), anext);
	if (!anext)
		return vm_raise(vm, &exc_TypeError, "'%s' object is not an async iterator",
		                value_type_name(a->at[0]));
	value awaitable = anext(vm, a->at[0]);
	if (value_is_null(awaitable) || a->count == 1)
		return awaitable;
	value v = anext_or_default_new(vm, awaitable, a->at[1]);
	value_unref(vm, awaitable);
	return v;
}

static value any_or_all(struct vm *vm, value iterable, bool any)
{
	value iterator = object_iter(vm, iterable);
	if (value_is_null(iterator))
		return VALUE_NULL;
	int truth = !any;
	for (value item; truth == !any && !value_is_null(item = object_next(vm, iterator));) {
		truth = object_truth(vm, item);
		value_unref(vm, item);
	}
	value_unref(vm, iterator);
	if (truth < 0 || !value_is_null(vm_raised(vm)))
		return VALUE_NULL;
	return value_bool(truth);
}

static value builtin_any(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return any_or_all(vm, a->at[0], true);
}

static value builtin_all(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return any_or_all(vm, a->at[0], false);
}

/* ---- what a scene may not do ----------------------------------------------------- */

#define REFUSED(name)                                                                    \
	static value builtin_##name(struct vm *vm, value self, const struct args *a)       \
	{                                                                                  \
		(void)self, (void)a;                                                       \
		return vm_raise(vm, &exc_NotImplementedError,                              \
		                "a scene cannot use " #name "()");                         \
	}

REFUSED(open)
REFUSED(input)
REFUSED(eval)
REFUSED(exec)
REFUSED(compile)
REFUSED(breakpoint)

const struct method_def builtin_functions[] = {
	{"abs", builtin_abs, 1, 1, 0},
	{"aiter", builtin_aiter, 1, 1, 0},
	{"all", builtin_all, 1, 1, 0},
	{"anext", builtin_anext, 1, 2, 0},
	{"any", builtin_any, 1, 1, 0},
	{"ascii", builtin_ascii, 1, 1, 0},
	{"bin", builtin_bin, 1, 1, 0},
	{"breakpoint", builtin_breakpoint, 0, 255, METHOD_KEYWORDS},
	{"callable", builtin_callable, 1, 1, 0},
	{"chr", builtin_chr, 1, 1, 0},
	{"compile", builtin_compile, 0, 255, METHOD_KEYWORDS},
	{"delattr", builtin_delattr, 2, 2, 0},
	{"dir", builtin_dir, 1, 1, 0},
	{"divmod", builtin_divmod, 2, 2, 0},
	{"eval", builtin_eval, 0, 255, METHOD_KEYWORDS},
	{"exec", builtin_exec, 0, 255, METHOD_KEYWORDS},
	{"format", builtin_format, 1, 2, 0},
	{"getattr", builtin_getattr, 2, 3, 0},
	{"hasattr", builtin_hasattr, 2, 2, 0},
	{"hash", builtin_hash, 1, 1, 0},
	{"hex", builtin_hex, 1, 1, 0},
	{"id", builtin_id, 1, 1, 0},
	{"input", builtin_input, 0, 255, METHOD_KEYWORDS},
	{"isinstance", builtin_isinstance, 2, 2, 0},
	{"issubclass", builtin_issubclass, 2, 2, 0},
	{"iter", builtin_iter, 1, 2, 0},
	{"len", builtin_len, 1, 1, 0},
	{"max", builtin_max, 0, 255, METHOD_KEYWORDS},
	{"min", builtin_min, 0, 255, METHOD_KEYWORDS},
	{"next", builtin_next, 1, 2, 0},
	{"oct", builtin_oct, 1, 1, 0},
	{"open", builtin_open, 0, 255, METHOD_KEYWORDS},
	{"ord", builtin_ord, 1, 1, 0},
	{"pow", builtin_pow, 2, 3, METHOD_KEYWORDS},
	{"print", builtin_print, 0, 255, METHOD_KEYWORDS},
	{"repr", builtin_repr, 1, 1, 0},
	{"round", builtin_round, 1, 2, METHOD_KEYWORDS},
	{"setattr", builtin_setattr, 3, 3, 0},
	{"sorted", builtin_sorted, 1, 1, METHOD_KEYWORDS},
	{"sum", builtin_sum, 1, 2, METHOD_KEYWORDS},
	{"vars", builtin_vars, 1, 1, 0},
	{0},
};

const struct type *const builtin_types[] = {
	&bool_type,   &bytes_type, &dict_type,     &enumerate_type, &filter_type,
	&float_type,  &frozenset_type, &int_type,  &list_type,      &map_type,
	&range_type,  &reversed_type, &set_type,   &slice_type,     &str_type,
	&tuple_type,  &zip_type,   NULL,
};
