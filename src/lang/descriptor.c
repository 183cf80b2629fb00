/*
 * property, classmethod, staticmethod and super.
 */
#include "lang/internal.h"

#include "lang/dict.h"
#include "lang/str.h"

/* ---- property --------------------------------------------------------------------- */

static struct property *property_of(value v)
{
	return (struct property *)(void *)value_object(v);
}

static value none_to_null(value v)
{
	return value_is_null(v) || value_is_none(v) ? VALUE_NULL : value_ref(v);
}

static bool property_init(struct vm *vm, value self, const struct args *a)
{
	static const struct signature signature = {
		.function = "property", .names = {"fget", "fset", "fdel", "doc"}, .positional = 4};
	value v[4];
	if (!args_parse(vm, a, &signature, v))
		return false;
	struct property *p = property_of(self);
	value_replace(vm, &p->get, none_to_null(v[0]));
	value_replace(vm, &p->set, none_to_null(v[1]));
	value_replace(vm, &p->delete, none_to_null(v[2]));
	value_replace(vm, &p->doc, none_to_null(v[3]));
	return true;
}

static void property_clear(struct vm *vm, struct object *self)
{
	struct property *p = (struct property *)(void *)self;
	value_forget(vm, &p->get);
	value_forget(vm, &p->set);
	value_forget(vm, &p->delete);
	value_forget(vm, &p->doc);
	value_forget(vm, &p->name);
}

static void property_traverse(struct object *self, visit_fn visit, void *context)
{
	struct property *p = (struct property *)(void *)self;
	visit(p->get, context);
	visit(p->set, context);
	visit(p->delete, context);
	visit(p->doc, context);
}

static value refuse(struct vm *vm, const struct property *p, value obj, const char *what)
{
	struct buf name = {0};
	if (!value_is_null(p->name))
		buf_printf(&name, " '%s'", str_text(p->name));
	vm_raise(vm, &exc_AttributeError, "property%s of '%s' object has no %s", buf_text(&name),
	         value_type_name(obj), what);
	buf_free(&name);
	return VALUE_NULL;
}

static value property_get(struct vm *vm, value self, value obj, const struct type *owner)
{
	(void)owner;
	struct property *p = property_of(self);
	if (value_is_null(obj))
		return value_ref(self);
	if (value_is_null(p->get))
		return refuse(vm, p, obj, "getter");
	return vm_call(vm, p->get, ARGS(obj));
}

static bool property_set(struct vm *vm, value self, value obj, value v)
{
	struct property *p = property_of(self);
	value fn = value_is_null(v) ? p->delete : p->set;
	if (value_is_null(fn)) {
		refuse(vm, p, obj, value_is_null(v) ? "deleter" : "setter");
		return false;
	}
	value r = value_is_null(v) ? vm_call(vm, fn, ARGS(obj)) : vm_call(vm, fn, ARGS(obj, v));
	value_xunref(vm, r);
	return !value_is_null(r);
}

static value with(struct vm *vm, value self, size_t which, value fn)
{
	struct property *from = property_of(self);
	struct property *p = object_new(vm, value_type(self), 0);
	value *to[] = {&p->get, &p->set, &p->delete};
	p->get = value_xref(from->get);
	p->set = value_xref(from->set);
	p->delete = value_xref(from->delete);
	p->doc = value_xref(from->doc);
	p->name = value_xref(from->name);
	value_replace(vm, to[which], none_to_null(fn));
	return object_value(p);
}
static value property_getter(struct vm *vm, value self, const struct args *a)
{
	return with(vm, self, 0, a->at[0]);
}
static value property_setter(struct vm *vm, value self, const struct args *a)
{
	return with(vm, self, 1, a->at[0]);
}
static value property_deleter(struct vm *vm, value self, const struct args *a)
{
	return with(vm, self, 2, a->at[0]);
}
static value property_set_name(struct vm *vm, value self, const struct args *a)
{
	if (value_is_str(a->at[1]))
		value_replace(vm, &property_of(self)->name, value_ref(a->at[1]));
	return VALUE_NONE;
}

