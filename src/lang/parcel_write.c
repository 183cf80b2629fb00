/*
 * Packing: objects are put in the order in which they are met, each as a record in which it
 * refers to others; those that are new wait in the same queue. No function calls itself for
 * what is inside.
 */
#include "lang/parcel_internal.h"

#include <string.h>

#include "lang/dict.h"
#include "lang/float.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* ---- references ----------------------------------------------------------------------- */

/* Where the object is at home in the world that the parcel goes to, if it came from there. */
static const struct origin *home_of(const struct parcel_writer *w, value v)
{
	const struct landing *l = w->options->landing;
	const uint32_t *at = l != NULL ? address_map_find(&l->by_address, value_object(v)) : NULL;
	if (at == NULL)
		return NULL;
	const struct landed *landed = &l->landed.items[*at];
	for (unsigned i = 0; i < landed->count; i++)
		if (landed->origins[i].world == w->options->to)
			return &landed->origins[i];
	return NULL;
}

/* Its place in the manifest if it is there already: then the other world has it. */
static const uint32_t *sent_before(const struct parcel_writer *w, value v)
{
	const struct manifest *m = w->options->manifest;
	return m != NULL ? address_map_find(&m->places, value_object(v)) : NULL;
}

/* A class is made before its instances, and after its bases. */
static void list_class(struct parcel_writer *w, const struct type *type, uint64_t word)
{
	value v = type_value(type);
	if (home_of(w, v) == NULL && sent_before(w, v) == NULL) {
		const struct class *c = (const struct class *)(const void *)type;
		for (size_t i = c->mro_count; i-- > 1;)
			parcel_reference(w, type_value(c->mro_types[i]));
	}
	vec_push(&w->classes, word);
}

uint64_t parcel_reference(struct parcel_writer *w, value v)
{
	if (value_is_null(v) || value_is_small(v))
		return v.bits;
	const struct object *o = value_object(v);
	if ((o->refs & REFS_IMMORTAL) != 0)
		return word_of_pointer(o);
	uint64_t word = word_of_index(w->objects.count);
	if (o->type != &float_type) { /* nobody asks which float it is */
		bool is_new;
		uint32_t *index = address_map_at(&w->met, o, &is_new);
		if (!is_new)
			return word_of_index(*index);
		if (w->objects.count == UINT32_MAX)
			die("out of memory (a parcel of %zu objects)", w->objects.count);
		*index = (uint32_t)w->objects.count;
	}
	vec_push(&w->objects, value_ref(v));
	if (o->type == &type_type)
		list_class(w, value_as_type(v), word);
	return word;
}

void put_bytes(struct parcel_writer *w, const void *data, size_t len)
{
	size_t words = len / sizeof(uint64_t) + 1;
	put_word(w, len);
	vec_reserve(&w->out, words);
	uint64_t *to = w->out.items + w->out.count;
	to[words - 1] = 0;
	if (len > 0)
		memcpy(to, data, len);
	w->out.count += words;
}

static void put_origin(struct parcel_writer *w, const struct origin *o)
{
	put_count(w, o->manifest);
	put_count(w, (uint64_t)o->world << 32 | o->index);
}

static struct origin origin_here(struct parcel_writer *w, value v)
{
	struct manifest *m = w->options->manifest;
	return (struct origin){m->number, manifest_place(m, v, NULL), w->vm->world};
}

void put_identity(struct parcel_writer *w, value v)
{
	size_t count_at = w->out.count;
	uint64_t count = 0;
	put_word(w, 0);
	if (w->options->manifest != NULL) {
		struct origin here = origin_here(w, v);
		put_origin(w, &here);
		count++;
	}
	const struct landing *l = w->options->landing;
	const uint32_t *at = l != NULL ? address_map_find(&l->by_address, value_object(v)) : NULL;
	if (at != NULL) {
		put_origin(w, &l->landed.items[*at].origins[0]);
		count++;
	}
	w->out.items[count_at] = word_of_count(count);
}

/* ---- records -------------------------------------------------------------------------- */

static void begin_record(struct parcel_writer *w, enum parcel_kind kind)
{
	w->out.count = w->record;
	put_word(w, (uint64_t)kind);
}

static bool put_original(struct parcel_writer *w, const struct origin *origin, value path)
{
	begin_record(w, PARCEL_ORIGIN);
	put_origin(w, origin);
	put_value(w, path);
	return true;
}

