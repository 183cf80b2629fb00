/*
 * Foreign tokens: see foreign.h.
 */
#include "lang/foreign.h"

#include <string.h>

#include "base/mem.h"
#include "lang/exception.h"
#include "lang/str.h"
#include "lang/vm.h"

struct foreign {
	struct object head;
	struct origin origin;
	value type_name, repr; /* str */
	value path;            /* str or null */
};

static struct foreign *foreign_of(value v)
{
	return (struct foreign *)(void *)value_object(v);
}

value foreign_new(struct vm *vm, const struct origin *origin, value type_name, value repr,
                  value path)
{
	struct foreign *f = object_new(vm, &foreign_type, 0);
	f->origin = *origin;
	f->type_name = value_ref(type_name);
	f->repr = value_ref(repr);
	f->path = value_xref(path);
	return object_value(f);
}

const struct origin *foreign_origin(value token)
{
	return &foreign_of(token)->origin;
}

value foreign_type_name(value token)
{
	return foreign_of(token)->type_name;
}

value foreign_repr(value token)
{
	return foreign_of(token)->repr;
}

value foreign_path(value token)
{
	return foreign_of(token)->path;
}

/* ---- refusing -------------------------------------------------------------------------- */

/* "event" for asyncio.Event: how a scene would call such a thing. */
static void put_variable(struct buf *out, const char *type_name)
{
	const char *dot = strrchr(type_name, '.');
	for (const char *c = dot != NULL ? dot + 1 : type_name; *c != '\0'; c++)
		if (*c != '_' || c[1] != '\0')
			buf_putc(out, *c >= 'A' && *c <= 'Z' ? (char)(*c + 'a' - 'A') : *c);
}

/* Methods that are awaited: to call one from elsewhere is of no use. */
static bool is_awaited(const char *method)
{
	static const char *const names[] = {
		"acquire", "drain", "get",  "join",     "put",         "read",   "readexactly",
		"readline", "readuntil", "serve_forever", "wait", "wait_closed", "wait_for",
	};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (strcmp(names[i], method) == 0)
			return true;
	return false;
}

value foreign_refuse(struct vm *vm, value token)
{
	const struct foreign *f = foreign_of(token);
	const char *name = str_text(f->type_name);
	const char *method = value_is_null(f->path) ? NULL : str_text(f->path);
	struct buf variable = {0};
	put_variable(&variable, name);
	if (strncmp(name, "asyncio.", 8) != 0)
		vm_raise(vm, &exc_RuntimeError,
		         "%s belongs to the thread that made it and cannot be used in a worker: "
		         "hand the worker plain values and use what it returns", name);
	else if (method == NULL || is_awaited(method))
		vm_raise(vm, &exc_RuntimeError,
		         "%s belongs to the thread of the event loop and cannot be used in a worker: "
		         "write a coroutine that uses it and hand that to "
		         "asyncio.run_coroutine_threadsafe(coroutine, loop)", name);
	else
		vm_raise(vm, &exc_RuntimeError,
		         "%s belongs to the thread of the event loop and cannot be used in a worker: "
		         "ask for it with loop.call_soon_threadsafe(%s.%s)",
		         name, buf_text(&variable), method);
	buf_free(&variable);
	return VALUE_NULL;
}

/* ---- what a token does do -------------------------------------------------------------- */

static value foreign_show(struct vm *vm, value self)
{
	const struct foreign *f = foreign_of(self);
	if (value_is_null(f->path))
		return value_ref(f->repr);
	return str_printf(vm, "<%s of %s>", str_text(f->path), str_text(f->repr));
}

static bool is_dunder(value name)
{
	const char *text = str_text(name);
	size_t len = str_len(name);
	return len > 4 && strncmp(text, "__", 2) == 0 && strcmp(text + len - 2, "__") == 0;
}

static value foreign_getattr(struct vm *vm, value self, value name)
{
	const struct foreign *f = foreign_of(self);
	if (is_dunder(name))
		return object_getattr_generic(vm, self, name);
	value path = value_is_null(f->path)
		? value_ref(name)
		: str_printf(vm, "%s.%s", str_text(f->path), str_text(name));
	value token = foreign_new(vm, &f->origin, f->type_name, f->repr, path);
	value_unref(vm, path);
	return token;
}

