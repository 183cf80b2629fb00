/*
 * Unpacking, in passes, so that circles need no care: first the classes, bases before those
 * that derive from them; then every object, empty; then what each refers to; then the globals;
 * and last the containers that have to hash what by now is whole.
 */
#include "lang/parcel_internal.h"

#include "lang/dict.h"
#include "lang/str.h"
#include "lang/tuple.h"

size_t *parcel_records(const struct parcel *p)
{
	size_t count = (size_t)p->items[HEAD_OBJECTS];
	size_t *records = mem_zalloc(count, sizeof *records);
	size_t at = (size_t)p->items[HEAD_RECORDS];
	for (size_t i = 0; i < count; i++) {
		records[i] = at;
		at += record_words(p->items[at]);
	}
	return records;
}

void parcel_open_record(struct parcel_reader *r, size_t i)
{
	r->index = i;
	r->at = r->records[i];
	r->head = get_word(r);
	r->type = NULL;
	if ((r->head & RECORD_TYPED) != 0) {
		value type = parcel_referred(r, get_word(r));
		r->type = value_is_null(type) ? NULL : value_as_type(type);
		r->at++;
	}
}

const void *get_bytes(struct parcel_reader *r, size_t *len)
{
	*len = (size_t)get_word(r);
	const void *data = r->words + r->at;
	r->at += *len / sizeof(uint64_t) + 1;
	return data;
}

static struct origin get_origin(struct parcel_reader *r)
{
	uint64_t manifest = get_count(r), place = get_count(r);
	return (struct origin){manifest, (uint32_t)place, (uint32_t)(place >> 32)};
}

/* ---- making --------------------------------------------------------------------------- */

static bool make(struct parcel_reader *r, size_t i)
{
	if (!value_is_null(r->objects[i]))
		return true;
	parcel_open_record(r, i);
	value v = parcel_rows[record_kind(r->head)].make(r);
	/* Half made, it must not tell the scene of its death. */
	bool ours = record_kind(r->head) != PARCEL_CROSSING || (r->head & RECORD_FINALIZED) != 0;
	if (!value_is_null(v) && r->type != NULL && type_is_class(r->type) && ours)
		value_object(v)->flags |= OBJECT_FINALIZED;
	r->objects[i] = v;
	return !value_is_null(v);
}

value get_early(struct parcel_reader *r)
{
	uint64_t word = get_word(r);
	if (!word_is_index(word) || !value_is_null(r->objects[word >> 3]))
		return parcel_referred(r, word);
	const struct parcel_reader outer = *r; /* in the middle of making another */
	make(r, (size_t)(word >> 3));
	*r = outer;
	return parcel_referred(r, word);
}

/* ---- what is not copied ----------------------------------------------------------------- */

void get_identity(struct parcel_reader *r, value v)
{
	struct landed landed = {.count = 0};
	size_t count = get_count(r);
	for (size_t i = 0; i < count; i++) {
		struct origin o = get_origin(r);
		if (landed.count < ORIGINS_MAX)
			landed.origins[landed.count++] = o;
	}
	struct landing *l = r->landing;
	if (l == NULL || landed.count == 0)
		return;
	bool is_new;
	uint32_t *at = address_map_at(&l->by_address, value_object(v), &is_new);
	*at = (uint32_t)l->landed.count;
	vec_push(&l->landed, landed);
	const struct origin *o = &landed.origins[0];
	if (l->manifest == 0) {
		l->manifest = o->manifest;
		l->world = o->world;
	}
	if (l->manifest != o->manifest || l->world != o->world)
		return;
	while (l->sent.count <= o->index)
		vec_push(&l->sent, 0);
	/* The objects of this parcel will follow those that are there. */
	l->sent.items[o->index] = (uint32_t)(l->items.count + r->index) + 1;
}

value parcel_make_sent(struct parcel_reader *r)
{
	size_t place = get_count(r);
	const struct landing *l = r->landing;
	uint32_t at = l != NULL && place < l->sent.count ? l->sent.items[place] : 0;
	if (at == 0 || at > l->items.count)
		return vm_raise(r->vm, &exc_RuntimeError,
		                "what came belongs to a job that has ended");
	return value_ref(l->items.items[at - 1]);
}

/* v.a.b: takes `v`. */
static value follow(struct vm *vm, value v, value path)
{
	const char *name = str_text(path);
	while (!value_is_null(v)) {
		const char *end = name;
		while (*end != '\0' && *end != '.')
			end++;
		value part = str_intern(vm, name, (size_t)(end - name));
		value next = object_getattr(vm, v, part);
		value_unref(vm, part);
		value_unref(vm, v);
		v = next;
		if (*end == '\0')
			break;
		name = end + 1;
	}
	return v;
}

