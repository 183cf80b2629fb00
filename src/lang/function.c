/*
 * Functions of scenes and of C, methods, cells.
 */
#include "lang/internal.h"

#include <stdio.h>

#include "lang/dict.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* ---- Python functions ------------------------------------------------------------- */

value function_new(struct vm *vm, const struct code *code, value globals)
{
	struct function *fn = object_new(vm, &function_type, 0);
	fn->code = code;
	value_ref(object_value(code));
	fn->globals = value_ref(globals);
	fn->builtins = value_ref(vm->builtins);
	fn->name = value_ref(code->name);
	fn->qualname = value_ref(code->qualname);
	fn->module = value_xref(dict_get_name(globals, vm_name(vm, NAME_name)));
	return object_value(fn);
}

bool function_is_coroutine(value v)
{
	if (value_is_exactly(v, &method_type))
		v = ((const struct method *)(const void *)value_object(v))->function;
	return value_is_exactly(v, &function_type) &&
		(function_of(v)->code->flags & CODE_COROUTINE) != 0;
}

static void function_drop(struct vm *vm, struct object *self)
{
	struct function *fn = (struct function *)(void *)self;
	value *owned[] = {&fn->globals, &fn->builtins, &fn->name, &fn->qualname, &fn->module, &fn->doc,
	                  &fn->defaults, &fn->keyword_defaults, &fn->annotations, &fn->closure,
	                  &fn->dict};
	for (size_t i = 0; i < COUNT_OF(owned); i++)
		value_forget(vm, owned[i]);
	value_unref(vm, object_value(fn->code));
}

static void function_traverse(struct object *self, visit_fn visit, void *context)
{
	struct function *fn = (struct function *)(void *)self;
	visit(fn->globals, context);
	visit(fn->builtins, context);
	visit(fn->doc, context);
	visit(fn->defaults, context);
	visit(fn->keyword_defaults, context);
	visit(fn->annotations, context);
	visit(fn->closure, context);
	visit(fn->dict, context);
}

static void function_clear(struct vm *vm, struct object *self)
{
	struct function *fn = (struct function *)(void *)self;
	value_forget(vm, &fn->defaults);
	value_forget(vm, &fn->keyword_defaults);
	value_forget(vm, &fn->annotations);
	value_forget(vm, &fn->closure);
	value_forget(vm, &fn->dict);
}

static value function_repr(struct vm *vm, value self)
{
	return str_printf(vm, "<function %s at 0x%012zx>", str_text(function_of(self)->qualname),
	                  (size_t)self.bits);
}

static value function_call(struct vm *vm, value self, const struct args *a)
{
	/* C code that calls back, a __del__ that makes what it ends, can go round for ever. */
	if (!vm_poll(vm))
		return VALUE_NULL;
	struct frame *f = function_bind(vm, function_of(self), VALUE_NULL, a);
	if (f == NULL)
		return VALUE_NULL;
	if ((f->code->flags & (CODE_GENERATOR | CODE_COROUTINE | CODE_ASYNC_GENERATOR)) != 0)
		return generator_new(vm, f);
	value out = VALUE_NULL;
	vm_run(vm, f, VALUE_NULL, &out);
	return out;
}

static value function_get(struct vm *vm, value self, value obj, const struct type *owner)
{
	(void)owner;
	return value_is_null(obj) ? value_ref(self) : method_new(vm, self, obj);
}

/* Attributes that are fields: name, offset, and what null reads as. */
#define FIELD_GET(field, otherwise)                                                      \
	static value get_##field(struct vm *vm, value self)                                    \
	{                                                                                  \
		(void)vm;                                                                  \
		value v = function_of(self)->field;                                        \
		return value_is_null(v) ? (otherwise) : value_ref(v);                      \
	}
#define FIELD_SET(field)                                                                 \
	static bool set_##field(struct vm *vm, value self, value v)                            \
	{                                                                                  \
		value_replace(vm, &function_of(self)->field, value_xref(v));               \
		return true;                                                               \
	}
