/*
 * The modules typing and collections.abc: names that annotations mention. They
 * can be written wherever an annotation may be; nothing looks at what they mean.
 */
#include "scene/internal.h"

#include "lang/str.h"

struct hint {
	struct object head;
	value name; /* str */
};

static const struct type hint_type;

static value hint_name(value v)
{
	return ((struct hint *)(void *)value_object(v))->name;
}

static value hint_repr(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(hint_name(self));
}

static value hint_getitem(struct vm *vm, value self, value key)
{
	(void)vm;
	(void)key;
	return value_ref(self);
}

/* X | None and None | X. */
static value hint_binary(struct vm *vm, enum binary_op op, value left, value right)
{
	(void)vm;
	if (op != BINARY_OR)
		return VALUE_NOT_IMPLEMENTED;
	return value_ref(value_is_exactly(left, &hint_type) ? left : right);
}

/* TypeVar("T"), NewType("Id", int): another name for annotations. */
static value hint_call(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)a;
	return value_ref(self);
}

static void hint_drop(struct vm *vm, struct object *self)
{
	value_forget(vm, &((struct hint *)(void *)self)->name);
}

static const struct type hint_type = {
	TYPE_HEAD_OF("typing"),
	.name = "_SpecialForm",
	.base = &object_type,
	.size = sizeof(struct hint),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
	.drop = hint_drop,
	.repr = hint_repr,
	.getitem = hint_getitem,
	.binary = hint_binary,
	.call = hint_call,
};

static value typing_cast(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)self;
	return value_ref(a->at[1]);
}

/* @final, @override, @no_type_check. */
static value typing_decorator(struct vm *vm, value self, const struct args *a)
{
	(void)vm;
	(void)self;
	return value_ref(a->at[0]);
}

static const struct method_def typing_functions[] = {
	{"cast", typing_cast, 2, 2, 0},
	{"final", typing_decorator, 1, 1, 0},
	{"override", typing_decorator, 1, 1, 0},
	{"no_type_check", typing_decorator, 1, 1, 0},
	{0},
};

const char *const typing_names[] = {
	"cast",
	"final",
	"override",
	"no_type_check",
	"TYPE_CHECKING",
	"Any",
	"AnyStr",
	"AsyncContextManager",
	"AsyncGenerator",
	"AsyncIterable",
	"AsyncIterator",
	"Awaitable",
	"Callable",
	"ClassVar",
	"Collection",
	"ContextManager",
	"Coroutine",
	"Deque",
	"Dict",
	"Final",
	"FrozenSet",
	"Generator",
	"Hashable",
	"Iterable",
	"Iterator",
	"List",
	"Literal",
	"Mapping",
	"MutableMapping",
	"MutableSequence",
	"MutableSet",
	"Never",
	"NewType",
	"NoReturn",
	"Optional",
	"ParamSpec",
	"Reversible",
	"Self",
	"Sequence",
	"Set",
	"Sized",
	"Tuple",
	"Type",
	"TypeAlias",
	"TypeVar",
	"Union",
	NULL,
};

const char *const abc_names[] = {
	"AsyncGenerator",
	"AsyncIterable",
	"AsyncIterator",
	"Awaitable",
	"Callable",
	"Collection",
	"Container",
	"Coroutine",
	"Generator",
	"Hashable",
	"Iterable",
	"Iterator",
	"Mapping",
	"MutableMapping",
	"MutableSequence",
	"MutableSet",
	"Reversible",
	"Sequence",
	"Set",
	"Sized",
	NULL,
};

/* A hint for each name that the module does not have otherwise. */
static void add_hints(struct vm *vm, value module, const char *prefix,
                      const char *const *names)
{
	for (; *names != NULL; names++) {
		if (!value_is_null(module_get(vm, module, *names)))
			continue;
		struct hint *h = object_new(vm, &hint_type, 0);
		h->name = str_printf(vm, "%s.%s", prefix, *names);
		module_set(vm, module, *names, object_value(h));
		value_unref(vm, object_value(h));
	}
}

value typing_module_new(struct vm *vm)
{
	value module = module_new(vm, "typing", typing_functions);
	module_set(vm, module, "TYPE_CHECKING", VALUE_FALSE);
	add_hints(vm, module, "typing", typing_names);
	return module;
}

value abc_module_new(struct vm *vm)
{
	static const struct method_def nothing[] = {{0}};
	value module = module_new(vm, "collections.abc", nothing);
	add_hints(vm, module, "collections.abc", abc_names);
	return module;
}
