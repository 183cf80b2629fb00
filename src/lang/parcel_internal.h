/*
 * Readers: the parcel*.c files.
 *
 * A parcel is: the header's words; a reference a root; the records of all objects in the order
 * in which they were met, breadth first, so that no depth of nesting is a depth of calls; a list
 * of those that are classes, bases first; the globals as pairs.
 *
 * A reference is one word: 0 is null, an odd one a small int, one whose low three bits are 0 the
 * address of an immortal object (they are shared by all worlds), and one whose low three bits
 * are 2 the index of a record. Counts are stored times eight, so that none looks like an index.
 */
#ifndef LANG_PARCEL_INTERNAL_H
#define LANG_PARCEL_INTERNAL_H

#include "lang/address_map.h"
#include "lang/internal.h"
#include "lang/parcel.h"

enum parcel_kind {
#define KIND(NAME, functions, contents, fill, check) PARCEL_##NAME,
#include "lang/parcel.def"
#undef KIND
	PARCEL_KIND_COUNT
};

enum parcel_header {
	HEAD_ROOTS,    /* how many */
	HEAD_OBJECTS,  /* how many */
	HEAD_RECORDS,  /* where they begin */
	HEAD_CLASSES,  /* where the list of classes is: its length, then references */
	HEAD_GLOBALS,  /* where the globals are: how many, then name and value */
	HEAD_WORLD,    /* who packed */
	HEAD_MANIFEST, /* the number of the manifest; 0: none */
	HEAD_LATE,     /* how many containers hash keys that only fill makes whole */
	HEAD_COUNT
};

/* The first word of a record: kind in the low 8 bits, flags above, its words from bit 16 on. */
enum record_flags {
	RECORD_TYPED = 0x100,     /* two words follow: the type, a class or immortal, and __dict__ */
	RECORD_LATE = 0x200,      /* a container with keys whose hash may ask what they hold */
	RECORD_FINALIZED = 0x400, /* __del__ is not called on what is made from it */
	RECORD_SPECIAL = 0x800,   /* STR: interned; CROSSING: with an origin; ITERATOR: moved */
};

