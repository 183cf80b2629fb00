/*
 * Modules: namespaces with a name, made in C or run from code, found by import.
 */
#include "lang/internal.h"

#include "lang/dict.h"
#include "lang/str.h"
#include "lang/tuple.h"

static struct module *module_of(value v)
{
	return (struct module *)(void *)value_object(v);
}

value module_dict(value module)
{
	return module_of(module)->dict;
}

value module_new(struct vm *vm, const char *name, const struct method_def *functions)
{
	struct module *m = object_new(vm, &module_type, 0);
	value result = object_value(m);
	m->name = vm_intern(vm, name);
	m->dict = dict_new(vm);
	dict_set_name(vm, m->dict, vm_name(vm, NAME_name), m->name);
	dict_set_name(vm, m->dict, vm_name(vm, NAME_doc), VALUE_NONE);
	for (const struct method_def *def = functions; def != NULL && def->name != NULL; def++) {
		value fn = native_new(vm, def, VALUE_NULL);
		((struct native *)(void *)value_object(fn))->module = value_ref(m->name);
		dict_set_c(vm, m->dict, def->name, fn);
		value_unref(vm, fn);
	}
	dict_set_name(vm, vm->modules, m->name, result);
	return result;
}

void module_set(struct vm *vm, value module, const char *name, value v)
{
	dict_set_c(vm, module_of(module)->dict, name, v);
}

value module_get(struct vm *vm, value module, const char *name)
{
	return dict_get_c(vm, module_of(module)->dict, name);
}

value vm_module(struct vm *vm, const char *name)
{
	return dict_get_c(vm, vm->modules, name);
}

value vm_import(struct vm *vm, const char *name)
{
	value module = vm_module(vm, name);
	if (!value_is_null(module))
		return value_ref(module);
	value found = VALUE_NULL;
	if (vm->hooks.import != NULL)
		found = vm->hooks.import(vm->hooks.context, vm, name);
	if (value_is_null(found) && value_is_null(vm->raised)) {
		vm_raise(vm, &exc_ModuleNotFoundError, "No module named '%s'", name);
		value text = vm_intern(vm, name);
		object_setattr_text(vm, vm->raised, "name", text);
		value_unref(vm, text);
	}
	return found;
}

static void module_clear(struct vm *vm, struct object *self)
{
	struct module *m = (struct module *)(void *)self;
	value_forget(vm, &m->name);
	value_forget(vm, &m->dict);
}

static void module_traverse(struct object *self, visit_fn visit, void *context)
{
	visit(((struct module *)(void *)self)->dict, context);
}

static void module_drop_dict(struct vm *vm, struct object *self)
{
	struct module *m = (struct module *)(void *)self;
	if (!value_is_null(m->dict))
		dict_clear(vm, m->dict);
}

static value module_getattr(struct vm *vm, value self, value name)
{
	struct module *m = module_of(self);
	value found = dict_get_name(m->dict, name);
	if (!value_is_null(found))
		return value_ref(found);
	value fallback = dict_get_name(m->dict, vm_name(vm, NAME_getattr));
	if (!value_is_null(fallback))
		return vm_call(vm, fallback, ARGS(name));
	value of_type = type_lookup(vm, &module_type, name);
	if (!value_is_null(of_type))
		return object_getattr_generic(vm, self, name);
	raise_no_attribute(vm, self, name);
	value text = str_printf(vm, "module '%s' has no attribute '%s'", str_text(m->name),
	                        str_text(name));
	value_replace(vm, &value_as_exception(vm->raised)->args, tuple_from(vm, &text, 1));
	value_unref(vm, text);
	return VALUE_NULL;
}

static value module_repr(struct vm *vm, value self)
{
	return str_printf(vm, "<module '%s' (built-in)>", str_text(module_of(self)->name));
}

const struct type module_type = {
	TYPE_HEAD,
	.name = "module",
	.base = &object_type,
	.size = sizeof(struct module),
	.flags = TYPE_TRACKED | TYPE_FINAL | TYPE_NO_NEW,
	.dict_offset = offsetof(struct module, dict),
	.drop = module_clear,
	.traverse = module_traverse,
	.clear = module_drop_dict,
	.repr = module_repr,
	.getattr = module_getattr,
};

bool vm_run_module(struct vm *vm, value code, const char *name)
{
	value module = vm_module(vm, name);
	module = value_is_null(module) ? module_new(vm, name, NULL) : value_ref(module);
	value dict = value_ref(module_dict(module));
	const struct code *c = value_as_code(code);
	dict_set_name(vm, dict, vm_name(vm, NAME_file), c->filename);
	if (!value_is_null(c->doc))
		dict_set_name(vm, dict, vm_name(vm, NAME_doc), c->doc);
	dict_set_name(vm, dict, vm_name(vm, NAME_builtins), vm_module(vm, "builtins"));
	struct frame *f = frame_new(vm, c, dict);
	f->namespace = value_ref(dict);
	value out;
	enum coro_outcome outcome = vm_run(vm, f, VALUE_NULL, &out);
	value_xunref(vm, out);
	value_unref(vm, dict);
	value_unref(vm, module);
	return outcome == CORO_RETURN;
}
