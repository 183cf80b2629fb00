/*
 * Objects and types: what an object can be asked, as a table of slots a type.
 *
 * Built-in types are `static const struct type` tables, shared by every vm and never
 * written. A slot that is NULL is inherited from `base`; so call the object_* functions,
 * never a slot directly. Classes that a scene makes are objects on the heap with
 * the same table, whose slots call the scene's __dunder__ methods.
 *
 * Conventions everywhere: arguments are borrowed, results are new references, a null
 * value (or false, or -1) says that an exception is set in the vm.
 */
#ifndef LANG_OBJECT_H
#define LANG_OBJECT_H

#include "lang/args.h"
#include "lang/value.h"
#include "syntax/operator.h"

/* ---- what an object can be asked -------------------------------------------------- */

/* How a coroutine, a generator or any other awaitable came back from being resumed. */
enum coro_outcome {
	CORO_AWAIT,  /* it yielded: *out is what */
	CORO_RETURN, /* it is finished: *out is its result */
	CORO_RAISE,  /* it is finished: the exception is set in the vm, *out is null */
};

/* Called by `traverse` for each value that an object owns; skips null and small ints itself. */
typedef void (*visit_fn)(value v, void *context);

enum type_flags {
	TYPE_TRACKED = 1,       /* has references that may be part of cycles: traverse is set */
	TYPE_FINAL = 2,         /* a scene may not subclass it */
	TYPE_HEAP = 4,          /* made by a `class` statement: a struct class, see lang/class.h */
	TYPE_SEQUENCE = 8,      /* matches [..] patterns (list, tuple, range) */
	TYPE_MAPPING = 16,      /* matches {..} patterns (dict) */
	TYPE_EXCEPTION = 32,    /* BaseException and everything below it: a struct exception */
	TYPE_NO_NEW = 64,       /* a scene cannot make one: `cannot create 'X' instances` */
	TYPE_UNHASHABLE = 128,  /* hash() raises `unhashable type: 'X'` */
	TYPE_MATCH_SELF = 256,  /* `case int(x)` binds the subject itself */
	TYPE_METHOD = 512,      /* a function: obj.f binds without making a bound method for calls */
};

struct type {
	struct object head;
	const char *name;        /* "int": borrowed for good */
	const char *module;      /* "builtins"; shown in reprs and tracebacks when it is another */
	const struct type *base; /* NULL for `object` only; chains end at object_type */
	const struct type *const *mro; /* NULL: the chain of bases; otherwise it ends with NULL */
	size_t size;             /* of an instance in bytes, without a variable part */
	uint32_t flags;          /* TYPE_*; not inherited by static types: spell them out */
	uint32_t dict_offset;    /* where in an instance its `value` __dict__ is (null until
	                            used); 0: no __dict__; not inherited by static types */
	const struct method_def *methods; /* own ones; the attribute lookup follows the mro */
	const struct getset_def *getset;

	/* Life. `make` is __new__, `init` is __init__; without `make` an instance is zeroed memory. */
	value (*make)(struct vm *vm, const struct type *type, const struct args *a);
	bool (*init)(struct vm *vm, value self, const struct args *a);
	/* The first thing at death, once; may run code, and may keep the object by referring to it. */
	void (*finalize)(struct vm *vm, struct object *self);
	/* Give back what it owns; the memory itself is freed by the caller. Runs no scene code. */
	void (*drop)(struct vm *vm, struct object *self);
	/* Visit every owned value once; and let go of those that can form cycles. */
	void (*traverse)(struct object *self, visit_fn visit, void *context);
	void (*clear)(struct vm *vm, struct object *self);

	/* Text, identity, order. */
	value (*repr)(struct vm *vm, value self);
	value (*str)(struct vm *vm, value self);
	value (*format)(struct vm *vm, value self, value spec); /* __format__ */
	bool (*hash)(struct vm *vm, value self, int64_t *out);
	int (*truth)(struct vm *vm, value self); /* 0, 1 or -1 */
	/* The answer, or VALUE_NOT_IMPLEMENTED when `b` is none of its business. */
	value (*compare)(struct vm *vm, value a, value b, enum compare_op op);

	/* Attributes and calls. `name` is an interned str; a null `v` deletes. */
	value (*getattr)(struct vm *vm, value self, value name);
	bool (*setattr)(struct vm *vm, value self, value name, value v);
	value (*call)(struct vm *vm, value self, const struct args *a);
	/* As a class attribute: what obj.name is (`obj` null when looked up on the class). */
	value (*descr_get)(struct vm *vm, value self, value obj, const struct type *owner);
	/* Makes it a data descriptor. A null `v` deletes. */
	bool (*descr_set)(struct vm *vm, value self, value obj, value v);