value parcel_make_origin(struct parcel_reader *r)
{
	struct origin origin = get_origin(r);
	value path = get_early(r);
	value v = manifest_find(r->vm, &origin);
	if (value_is_null(v))
		return v;
	value_ref(v);
	return value_is_null(path) ? v : follow(r->vm, v, path);
}

value parcel_make_token(struct parcel_reader *r)
{
	struct origin origin = get_origin(r);
	value name = get_early(r), repr = get_early(r), path = get_early(r);
	return foreign_new(r->vm, &origin, name, repr, path);
}

/* ---- types of other floors ---------------------------------------------------------------- */

value parcel_make_crossing(struct parcel_reader *r)
{
	const struct parcel_crossing *row = &r->vm->crossings[get_count(r)];
	r->origin = get_origin(r);
	r->at++;
	return row->make(r->vm, r, r->type);
}

bool parcel_fill_crossing(struct parcel_reader *r, value v)
{
	const struct parcel_crossing *row = &r->vm->crossings[get_count(r)];
	r->origin = get_origin(r);
	r->at = r->records[r->index] + (size_t)get_count(r);
	return row->fill == NULL || row->fill(r->vm, r, v);
}

uint64_t parcel_get_word(struct parcel_reader *r)
{
	return get_word(r);
}

const void *parcel_get_bytes(struct parcel_reader *r, size_t *len)
{
	return get_bytes(r, len);
}

value parcel_get_value(struct parcel_reader *r)
{
	return get_value(r);
}

void parcel_get_origin(struct parcel_reader *r, struct origin *out)
{
	*out = r->origin;
}

/* ---- filling ---------------------------------------------------------------------------- */

static bool fill(struct parcel_reader *r, size_t i)
{
	parcel_open_record(r, i);
	value v = r->objects[i];
	if (r->type != NULL) {
		value dict = parcel_referred(r, r->words[r->records[i] + 2]);
		value *slot = value_is_null(dict) ? NULL : object_dict_slot(v);
		if (slot != NULL)
			value_replace(r->vm, slot, value_ref(dict));
	}
	return parcel_rows[record_kind(r->head)].fill(r, v);
}

bool parcel_fill_none(struct parcel_reader *r, value v)
{
	(void)r;
	(void)v;
	return true;
}

/* ---- containers that hash -------------------------------------------------------------- */

/* An object on the way down to containers, and the word of its record that is next. */
struct visit {
	size_t object, at;
};

struct late_walk {
	struct parcel_reader *r;
	VEC(struct visit) path;
	bool *met;
};

static void enter(struct late_walk *w, size_t object)
{
	if (w->met[object])
		return;
	w->met[object] = true;
	vec_push(&w->path, (struct visit){object, 1});
}

/* Whether the word is what a dict with such keys holds, which it does not hash. */
static bool is_late_item(uint64_t head, size_t at)
{
	size_t first = (head & RECORD_TYPED) != 0 ? 4 : 2;
	return record_kind(head) == PARCEL_DICT && (head & RECORD_LATE) != 0 && at > first &&
		((at - first) & 1) != 0;
}

/* What a container has to hash, and what that holds, is whole before it: fill from below. */
static bool fill_late_from(struct late_walk *w, size_t top)
{
	struct parcel_reader *r = w->r;
	enter(w, top);
	while (w->path.count > 0) {
		struct visit *v = &vec_last(&w->path);
		uint64_t head = r->words[r->records[v->object]];
		if (v->at < record_references(head)) {
			size_t at = v->at++;
			uint64_t word = r->words[r->records[v->object] + at];
			if (word_is_index(word) && !is_late_item(head, at))
				enter(w, (size_t)(word >> 3));
			continue;
		}
		size_t object = vec_pop(&w->path).object;
		if ((head & RECORD_LATE) != 0 && !fill(r, object))
			return false;
	}
	return true;
}

static bool fill_late(struct parcel_reader *r)
{
	struct late_walk w = {.r = r, .met = mem_zalloc(r->count, sizeof *w.met)};
	bool ok = true;
	for (size_t i = 0; ok && i < r->count; i++)
		if ((r->words[r->records[i]] & RECORD_LATE) != 0)
			ok = fill_late_from(&w, i);
	vec_free(&w.path);
	free(w.met);
	return ok;
}

/* ---- the whole ------------------------------------------------------------------------------ */

static bool make_all(struct parcel_reader *r)
{
	r->at = (size_t)r->words[HEAD_CLASSES];
	for (size_t n = (size_t)get_word(r); n > 0; n--) {
		size_t next = r->at + 1;
		if (!make(r, (size_t)(get_word(r) >> 3)))
			return false;
		r->at = next;
	}
	for (size_t i = 0; i < r->count; i++)
		if (!parcel_attend(r->vm, i) || !make(r, i))
			return false;
	return true;
}

