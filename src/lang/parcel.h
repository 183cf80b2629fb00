/*
 * Parcels: how values cross from one world (vm) to another. Packing copies everything that is
 * reached from some values into bytes; unpacking makes it anew in another vm, with
 * the same sharing and the same circles. A parcel refers to no object of any vm, so any thread
 * may hold, hand on and free it.
 *
 * What has an identity that matters stays what it is: functions, classes and everything that
 * cannot be copied. The vm that packs keeps a *manifest*, the list of those objects of its own
 * that went away; the vm that unpacks keeps a *landing*, the list of what came and from where. By
 * them a function or class that comes back is the very one that went, and what never left
 * stands in the other world as a foreign token (foreign.h) that becomes the original at home.
 *
 * Both vms must have compiled the same trees in the same order: code crosses as a number.
 * Neither needs to keep the module's code for that.
 *
 * Threads: pack, manifest_* on the thread of the vm that packs; unpack, landing_* on the thread
 * of the vm that unpacks; parcel_free on any.
 */
#ifndef LANG_PARCEL_H
#define LANG_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lang/foreign.h"
#include "lang/value.h"
#include "lang/vm.h"

/* ---- parcels ------------------------------------------------------------------------ */

/* Bytes in native words. {0} is an empty one; it may be moved by assignment. */
struct parcel {
	uint64_t *items; /* owned words */
	size_t count, room;
};

/* Free what it holds; it is {0} afterwards. */
void parcel_free(struct parcel *p);

/* How many bytes it takes. */
static inline size_t parcel_bytes(const struct parcel *p)
{
	return p->count * sizeof *p->items;
}

/* ---- manifests and landings ------------------------------------------------------------ */

/*
 * What of this vm's own is away with one job: counted references, which keep the originals
 * alive until the job is over. It belongs to `vm`, which must outlive it.
 */
struct manifest;
struct manifest *manifest_new(struct vm *vm);
/*
 * Let go of the originals. Tokens of it that still come home find nothing: RuntimeError. NULL is
 * fine.
 */
void manifest_free(struct manifest *m);

/* What came in with one parcel. Keeps all of it alive, so that it can be compared afterwards. */
struct landing;
struct landing *landing_new(struct vm *vm);
/*
 * Let go. The globals that were made for the job are emptied, which breaks the circles between
 * them and their functions. NULL is fine.
 */
void landing_free(struct landing *l);

/* ---- packing and unpacking --------------------------------------------------------------- */

enum parcel_flags {
	/* Take along the globals that the code of packed functions names, and so on from there. */
	PARCEL_GLOBALS = 1,
	/* As between processes: what CPython's pickle refuses is refused, in its words, and
	   functions and classes must be found under their names. */
	PARCEL_PICKLE = 2,
	/* What the sender made is given away: its copies there never run __del__. For results. */
	PARCEL_MOVE = 4,
};

struct parcel_options {
	unsigned flags;            /* PARCEL_* */
	uint32_t to;               /* packing: the number of the world it goes to (vm_set_world) */
	/* Packing: where to note what stays here. NULL: nothing can stay, so what cannot be copied
	   is refused: TypeError. */
	struct manifest *manifest;
	/* Packing: what this vm's job came with, so that it can go back as what it was. Unpacking:
	   an empty one, filled with what comes, or NULL. */
	struct landing *landing;
	/* Unpacking: the globals of functions, borrowed. Null: fresh ones with what the parcel
	   brings; then `landing` must be given. */
	value globals;
	/* Packing: how the refusal of what cannot be copied ends: "... cannot be returned from a
	   worker". NULL: "... cannot leave the thread it was made in". */
	const char *refusal;
	/* PARCEL_PICKLE: the type of `Can't pickle ...` errors; NULL: AttributeError. */
	const struct type *pickling_error;
};

/*
 * Pack `count` values (borrowed; null ones come out as null) into `*out`. False with an
 * exception set, `*out` empty and nothing moved: TypeError, or what `parcel_flags` says. Coroutines
 * and generators that have not begun and are reached from the values, not only by globals, move:
 * here they are closed then. So do iterators that are arguments or in what moves: here they are at
 * their end then; other iterators are copied as they are. Annotations stay. May run code of the
 * scene (the repr of what stays).
 */