FIELD_GET(name, VALUE_NONE)
FIELD_GET(qualname, VALUE_NONE)
FIELD_GET(module, VALUE_NONE)
FIELD_SET(module)
FIELD_SET(doc)
FIELD_GET(defaults, VALUE_NONE)
FIELD_SET(defaults)
FIELD_GET(keyword_defaults, VALUE_NONE)
FIELD_GET(closure, VALUE_NONE)
FIELD_GET(globals, VALUE_NONE)
FIELD_SET(annotations)

static bool must_be_str(struct vm *vm, value v, const char *name)
{
	if (!value_is_null(v) && value_is_str(v))
		return true;
	vm_raise(vm, &exc_TypeError, "%s must be set to a string object", name);
	return false;
}
static bool set_name(struct vm *vm, value self, value v)
{
	if (!must_be_str(vm, v, "__name__"))
		return false;
	value_replace(vm, &function_of(self)->name, value_ref(v));
	return true;
}
static bool set_qualname(struct vm *vm, value self, value v)
{
	if (!must_be_str(vm, v, "__qualname__"))
		return false;
	value_replace(vm, &function_of(self)->qualname, value_ref(v));
	return true;
}
static value get_doc(struct vm *vm, value self)
{
	(void)vm;
	struct function *fn = function_of(self);
	value doc = value_is_null(fn->doc) ? fn->code->doc : fn->doc;
	return value_is_null(doc) ? VALUE_NONE : value_ref(doc);
}
static value get_annotations(struct vm *vm, value self)
{
	struct function *fn = function_of(self);
	if (value_is_null(fn->annotations))
		fn->annotations = dict_new(vm);
	return value_ref(fn->annotations);
}
static value get_code(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(object_value(function_of(self)->code));
}

static const struct getset_def function_getset[] = {
	{"__name__", get_name, set_name},
	{"__qualname__", get_qualname, set_qualname},
	{"__module__", get_module, set_module},
	{"__doc__", get_doc, set_doc},
	{"__defaults__", get_defaults, set_defaults},
	{"__kwdefaults__", get_keyword_defaults, NULL},
	{"__annotations__", get_annotations, set_annotations},
	{"__closure__", get_closure, NULL},
	{"__globals__", get_globals, NULL},
	{"__code__", get_code, NULL},
	{0},
};

const struct type function_type = {
	TYPE_HEAD,
	.name = "function",
	.base = &object_type,
	.size = sizeof(struct function),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW | TYPE_METHOD,
	.dict_offset = offsetof(struct function, dict),
	.drop = function_drop,
	.traverse = function_traverse,
	.clear = function_clear,
	.repr = function_repr,
	.call = function_call,
	.descr_get = function_get,
	.getset = function_getset,
};

/* ---- C functions ------------------------------------------------------------------ */

static struct native *native_of(value v)
{
	return (struct native *)(void *)value_object(v);
}

value native_new(struct vm *vm, const struct method_def *def, value self)
{
	struct native *n = object_new(vm, &native_type, 0);
	n->def = def;
	n->self = value_xref(self);
	return object_value(n);
}

/* "str.upper() takes..." is what CPython says of methods, "len() takes..." of functions. */
static bool counts_ok(struct vm *vm, const struct method_def *def, value self,
                      const struct args *a)
{
	if (args_keywords(a) == 0 && a->count >= def->min &&
	    (a->count <= def->max || def->max == METHOD_ANY))
		return true;
	char name[128];
	bool method = !value_is_null(self) && (def->flags & METHOD_STATIC) == 0;
	bool of_type = method && (def->flags & METHOD_CLASS) != 0;
	snprintf(name, sizeof name, "%s%s%s",
	         !method ? "" : of_type ? value_as_type(self)->name : value_type_name(self),
	         method ? "." : "", def->name);
	bool qualified = args_keywords(a) > 0 || def->max == 0 || (def->min == 1 && def->max == 1);
	return args_check(vm, a, qualified ? name : def->name, def->min, def->max);
}