static inline uint64_t word_of_index(size_t i)
{
	return (uint64_t)i << 3 | 2;
}
static inline bool word_is_index(uint64_t word)
{
	return (word & 7) == 2;
}
static inline uint64_t word_of_count(uint64_t n)
{
	return n << 3;
}
static inline uint64_t word_of_pointer(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

/* ---- manifests and landings ------------------------------------------------------------ */

struct manifest {
	struct vm *vm;
	uint64_t number;
	VEC(value) items; /* counted */
	struct address_map places;
};

/* The place of `v` in the manifest, added if need be; `*is_new` may be NULL. */
uint32_t manifest_place(struct manifest *m, value v, bool *is_new);
/* The object that an origin of this world means, borrowed; null with RuntimeError set. */
value manifest_find(struct vm *vm, const struct origin *origin);

/* One that came and where it is from: from the world that sent it, and from where that had it. */
enum { ORIGINS_MAX = 2 };
struct landed {
	struct origin origins[ORIGINS_MAX];
	unsigned count;
};

struct landing {
	struct vm *vm;
	VEC(value) items;         /* counted: the objects of all parcels, one after the other */
	VEC(struct landed) landed; /* those with an identity */
	struct address_map by_address; /* an object's place in `landed` */
	uint64_t manifest;        /* the number of the one that they came by */
	uint32_t world;
	VEC(uint32_t) sent;       /* by place in that manifest: place in `items`, from 1 */
	value globals;            /* the job's; or null */
};

/* ---- writing ------------------------------------------------------------------------------ */

struct parcel_writer {
	struct vm *vm;
	const struct parcel_options *options;
	struct parcel out;
	VEC(value) objects;     /* counted, by index */
	struct address_map met; /* an object's index */
	size_t at;              /* the next object to be put */
	size_t record;          /* where the record being put begins */
	VEC(uint64_t) classes;  /* references */
	VEC(struct function *) functions; /* whose globals are not looked at yet; borrowed */
	VEC(uint64_t) globals;  /* references: name, value... */
	struct address_map named; /* the globals that are there */
	VEC(value) moved;       /* coroutines and iterators to be ended, borrowed from `objects` */
	struct address_map carried; /* iterators that move when they are met */
	VEC(value) given;       /* instances that shall not run __del__ here any more; borrowed */
	size_t late;
	bool by_globals;        /* all roots are done */
	size_t values_at;       /* where a crossing's values begin; 0: nowhere yet */
	struct origin origin;   /* of parcel_put_origin */
	bool has_origin;
};

/* The reference to a value, which is put later; null is fine. */
uint64_t parcel_reference(struct parcel_writer *w, value v);
static inline void put_word(struct parcel_writer *w, uint64_t word)
{
	vec_push(&w->out, word);
}
static inline void put_count(struct parcel_writer *w, uint64_t n)
{
	put_word(w, word_of_count(n));
}
static inline void put_value(struct parcel_writer *w, value v)
{
	put_word(w, parcel_reference(w, v));
}
/* Flags of the record being put. */
static inline void put_flags(struct parcel_writer *w, uint64_t flags)
{
	w->out.items[w->record] |= flags;
}
void put_bytes(struct parcel_writer *w, const void *data, size_t len);
/* Where something with an identity is: here, if that may be noted, and where it came from. */
void put_identity(struct parcel_writer *w, value v);
/* `v` stays: its record is a token, or the exception is set. */
bool put_staying(struct parcel_writer *w, value v);
/* Whether `v`, an object, will cross as a copy, so that C code may have it as what it is. */
bool crosses_as_copy(value v);

/* ---- reading ------------------------------------------------------------------------------ */

struct parcel_reader {
	struct vm *vm;
	const struct parcel_options *options;
	const uint64_t *words;
	size_t at;              /* the next word */
	value *objects;         /* by index; counted, or null */
	const size_t *records;  /* where each begins */
	size_t count;           /* of objects */
	size_t index;           /* of the object being made or filled */
	uint64_t head;          /* first word of its record */
	const struct type *type; /* RECORD_TYPED: its type; else NULL */
	value globals;          /* of functions, borrowed */
	struct landing *landing; /* or NULL */
	struct origin origin;   /* of a crossing with one */
};

static inline uint64_t get_word(struct parcel_reader *r)
{
	return r->words[r->at++];
}
static inline uint64_t get_count(struct parcel_reader *r)
{
	return get_word(r) >> 3;
}
static inline const void *get_pointer(struct parcel_reader *r)
{
	return (const void *)(uintptr_t)get_word(r);
}
/* What a reference means, borrowed; null for null. The record has been made. */
static inline value parcel_referred(const struct parcel_reader *r, uint64_t word)
{
	return word_is_index(word) ? r->objects[word >> 3] : (value){(uintptr_t)word};
}
/* A new reference, or null. */
static inline value get_value(struct parcel_reader *r)
{
	return value_xref(parcel_referred(r, get_word(r)));
}
/* The same borrowed, for `make`: what it refers to is made now. Null also with an exception set. */
value get_early(struct parcel_reader *r);
const void *get_bytes(struct parcel_reader *r, size_t *len);
/* The type of what is being made: that of the record, or `plain`. */
static inline const struct type *get_type(const struct parcel_reader *r, const struct type *plain)
{
	return r->type != NULL ? r->type : plain;
}
/* What put_identity put: noted in the landing for `v`. */
void get_identity(struct parcel_reader *r, value v);
/* Put the cursor behind the head of record `i`: kind, flags, type are in the reader. */
void parcel_open_record(struct parcel_reader *r, size_t i);
/* Where each record begins: an array to be freed. */
size_t *parcel_records(const struct parcel *p);

/* Now and then while many objects go by: false with an exception set when the world is to stop. */
static inline bool parcel_attend(struct vm *vm, size_t i)
{
#ifdef LANG_STRESS
	(void)i;
	return vm_poll(vm);
#else
	return (i & 0xfff) != 0xfff || vm_poll(vm);
#endif
}

static inline enum parcel_kind record_kind(uint64_t head)
{
	return (enum parcel_kind)(head & 0xff);
}
static inline size_t record_words(uint64_t head)
{
	return (size_t)(head >> 16);
}

/* How many words of a record can be looked through for references. */
size_t record_references(uint64_t head);

/* ---- comparing ---------------------------------------------------------------------------- */

struct parcel_checker {
	struct parcel_reader r; /* over the parcel as it came; objects are those of the landing */
	value name;             /* the key or attribute that differs, borrowed, or null */
};

/* Whether two values are one, or cannot be told apart but by `is` and cannot change. */
bool parcel_same_atom(value a, value b);
/* Whether `v` (null is fine) is what the next reference says. */
bool check_value(struct parcel_checker *c, value v);
/* The same for a dict that is made when it is first asked for: an empty one is as good as none. */
bool check_lazy_dict(struct parcel_checker *c, value v);

/* ---- the kinds ---------------------------------------------------------------------------- */

struct parcel_row {
	bool (*pack)(struct parcel_writer *w, value v);
	value (*make)(struct parcel_reader *r);
	bool (*fill)(struct parcel_reader *r, value v);
	bool (*check)(struct parcel_checker *c, value v);
	bool words; /* references can be found in it */
};
extern const struct parcel_row parcel_rows[PARCEL_KIND_COUNT];

#define KIND(NAME, functions, contents, fill, check)                                     \
	bool parcel_pack_##functions(struct parcel_writer *w, value v);                        \
	value parcel_make_##functions(struct parcel_reader *r);                                \
	bool parcel_fill_##fill(struct parcel_reader *r, value v);                             \
	bool parcel_check_##check(struct parcel_checker *c, value v);
#include "lang/parcel.def"
#undef KIND

/* parcel_pickle.c: whether pickle would take the values; false with its complaint set. */
bool parcel_pickle_allows(struct vm *vm, const value *values, size_t count,
                          const struct parcel_options *o);

/* parcel_type.c: the kind of record for instances of a built-in type, or PARCEL_KIND_COUNT. */
enum parcel_kind parcel_kind_of(const struct type *solid);
/* The built-in type whose instances those of `type` begin with. */
const struct type *parcel_solid(const struct type *type);

/* parcel_iterator.c: whether it is an iterator or a view that can be copied. */
bool parcel_is_iterator(const struct type *type);
/* If `v` (or null) is an iterator, it moves. */
void parcel_carry(struct parcel_writer *w, value v);
/* The iterator has moved: here it is at its end. */
void parcel_end_iterator(struct vm *vm, value v);

/* How a type of another floor crosses, or NULL. */
const struct parcel_crossing *parcel_crossing_of(const struct vm *vm, const struct type *type);

#endif