bool parcel_pack(struct vm *vm, const value *values, size_t count,
                 const struct parcel_options *o, struct parcel *out);

/*
 * Make the values of a parcel anew: new references in `values`, which has room for the `count` that
 * were packed. False with an exception set and every value null. May run code of the scene
 * (__hash__ and __eq__ of keys).
 */
bool parcel_unpack(struct vm *vm, const struct parcel *p, const struct parcel_options *o,
                   value *values, size_t count);

/* The same for a call, always with PARCEL_GLOBALS. */
bool parcel_pack_call(struct vm *vm, value callable, const struct args *a,
                      const struct parcel_options *o, struct parcel *out);
/* New references: a tuple, and a dict or null. */
bool parcel_unpack_call(struct vm *vm, const struct parcel *p, const struct parcel_options *o,
                        value *callable, value *args, value *keywords);
/* callable(*args, **keywords) as unpacked (borrowed; `keywords` may be null): a new reference. */
value parcel_call(struct vm *vm, value callable, value args, value keywords);

/* ---- what has changed ---------------------------------------------------------------------- */

/*
 * Compare what came in by parcel_unpack_call with what it is now. True if something was changed
 * that other threads would see in CPython: then `what` says what, as a noun: "the global
 * `results`", "argument 1", "the attribute `price` of the class `Dish`", "the variable `n` of
 * `cook`". Globals that were rebound, added or deleted count; caches, hashes and lazily made dicts
 * do not. False also for a parcel that could not be unpacked. Runs no code of the scene.
 */
struct buf;
bool parcel_changed(struct vm *vm, const struct parcel *p, const struct landing *l,
                    struct buf *what);

/* ---- types of other floors ----------------------------------------------------------- */

struct parcel_writer;
struct parcel_reader;

enum crossing_way {
	CROSSING_FAILED, /* an exception is set */
	CROSSING_COPY,   /* what was put is what the other world makes it from */
	CROSSING_STAYS,  /* it cannot be copied: it crosses as a foreign token, or is refused */
	CROSSING_HANDLE, /* in other worlds it is made from what was put and its origin, at home it
	                    is the original: for a thing that stays and for its proxies elsewhere, which
	                    call parcel_put_origin with what they got from parcel_get_origin */
};

/*
 * How instances of a type (and of subclasses, whose class and __dict__ cross by themselves) go
 * from one world to another. Types that the vm does not know and that have no crossing
 * stay at home.
 */
struct parcel_crossing {
	const struct type *type;
	/* Put words and bytes, then values. */
	enum crossing_way (*pack)(struct vm *vm, struct parcel_writer *w, value v);
	/* A new instance of `type` (the type of this row or a subclass) from the words and bytes; a
	   HANDLE may be of any type. Values cannot be had yet. Null with an exception set. */
	value (*make)(struct vm *vm, struct parcel_reader *r, const struct type *type);
	/* Get the values: containers among them may still be empty. NULL: there are none. */
	bool (*fill)(struct vm *vm, struct parcel_reader *r, value v);
};

/* The crossings of this vm, for good: a const table that ends with a NULL type. */
void vm_set_crossings(struct vm *vm, const struct parcel_crossing *table);

void parcel_put_word(struct parcel_writer *w, uint64_t word);
void parcel_put_bytes(struct parcel_writer *w, const void *data, size_t len);
/* `v` may be null. It is looked at after `pack` has returned. */
void parcel_put_value(struct parcel_writer *w, value v);
/* CROSSING_HANDLE: where the original is, when that is not `v` itself. */
void parcel_put_origin(struct parcel_writer *w, const struct origin *origin);

uint64_t parcel_get_word(struct parcel_reader *r);
/* Borrowed from the parcel. */
const void *parcel_get_bytes(struct parcel_reader *r, size_t *len);
/* A new reference, or null if null was put. Only in `fill`. */
value parcel_get_value(struct parcel_reader *r);
/* CROSSING_HANDLE: the origin of what is being made. */
void parcel_get_origin(struct parcel_reader *r, struct origin *out);

#endif
