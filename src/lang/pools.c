/* The pools of a vm: see pools.h. */
#include "lang/pools.h"

#include <string.h>

#include "lang/bytes.h"
#include "lang/set.h"
#include "lang/str.h"
#include "lang/tuple.h"

void pools_init(struct vm *vm, struct pools *p)
{
	*p = (struct pools){0};
	for (int c = 0; c < 128; c++) {
		char byte = (char)c;
		p->chars[c] = str_intern(vm, &byte, 1);
	}
	p->empty_str = str_intern(vm, "", 0);
	p->empty_tuple = object_value(object_new(vm, &tuple_type, 0));
	p->empty_bytes = bytes_new(vm, "", 0);
	p->empty_frozenset = object_value(object_new(vm, &frozenset_type, 0));
}

void pools_fini(struct vm *vm, struct pools *p)
{
	for (int c = 0; c < 128; c++)
		value_forget(vm, &p->chars[c]);
	value_forget(vm, &p->empty_str);
	value_forget(vm, &p->empty_tuple);
	value_forget(vm, &p->empty_bytes);
	value_forget(vm, &p->empty_frozenset);
	vm_release(vm, p->names, p->name_room * sizeof *p->names);
	p->names = NULL;
	p->name_count = p->name_room = 0;
}
