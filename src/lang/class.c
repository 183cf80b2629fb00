/*
 * Classes made by scenes: C3 linearisation, __set_name__ and __init_subclass__, and the
 * instances' layout: the base's, then a __dict__.
 */
#include "lang/internal.h"

#include <string.h>

#include "lang/dict.h"
#include "lang/list.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* ---- method resolution order ------------------------------------------------------ */

typedef VEC(const struct type *) type_vec;

static void push_mro(type_vec *out, const struct type *type)
{
	const struct type *t;
	for (size_t i = 0; (t = type_mro_at(type, i)) != NULL; i++)
		vec_push(out, t);
}

static bool in_tail(const type_vec *list, const struct type *type, size_t from)
{
	for (size_t i = from + 1; i < list->count; i++)
		if (list->items[i] == type)
			return true;
	return false;
}

/* The C3 merge of the bases' orders and the bases themselves; false when they contradict. */
static bool merge(type_vec *out, type_vec *lists, size_t *at, size_t count)
{
	for (;;) {
		const struct type *next = NULL;
		bool left = false;
		for (size_t i = 0; i < count && next == NULL; i++) {
			if (at[i] >= lists[i].count)
				continue;
			left = true;
			next = lists[i].items[at[i]];
			for (size_t j = 0; j < count; j++) {
				if (at[j] < lists[j].count && in_tail(&lists[j], next, at[j])) {
					next = NULL;
					break;
				}
			}
		}
		if (!left)
			return true;
		if (next == NULL)
			return false;
		vec_push(out, next);
		for (size_t i = 0; i < count; i++)
			if (at[i] < lists[i].count && lists[i].items[at[i]] == next)
				at[i]++;
	}
}

static bool linearize(struct vm *vm, struct class *c)
{
	size_t bases = tuple_count(c->bases), count = bases + 1;
	type_vec *lists = mem_zalloc(count, sizeof *lists);
	size_t *at = mem_zalloc(count, sizeof *at);
	type_vec order = {0};
	vec_push(&order, &c->type);
	for (size_t i = 0; i < bases; i++) {
		const struct type *base = value_as_type(tuple_at(c->bases, i));
		push_mro(&lists[i], base);
		vec_push(&lists[bases], base);
	}
	bool ok = merge(&order, lists, at, count);
	if (ok) {
		c->mro_count = order.count;
		for (size_t i = 1; i < order.count; i++)
			value_ref(type_value(order.items[i]));
		vec_push(&order, NULL);
		c->mro_types = order.items;
		c->type.mro = c->mro_types;
	} else {
		struct buf names = {0};
		for (size_t i = 0; i < bases; i++)
			buf_printf(&names, "%s%s", i > 0 ? ", " : "", lists[bases].items[i]->name);
		vm_raise(vm, &exc_TypeError, "Cannot create a consistent method resolution\n"
		         "order (MRO) for bases %s", buf_text(&names));
		buf_free(&names);
		vec_free(&order);
	}
	for (size_t i = 0; i < count; i++)
		vec_free(&lists[i]);
	free(lists);
	free(at);
	return ok;
}

/* ---- layout ----------------------------------------------------------------------- */

/* The built-in type whose instances a type's instances begin with. */
static const struct type *solid_base(const struct type *type)
{
	while (type_is_class(type))
		type = type->base;
	return type;
}

/* The base whose layout the class continues: the one with the most in it. */
static const struct type *best_base(struct vm *vm, value bases)
{
	const struct type *best = NULL;
	for (size_t i = 0; i < tuple_count(bases); i++) {
		const struct type *base = value_as_type(tuple_at(bases, i));
		if ((base->flags & TYPE_FINAL) != 0) {
			vm_raise(vm, &exc_TypeError, "type '%s' is not an acceptable base type",
			         base->name);
			return NULL;
		}
		if (best == NULL) {
			best = base;
			continue;
		}
		const struct type *a = solid_base(best), *b = solid_base(base);
		if (type_is_subtype(a, b))
			continue;
		if (!type_is_subtype(b, a) && a->size != sizeof(struct object) &&
		    b->size != sizeof(struct object) && (a->size != b->size ||
		    (a->flags & b->flags & TYPE_EXCEPTION) == 0)) {
			vm_raise(vm, &exc_TypeError,
			         "multiple bases have instance lay-out conflict");
			return NULL;
		}
		if (type_is_subtype(b, a) || b->size > a->size)
			best = base;
	}
	return best != NULL ? best : &object_type;
}

static void instance_drop(struct vm *vm, struct object *self)
{
	const struct type *type = self->type;
	const struct type *solid = solid_base(type);
	if (type->dict_offset != solid->dict_offset)
		value_xunref(vm, *(value *)(void *)((char *)self + type->dict_offset));
	void (*drop)(struct vm *, struct object *);
	TYPE_SLOT(drop, solid, drop);
	if (drop != NULL)
		drop(vm, self);
}

