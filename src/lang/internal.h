/*
 * Readers: the files of src/lang that make up the machine itself (object, type, attribute,
 * class, exception, function, generator, interp, collect, vm...). Built-in types and the
 * floors above use the public headers.
 *
 * struct vm is one world; struct frame is one activation of a code object.
 */
#ifndef LANG_INTERNAL_H
#define LANG_INTERNAL_H

#include <assert.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/vec.h"
#include "lang/class.h"
#include "lang/code.h"
#include "lang/exception.h"
#include "lang/function.h"
#include "lang/generator.h"
#include "lang/object.h"
#include "lang/pools.h"
#include "lang/vm.h"

#if defined(__SANITIZE_ADDRESS__)
#define MEMORY_PLAIN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY_PLAIN 1
#endif
#endif
#ifndef MEMORY_PLAIN
#define MEMORY_PLAIN 0 /* 1: every allocation is malloc's, so that ASan sees it */
#endif

/* Before every tracked object: the collector's list. `next` is NULL while it is not in it. */
struct gc_head {
	struct gc_head *next, *prev;
};

static inline struct gc_head *gc_head_of(struct object *o)
{
	return (struct gc_head *)(void *)o - 1;
}
static inline struct object *gc_object(struct gc_head *h)
{
	return (struct object *)(void *)(h + 1);
}

/* What one instruction has learnt: see interp.c for who uses which field. */
struct inline_cache {
	const struct type *type; /* whose attribute this was */
	value found;             /* class attribute, borrowed from the class; or null */
	uint64_t version;        /* of a dict's table, or vm->type_epoch */
	uint64_t builtins_version;
	uint32_t position;       /* in a table's entries */
	uint32_t kind;
};

enum frame_flags {
	FRAME_ENTRY = 1,   /* vm_run was called for it: leaving it leaves vm_run */
	FRAME_INIT = 2,    /* an __init__ called by a class: the result is `made` */
	FRAME_STARTED = 4, /* a generator's: has run before */
	FRAME_DONE = 8,    /* has been left for good; only a traceback or a debugger keeps it */
};

struct frame {
	struct object head;
	const struct code *code;   /* the function's, or owned */
	struct frame *back;        /* who called or resumed it; NULL while suspended */
	const instruction *ip;     /* what comes next; of a frame suspended in await, the await */
	value *stack_top;          /* one above the top; kept up while another frame runs */
	struct inline_cache *caches;
	value function;            /* owned; null for a module's body: then the frame owns the next two */
	value globals, builtins;   /* dicts, otherwise the function's */
	value namespace;           /* dict of a module or class body, owned, or null */
	value made;                /* the instance under construction, owned, or null */
	value handled;             /* the exception being handled in it, owned, or null */
	struct generator *generator; /* whose frame it is, borrowed, or NULL */
	uint32_t flags;            /* FRAME_* */
	value slots[];             /* code->slot_count, then the stack */
};

struct generator {
	struct object head;
	struct frame *frame;       /* owned; NULL when finished, or with a body in C */
	const struct native_body *native;
	value name, qualname;      /* str */
	const struct code *code;   /* owned; NULL for a body in C */
	bool started, running, finished;
	bool dropped;              /* a body in C has given back what its state owned */
	bool awaited;              /* a coroutine that somebody began to await or closed */
	/* Async generators. */
	bool hooked;               /* asyncgen_first was called */
	bool closed;               /* aclose or an end */
	bool busy;                 /* an asend, athrow or aclose is under way */
	bool produced;             /* what it last gave came from yield, not from an await */
	/* Keep last: a C body's state follows. */
	_Alignas(16) unsigned char state[];
};

struct traceback {
	struct object head;
	value next;           /* towards where it was raised, or null */
	struct frame *frame;  /* owned */
	uint32_t at;          /* the instruction */
};

struct module {
	struct object head;
	value name;           /* str */
	value dict;
};

