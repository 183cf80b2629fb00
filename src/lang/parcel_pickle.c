/*
 * What pickle would refuse, between processes. Functions and classes cross by their names, so
 * what they hold does not matter; everything else is looked through.
 */
#include "lang/parcel_internal.h"

#include <string.h>

#include "lang/dict.h"
#include "lang/str.h"

struct pickler {
	struct vm *vm;
	const struct parcel_options *options;
	VEC(value) queue; /* borrowed: nothing of the scene runs meanwhile */
	struct address_map met;
};

static void add(value v, void *context)
{
	struct pickler *p = context;
	if (value_is_null(v) || value_is_small(v) ||
	    (value_object(v)->refs & REFS_IMMORTAL) != 0)
		return;
	bool is_new;
	address_map_at(&p->met, value_object(v), &is_new);
	if (is_new)
		vec_push(&p->queue, v);
}

static const struct type *error_type(const struct pickler *p)
{
	const struct type *type = p->options->pickling_error;
	return type != NULL ? type : &exc_AttributeError;
}

/* "asyncio.tasks.Task" is shown as C's name of it: types of C with their module. */
static bool cannot(struct pickler *p, value v)
{
	value name = type_full_name(p->vm, value_type(v));
	vm_raise(p->vm, &exc_TypeError, "cannot pickle '%s' object", str_text(name));
	value_unref(p->vm, name);
	return false;
}

/*
 * What is under a dotted name in a module: a new reference, or null. In a worker __main__ is what
 * the job came with.
 */
static value find(struct pickler *p, const char *module, const char *name)
{
	struct vm *vm = p->vm;
	const struct landing *l = p->options->landing;
	size_t len = strcspn(name, ".");
	value part = str_intern(vm, name, len), in = vm_module(vm, module), at = VALUE_NULL;
	if (l != NULL && !value_is_null(l->globals) && strcmp(module, "__main__") == 0)
		at = value_xref(dict_get_name(l->globals, part));
	else if (!value_is_null(in))
		at = value_xref(dict_get_name(module_dict(in), part));
	value_unref(vm, part);
	while (!value_is_null(at) && name[len] != '\0') {
		name += len + 1;
		len = strcspn(name, ".");
		part = str_intern(vm, name, len);
		bool failed;
		value next = object_getattr_maybe(vm, at, part, &failed);
		if (value_is_null(next))
			vm_forget(vm);
		value_unref(vm, part);
		value_unref(vm, at);
		at = next;
	}
	return at;
}

/* Whether `v` is what is found under its name in __main__. */
static bool by_name(struct pickler *p, value v, value qualname, value module)
{
	struct vm *vm = p->vm;
	const char *name = str_text(qualname);
	const struct landing *l = p->options->landing;
	if (l != NULL && address_map_find(&l->by_address, value_object(v)) != NULL)
		return true; /* it was found where it came from */
	if (strstr(name, "<locals>") != NULL) {
		vm_raise(vm, &exc_AttributeError, "Can't get local object '%s'", name);
		return false;
	}
	const char *in = !value_is_null(module) && value_is_str(module) ? str_text(module)
	                                                                 : "__main__";
	value at = find(p, in, name);
	bool same = !value_is_null(at) && value_is(at, v);
	if (!same) {
		value repr = object_repr(vm, v);
		if (value_is_null(repr))
			vm_forget(vm);
		const char *shown = value_is_null(repr) ? name : str_text(repr);
		if (value_is_null(at))
			vm_raise(vm, error_type(p),
			         "Can't pickle %s: attribute lookup %s on %s failed", shown, name, in);
		else
			vm_raise(vm, error_type(p),
			         "Can't pickle %s: it's not the same object as %s.%s", shown, in, name);
		value_xunref(vm, repr);
	}
	value_xunref(vm, at);
	return same;
}

static void add_inside(struct pickler *p, value v)
{
	void (*traverse)(struct object *, visit_fn, void *);
	TYPE_SLOT(traverse, value_type(v), traverse);
	if (traverse != NULL)
		traverse(value_object(v), add, p);
}

static void add_exception(struct pickler *p, value v)
{
	const struct exception *e = value_as_exception(v);
	add(type_value(value_type(v)), p);
	add(e->args, p);
	add(e->dict, p);
}

static bool allows(struct pickler *p, value v)
{
	switch (parcel_kind_of(parcel_solid(value_type(v)))) {
	case PARCEL_STR:
	case PARCEL_INT:
	case PARCEL_FLOAT:
	case PARCEL_BYTES:
	case PARCEL_TUPLE:
	case PARCEL_LIST:
	case PARCEL_DICT:
	case PARCEL_SET:
	case PARCEL_FROZENSET:
	case PARCEL_RANGE:
	case PARCEL_SLICE:
	case PARCEL_INSTANCE:
	case PARCEL_METHOD:
	case PARCEL_NATIVE:
	case PARCEL_SLOT_WRAPPER:
	case PARCEL_ALIAS:
		add_inside(p, v);
		return true;
	case PARCEL_EXCEPTION:
	case PARCEL_GROUP:
		add_exception(p, v);
		return true;
	case PARCEL_FUNCTION:
		return by_name(p, v, function_of(v)->qualname, function_of(v)->module);
	case PARCEL_CLASS: {
		const struct class *c = (const struct class *)(const void *)value_object(v);
		return by_name(p, v, c->qualname,
		               dict_get_name(c->dict, vm_name(p->vm, NAME_module)));
	}
	default:
		return cannot(p, v);
	}
}

bool parcel_pickle_allows(struct vm *vm, const value *values, size_t count,
                          const struct parcel_options *o)
{
	struct pickler p = {.vm = vm, .options = o};
	for (size_t i = 0; i < count; i++)
		add(values[i], &p);
	bool ok = true;
	for (size_t i = 0; ok && i < p.queue.count; i++)
		ok = allows(&p, p.queue.items[i]);
	vec_free(&p.queue);
	address_map_free(&p.met);
	return ok;
}
