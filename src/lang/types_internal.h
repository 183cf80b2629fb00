/*
 * What the files of the built-in types share with each other and with nobody else
 * (permitted readers: the value types, their iterators, formatting and the built-in functions).
 */
#ifndef LANG_TYPES_INTERNAL_H
#define LANG_TYPES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/mem.h"
#include "lang/format_spec.h"
#include "lang/object.h"

/* ---- text ------------------------------------------------------------------------ */

/* Code points of well-formed UTF-8. */
size_t text_count(const char *text, size_t len);

/* A new str with its bytes at `*text` to be filled at once. */
value str_make(struct vm *vm, size_t len, size_t chars, char **text);

/* The byte where the index-th character begins; the length when index is the number of them. */
size_t str_offset(value v, size_t index);

/* The text with everything beyond ASCII as \x, \u and \U escapes. */
value ascii_escaped(struct vm *vm, value text);

extern const struct method_def str_methods[];
value str_format_slot(struct vm *vm, value self, value spec);

/* str.split and its relatives (str_split.c). */
value str_split(struct vm *vm, value self, const struct args *a);
value str_rsplit(struct vm *vm, value self, const struct args *a);
value str_splitlines(struct vm *vm, value self, const struct args *a);
value str_partition(struct vm *vm, value self, const struct args *a);
value str_rpartition(struct vm *vm, value self, const struct args *a);
value str_join(struct vm *vm, value self, const struct args *a);

/* bytes.decode and str.encode; `encoding` and `errors` may be null. */
value bytes_decode(struct vm *vm, value bytes, value encoding, value errors);
value str_encode(struct vm *vm, value text, value encoding, value errors);

/* Whether the text can be written as UTF-8; false with UnicodeEncodeError for lone surrogates. */
bool str_check_encodable(struct vm *vm, value text);

/* ---- instances of a type or of a class under it, without asking the scene ------------ */

struct str;
struct bigint;
struct str *str_of_type(struct vm *vm, const struct type *type, size_t len, size_t chars,
                        char **text);
value bytes_of_type(struct vm *vm, const struct type *type, const void *data, size_t len);
value int_of_type(struct vm *vm, const struct type *type, const struct bigint *n);
value float_of_type(struct vm *vm, const struct type *type, double x);
/* With null items. */
value tuple_of_type(struct vm *vm, const struct type *type, size_t count);

/* ---- numbers --------------------------------------------------------------------- */

value float_power(struct vm *vm, double x, double y);
value float_divmod(struct vm *vm, double a, double b);
value int_divmod(struct vm *vm, value a, value b);

/* Append text in which digits and blanks of all scripts are ASCII ones, other characters '?'. */
void put_ascii_digits(struct buf *out, const char *text, size_t len);

/* Raise what `error` tells and free it: null. */
value format_failed(struct vm *vm, struct format_error *error);

/* ---- sequences ------------------------------------------------------------------- */

/* What `left + right` and `sequence * times` answer when the other one does not fit. */
value sequence_refuse_concat(struct vm *vm, value left, value right);
value sequence_refuse_repeat(struct vm *vm, value times);

/* Whether the value can be used as an int (__index__). */
bool value_has_index(value v);

/* How often to repeat for `sequence * times`; refused when count * n items do not fit. -1: set. */
int64_t repeat_count(struct vm *vm, value times, size_t count, size_t item_size);

/* Whether an order (negative, 0, positive) satisfies the comparison. */
static inline bool order_holds(int order, enum compare_op op)
{
	switch (op) {
	case COMPARE_LT:
		return order < 0;
	case COMPARE_LE:
		return order <= 0;
	case COMPARE_EQ:
		return order == 0;
	case COMPARE_NE:
		return order != 0;
	case COMPARE_GT:
		return order > 0;
	default:
		return order >= 0;
	}
}

/* Where a list's or tuple's items are at this moment. */
typedef void (*items_fn)(value v, const value **at, size_t *count);

/* Compare, search and show items as list and tuple do; scene code may run in between. */
value items_compare(struct vm *vm, value a, value b, enum compare_op op, items_fn items);
value items_index(struct vm *vm, value self, const struct args *a, items_fn items,
                  const char *type_name);
int64_t items_count(struct vm *vm, value self, value wanted, items_fn items, bool first);
bool put_items_repr(struct vm *vm, struct buf *out, value self, items_fn items);

/* An optional start or end argument: None or null leaves `*out`; negative counts from `len`. */
bool bound_argument(struct vm *vm, value v, size_t len, int64_t *out);

/* ---- dicts (dict_view.c) --------------------------------------------------------- */

value dict_keys_view(struct vm *vm, value self, const struct args *a);
value dict_values_view(struct vm *vm, value self, const struct args *a);
value dict_items_view(struct vm *vm, value self, const struct args *a);
value dict_reversed_method(struct vm *vm, value self, const struct args *a);
value dict_iter_slot(struct vm *vm, value self);

/* ---- iterators and views ------------------------------------------------------------ */

/* For parcels, which know their structs: parcel_iterator.c. */
extern const struct type list_iterator_type, list_reverse_iterator_type, tuple_iterator_type,
	str_iterator_type, bytes_iterator_type, range_iterator_type, dict_keys_type,
	dict_values_type, dict_items_type, dict_key_iterator_type, dict_value_iterator_type,
	dict_item_iterator_type;

/* ---- all ------------------------------------------------------------------------- */

/* Append repr(v); false with the exception set. */
bool put_repr(struct vm *vm, struct buf *out, value v);

/* iter(function, end) */
value callable_iterator_new(struct vm *vm, value function, value end);

/* `iter` slot of iterators. */
value iterator_self(struct vm *vm, value self);

/* Call an instance's own method by name, such as __round__; null when it has none. */
value call_method_maybe(struct vm *vm, value v, const char *name, const struct args *a,
                        bool *found);

#endif