static value foreign_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	if (op != COMPARE_EQ && op != COMPARE_NE)
		return foreign_refuse(vm, value_is_foreign(a) ? a : b);
	if (!value_is_foreign(a) || !value_is_foreign(b))
		return VALUE_NOT_IMPLEMENTED;
	const struct foreign *x = foreign_of(a), *y = foreign_of(b);
	bool same = origin_is(&x->origin, &y->origin) &&
		value_is_null(x->path) == value_is_null(y->path) &&
		(value_is_null(x->path) || str_equal(x->path, y->path));
	return value_bool(same == (op == COMPARE_EQ));
}

static bool foreign_hash(struct vm *vm, value self, int64_t *out)
{
	(void)vm;
	const struct foreign *f = foreign_of(self);
	*out = (int64_t)(f->origin.manifest * 1000003 + f->origin.index);
	if (!value_is_null(f->path))
		*out ^= str_hash(f->path);
	if (*out == -1)
		*out = -2;
	return true;
}

static int foreign_truth(struct vm *vm, value self)
{
	(void)vm;
	(void)self;
	return 1;
}

/* ---- what it does not ------------------------------------------------------------------ */

static value refuse_value(struct vm *vm, value self)
{
	return foreign_refuse(vm, self);
}

static value refuse_call(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return foreign_refuse(vm, self);
}

static bool refuse_set(struct vm *vm, value self, value name, value v)
{
	(void)name;
	(void)v;
	foreign_refuse(vm, self);
	return false;
}

static value refuse_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	(void)op;
	return foreign_refuse(vm, value_is_foreign(left) ? left : right);
}

static value refuse_unary(struct vm *vm, enum unary_op op, value self)
{
	(void)op;
	return foreign_refuse(vm, self);
}

static int64_t refuse_len(struct vm *vm, value self)
{
	foreign_refuse(vm, self);
	return -1;
}

static value refuse_item(struct vm *vm, value self, value key)
{
	(void)key;
	return foreign_refuse(vm, self);
}

static int refuse_contains(struct vm *vm, value self, value item)
{
	(void)item;
	foreign_refuse(vm, self);
	return -1;
}

static value refuse_method(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return foreign_refuse(vm, self);
}

/* `with`, `async with` and reversed() look these up on the type. */
static const struct method_def foreign_methods[] = {
	{"__enter__", refuse_method, 0, METHOD_ANY, 0},
	{"__exit__", refuse_method, 0, METHOD_ANY, 0},
	{"__aenter__", refuse_method, 0, METHOD_ANY, 0},
	{"__aexit__", refuse_method, 0, METHOD_ANY, 0},
	{"__reversed__", refuse_method, 0, METHOD_ANY, 0},
	{"__round__", refuse_method, 0, METHOD_ANY, 0},
	{"__abs__", refuse_method, 0, METHOD_ANY, 0},
	{0},
};

static void foreign_drop(struct vm *vm, struct object *self)
{
	struct foreign *f = (struct foreign *)(void *)self;
	value_xunref(vm, f->type_name);
	value_xunref(vm, f->repr);
	value_xunref(vm, f->path);
}

const struct type foreign_type = {
	TYPE_HEAD,
	.name = "foreign",
	.base = &object_type,
	.size = sizeof(struct foreign),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
	.methods = foreign_methods,
	.drop = foreign_drop,
	.repr = foreign_show,
	.getattr = foreign_getattr,
	.compare = foreign_compare,
	.hash = foreign_hash,
	.truth = foreign_truth,
	.setattr = refuse_set,
	.call = refuse_call,
	.binary = refuse_binary,
	.inplace = refuse_binary,
	.unary = refuse_unary,
	.index = refuse_value,
	.to_int = refuse_value,
	.to_float = refuse_value,
	.len = refuse_len,
	.getitem = refuse_item,
	.setitem = refuse_set,
	.contains = refuse_contains,
	.iter = refuse_value,
	.next = refuse_value,
	.await = refuse_value,
	.aiter = refuse_value,
	.anext = refuse_value,
};