extern const struct type frame_type, traceback_type, module_type, slot_wrapper_type,
	class_method_descriptor_type, getset_descriptor_type, async_send_type, async_throw_type;

/* A getset_def as a class attribute. */
struct getset_descriptor {
	struct object head;
	const struct getset_def *def;
	const struct type *owner;
};

/* A slot of a built-in type as a method of that name: super().__init__. */
struct slot_wrapper {
	struct object head;
	const struct type *owner;
	enum vm_name_id id;
};

struct property {
	struct object head;
	value get, set, delete, doc; /* null where not given */
	value name;                  /* str, by __set_name__, or null */
};

/* classmethod and staticmethod. */
struct function_wrapper {
	struct object head;
	value function;
	value dict;
};

/* list[int] and int | None. */
struct alias {
	struct object head;
	value origin; /* null in a union */
	value args;   /* tuple */
};

extern const struct type alias_type, union_type;

struct exception_group {
	struct exception head;
	value message;    /* str */
	value exceptions; /* tuple */
};

struct attribute_cache {
	const struct type *type;
	value name;  /* owned, so that its address means this name only */
	value found; /* borrowed from the class; null: there is none */
	uint64_t epoch;
};

/* The interned names of native bodies, by their address. */
struct body_name {
	const char *text;
	value name;
};

enum {
	ATTRIBUTE_CACHE = 1024,
	BODY_NAMES = 64,
	MEMORY_CLASSES = 65, /* multiples of 16 bytes, up to 1 KiB */
	/* C calls within C calls: what 8 MiB of stack bear, also with a sanitizer's larger frames. */
	C_DEPTH_USUAL = MEMORY_PLAIN ? 1500 : 3500,
};

/* The attributes of a static type, made when first asked for. */
struct static_attributes {
	const struct type *type;
	value dict;
};

struct vm {
	struct vm_hooks hooks;
	struct vm_limits limits;

	/* Running. */
	struct frame *frame;      /* the innermost */
	value raised;             /* the exception that is set, or null */
	value handled;            /* by C code outside of all frames, or null */
	uint32_t depth;           /* frames */
	uint32_t c_depth;         /* C calls that can call the scene back */
	uint32_t c_depth_max;     /* what the thread's stack bears */
	atomic_uint interrupt;    /* INTERRUPT_* bits to look at, at the next jump back or call */
	uint64_t steps_left;      /* of the step budget */
	bool stopped;

	/* Memory. */
	void *free_lists[MEMORY_CLASSES];
	VEC(void *) blocks;       /* from which small objects are cut */
	char *block_at, *block_end;
	uint64_t memory_bytes;
	uint32_t dying;           /* nesting of object_die */
	VEC(struct object *) graveyard;
	struct weak *weaks;       /* all that have a target */

	/* Cycles. */
	struct gc_head tracked;   /* list head */
	size_t tracked_count, collect_at;
	bool collect_automatically, collecting;

	/* Names, types, modules. */
	struct pools pools;
	value names[NAME_COUNT];
	struct attribute_cache attributes[ATTRIBUTE_CACHE];
	struct body_name body_names[BODY_NAMES];
	uint64_t type_epoch;      /* changes whenever a class attribute does */
	struct static_attributes *statics; /* open addressing by type, static_room slots */
	size_t static_count, static_room;
	value modules;            /* dict: name to module */
	value builtins;           /* dict */
	value memory_error;       /* made beforehand */
	struct code_cache *code_caches; /* what runs has learnt, by code; see code.c */
	size_t code_cache_count, code_cache_room;

	/* Other worlds: see parcel.h. */
	uint32_t world;           /* its number among them */
	VEC(const struct code *) codes; /* all, owned, in the order in which they were made */
	VEC(struct manifest *) manifests; /* by their numbers; NULL: gone */
	uint64_t manifest_first;  /* the number of the first of them */
	const struct parcel_crossing *crossings;
};