static void instance_traverse(struct object *self, visit_fn visit, void *context)
{
	const struct type *type = self->type;
	const struct type *solid = solid_base(type);
	if (type->dict_offset != solid->dict_offset)
		visit(*(value *)(void *)((char *)self + type->dict_offset), context);
	visit(type_value(type), context);
	void (*traverse)(struct object *, visit_fn, void *);
	TYPE_SLOT(traverse, solid, traverse);
	if (traverse != NULL)
		traverse(self, visit, context);
}

static void instance_clear(struct vm *vm, struct object *self)
{
	const struct type *type = self->type;
	const struct type *solid = solid_base(type);
	if (type->dict_offset != solid->dict_offset)
		value_forget(vm, (value *)(void *)((char *)self + type->dict_offset));
	void (*clear)(struct vm *, struct object *);
	TYPE_SLOT(clear, solid, clear);
	if (clear != NULL)
		clear(vm, self);
}

static void instance_finalize(struct vm *vm, struct object *self)
{
	const struct type *solid = solid_base(self->type);
	void (*base)(struct vm *, struct object *);
	TYPE_SLOT(base, solid, finalize);
	bool missing;
	value v = object_value(self);
	if (vm->stopped)
		return;
	value r = object_call_special(vm, v, vm_name(vm, NAME_del), NO_ARGS, &missing);
	if (!value_is_null(r))
		value_unref(vm, r);
	else if (!missing)
		vm_unraisable(vm, type_lookup(vm, self->type, vm_name(vm, NAME_del)));
	if (base != NULL)
		base(vm, self);
}

static void lay_out(struct vm *vm, struct class *c, const struct type *base)
{
	struct type *type = &c->type;
	type->base = base;
	type->size = base->size;
	type->dict_offset = base->dict_offset;
	if (type->dict_offset == 0) {
		type->dict_offset = (uint32_t)((type->size + sizeof(value) - 1) & ~(sizeof(value) - 1));
		type->size = type->dict_offset + sizeof(value);
	}
	const struct type *solid = solid_base(base);
	type->flags = TYPE_HEAP | TYPE_TRACKED |
		(solid->flags & (TYPE_EXCEPTION | TYPE_SEQUENCE | TYPE_MAPPING | TYPE_MATCH_SELF));
	type->drop = instance_drop;
	type->traverse = instance_traverse;
	type->clear = instance_clear;
	if (!value_is_null(type_lookup(vm, type, vm_name(vm, NAME_del))))
		type->finalize = instance_finalize;
}

/* ---- making ----------------------------------------------------------------------- */

static bool call_set_names(struct vm *vm, struct class *c)
{
	value copy = dict_copy(vm, c->dict);
	size_t at = 0;
	value key, v;
	bool ok = true;
	while (ok && dict_next(copy, &at, &key, &v)) {
		bool missing;
		value r = object_call_special(vm, v, vm_name(vm, NAME_set_name),
		                              ARGS(object_value(c), key), &missing);
		ok = !value_is_null(r) || missing;
		value_xunref(vm, r);
	}
	value_unref(vm, copy);
	return ok;
}

static bool call_init_subclass(struct vm *vm, struct class *c, const struct args *a)
{
	value hook = super_lookup(vm, &c->type, object_value(c), vm_name(vm, NAME_init_subclass));
	if (value_is_null(hook))
		return value_is_null(vm->raised);
	const struct args keywords = {a != NULL ? a->at + a->count : NULL, 0,
	                              a != NULL ? a->names : VALUE_NULL};
	value r = vm_call(vm, hook, &keywords);
	value_unref(vm, hook);
	value_xunref(vm, r);
	return !value_is_null(r);
}

/* __init_subclass__ and __class_getitem__ are class methods without saying so. */
static void make_class_method(struct vm *vm, value dict, enum vm_name_id id,
                              const struct type *kind)
{
	value fn = dict_get_name(dict, vm_name(vm, id));
	if (value_is_null(fn) || !value_is_exactly(fn, &function_type))
		return;
	value wrapped = vm_call(vm, type_value(kind), ARGS(fn));
	dict_set_name(vm, dict, vm_name(vm, id), wrapped);
	value_unref(vm, wrapped);
}

/* A class that defines __eq__ and not __hash__ cannot be hashed. */
static void drop_hash(struct vm *vm, value dict)
{
	if (!value_is_null(dict_get_name(dict, vm_name(vm, NAME_eq))) &&
	    value_is_null(dict_get_name(dict, vm_name(vm, NAME_hash))))
		dict_set_name(vm, dict, vm_name(vm, NAME_hash), VALUE_NONE);
}