static const struct method_def property_methods[] = {
	{"getter", property_getter, 1, 1, 0},
	{"setter", property_setter, 1, 1, 0},
	{"deleter", property_deleter, 1, 1, 0},
	{"__set_name__", property_set_name, 2, 2, 0},
	{0},
};

static value none_if_null(value v)
{
	return value_is_null(v) ? VALUE_NONE : value_ref(v);
}
static value get_fget(struct vm *vm, value self)
{
	(void)vm;
	return none_if_null(property_of(self)->get);
}
static value get_fset(struct vm *vm, value self)
{
	(void)vm;
	return none_if_null(property_of(self)->set);
}
static value get_doc(struct vm *vm, value self)
{
	struct property *p = property_of(self);
	if (!value_is_null(p->doc) || value_is_null(p->get))
		return none_if_null(p->doc);
	return object_getattr(vm, p->get, vm_name(vm, NAME_doc));
}

static const struct getset_def property_getset[] = {
	{"fget", get_fget, NULL},
	{"fset", get_fset, NULL},
	{"__doc__", get_doc, NULL},
	{0},
};

const struct type property_type = {
	TYPE_HEAD,
	.name = "property",
	.base = &object_type,
	.size = sizeof(struct property),
	.flags = TYPE_TRACKED,
	.init = property_init,
	.drop = property_clear,
	.traverse = property_traverse,
	.clear = property_clear,
	.descr_get = property_get,
	.descr_set = property_set,
	.methods = property_methods,
	.getset = property_getset,
};

/* ---- classmethod and staticmethod ------------------------------------------------- */

static struct function_wrapper *wrapper_of(value v)
{
	return (struct function_wrapper *)(void *)value_object(v);
}

static bool wrapper_init(struct vm *vm, value self, const struct args *a)
{
	if (!args_check(vm, a, value_type_name(self), 1, 1))
		return false;
	value_replace(vm, &wrapper_of(self)->function, value_ref(a->at[0]));
	return true;
}

static void wrapper_clear(struct vm *vm, struct object *self)
{
	struct function_wrapper *w = (struct function_wrapper *)(void *)self;
	value_forget(vm, &w->function);
	value_forget(vm, &w->dict);
}

static void wrapper_traverse(struct object *self, visit_fn visit, void *context)
{
	struct function_wrapper *w = (struct function_wrapper *)(void *)self;
	visit(w->function, context);
	visit(w->dict, context);
}

static value wrapper_function(struct vm *vm, value self)
{
	(void)vm;
	return none_if_null(wrapper_of(self)->function);
}

static value wrapper_name(struct vm *vm, value self)
{
	return object_getattr(vm, wrapper_of(self)->function, vm_name(vm, NAME_name));
}

static const struct getset_def wrapper_getset[] = {
	{"__func__", wrapper_function, NULL},
	{"__wrapped__", wrapper_function, NULL},
	{"__name__", wrapper_name, NULL},
	{0},
};

static value classmethod_get(struct vm *vm, value self, value obj, const struct type *owner)
{
	if (owner == NULL)
		owner = value_type(obj);
	value fn = wrapper_of(self)->function;
	if (value_is_exactly(fn, &function_type) || value_is_exactly(fn, &native_type))
		return method_new(vm, fn, type_value(owner));
	value (*get)(struct vm *, value, value, const struct type *);
	TYPE_SLOT(get, value_type(fn), descr_get);
	return get != NULL ? get(vm, fn, type_value(owner), &type_type)
	                   : method_new(vm, fn, type_value(owner));
}

static value staticmethod_get(struct vm *vm, value self, value obj, const struct type *owner)
{
	(void)vm;
	(void)obj;
	(void)owner;
	return value_ref(wrapper_of(self)->function);
}

static value staticmethod_call(struct vm *vm, value self, const struct args *a)
{
	return vm_call(vm, wrapper_of(self)->function, a);
}

#define WRAPPER                                                                          \
	TYPE_HEAD, .base = &object_type, .size = sizeof(struct function_wrapper), .flags = TYPE_TRACKED, \
		.dict_offset = offsetof(struct function_wrapper, dict), .init = wrapper_init,           \
		.drop = wrapper_clear, .traverse = wrapper_traverse, .clear = wrapper_clear,   \
		.getset = wrapper_getset