value native_invoke(struct vm *vm, const struct method_def *def, value self, const struct args *a)
{
	if ((def->flags & METHOD_KEYWORDS) == 0 && !counts_ok(vm, def, self, a))
		return VALUE_NULL;
	if (!vm_enter(vm))
		return VALUE_NULL;
	value r = def->fn(vm, self, a);
	vm_leave(vm);
	/* The run was stopped while this waited for others: what it has made is nobody's. */
	if (vm->stopped && !value_is_null(r)) {
		value_unref(vm, r);
		vm_stop(vm);
		return VALUE_NULL;
	}
	assert(value_is_null(r) == !value_is_null(vm->raised));
	return r;
}

static value native_call(struct vm *vm, value self, const struct args *a)
{
	return native_invoke(vm, native_of(self)->def, native_of(self)->self, a);
}

static void native_drop(struct vm *vm, struct object *self)
{
	value_xunref(vm, ((struct native *)(void *)self)->self);
	value_xunref(vm, ((struct native *)(void *)self)->module);
}

static void native_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct native *)(void *)self)->self, context);
}

static value native_repr(struct vm *vm, value self)
{
	struct native *n = native_of(self);
	if (value_is_null(n->self))
		return str_printf(vm, "<built-in function %s>", n->def->name);
	return str_printf(vm, "<built-in method %s of %s object at 0x%012zx>", n->def->name,
	                  value_type_name(n->self), (size_t)n->self.bits);
}

static value native_name(struct vm *vm, value self)
{
	return vm_intern(vm, native_of(self)->def->name);
}
static value native_qualname(struct vm *vm, value self)
{
	struct native *n = native_of(self);
	if (n->owner != NULL)
		return str_printf(vm, "%s.%s", n->owner->name, n->def->name);
	if (!value_is_null(n->self))
		return str_printf(vm, "%s.%s", value_type_name(n->self), n->def->name);
	return vm_intern(vm, n->def->name);
}
static value native_self(struct vm *vm, value self)
{
	(void)vm;
	value bound = native_of(self)->self;
	return value_is_null(bound) ? VALUE_NONE : value_ref(bound);
}
static value native_module(struct vm *vm, value self)
{
	(void)vm;
	value module = native_of(self)->module;
	return value_is_null(module) ? VALUE_NONE : value_ref(module);
}
static value native_doc(struct vm *vm, value self)
{
	(void)vm;
	(void)self;
	return VALUE_NONE;
}

static const struct getset_def native_getset[] = {
	{"__name__", native_name, NULL},
	{"__qualname__", native_qualname, NULL},
	{"__self__", native_self, NULL},
	{"__module__", native_module, NULL},
	{"__doc__", native_doc, NULL},
	{0},
};

static value native_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	(void)vm;
	if ((op != COMPARE_EQ && op != COMPARE_NE) || value_type(a) != value_type(b))
		return VALUE_NOT_IMPLEMENTED;
	bool same = native_of(a)->def == native_of(b)->def &&
		value_is(native_of(a)->self, native_of(b)->self);
	return value_bool(same == (op == COMPARE_EQ));
}

static bool native_hash(struct vm *vm, value self, int64_t *out)
{
	(void)vm;
	*out = (int64_t)(((uintptr_t)native_of(self)->def ^ native_of(self)->self.bits) >> 3);
	return true;
}

const struct type native_type = {
	TYPE_HEAD,
	.name = "builtin_function_or_method",
	.base = &object_type,
	.size = sizeof(struct native),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = native_drop,
	.traverse = native_traverse,
	.repr = native_repr,
	.hash = native_hash,
	.compare = native_compare,
	.call = native_call,
	.getset = native_getset,
};

/* ---- methods of built-in types, unbound ------------------------------------------- */

