/*
 * Parcels: see parcel.h.
 */
#include "lang/parcel.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/exception.h"

struct manifest {
	struct vm *vm;
};
struct landing {
	struct vm *vm;
};

void parcel_free(struct parcel *p)
{
	free(p->words);
	*p = (struct parcel){0};
}

struct manifest *manifest_new(struct vm *vm)
{
	struct manifest *m = mem_zalloc(1, sizeof *m);
	m->vm = vm;
	return m;
}

void manifest_free(struct manifest *m)
{
	free(m);
}

struct landing *landing_new(struct vm *vm)
{
	struct landing *l = mem_zalloc(1, sizeof *l);
	l->vm = vm;
	return l;
}

void landing_free(struct landing *l)
{
	free(l);
}

bool parcel_pack(struct vm *vm, const value *values, size_t count,
                 const struct parcel_options *o, struct parcel *out)
{
	(void)values;
	(void)count;
	(void)o;
	*out = (struct parcel){0};
	vm_raise(vm, &exc_TypeError, "parcels cannot be packed yet");
	return false;
}

bool parcel_unpack(struct vm *vm, const struct parcel *p, const struct parcel_options *o,
                   value *values, size_t count)
{
	(void)p;
	(void)o;
	for (size_t i = 0; i < count; i++)
		values[i] = VALUE_NULL;
	vm_raise(vm, &exc_TypeError, "parcels cannot be unpacked yet");
	return false;
}

bool parcel_pack_call(struct vm *vm, value callable, const struct args *a,
                      const struct parcel_options *o, struct parcel *out)
{
	(void)a;
	return parcel_pack(vm, &callable, 1, o, out);
}

bool parcel_unpack_call(struct vm *vm, const struct parcel *p, const struct parcel_options *o,
                        value *callable, value *args, value *keywords)
{
	*args = *keywords = VALUE_NULL;
	return parcel_unpack(vm, p, o, callable, 1);
}

value parcel_call(struct vm *vm, value callable, value args, value keywords)
{
	(void)args;
	(void)keywords;
	return vm_call(vm, callable, NO_ARGS);
}

bool parcel_changed(struct vm *vm, const struct parcel *p, const struct landing *l,
                    struct buf *what)
{
	(void)vm;
	(void)p;
	(void)l;
	(void)what;
	return false;
}

void parcel_put_word(struct parcel_writer *w, uint64_t word)
{
	(void)w;
	(void)word;
}
void parcel_put_bytes(struct parcel_writer *w, const void *data, size_t len)
{
	(void)w;
	(void)data;
	(void)len;
}
void parcel_put_value(struct parcel_writer *w, value v)
{
	(void)w;
	(void)v;
}
void parcel_put_origin(struct parcel_writer *w, const struct origin *origin)
{
	(void)w;
	(void)origin;
}
uint64_t parcel_get_word(struct parcel_reader *r)
{
	(void)r;
	return 0;
}
const void *parcel_get_bytes(struct parcel_reader *r, size_t *len)
{
	(void)r;
	*len = 0;
	return NULL;
}
value parcel_get_value(struct parcel_reader *r)
{
	(void)r;
	return VALUE_NULL;
}
void parcel_get_origin(struct parcel_reader *r, struct origin *out)
{
	(void)r;
	*out = (struct origin){0};
}