/* "asyncio.Event": where it is imported from, not where CPython defines it. */
static value shown_type_name(struct vm *vm, const struct type *type)
{
	value name = type_full_name(vm, type);
	const char *text = str_text(name), *last = strrchr(text, '.');
	bool deep = strncmp(text, "asyncio.", 8) == 0 && last != text + 7;
	value shown = VALUE_NULL;
	if (deep || strncmp(text, "_asyncio.", 9) == 0)
		shown = str_printf(vm, "asyncio%s", last);
	else if (strncmp(text, "__main__.", 9) == 0)
		shown = str_new_c(vm, text + 9);
	if (value_is_null(shown))
		return name;
	value_unref(vm, name);
	return shown;
}

static bool refuse(struct parcel_writer *w, value v)
{
	const char *how = w->options->refusal;
	value name = shown_type_name(w->vm, value_type(v));
	vm_raise(w->vm, &exc_TypeError, "'%s' object %s: it cannot be copied", str_text(name),
	         how != NULL ? how : "cannot leave the thread it was made in");
	value_unref(w->vm, name);
	return false;
}

bool put_staying(struct parcel_writer *w, value v)
{
	struct vm *vm = w->vm;
	if (w->options->manifest == NULL)
		return refuse(w, v);
	value name = shown_type_name(vm, value_type(v));
	value repr = object_repr(vm, v);
	if (value_is_null(repr)) {
		if (vm->stopped) {
			value_unref(vm, name);
			return false;
		}
		vm_forget(vm);
		repr = str_printf(vm, "<%s object>", str_text(name));
	}
	struct origin here = origin_here(w, v);
	begin_record(w, PARCEL_TOKEN);
	put_origin(w, &here);
	put_value(w, name);
	put_value(w, repr);
	put_value(w, VALUE_NULL);
	value_unref(vm, name);
	value_unref(vm, repr);
	return true;
}

bool parcel_pack_token(struct parcel_writer *w, value v)
{
	const struct origin *origin = foreign_origin(v);
	if (origin->world == w->options->to)
		return put_original(w, origin, foreign_path(v));
	put_origin(w, origin);
	put_value(w, foreign_type_name(v));
	put_value(w, foreign_repr(v));
	put_value(w, foreign_path(v));
	return true;
}

/* Written where their record is begun. */
bool parcel_pack_origin(struct parcel_writer *w, value v)
{
	return put_staying(w, v);
}
bool parcel_pack_sent(struct parcel_writer *w, value v)
{
	return put_staying(w, v);
}

/* ---- types of other floors -------------------------------------------------------------- */

const struct parcel_crossing *parcel_crossing_of(const struct vm *vm, const struct type *type)
{
	if (vm->crossings == NULL)
		return NULL;
	const struct type *t;
	for (size_t i = 0; (t = type_mro_at(type, i)) != NULL; i++)
		for (const struct parcel_crossing *row = vm->crossings; row->type != NULL; row++)
			if (row->type == t)
				return row;
	return NULL;
}

bool parcel_pack_crossing(struct parcel_writer *w, value v)
{
	const struct parcel_crossing *row = parcel_crossing_of(w->vm, value_type(v));
	if (row == NULL)
		return put_staying(w, v);
	put_count(w, (uint64_t)(row - w->vm->crossings));
	size_t origin_at = w->out.count;
	put_origin(w, &(struct origin){0});
	put_word(w, 0);
	w->values_at = 0;
	w->has_origin = false;
	enum crossing_way way = row->pack(w->vm, w, v);
	size_t values_at = w->values_at != 0 ? w->values_at : w->out.count;
	switch (way) {
	case CROSSING_FAILED:
		return false;
	case CROSSING_STAYS:
		return put_staying(w, v);
	case CROSSING_COPY: {
		const value *dict = object_dict_slot(v);
		uint64_t word = dict != NULL ? parcel_reference(w, *dict) : 0;
		w->out.items[w->record + 2] = word;
		w->out.items[origin_at + 2] = word_of_count(values_at - w->record);
		return true;
	}
	case CROSSING_HANDLE:
		break;
	}
	if (!w->has_origin) {
		if (w->options->manifest == NULL)
			return refuse(w, v);
		w->origin = origin_here(w, v);
	} else if (w->origin.world == w->options->to) {
		return put_original(w, &w->origin, VALUE_NULL);
	}
	put_flags(w, RECORD_SPECIAL);
	size_t end = w->out.count;
	w->out.count = origin_at;
	put_origin(w, &w->origin);
	put_count(w, values_at - w->record);
	w->out.count = end;
	return true;
}