enum interrupt { INTERRUPT_ASKED = 1, INTERRUPT_MEMORY = 2, INTERRUPT_COLLECT = 4 };

/* ---- interp.c ---- */
/*
 * Run `frame`, which has nobody above it yet, until it returns, yields or raises. A frame
 * that is suspended has its sent value on the stack already; `thrown` (borrowed or null) is
 * raised in it instead.
 */
enum coro_outcome vm_run(struct vm *vm, struct frame *frame, value thrown, value *out);

/* Somebody wants something: interrupts, limits, the collector. False with an exception set. */
bool vm_attend(struct vm *vm);

/* To be called wherever a scene could go round for ever. False with an exception set. */
static inline bool vm_poll(struct vm *vm)
{
#ifdef LANG_STRESS /* for tests: collect cycles at every chance */
	vm_collect(vm);
#endif
	return (--vm->steps_left != 0 &&
	        atomic_load_explicit(&vm->interrupt, memory_order_relaxed) == 0) ||
		vm_attend(vm);
}

/* ---- frame.c ---- */
/* A frame for code without a function: a module or a class body. */
struct frame *frame_new(struct vm *vm, const struct code *code, value globals);
/* A frame for a call of the function, whose reference is taken over; its locals are unset. */
struct frame *frame_new_taking(struct vm *vm, struct function *fn);
/* Give up the reference of whoever ran it: locals die with the last one. */
void frame_leave(struct vm *vm, struct frame *f);
/* The instruction it is at, or was at when it was left or suspended. */
uint32_t frame_at(const struct frame *f);
void frame_visit(struct frame *f, visit_fn visit, void *context);
/* Place of a frame. */
void frame_place(const struct frame *f, struct place *out);
/* One more frame is entered: false with RecursionError set. */
bool frame_depth_ok(struct vm *vm);

/* ---- code.c ---- */
/* The inline caches of this vm for the code. */
struct inline_cache *code_caches(struct vm *vm, const struct code *code);
/* What the code and all code in it name of globals: `*count` interned str, borrowed. */
const value *code_globals(struct vm *vm, const struct code *code, size_t *count);
void code_caches_fini(struct vm *vm);

/* ---- call.c ---- */
/* A frame for calling the function with these arguments, bound as its signature says; NULL with
   the exception set. `self` (borrowed, may be null) goes before the positional ones. */
struct frame *function_bind(struct vm *vm, struct function *fn, value self, const struct args *a);
/* What a call of a finished frame of generator kind gives: the object. Takes the frame. */
value generator_new(struct vm *vm, struct frame *f);
/* Instances of classes: type(args). */
value type_call(struct vm *vm, const struct type *type, const struct args *a);
/* The call of a C function after its arguments were counted. */
value native_invoke(struct vm *vm, const struct method_def *def, value self, const struct args *a);

/* ---- type.c ---- */
/* The dict of a type's own attributes, borrowed. */
value type_dict(struct vm *vm, const struct type *type);
/* A class attribute changed, or a class died. */
void type_changed(struct vm *vm);
/* The methods that the slots of a built-in type are (slot.c). */
void type_add_slot_wrappers(struct vm *vm, const struct type *type, value dict);
value object_make_plain(struct vm *vm, const struct type *type, const struct args *a);
bool object_init_plain(struct vm *vm, value self, const struct args *a);

/* ---- class.c ---- */
void class_update_slots(struct vm *vm, struct class *c);
/*
 * A class without its attributes: they are put into its dict, then class_complete. No code of the
 * scene is told. Names are str, `bases` is a tuple of types. Null with an exception set.
 */
value class_shell(struct vm *vm, value name, value qualname, value bases);
void class_complete(struct vm *vm, struct class *c);
value class_build(struct vm *vm, const struct args *a); /* LOAD_BUILD_CLASS */
extern const struct method_def build_class_def;
void class_drop(struct vm *vm, struct object *self);
void class_traverse(struct object *self, visit_fn visit, void *context);
void class_clear(struct vm *vm, struct object *self);

