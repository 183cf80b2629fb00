/*
 * Calls: sorting the arguments of a Python function into its frame, making instances, and
 * calling anything from C.
 */
#include "lang/internal.h"

#include "lang/dict.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* ---- what does not fit, in CPython's words -------------------------------------------- */

/* "'a'", "'a' and 'b'", "'a', 'b', and 'c'" */
static void list_names(struct buf *out, const value *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_puts(out, count == 2 ? " and " : i + 1 == count ? ", and " : ", ");
		buf_printf(out, "'%s'", str_text(names[i]));
	}
}

static void refuse_missing(struct vm *vm, struct function *fn, const value *names, size_t count,
                           const char *kind)
{
	struct buf text = {0};
	list_names(&text, names, count);
	vm_raise(vm, &exc_TypeError, "%s() missing %zu required %s argument%s: %s",
	         str_text(fn->qualname), count, kind, count == 1 ? "" : "s", buf_text(&text));
	buf_free(&text);
}

static void refuse_many(struct vm *vm, struct function *fn, size_t given, const struct frame *f)
{
	const struct code *code = fn->code;
	size_t max = code->arg_count;
	size_t defaults = value_is_null(fn->defaults) ? 0 : tuple_count(fn->defaults);
	size_t keyword_only = 0;
	for (size_t i = max; i < max + code->keyword_only_count; i++)
		keyword_only += !value_is_null(f->slots[i]);
	struct buf sig = {0};
	if (defaults > 0)
		buf_printf(&sig, "from %zu to %zu", max - defaults, max);
	else
		buf_printf(&sig, "%zu", max);
	bool plural = defaults > 0 || max != 1;
	if (keyword_only > 0)
		vm_raise(vm, &exc_TypeError,
		         "%s() takes %s positional argument%s but %zu positional argument%s (and %zu "
		         "keyword-only argument%s) were given",
		         str_text(fn->qualname), buf_text(&sig), plural ? "s" : "", given,
		         given == 1 ? "" : "s", keyword_only, keyword_only == 1 ? "" : "s");
	else
		vm_raise(vm, &exc_TypeError, "%s() takes %s positional argument%s but %zu %s given",
		         str_text(fn->qualname), buf_text(&sig), plural ? "s" : "", given,
		         given == 1 ? "was" : "were");
	buf_free(&sig);
}

/* ---- binding --------------------------------------------------------------------------- */

/* The parameter of that name that can be given by keyword, or -1. */
static int64_t find_parameter(const struct code *code, value name)
{
	uint32_t count = code->arg_count + code->keyword_only_count;
	for (uint32_t i = code->positional_only_count; i < count; i++)
		if (value_is(code->slot_names[i], name))
			return i;
	for (uint32_t i = code->positional_only_count; i < count; i++)
		if (str_equal(code->slot_names[i], name))
			return i;
	return -1;
}

static bool refuse_keyword(struct vm *vm, struct function *fn, value name)
{
	const struct code *code = fn->code;
	for (uint32_t i = 0; i < code->positional_only_count; i++) {
		if (str_equal(code->slot_names[i], name)) {
			vm_raise(vm, &exc_TypeError,
			         "%s() got some positional-only arguments passed as keyword "
			         "arguments: '%s'",
			         str_text(fn->qualname), str_text(name));
			return false;
		}
	}
	vm_raise(vm, &exc_TypeError, "%s() got an unexpected keyword argument '%s'",
	         str_text(fn->qualname), str_text(name));
	return false;
}

static bool bind_keywords(struct vm *vm, struct function *fn, struct frame *f, value extra,
                          const struct args *a)
{
	for (size_t i = 0; i < args_keywords(a); i++) {
		value name = tuple_at(a->names, i), v = a->at[a->count + i];
		int64_t at = find_parameter(fn->code, name);
		if (at < 0) {
			if (value_is_null(extra))
				return refuse_keyword(vm, fn, name);
			dict_set_name(vm, extra, name, v);
			continue;
		}
		if (!value_is_null(f->slots[at])) {
			vm_raise(vm, &exc_TypeError, "%s() got multiple values for argument '%s'",
			         str_text(fn->qualname), str_text(name));
			return false;
		}
		f->slots[at] = value_ref(v);
	}
	return true;
}

static bool bind_defaults(struct vm *vm, struct function *fn, struct frame *f)
{
	const struct code *code = fn->code;
	size_t n = code->arg_count;
	size_t defaults = value_is_null(fn->defaults) ? 0 : tuple_count(fn->defaults);
	value missing[16];
	size_t missing_count = 0;
	for (size_t i = 0; i < n; i++) {
		if (!value_is_null(f->slots[i]))
			continue;
		if (i + defaults >= n)
			f->slots[i] = value_ref(tuple_at(fn->defaults, i + defaults - n));
		else if (missing_count < COUNT_OF(missing))
			missing[missing_count++] = code->slot_names[i];
	}
	if (missing_count > 0) {
		refuse_missing(vm, fn, missing, missing_count, "positional");
		return false;
	}
	for (size_t i = n; i < n + code->keyword_only_count; i++) {
		if (!value_is_null(f->slots[i]))
			continue;
		value v = VALUE_NULL;
		if (!value_is_null(fn->keyword_defaults))
			v = dict_get_name(fn->keyword_defaults, code->slot_names[i]);
		if (!value_is_null(v))
			f->slots[i] = value_ref(v);
		else if (missing_count < COUNT_OF(missing))
			missing[missing_count++] = code->slot_names[i];
	}
	if (missing_count > 0) {
		refuse_missing(vm, fn, missing, missing_count, "keyword-only");
		return false;
	}
	return true;
}