void parcel_put_word(struct parcel_writer *w, uint64_t word)
{
	put_word(w, word);
}

void parcel_put_bytes(struct parcel_writer *w, const void *data, size_t len)
{
	put_bytes(w, data, len);
}

void parcel_put_value(struct parcel_writer *w, value v)
{
	if (w->values_at == 0)
		w->values_at = w->out.count;
	put_value(w, v);
}

void parcel_put_origin(struct parcel_writer *w, const struct origin *origin)
{
	w->origin = *origin;
	w->has_origin = true;
}

/* ---- which kind ------------------------------------------------------------------------- */

bool crosses_as_copy(value v)
{
	if (value_is_small(v) || (value_object(v)->refs & REFS_IMMORTAL) != 0)
		return true;
	const struct type *solid = parcel_solid(value_type(v));
	enum parcel_kind kind = parcel_kind_of(solid);
	return kind != PARCEL_KIND_COUNT && kind != PARCEL_COROUTINE && kind != PARCEL_TOKEN;
}

/* Type and __dict__; a crossing's dict comes later. */
static void put_type(struct parcel_writer *w, value v, enum parcel_kind kind)
{
	struct object *o = value_object(v);
	put_flags(w, RECORD_TYPED);
	put_word(w, parcel_reference(w, type_value(o->type)));
	const value *dict = kind != PARCEL_CROSSING ? object_dict_slot(v) : NULL;
	put_word(w, dict != NULL ? parcel_reference(w, *dict) : 0);
	if (!type_is_class(o->type) || o->type->finalize == NULL)
		return;
	/* There is one life, however many copies there are: only one may end it. */
	if ((w->options->flags & PARCEL_MOVE) == 0 || (o->flags & OBJECT_FINALIZED) != 0)
		put_flags(w, RECORD_FINALIZED);
	else
		vec_push(&w->given, v);
}

static bool put_object(struct parcel_writer *w, value v)
{
	const struct type *type = value_type(v), *solid = parcel_solid(type);
	enum parcel_kind kind = parcel_kind_of(solid);
	if (kind == PARCEL_KIND_COUNT)
		kind = PARCEL_CROSSING;
	if (kind == PARCEL_FUNCTION || kind == PARCEL_CLASS) {
		const struct origin *home = home_of(w, v);
		if (home != NULL)
			return put_original(w, home, VALUE_NULL);
		const uint32_t *place = sent_before(w, v);
		if (place != NULL) {
			begin_record(w, PARCEL_SENT);
			put_count(w, *place);
			return true;
		}
	}
	begin_record(w, kind);
	bool typed = type != solid || kind == PARCEL_EXCEPTION || kind == PARCEL_GROUP ||
		kind == PARCEL_WRAPPER || kind == PARCEL_CROSSING;
	if (typed)
		put_type(w, v, kind);
	return parcel_rows[kind].pack(w, v);
}

/* What is copied counts as much as what is there. */
static bool has_room(const struct parcel_writer *w)
{
	if (w->out.count * sizeof *w->out.items <= w->vm->limits.memory_bytes)
		return true;
	vm_restore(w->vm, value_ref(w->vm->memory_error));
	return false;
}

static bool put_objects(struct parcel_writer *w)
{
	for (; w->at < w->objects.count; w->at++) {
		if (!has_room(w) || !parcel_attend(w->vm, w->at))
			return false;
		w->record = w->out.count;
		if (!put_object(w, w->objects.items[w->at]))
			return false;
		w->out.items[w->record] |= (uint64_t)(w->out.count - w->record) << 16;
	}
	return true;
}

/* ---- globals -------------------------------------------------------------------------- */

static void put_global(struct parcel_writer *w, value globals, value name)
{
	bool is_new;
	address_map_at(&w->named, value_object(name), &is_new);
	if (!is_new)
		return;
	value v = dict_get_name(globals, name);
	if (value_is_null(v))
		return;
	uint64_t reference = parcel_reference(w, name);
	vec_push(&w->globals, reference);
	reference = parcel_reference(w, v);
	vec_push(&w->globals, reference);
}