/* ---- alias.c ---- */
/* list[int]; int | None: kept for annotations and isinstance. */
value generic_alias_new(struct vm *vm, value origin, value args);
value alias_origin(value v); /* borrowed, or null when it is no alias */
value union_new(struct vm *vm, value left, value right);
value union_members(value v); /* tuple, borrowed, or null when it is no union */

/* ---- iter.c ---- */
value seq_iter_new(struct vm *vm, value v);

/* ---- attribute.c ---- */
/* obj.name for a call: the function unbound and `*self` = obj (new reference), or what the
   attribute is and null. */
value object_getmethod(struct vm *vm, value obj, value name, value *self);
/* The special method of a class, unbound or bound as above; null without an exception if none. */
value object_special(struct vm *vm, value obj, value name, value *self);
/* Call a special method: null with `*missing` when there is none. */
value object_call_special(struct vm *vm, value obj, value name, const struct args *a, bool *missing);
/* The instance's dict slot, or NULL. */
value *object_dict_slot(value obj);
value super_lookup(struct vm *vm, const struct type *start, value obj, value name);

/* ---- exception.c, exception_group.c, traceback.c ---- */
/* The slots of BaseException, for types that add to them. */
void exception_drop(struct vm *vm, struct object *self);
void exception_traverse(struct object *self, visit_fn visit, void *context);
void exception_clear(struct vm *vm, struct object *self);
value traceback_new(struct vm *vm, value next, struct frame *f, uint32_t at);
/* An exception leaves an instruction of `f`. */
void exception_add_traceback(struct vm *vm, struct frame *f);
void exceptions_init_module(struct vm *vm, value builtins);
value exception_group_match(struct vm *vm, value exception, value types, value *rest);
value exception_prepare_star(struct vm *vm, value original, value results);

/* ---- traceback_source.c ---- */
/* Append line `number`, where instruction `at` of the code is, and the marks under it. */
void traceback_put_source(struct vm *vm, const struct code *code, uint32_t at, uint32_t number,
                          struct buf *out);

/* ---- suggest.c ---- */
/* Append ". Did you mean: 'x'?" to the last line of a traceback where CPython does. */
void suggestion_put(struct vm *vm, value exception, struct buf *out);
/* Raise NameError or AttributeError so that it remembers the name (and the object, or null). */
value raise_no_name(struct vm *vm, value name);
value raise_no_attribute(struct vm *vm, value obj, value name);

/* ---- generator.c ---- */
void generator_finish(struct vm *vm, struct generator *g);
/* The exception that is set leaves a generator: StopIteration becomes RuntimeError. */
void generator_convert_stop(struct vm *vm, const struct generator *g);
/* ---- async_generator.c ---- */
value async_generator_anext(struct vm *vm, value self);
extern const struct method_def async_generator_methods[];

/* ---- collect.c ---- */
void collect_track(struct vm *vm, struct object *o);
void collect_untrack(struct vm *vm, struct object *o);

/* ---- memory.c ---- */
/* object_new that only zeroes the first `zeroed` bytes. */
void *object_new_zeroing(struct vm *vm, const struct type *type, size_t extra, size_t zeroed);
void memory_fini(struct vm *vm);

static inline struct cell *cell_of(value v)
{
	return (struct cell *)(void *)value_object(v);
}
static inline struct frame *frame_of(value v)
{
	return (struct frame *)(void *)value_object(v);
}
static inline struct generator *generator_of(value v)
{
	return (struct generator *)(void *)value_object(v);
}
static inline struct function *function_of(value v)
{
	return (struct function *)(void *)value_object(v);
}
static inline bool value_is_generator_kind(value v)
{
	const struct type *t = value_type(v);
	return t == &coroutine_type || t == &generator_type || t == &async_generator_type;
}

#endif
