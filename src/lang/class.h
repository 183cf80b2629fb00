/*
 * Classes: types that a scene makes with `class`, and instances with a __dict__.
 */
#ifndef LANG_CLASS_H
#define LANG_CLASS_H

#include "lang/object.h"

/* A type on the heap: a struct type whose slots call what the class body defined. */
struct class {
	struct type type;
	value dict;       /* its attributes */
	value name;       /* str; type.name points into it */
	value qualname;   /* str */
	value bases;      /* tuple of types */
	const struct type **mro_types; /* type.mro, owned, a reference on each but itself; NULL ends */
	size_t mro_count;
};

static inline bool type_is_class(const struct type *type)
{
	return (type->flags & TYPE_HEAP) != 0;
}

/*
 * A new class: name (str), bases (tuple, may be empty), namespace (dict, copied); what
 * `type(name, bases, namespace)` does, with keywords for __init_subclass__ in `a` or NULL.
 */
value class_new(struct vm *vm, value name, value bases, value namespace, const struct args *a);

/* What `type(v)` prints: "Cook" or "module.Cook" as tracebacks and reprs show it. */
value type_full_name(struct vm *vm, const struct type *type);

/* super() with its arguments, property, classmethod, staticmethod. */
extern const struct type super_type, property_type, classmethod_type, staticmethod_type;

/* issubclass for real: `cls` may be a tuple or union; -1 with TypeError. */
int object_is_subclass(struct vm *vm, value type, value cls);
int object_is_instance(struct vm *vm, value v, value cls);

#endif