static value descriptor_call(struct vm *vm, value self, const struct args *a)
{
	struct native *n = native_of(self);
	if (a->count == 0)
		return vm_raise(vm, &exc_TypeError, "unbound method %s.%s() needs an argument",
		                n->owner->name, n->def->name);
	if (!value_is_a(a->at[0], n->owner))
		return vm_raise(vm, &exc_TypeError,
		                "descriptor '%s' for '%s' objects doesn't apply to a '%s' object",
		                n->def->name, n->owner->name, value_type_name(a->at[0]));
	const struct args rest = {a->at + 1, a->count - 1, a->names};
	return native_invoke(vm, n->def, a->at[0], &rest);
}

static value descriptor_get(struct vm *vm, value self, value obj, const struct type *owner)
{
	(void)owner;
	return value_is_null(obj) ? value_ref(self) : native_new(vm, native_of(self)->def, obj);
}

static value descriptor_repr(struct vm *vm, value self)
{
	return str_printf(vm, "<method '%s' of '%s' objects>", native_of(self)->def->name,
	                  native_of(self)->owner->name);
}

const struct type method_descriptor_type = {
	TYPE_HEAD,
	.name = "method_descriptor",
	.base = &object_type,
	.size = sizeof(struct native),
	.flags = TYPE_FINAL | TYPE_NO_NEW | TYPE_METHOD,
	.drop = native_drop,
	.repr = descriptor_repr,
	.call = descriptor_call,
	.descr_get = descriptor_get,
	.getset = native_getset,
};

static value class_method_get(struct vm *vm, value self, value obj, const struct type *owner)
{
	(void)obj;
	return native_new(vm, native_of(self)->def, type_value(owner));
}

const struct type class_method_descriptor_type = {
	TYPE_HEAD,
	.name = "classmethod_descriptor",
	.base = &object_type,
	.size = sizeof(struct native),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
	.drop = native_drop,
	.repr = descriptor_repr,
	.call = descriptor_call,
	.descr_get = class_method_get,
	.getset = native_getset,
};

/* ---- attributes of built-in types ------------------------------------------------- */

static struct getset_descriptor *getset_of(value v)
{
	return (struct getset_descriptor *)(void *)value_object(v);
}

static value getset_get(struct vm *vm, value self, value obj, const struct type *owner)
{
	(void)owner;
	if (value_is_null(obj))
		return value_ref(self);
	return getset_of(self)->def->get(vm, obj);
}

static bool getset_set(struct vm *vm, value self, value obj, value v)
{
	const struct getset_def *def = getset_of(self)->def;
	if (def->set != NULL)
		return def->set(vm, obj, v);
	vm_raise(vm, &exc_AttributeError, "attribute '%s' of '%s' objects is not writable", def->name,
	         getset_of(self)->owner->name);
	return false;
}

static value getset_repr(struct vm *vm, value self)
{
	return str_printf(vm, "<attribute '%s' of '%s' objects>", getset_of(self)->def->name,
	                  getset_of(self)->owner->name);
}

const struct type getset_descriptor_type = {
	TYPE_HEAD,
	.name = "getset_descriptor",
	.base = &object_type,
	.size = sizeof(struct getset_descriptor),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
	.repr = getset_repr,
	.descr_get = getset_get,
	.descr_set = getset_set,
};

/* ---- bound methods ---------------------------------------------------------------- */

static struct method *method_of(value v)
{
	return (struct method *)(void *)value_object(v);
}

value method_new(struct vm *vm, value function, value self)
{
	struct method *m = object_new(vm, &method_type, 0);
	m->function = value_ref(function);
	m->self = value_ref(self);
	return object_value(m);
}

