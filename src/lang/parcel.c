/*
 * Manifests, landings, calls: what surrounds packing (parcel_write.c) and unpacking
 * (parcel_read.c).
 */
#include "lang/parcel_internal.h"

#include <string.h>

#include "lang/dict.h"
#include "lang/tuple.h"

void parcel_free(struct parcel *p)
{
	free(p->items);
	*p = (struct parcel){0};
}

/* ---- manifests ------------------------------------------------------------------------ */

struct manifest *manifest_new(struct vm *vm)
{
	struct manifest *m = mem_zalloc(1, sizeof *m);
	m->vm = vm;
	m->number = vm->manifest_first + vm->manifests.count;
	vec_push(&vm->manifests, m);
	return m;
}

/* Forget the numbers in front that are gone, now and then. */
static void shift_manifests(struct vm *vm)
{
	size_t gone = 0, count = vm->manifests.count;
	while (gone < count && vm->manifests.items[gone] == NULL)
		gone++;
	if (gone * 2 < count)
		return;
	memmove(vm->manifests.items, vm->manifests.items + gone,
	        (count - gone) * sizeof *vm->manifests.items);
	vm->manifests.count -= gone;
	vm->manifest_first += gone;
}

void manifest_free(struct manifest *m)
{
	if (m == NULL)
		return;
	struct vm *vm = m->vm;
	size_t at = (size_t)(m->number - vm->manifest_first);
	vm->manifests.items[at] = NULL;
	if (at == 0)
		shift_manifests(vm);
	for (size_t i = 0; i < m->items.count; i++)
		value_unref(vm, m->items.items[i]);
	vec_free(&m->items);
	address_map_free(&m->places);
	free(m);
}

uint32_t manifest_place(struct manifest *m, value v, bool *is_new)
{
	bool added;
	uint32_t *place = address_map_at(&m->places, value_object(v), &added);
	if (added) {
		*place = (uint32_t)m->items.count;
		vec_push(&m->items, value_ref(v));
	}
	if (is_new != NULL)
		*is_new = added;
	return *place;
}

value manifest_find(struct vm *vm, const struct origin *origin)
{
	uint64_t at = origin->manifest - vm->manifest_first;
	const struct manifest *m = at < vm->manifests.count ? vm->manifests.items[at] : NULL;
	if (m != NULL && origin->index < m->items.count)
		return m->items.items[origin->index];
	return vm_raise(vm, &exc_RuntimeError,
	                "what came back belongs to a job that has ended and is not kept any more");
}

/* ---- landings ------------------------------------------------------------------------- */

struct landing *landing_new(struct vm *vm)
{
	struct landing *l = mem_zalloc(1, sizeof *l);
	l->vm = vm;
	return l;
}

void landing_free(struct landing *l)
{
	if (l == NULL)
		return;
	struct vm *vm = l->vm;
	if (!value_is_null(l->globals))
		dict_clear(vm, l->globals);
	value_forget(vm, &l->globals);
	for (size_t i = 0; i < l->items.count; i++)
		value_unref(vm, l->items.items[i]);
	vec_free(&l->items);
	vec_free(&l->landed);
	vec_free(&l->sent);
	address_map_free(&l->by_address);
	free(l);
}

/* ---- calls ---------------------------------------------------------------------------- */

enum { CALL_CALLABLE, CALL_ARGS, CALL_KEYWORDS, CALL_VALUES };

bool parcel_pack_call(struct vm *vm, value callable, const struct args *a,
                      const struct parcel_options *o, struct parcel *out)
{
	value values[CALL_VALUES] = {callable, tuple_from(vm, a->at, a->count), VALUE_NULL};
	if (args_keywords(a) > 0) {
		value dict = values[CALL_KEYWORDS] = dict_new(vm);
		for (size_t i = 0; i < args_keywords(a); i++)
			dict_set_name(vm, dict, tuple_at(a->names, i), a->at[a->count + i]);
	}
	struct parcel_options with = *o;
	with.flags |= PARCEL_GLOBALS;
	bool ok = parcel_pack(vm, values, CALL_VALUES, &with, out);
	value_unref(vm, values[CALL_ARGS]);
	value_xunref(vm, values[CALL_KEYWORDS]);
	return ok;
}

bool parcel_unpack_call(struct vm *vm, const struct parcel *p, const struct parcel_options *o,
                        value *callable, value *args, value *keywords)
{
	value values[CALL_VALUES];
	bool ok = parcel_unpack(vm, p, o, values, CALL_VALUES);
	*callable = values[CALL_CALLABLE];
	*args = values[CALL_ARGS];
	*keywords = values[CALL_KEYWORDS];
	return ok;
}

value parcel_call(struct vm *vm, value callable, value args, value keywords)
{
	size_t count = tuple_count(args);
	if (value_is_null(keywords))
		return vm_call(vm, callable, &(const struct args){tuple_of(args)->items, count,
		                                                  VALUE_NULL});
	size_t named = dict_count(keywords);
	value names = tuple_new(vm, named);
	value *at = vm_alloc(vm, (count + named) * sizeof *at);
	for (size_t i = 0; i < count; i++)
		at[i] = tuple_at(args, i);
	size_t position = 0, i = 0;
	value key, v;
	while (dict_next(keywords, &position, &key, &v)) {
		tuple_of(names)->items[i] = value_ref(key);
		at[count + i++] = v;
	}
	value r = vm_call(vm, callable, &(const struct args){at, count, names});
	vm_release(vm, at, (count + named) * sizeof *at);
	value_unref(vm, names);
	return r;
}