	/*
	 * Operators. Called with the operands in source order, first on the left one's
	 * type and then on the right one's (a subclass of the left's goes first): look at both types,
	 * and return VALUE_NOT_IMPLEMENTED when this combination is not yours.
	 */
	value (*binary)(struct vm *vm, enum binary_op op, value left, value right);
	value (*inplace)(struct vm *vm, enum binary_op op, value left, value right); /* left op= */
	value (*unary)(struct vm *vm, enum unary_op op, value self);
	value (*index)(struct vm *vm, value self);    /* __index__: an int */
	value (*to_int)(struct vm *vm, value self);   /* __int__ */
	value (*to_float)(struct vm *vm, value self); /* __float__ */

	/* Containers. */
	int64_t (*len)(struct vm *vm, value self); /* -1 with an exception set */
	value (*getitem)(struct vm *vm, value self, value key);
	bool (*setitem)(struct vm *vm, value self, value key, value v); /* a null `v` deletes */
	int (*contains)(struct vm *vm, value self, value item);       /* 0, 1 or -1 */

	/* Iteration: `next` returns null both at the end (nothing set) and on an error (set). */
	value (*iter)(struct vm *vm, value self);
	value (*next)(struct vm *vm, value self);

	/* Awaiting. `await` returns the iterator that `resume` or `next` drive. */
	value (*await)(struct vm *vm, value self);
	value (*aiter)(struct vm *vm, value self);
	value (*anext)(struct vm *vm, value self); /* an awaitable */
	/*
	 * Continue with `sent` (None at first), or, when `thrown` is not null, by raising the
	 * exception `thrown` inside. Both borrowed. On CORO_AWAIT and CORO_RETURN `*out` is a
	 * new reference. A type with this slot can be awaited, sent and thrown into; put
	 * `generator_methods` (lang/generator.h) into `methods` to have send/throw/close as well.
	 */
	enum coro_outcome (*resume)(struct vm *vm, value self, value sent, value thrown, value *out);
};

/* The slot `slot` of `type`, inherited if need be; NULL when nobody has one. */
#define TYPE_SLOT(out, from, slot)                                                       \
	do {                                                                               \
		const struct type *slot_owner_ = (from);                                   \
		while (slot_owner_ != NULL && slot_owner_->slot == NULL)                   \
			slot_owner_ = slot_owner_->base;                                   \
		(out) = slot_owner_ != NULL ? slot_owner_->slot : NULL;                    \
	} while (0)

/* How a static type begins: `const struct type list_type = { TYPE_HEAD, .name = "list", ... };` */
#define TYPE_HEAD .head = {.refs = REFS_IMMORTAL, .type = &type_type}, .module = "builtins"

/* `object`, `type`, the types of the constants; and int, since small ints have no head. */
extern const struct type object_type, type_type, none_type, bool_type, ellipsis_type,
	not_implemented_type, int_type;

/* ---- types ------------------------------------------------------------------------- */

static inline const struct type *value_type(value v)
{
	return value_is_small(v) ? &int_type : value_object(v)->type;
}

/* Whether `v` is exactly of `type`, or of it or a subclass of it. */
static inline bool value_is_exactly(value v, const struct type *type)
{
	return value_type(v) == type;
}

bool type_is_subtype(const struct type *type, const struct type *of);

static inline bool value_is_a(value v, const struct type *type)
{
	return value_type(v) == type || type_is_subtype(value_type(v), type);
}

static inline const char *value_type_name(value v)
{
	return value_type(v)->name;
}

/* The type as a value (borrowed), and the type that a value is, which must be one. */
static inline value type_value(const struct type *type)
{
	return object_value(type);
}

static inline const struct type *value_as_type(value v)
{
	return (const struct type *)(const void *)value_object(v);
}

bool value_is_type(value v);

/* The i-th type of the method resolution order, NULL after the last; 0 is the type itself. */
const struct type *type_mro_at(const struct type *type, size_t i);

/*
 * A class attribute by its interned name, along the mro: borrowed, null if there is none
 * (nothing is raised). Cached.
 */
value type_lookup(struct vm *vm, const struct type *type, value name);

/* ---- objects: making, dying, tracking ---------------------------------------------- */