static bool fill_all(struct parcel_reader *r)
{
	for (size_t i = 0; i < r->count; i++) {
		uint64_t head = r->words[r->records[i]];
		bool done = (head & RECORD_LATE) != 0 || ((head & RECORD_TYPED) == 0 &&
			parcel_rows[record_kind(head)].fill == parcel_fill_none);
		if (!parcel_attend(r->vm, i) || (!done && !fill(r, i)))
			return false;
	}
	r->at = (size_t)r->words[HEAD_CLASSES];
	for (size_t n = (size_t)get_word(r); n > 0; n--) {
		size_t i = (size_t)(get_word(r) >> 3);
		if (record_kind(r->words[r->records[i]]) == PARCEL_CLASS)
			class_complete(r->vm, (struct class *)(void *)value_object(r->objects[i]));
	}
	return true;
}

/* Names that the job has already stay as they are. */
static void fill_globals(struct parcel_reader *r)
{
	if (!value_is_null(r->options->globals))
		return;
	r->at = (size_t)r->words[HEAD_GLOBALS];
	for (size_t n = (size_t)get_word(r); n > 0; n--) {
		value name = parcel_referred(r, get_word(r)), v = parcel_referred(r, get_word(r));
		if (value_is_null(dict_get_name(r->globals, name)))
			dict_set_name(r->vm, r->globals, name, v);
	}
}

/* From now on they live, and may end as their class says. */
static void revive(struct parcel_reader *r)
{
	for (size_t i = 0; i < r->count; i++) {
		uint64_t head = r->words[r->records[i]];
		if ((head & RECORD_TYPED) != 0 && (head & RECORD_FINALIZED) == 0 &&
		    record_kind(head) != PARCEL_CROSSING)
			value_object(r->objects[i])->flags &= ~(uint32_t)OBJECT_FINALIZED;
	}
}

/* The globals that functions get: a new reference. */
static value globals_for(struct vm *vm, const struct parcel_options *o)
{
	if (!value_is_null(o->globals))
		return value_ref(o->globals);
	if (o->landing != NULL && !value_is_null(o->landing->globals))
		return value_ref(o->landing->globals);
	value globals = dict_new(vm);
	dict_set_name(vm, globals, vm_name(vm, NAME_builtins), vm_module(vm, "builtins"));
	if (o->landing != NULL)
		o->landing->globals = value_ref(globals);
	return globals;
}

/* What was noted of a parcel that could not be unpacked. */
static void forget_landed(struct parcel_reader *r)
{
	struct landing *l = r->landing;
	for (size_t i = 0; i < r->count; i++)
		if (!value_is_null(r->objects[i]) &&
		    record_kind(r->words[r->records[i]]) != PARCEL_SENT)
			address_map_remove(&l->by_address, value_object(r->objects[i]));
	for (size_t i = 0; i < l->sent.count; i++)
		if (l->sent.items[i] > l->items.count)
			l->sent.items[i] = 0;
}

/* The objects become the landing's, or are let go. */
static void hand_over(struct parcel_reader *r, bool keep)
{
	struct landing *l = keep ? r->landing : NULL;
	if (!keep && r->landing != NULL)
		forget_landed(r);
	if (l != NULL)
		vec_reserve(&l->items, r->count);
	for (size_t i = 0; i < r->count; i++) {
		if (l != NULL)
			vec_push(&l->items, r->objects[i]);
		else
			value_xunref(r->vm, r->objects[i]);
	}
	free(r->objects);
}

bool parcel_unpack(struct vm *vm, const struct parcel *p, const struct parcel_options *o,
                   value *values, size_t count)
{
	value globals = globals_for(vm, o);
	size_t *records = parcel_records(p);
	struct parcel_reader r = {
		.vm = vm,
		.options = o,
		.words = p->items,
		.records = records,
		.count = (size_t)p->items[HEAD_OBJECTS],
		.globals = globals,
		.landing = o->landing,
	};
	assert(count == p->items[HEAD_ROOTS]);
	r.objects = mem_zalloc(r.count, sizeof *r.objects);
	bool ok = make_all(&r) && fill_all(&r);
	if (ok) {
		fill_globals(&r);
		ok = p->items[HEAD_LATE] == 0 || fill_late(&r);
	}
	if (ok)
		revive(&r);
	for (size_t i = 0; i < count; i++)
		values[i] = ok ? value_xref(parcel_referred(&r, p->items[HEAD_COUNT + i]))
		               : VALUE_NULL;
	hand_over(&r, ok);
	free(records);
	value_unref(vm, globals);
	return ok;
}