static void bind_closure(struct function *fn, struct frame *f)
{
	const struct code *code = fn->code;
	value *to = f->slots + code->slot_count - code->free_count;
	for (uint32_t i = 0; i < code->free_count; i++)
		to[i] = value_ref(tuple_at(fn->closure, i));
}

/* The general case: everything that the quick one below does not do. */
static bool bind(struct vm *vm, struct function *fn, struct frame *f, value self,
                 const struct args *a)
{
	const struct code *code = fn->code;
	size_t with_self = value_is_null(self) ? 0 : 1;
	size_t given = a->count + with_self;
	size_t max = code->arg_count;
	size_t named = max + code->keyword_only_count;
	for (size_t i = 0; i < given && i < max; i++)
		f->slots[i] = value_ref(i < with_self ? self : a->at[i - with_self]);
	if ((code->flags & CODE_VARARGS) != 0) {
		size_t rest = given > max ? given - max : 0;
		value tuple = tuple_new(vm, rest);
		for (size_t i = 0; i < rest; i++) {
			size_t from = max + i;
			tuple_of(tuple)->items[i] =
				value_ref(from < with_self ? self : a->at[from - with_self]);
		}
		f->slots[named++] = tuple;
	}
	value extra = VALUE_NULL;
	if ((code->flags & CODE_VARKEYWORDS) != 0)
		f->slots[named] = extra = dict_new(vm);
	if (!bind_keywords(vm, fn, f, extra, a))
		return false;
	if (given > max && (code->flags & CODE_VARARGS) == 0) {
		refuse_many(vm, fn, given, f);
		return false;
	}
	return bind_defaults(vm, fn, f);
}

struct frame *function_bind(struct vm *vm, struct function *fn, value self, const struct args *a)
{
	if (!frame_depth_ok(vm))
		return NULL;
	const struct code *code = fn->code;
	value_ref(object_value(fn));
	struct frame *f = frame_new_taking(vm, fn);
	size_t with_self = value_is_null(self) ? 0 : 1;
	bool simple = value_is_null(a->names) && a->count + with_self == code->arg_count &&
		(code->flags & (CODE_VARARGS | CODE_VARKEYWORDS)) == 0 &&
		code->keyword_only_count == 0;
	if (simple) {
		value *to = f->slots;
		if (with_self)
			*to++ = value_ref(self);
		for (size_t i = 0; i < a->count; i++)
			to[i] = value_ref(a->at[i]);
	} else if (!bind(vm, fn, f, self, a)) {
		frame_leave(vm, f);
		return NULL;
	}
	if (code->free_count > 0)
		bind_closure(fn, f);
	return f;
}

/* ---- calling from C ------------------------------------------------------------------------ */

value vm_call(struct vm *vm, value callable, const struct args *a)
{
	value (*slot)(struct vm *, value, const struct args *);
	TYPE_SLOT(slot, value_type(callable), call);
	if (slot == NULL)
		return vm_raise(vm, &exc_TypeError, "'%s' object is not callable",
		                value_type_name(callable));
	if (vm->stopped) {
		vm_stop(vm);
		return VALUE_NULL;
	}
	if (!vm_enter(vm))
		return VALUE_NULL;
	value r = slot(vm, callable, a);
	vm_leave(vm);
	return r;
}

value vm_call_method(struct vm *vm, value v, const char *name, const struct args *a)
{
	value method = object_getattr_text(vm, v, name);
	if (value_is_null(method))
		return method;
	value r = vm_call(vm, method, a);
	value_unref(vm, method);
	return r;
}

value type_call(struct vm *vm, const struct type *type, const struct args *a)
{
	if (type == &type_type && a->count == 1 && args_keywords(a) == 0)
		return value_ref(type_value(value_type(a->at[0])));
	if ((type->flags & TYPE_NO_NEW) != 0)
		return vm_raise(vm, &exc_TypeError, "cannot create '%s' instances", type->name);
	value (*make)(struct vm *, const struct type *, const struct args *);
	TYPE_SLOT(make, type, make);
	value made = make(vm, type, a);
	if (value_is_null(made) || !value_is_a(made, type))
		return made;
	bool (*init)(struct vm *, value, const struct args *);
	TYPE_SLOT(init, value_type(made), init);
	/* Types that take arguments in `make` only leave `init` to object, which wants none. */
	if (init == object_init_plain && make != object_make_plain)
		return made;
	if (!init(vm, made, a)) {
		value_unref(vm, made);
		return VALUE_NULL;
	}
	return made;
}