/* What the functions put so far name. */
static void find_globals(struct parcel_writer *w)
{
	while (w->functions.count > 0) {
		const struct function *fn = vec_pop(&w->functions);
		put_global(w, fn->globals, vm_name(w->vm, NAME_name));
		size_t count;
		const value *names = code_globals(w->vm, fn->code, &count);
		for (size_t i = 0; i < count; i++)
			put_global(w, fn->globals, names[i]);
	}
}

static bool put_all(struct parcel_writer *w)
{
	if (!put_objects(w))
		return false;
	w->by_globals = true;
	if ((w->options->flags & PARCEL_GLOBALS) == 0)
		return true;
	while (w->functions.count > 0) {
		find_globals(w);
		if (!put_objects(w))
			return false;
	}
	return true;
}

/* ---- the whole -------------------------------------------------------------------------- */

static void put_list(struct parcel_writer *w, enum parcel_header head, const uint64_t *words,
                     size_t count, size_t each)
{
	w->out.items[head] = w->out.count;
	put_word(w, count / each);
	for (size_t i = 0; i < count; i++)
		put_word(w, words[i]);
}

static void finish(struct parcel_writer *w, size_t roots, size_t records)
{
	const struct manifest *m = w->options->manifest;
	put_list(w, HEAD_CLASSES, w->classes.items, w->classes.count, 1);
	put_list(w, HEAD_GLOBALS, w->globals.items, w->globals.count, 2);
	w->out.items[HEAD_ROOTS] = roots;
	w->out.items[HEAD_OBJECTS] = w->objects.count;
	w->out.items[HEAD_RECORDS] = records;
	w->out.items[HEAD_WORLD] = w->vm->world;
	w->out.items[HEAD_MANIFEST] = m != NULL ? m->number : 0;
	w->out.items[HEAD_LATE] = w->late;
	for (size_t i = 0; i < w->given.count; i++)
		value_object(w->given.items[i])->flags |= OBJECT_FINALIZED;
	for (size_t i = 0; i < w->moved.count; i++) {
		if (value_is_generator_kind(w->moved.items[i]))
			coro_close(w->vm, w->moved.items[i]);
		else
			parcel_end_iterator(w->vm, w->moved.items[i]);
	}
}

/* What a failed parcel noted does not count. */
static void shorten_manifest(struct manifest *m, size_t count)
{
	if (m == NULL)
		return;
	while (m->items.count > count) {
		value v = vec_pop(&m->items);
		address_map_remove(&m->places, value_object(v));
		value_unref(m->vm, v);
	}
}

static void writer_fini(struct parcel_writer *w)
{
	for (size_t i = 0; i < w->objects.count; i++)
		value_unref(w->vm, w->objects.items[i]);
	vec_free(&w->objects);
	address_map_free(&w->met);
	vec_free(&w->classes);
	vec_free(&w->functions);
	vec_free(&w->globals);
	address_map_free(&w->named);
	vec_free(&w->moved);
	address_map_free(&w->carried);
	vec_free(&w->given);
}

/* The arguments of a call move if they are iterators. */
static void carry_items(struct parcel_writer *w, value v)
{
	parcel_carry(w, v);
	bool tuple = !value_is_null(v) && value_is_exactly(v, &tuple_type);
	for (size_t i = 0; tuple && i < tuple_count(v); i++)
		parcel_carry(w, tuple_at(v, i));
}

bool parcel_pack(struct vm *vm, const value *values, size_t count,
                 const struct parcel_options *o, struct parcel *out)
{
	*out = (struct parcel){0};
	if ((o->flags & PARCEL_PICKLE) != 0 && !parcel_pickle_allows(vm, values, count, o))
		return false;
	struct parcel_writer w = {.vm = vm, .options = o};
	size_t noted = o->manifest != NULL ? o->manifest->items.count : 0;
	for (int i = 0; i < HEAD_COUNT; i++)
		put_word(&w, 0);
	for (size_t i = 0; i < count; i++) {
		carry_items(&w, values[i]);
		put_value(&w, values[i]);
	}
	size_t records = w.out.count;
	bool ok = put_all(&w);
	if (ok) {
		finish(&w, count, records);
		*out = w.out;
	} else {
		shorten_manifest(o->manifest, noted);
		parcel_free(&w.out);
	}
	writer_fini(&w);
	return ok;
}