static bool bases_ok(struct vm *vm, value bases)
{
	for (size_t i = 0; i < tuple_count(bases); i++) {
		if (!value_is_type(tuple_at(bases, i))) {
			vm_raise(vm, &exc_TypeError, "bases must be types");
			return false;
		}
		for (size_t j = 0; j < i; j++) {
			if (value_is(tuple_at(bases, i), tuple_at(bases, j))) {
				vm_raise(vm, &exc_TypeError, "duplicate base class %s",
				         value_as_type(tuple_at(bases, i))->name);
				return false;
			}
		}
	}
	return true;
}

value class_new(struct vm *vm, value name, value bases, value namespace, const struct args *a)
{
	if (!bases_ok(vm, bases))
		return VALUE_NULL;
	const struct type *base = best_base(vm, bases);
	if (base == NULL)
		return VALUE_NULL;
	struct class *c = object_new(vm, &type_type, 0);
	value result = object_value(c);
	c->name = str_interned(vm, name);
	c->type.name = str_text(c->name);
	c->dict = dict_copy(vm, namespace);
	value object_base = type_value(&object_type);
	c->bases = tuple_count(bases) > 0 ? value_ref(bases) : tuple_from(vm, &object_base, 1);
	c->type.base = base;
	value qualname = dict_get_name(c->dict, vm_name(vm, NAME_qualname));
	c->qualname = value_ref(!value_is_null(qualname) && value_is_str(qualname) ? qualname : name);
	dict_delete(vm, c->dict, vm_name(vm, NAME_qualname));
	value cell = value_xref(dict_get_name(c->dict, vm_name(vm, NAME_classcell)));
	dict_delete(vm, c->dict, vm_name(vm, NAME_classcell));
	if (value_is_null(dict_get_name(c->dict, vm_name(vm, NAME_module)))) {
		value module = vm->frame != NULL
			? dict_get_name(vm->frame->globals, vm_name(vm, NAME_name))
			: VALUE_NULL;
		if (!value_is_null(module))
			dict_set_name(vm, c->dict, vm_name(vm, NAME_module), module);
	}
	if (value_is_null(dict_get_name(c->dict, vm_name(vm, NAME_doc))))
		dict_set_name(vm, c->dict, vm_name(vm, NAME_doc), VALUE_NONE);
	value new = dict_get_name(c->dict, vm_name(vm, NAME_new));
	if (!value_is_null(new) && value_is_exactly(new, &function_type))
		make_class_method(vm, c->dict, NAME_new, &staticmethod_type);
	make_class_method(vm, c->dict, NAME_init_subclass, &classmethod_type);
	make_class_method(vm, c->dict, NAME_class_getitem, &classmethod_type);
	drop_hash(vm, c->dict);
	bool ordered = linearize(vm, c);
	/* From here on methods may use super(), as those called below do. */
	if (ordered && !value_is_null(cell) && value_is_exactly(cell, &cell_type))
		value_replace(vm, &cell_of(cell)->contents, value_ref(result));
	value_xunref(vm, cell);
	if (!ordered) {
		value_unref(vm, result);
		return VALUE_NULL;
	}
	type_changed(vm);
	lay_out(vm, c, base);
	class_update_slots(vm, c);
	if (!call_set_names(vm, c) || !call_init_subclass(vm, c, a)) {
		value_unref(vm, result);
		return VALUE_NULL;
	}
	return result;
}

value class_shell(struct vm *vm, value name, value qualname, value bases)
{
	const struct type *base = best_base(vm, bases);
	if (base == NULL)
		return VALUE_NULL;
	struct class *c = object_new(vm, &type_type, 0);
	c->name = str_interned(vm, name);
	c->type.name = str_text(c->name);
	c->qualname = value_ref(qualname);
	c->dict = dict_new(vm);
	c->bases = value_ref(bases);
	c->type.base = base;
	if (!linearize(vm, c)) {
		value_unref(vm, object_value(c));
		return VALUE_NULL;
	}
	type_changed(vm);
	lay_out(vm, c, base);
	return object_value(c);
}

void class_complete(struct vm *vm, struct class *c)
{
	type_changed(vm);
	if (!value_is_null(type_lookup(vm, &c->type, vm_name(vm, NAME_del))))
		c->type.finalize = instance_finalize;
	class_update_slots(vm, c);
}

void class_drop(struct vm *vm, struct object *self)
{
	struct class *c = (struct class *)(void *)self;
	type_changed(vm);
	value_xunref(vm, c->dict);
	value_xunref(vm, c->name);
	value_xunref(vm, c->qualname);
	value_xunref(vm, c->bases);
	for (size_t i = 1; i < c->mro_count; i++)
		value_unref(vm, type_value(c->mro_types[i]));
	free(c->mro_types);
}