enum object_flags {
	OBJECT_SIZE_MASK = 0xff, /* which free list the memory came from; 0: malloc */
	OBJECT_TRACKED = 0x100,  /* has a collector's header before it */
	OBJECT_FINALIZED = 0x200,/* `finalize` has been called */
	OBJECT_WATCHED = 0x400,  /* somebody has a weak reference to it */
	OBJECT_IN_REPR = 0x800,  /* its repr is being made: repr_enter */
	OBJECT_DYING = 0x1000,   /* in the queue of the dead */
	OBJECT_USER = 0x10000,   /* this bit and those above it are free for each type's own use */
};

/*
 * A new object of `type` with one reference: type->size bytes plus `extra`, zeroed behind the
 * head. If the type is TYPE_TRACKED, the collector sees it from now on, so traverse must bear
 * the zeroed state. Cannot fail: memory that runs over the limit raises MemoryError at the
 * next jump or call; before taking a size that a scene chose, ask vm_room.
 */
void *object_new(struct vm *vm, const struct type *type, size_t extra);

/* Whether `bytes` more stay within the limits; otherwise false with MemoryError set. */
bool vm_room(struct vm *vm, size_t bytes);

/* Plain counted memory for the insides of objects (tables of dicts, items of lists). */
void *vm_alloc(struct vm *vm, size_t bytes);
void *vm_resize(struct vm *vm, void *p, size_t old_bytes, size_t new_bytes);
void vm_release(struct vm *vm, void *p, size_t bytes);

/*
 * Weak references for C: `*weak` forgets its target by itself when that dies. The struct lives
 * in the caller's memory and must be finished (weak_fini) before that goes.
 */
struct weak {
	struct weak *next, **link;
	struct object *target; /* NULL once it is dead */
};
void weak_init(struct vm *vm, struct weak *weak, value target);
void weak_fini(struct weak *weak);

/* ---- asking objects ------------------------------------------------------------------ */

value object_repr(struct vm *vm, value v);            /* repr(v): a str */
value object_str(struct vm *vm, value v);             /* str(v) */
value object_format(struct vm *vm, value v, value spec); /* format(v, spec); `spec` null: "" */
bool object_hash(struct vm *vm, value v, int64_t *out);
int object_truth(struct vm *vm, value v);             /* 0, 1, -1 */
value object_compare(struct vm *vm, value a, value b, enum compare_op op); /* never NotImplemented */
int object_compare_bool(struct vm *vm, value a, value b, enum compare_op op); /* 0, 1, -1 */
int object_equal(struct vm *vm, value a, value b);    /* a is b or a == b: 0, 1, -1 */

value object_getattr(struct vm *vm, value v, value name);
/* The same, but null without an exception when there is no such attribute; `*failed` tells. */
value object_getattr_maybe(struct vm *vm, value v, value name, bool *failed);
bool object_setattr(struct vm *vm, value v, value name, value attribute); /* null: delete */
/* What `object` itself does, for getattr/setattr slots that only add to it. */
value object_getattr_generic(struct vm *vm, value v, value name);
bool object_setattr_generic(struct vm *vm, value v, value name, value attribute);
/* With a C string for a name. */
value object_getattr_text(struct vm *vm, value v, const char *name);
bool object_setattr_text(struct vm *vm, value v, const char *name, value attribute);

value object_binary(struct vm *vm, enum binary_op op, value left, value right);
value object_inplace(struct vm *vm, enum binary_op op, value left, value right);
value object_unary(struct vm *vm, enum unary_op op, value v);
/* v.__index__() as an int; TypeError `'X' object cannot be interpreted as an integer`. */
value object_index(struct vm *vm, value v);
/* The same as a number; beyond 64 bits: OverflowError, or clamped when `clamp` (for slices). */
bool object_index_int64(struct vm *vm, value v, bool clamp, int64_t *out);

int64_t object_len(struct vm *vm, value v);
value object_getitem(struct vm *vm, value v, value key);
bool object_setitem(struct vm *vm, value v, value key, value item); /* null: delete */
int object_contains(struct vm *vm, value container, value item);

value object_iter(struct vm *vm, value v);
value object_next(struct vm *vm, value iterator); /* null at the end and on error */
/* The same for who wants to see StopIteration with its value: it may be set at the end. */
value object_next_stop(struct vm *vm, value iterator);

/* Guards repr against cycles: true if `v` is already being shown (print "..."); else pair it. */
bool repr_enter(value v);
void repr_leave(value v);

/* Guards C recursion (repr, compare, hash of nested things): false with RecursionError set. */
bool vm_enter(struct vm *vm);
void vm_leave(struct vm *vm);

#endif