static value method_call(struct vm *vm, value self, const struct args *a)
{
	enum { FEW = 8 };
	struct method *m = method_of(self);
	size_t n = a->count + args_keywords(a);
	value few[FEW], *at = few;
	if (n + 1 > FEW)
		at = vm_alloc(vm, (n + 1) * sizeof(value));
	at[0] = m->self;
	for (size_t i = 0; i < n; i++)
		at[i + 1] = a->at[i];
	const struct args with_self = {at, a->count + 1, a->names};
	value r = vm_call(vm, m->function, &with_self);
	if (at != few)
		vm_release(vm, at, (n + 1) * sizeof(value));
	return r;
}

static void method_drop(struct vm *vm, struct object *self)
{
	struct method *m = (struct method *)(void *)self;
	value_xunref(vm, m->function);
	value_xunref(vm, m->self);
}

static void method_traverse(struct object *self, visit_fn visit, void *context)
{
	struct method *m = (struct method *)(void *)self;
	visit(m->function, context);
	visit(m->self, context);
}

static value method_getattr(struct vm *vm, value self, value name)
{
	if (!value_is_null(type_lookup(vm, &method_type, name)))
		return object_getattr_generic(vm, self, name);
	return object_getattr(vm, method_of(self)->function, name);
}

static value method_repr(struct vm *vm, value self)
{
	struct method *m = method_of(self);
	value name = object_getattr(vm, m->function, vm_name(vm, NAME_qualname));
	if (value_is_null(name)) {
		vm_forget(vm);
		name = vm_intern(vm, "?");
	}
	value of = object_repr(vm, m->self);
	value text = value_is_null(of) ? VALUE_NULL
		: str_printf(vm, "<bound method %s of %s>",
		             value_is_str(name) ? str_text(name) : "?", str_text(of));
	value_unref(vm, name);
	value_xunref(vm, of);
	return text;
}

static value method_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	if ((op != COMPARE_EQ && op != COMPARE_NE) || value_type(b) != &method_type)
		return VALUE_NOT_IMPLEMENTED;
	int same = value_is(method_of(a)->self, method_of(b)->self)
		? object_equal(vm, method_of(a)->function, method_of(b)->function)
		: 0;
	return same < 0 ? VALUE_NULL : value_bool(same == (op == COMPARE_EQ));
}

static bool method_hash(struct vm *vm, value self, int64_t *out)
{
	(void)vm;
	struct method *m = method_of(self);
	*out = (int64_t)((m->function.bits >> 4) ^ (m->self.bits >> 3));
	return true;
}

static value method_function(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(method_of(self)->function);
}
static value method_self(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(method_of(self)->self);
}

static const struct getset_def method_getset[] = {
	{"__func__", method_function, NULL},
	{"__self__", method_self, NULL},
	{0},
};

const struct type method_type = {
	TYPE_HEAD,
	.name = "method",
	.base = &object_type,
	.size = sizeof(struct method),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = method_drop,
	.traverse = method_traverse,
	.repr = method_repr,
	.hash = method_hash,
	.compare = method_compare,
	.call = method_call,
	.getattr = method_getattr,
	.getset = method_getset,
};

/* ---- cells ------------------------------------------------------------------------ */

value cell_new(struct vm *vm, value contents)
{
	struct cell *c = object_new(vm, &cell_type, 0);
	c->contents = value_xref(contents);
	return object_value(c);
}

static void cell_clear(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct cell *)(void *)self)->contents);
}

static void cell_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct cell *)(void *)self)->contents, context);
}

static value cell_contents(struct vm *vm, value self)
{
	value v = ((struct cell *)(void *)value_object(self))->contents;
	return value_is_null(v) ? vm_raise(vm, &exc_ValueError, "Cell is empty") : value_ref(v);
}

static const struct getset_def cell_getset[] = {
	{"cell_contents", cell_contents, NULL},
	{0},
};

const struct type cell_type = {
	TYPE_HEAD,
	.name = "cell",
	.base = &object_type,
	.size = sizeof(struct cell),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.drop = cell_clear,
	.traverse = cell_traverse,
	.clear = cell_clear,
	.getset = cell_getset,
};
