/*
 * Which type has which kind of record, and the rows of the kinds.
 */
#include "lang/parcel_internal.h"

#include "lang/bytes.h"
#include "lang/dict.h"
#include "lang/float.h"
#include "lang/list.h"
#include "lang/range.h"
#include "lang/set.h"
#include "lang/str.h"
#include "lang/tuple.h"

enum { BYTES = false, WORDS = true };

const struct parcel_row parcel_rows[PARCEL_KIND_COUNT] = {
#define KIND(NAME, functions, contents, fill, check)                                     \
	[PARCEL_##NAME] = {parcel_pack_##functions, parcel_make_##functions,                   \
	                   parcel_fill_##fill, parcel_check_##check, contents},
#include "lang/parcel.def"
#undef KIND
};

/* Those that are met most come first. */
static const struct {
	const struct type *type;
	enum parcel_kind kind;
} kinds[] = {
	{&str_type, PARCEL_STR},
	{&float_type, PARCEL_FLOAT},
	{&dict_type, PARCEL_DICT},
	{&object_type, PARCEL_INSTANCE},
	{&tuple_type, PARCEL_TUPLE},
	{&list_type, PARCEL_LIST},
	{&function_type, PARCEL_FUNCTION},
	{&type_type, PARCEL_CLASS},
	{&module_type, PARCEL_MODULE},
	{&int_type, PARCEL_INT},
	{&set_type, PARCEL_SET},
	{&frozenset_type, PARCEL_FROZENSET},
	{&bytes_type, PARCEL_BYTES},
	{&method_type, PARCEL_METHOD},
	{&native_type, PARCEL_NATIVE},
	{&traceback_type, PARCEL_TRACEBACK},
	{&cell_type, PARCEL_CELL},
	{&coroutine_type, PARCEL_COROUTINE},
	{&generator_type, PARCEL_COROUTINE},
	{&async_generator_type, PARCEL_COROUTINE},
	{&foreign_type, PARCEL_TOKEN},
	{&property_type, PARCEL_PROPERTY},
	{&classmethod_type, PARCEL_WRAPPER},
	{&staticmethod_type, PARCEL_WRAPPER},
	{&range_type, PARCEL_RANGE},
	{&slice_type, PARCEL_SLICE},
	{&code_type, PARCEL_CODE},
	{&method_descriptor_type, PARCEL_NATIVE},
	{&class_method_descriptor_type, PARCEL_NATIVE},
	{&slot_wrapper_type, PARCEL_SLOT_WRAPPER},
	{&getset_descriptor_type, PARCEL_GETSET},
	{&alias_type, PARCEL_ALIAS},
	{&union_type, PARCEL_ALIAS},
};

size_t record_references(uint64_t head)
{
	if (parcel_rows[record_kind(head)].words)
		return record_words(head);
	return (head & RECORD_TYPED) != 0 ? 3 : 0;
}

enum parcel_kind parcel_kind_of(const struct type *solid)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (kinds[i].type == solid)
			return kinds[i].kind;
	if ((solid->flags & TYPE_EXCEPTION) == 0)
		return parcel_is_iterator(solid) ? PARCEL_ITERATOR : PARCEL_KIND_COUNT;
	if (solid->size == sizeof(struct exception))
		return PARCEL_EXCEPTION;
	return type_is_subtype(solid, &exc_BaseExceptionGroup) ? PARCEL_GROUP
	                                                       : PARCEL_KIND_COUNT;
}

const struct type *parcel_solid(const struct type *type)
{
	while (type_is_class(type))
		type = type->base;
	return type;
}