void class_traverse(struct object *self, visit_fn visit, void *context)
{
	struct class *c = (struct class *)(void *)self;
	visit(c->dict, context);
	visit(c->bases, context);
	for (size_t i = 1; i < c->mro_count; i++)
		visit(type_value(c->mro_types[i]), context);
}

void class_clear(struct vm *vm, struct object *self)
{
	struct class *c = (struct class *)(void *)self;
	type_changed(vm);
	if (!value_is_null(c->dict))
		dict_clear(vm, c->dict);
}

/* ---- the class statement ---------------------------------------------------------- */

/* (body function, name, bases..., keywords): see LOAD_BUILD_CLASS. */
value class_build(struct vm *vm, const struct args *a)
{
	struct function *body = function_of(a->at[0]);
	value name = a->at[1];
	if (!value_is_null(args_keyword(a, "metaclass")))
		return vm_raise(vm, &exc_TypeError, "metaclasses are not supported");
	value bases = tuple_from(vm, a->at + 2, a->count - 2);
	for (size_t i = 0; i < tuple_count(bases); i++) {
		/* Generic[T], list[int] and the like as bases: their origin. */
		value origin = alias_origin(tuple_at(bases, i));
		if (!value_is_null(origin))
			value_replace(vm, &tuple_of(bases)->items[i], value_ref(origin));
	}
	struct frame *f = function_bind(vm, body, VALUE_NULL, NO_ARGS);
	if (f == NULL) {
		value_unref(vm, bases);
		return VALUE_NULL;
	}
	value namespace = dict_new(vm);
	f->namespace = value_ref(namespace);
	value cell = VALUE_NULL, class = VALUE_NULL;
	if (vm_run(vm, f, VALUE_NULL, &cell) == CORO_RETURN) {
		const struct args keywords = {a->at + a->count, 0, a->names};
		const struct args *k = args_keywords(a) > 0 ? &keywords : NULL;
		if (value_is_exactly(cell, &cell_type))
			dict_set_name(vm, namespace, vm_name(vm, NAME_classcell), cell);
		class = class_new(vm, name, bases, namespace, k);
		value_unref(vm, cell);
	}
	value_unref(vm, namespace);
	value_unref(vm, bases);
	return class;
}

static value build_class(struct vm *vm, value self, const struct args *a)
{
	(void)self;
	return class_build(vm, a);
}

const struct method_def build_class_def = {"__build_class__", build_class, 2, METHOD_ANY,
                                           METHOD_KEYWORDS};

/* ---- isinstance and issubclass ---------------------------------------------------- */

static int each_member(struct vm *vm, value v, value members, bool instance)
{
	for (size_t i = 0; i < tuple_count(members); i++) {
		int yes = instance ? object_is_instance(vm, v, tuple_at(members, i))
		                   : object_is_subclass(vm, v, tuple_at(members, i));
		if (yes != 0)
			return yes;
	}
	return 0;
}

/* The tuple of classes that `cls` stands for, borrowed, or null when it is one class. */
static value members_of(value cls)
{
	if (!value_is_small(cls) && value_is_tuple(cls))
		return cls;
	return union_members(cls);
}

int object_is_subclass(struct vm *vm, value type, value cls)
{
	if (!value_is_type(type)) {
		vm_raise(vm, &exc_TypeError, "issubclass() arg 1 must be a class");
		return -1;
	}
	value members = members_of(cls);
	if (!value_is_null(members))
		return each_member(vm, type, members, false);
	if (value_is_none(cls))
		cls = type_value(&none_type);
	if (!value_is_type(cls)) {
		bool missing;
		value r = object_call_special(vm, cls, vm_name(vm, NAME_subclasscheck), ARGS(type),
		                              &missing);
		if (!missing) {
			int yes = value_is_null(r) ? -1 : object_truth(vm, r);
			value_xunref(vm, r);
			return yes;
		}
		vm_raise(vm, &exc_TypeError,
		         "issubclass() arg 2 must be a class, a tuple of classes, or a union");
		return -1;
	}
	return type_is_subtype(value_as_type(type), value_as_type(cls));
}

int object_is_instance(struct vm *vm, value v, value cls)
{
	if (value_is(type_value(value_type(v)), cls))
		return 1;
	value members = members_of(cls);
	if (!value_is_null(members))
		return each_member(vm, v, members, true);
	if (value_is_none(cls))
		return value_is_none(v);
	if (!value_is_type(cls)) {
		bool missing;
		value r = object_call_special(vm, cls, vm_name(vm, NAME_instancecheck), ARGS(v),
		                              &missing);
		if (!missing) {
			int yes = value_is_null(r) ? -1 : object_truth(vm, r);
			value_xunref(vm, r);
			return yes;
		}
		vm_raise(vm, &exc_TypeError,
		         "isinstance() arg 2 must be a type, a tuple of types, or a union");
		return -1;
	}
	return value_is_a(v, value_as_type(cls));
}