const struct type classmethod_type = {WRAPPER, .name = "classmethod", .descr_get = classmethod_get};
const struct type staticmethod_type = {
	WRAPPER,
	.name = "staticmethod",
	.descr_get = staticmethod_get,
	.call = staticmethod_call,
};

/* ---- super ------------------------------------------------------------------------ */

struct super {
	struct object head;
	value start; /* the class behind which to look */
	value obj;   /* instance or class; null: unbound */
};

static struct super *super_of(value v)
{
	return (struct super *)(void *)value_object(v);
}

static value in_cell(value v)
{
	return !value_is_null(v) && value_is_exactly(v, &cell_type) ? cell_of(v)->contents : v;
}

/* super() with nothing: the class is in the method's cell __class__, the object its first argument. */
static bool find_context(struct vm *vm, value *start, value *obj)
{
	const struct frame *f = vm->frame;
	const char *problem = NULL;
	if (f == NULL || f->code->arg_count == 0) {
		problem = "super(): no arguments";
	} else {
		*obj = in_cell(f->slots[0]);
		*start = VALUE_NULL;
		const struct code *code = f->code;
		for (uint32_t i = code->slot_count - code->free_count; i < code->slot_count; i++)
			if (value_is(code->slot_names[i], vm_name(vm, NAME_class)))
				*start = in_cell(f->slots[i]);
		if (value_is_null(*obj))
			problem = "super(): arg[0] deleted";
		else if (value_is_null(*start))
			problem = "super(): __class__ cell not found";
	}
	if (problem != NULL)
		vm_raise(vm, &exc_RuntimeError, "%s", problem);
	return problem == NULL;
}

static bool super_init(struct vm *vm, value self, const struct args *a)
{
	if (!args_check(vm, a, "super", 0, 2))
		return false;
	value start = VALUE_NULL, obj = VALUE_NULL;
	if (a->count == 0 && !find_context(vm, &start, &obj))
		return false;
	if (a->count >= 1)
		start = a->at[0];
	if (a->count == 2)
		obj = a->at[1];
	if (!value_is_type(start)) {
		vm_raise(vm, &exc_TypeError, "super() argument 1 must be a type, not %s",
		         value_type_name(start));
		return false;
	}
	const struct type *type = value_as_type(start);
	if (!value_is_null(obj) && !value_is_a(obj, type) &&
	    !(value_is_type(obj) && type_is_subtype(value_as_type(obj), type))) {
		vm_raise(vm, &exc_TypeError,
		         "super(type, obj): obj must be an instance or subtype of type");
		return false;
	}
	value_replace(vm, &super_of(self)->start, value_ref(start));
	value_replace(vm, &super_of(self)->obj, value_xref(obj));
	return true;
}

static value super_getattr(struct vm *vm, value self, value name)
{
	struct super *s = super_of(self);
	if (!value_is(name, vm_name(vm, NAME_class)) && !value_is_null(s->obj)) {
		value found = super_lookup(vm, value_as_type(s->start), s->obj, name);
		if (!value_is_null(found) || !value_is_null(vm->raised))
			return found;
	}
	return object_getattr_generic(vm, self, name);
}

static void super_clear(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct super *)(void *)self)->start);
	value_forget(vm, &((struct super *)(void *)self)->obj);
}

static void super_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct super *)(void *)self)->start, context);
	visit(((struct super *)(void *)self)->obj, context);
}

static value super_repr(struct vm *vm, value self)
{
	struct super *s = super_of(self);
	return str_printf(vm, "<super: <class '%s'>, <%s object>>", value_as_type(s->start)->name,
	                  value_is_null(s->obj) ? "NULL" : value_type_name(s->obj));
}

const struct type super_type = {
	TYPE_HEAD,
	.name = "super",
	.base = &object_type,
	.size = sizeof(struct super),
	.flags = TYPE_TRACKED,
	.init = super_init,
	.drop = super_clear,
	.traverse = super_traverse,
	.clear = super_clear,
	.repr = super_repr,
	.getattr = super_getattr,
};
