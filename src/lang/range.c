/* The types range and slice, and how sequences are indexed: see range.h. */
#include "lang/range.h"

#include <string.h>

#include "lang/exception.h"
#include "lang/int.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"

/* ---- indexing -------------------------------------------------------------------- */

static bool refuse_index(struct vm *vm, value key, const char *what)
{
	/* "list assignment" is called "list" when the key is of a wrong type. */
	const char *space = strchr(what, ' ');
	int len = space && strcmp(what, "range object") != 0 ? (int)(space - what)
							      : (int)strlen(what);
	if (strcmp(what, "range object") == 0)
		what = "range", len = 5;
	if (strcmp(what, "string") == 0)
		vm_raise(vm, &exc_TypeError, "string indices must be integers, not '%s'",
		         value_type_name(key));
	else if (strcmp(what, "index") == 0)
		vm_raise(vm, &exc_TypeError, "byte indices must be integers or slices, not %s",
		         value_type_name(key));
	else
		vm_raise(vm, &exc_TypeError, "%.*s indices must be integers or slices, not %s", len,
		         what, value_type_name(key));
	return false;
}

bool sequence_index(struct vm *vm, value key, size_t len, const char *what, size_t *out)
{
	int64_t n;
	if (value_is_small(key)) {
		n = small_number(key);
	} else {
		if (!value_has_index(key))
			return refuse_index(vm, key, what);
		if (!object_index_int64(vm, key, false, &n)) {
			if (vm_caught(vm, &exc_OverflowError))
				vm_raise(vm, &exc_IndexError,
				         "cannot fit '%s' into an index-sized integer",
				         value_type_name(key));
			return false;
		}
	}
	if (n < 0)
		n += (int64_t)len;
	if (n < 0 || (size_t)n >= len) {
		vm_raise(vm, &exc_IndexError,
		         strcmp(what, "index") == 0 ? "%s out of range" : "%s index out of range",
		         what);
		return false;
	}
	*out = (size_t)n;
	return true;
}

static bool slice_part(struct vm *vm, value v, int64_t *out)
{
	if (value_is_none(v))
		return true;
	if (!value_has_index(v)) {
		vm_raise(vm, &exc_TypeError,
		         "slice indices must be integers or None or have an __index__ method");
		return false;
	}
	return object_index_int64(vm, v, true, out);
}

/* Bring a bound into 0..len, or -1..len-1 when going down. */
static int64_t clamp(int64_t at, int64_t len, bool down)
{
	if (at < 0) {
		at += len;
		if (at < 0)
			return down ? -1 : 0;
	} else if (at >= len) {
		return down ? len - 1 : len;
	}
	return at;
}

bool slice_unpack(struct vm *vm, value slice, int64_t *start, int64_t *stop, int64_t *step)
{
	const struct slice *s = (const struct slice *)(const void *)value_object(slice);
	*step = 1;
	if (!slice_part(vm, s->step, step))
		return false;
	if (*step == 0) {
		vm_raise(vm, &exc_ValueError, "slice step cannot be zero");
		return false;
	}
	if (*step < -INT64_MAX)
		*step = -INT64_MAX;
	bool down = *step < 0;
	*start = down ? INT64_MAX : 0;
	*stop = down ? INT64_MIN : INT64_MAX;
	return slice_part(vm, s->start, start) && slice_part(vm, s->stop, stop);
}

size_t slice_adjust(size_t len, int64_t *start, int64_t *stop, int64_t step)
{
	bool down = step < 0;
	*start = clamp(*start, (int64_t)len, down);
	*stop = clamp(*stop, (int64_t)len, down);
	if (down)
		return *stop < *start ? (size_t)((*start - *stop - 1) / -step + 1) : 0;
	return *start < *stop ? (size_t)((*stop - *start - 1) / step + 1) : 0;
}

bool slice_indices(struct vm *vm, value slice, size_t len, int64_t *start, int64_t *stop,
                   int64_t *step, size_t *count)
{
	if (!slice_unpack(vm, slice, start, stop, step))
		return false;
	*count = slice_adjust(len, start, stop, *step);
	return true;
}

/* ---- slice ----------------------------------------------------------------------- */

static struct slice *slice_of(value v)
{
	return (struct slice *)(void *)value_object(v);
}

value slice_new(struct vm *vm, value start, value stop, value step)
{
	struct slice *s = object_new(vm, &slice_type, 0);
	s->start = value_ref(start);
	s->stop = value_ref(stop);
	s->step = value_ref(step);
	return object_value(s);
}

static value slice_make(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)type;
	if (!args_no_keywords(vm, a, "slice") || !args_check(vm, a, "slice", 1, 3))
		return VALUE_NULL;
	if (a->count == 1)
		return slice_new(vm, VALUE_NONE, a->at[0], VALUE_NONE);
	return slice_new(vm, a->at[0], a->at[1], a->count > 2 ? a->at[2] : VALUE_NONE);
}

static void slice_drop(struct vm *vm, struct object *self)
{
	struct slice *s = (struct slice *)(void *)self;
	value_forget(vm, &s->start);
	value_forget(vm, &s->stop);
	value_forget(vm, &s->step);
}

static void slice_traverse(struct object *self, visit_fn visit, void *context)
{
	struct slice *s = (struct slice *)(void *)self;
	visit(s->start, context);
	visit(s->stop, context);
	visit(s->step, context);
}

static value slice_as_tuple(struct vm *vm, value self)
{
	struct slice *s = slice_of(self);
	return tuple_from(vm, (const value[]){s->start, s->stop, s->step}, 3);
}

static value slice_repr(struct vm *vm, value self)
{
	value t = slice_as_tuple(vm, self), text = object_repr(vm, t);
	value_unref(vm, t);
	if (value_is_null(text))
		return VALUE_NULL;
	value result = str_printf(vm, "slice%s", str_text(text));
	value_unref(vm, text);
	return result;
}

static bool slice_hash(struct vm *vm, value self, int64_t *out)
{
	value t = slice_as_tuple(vm, self);
	bool fine = object_hash(vm, t, out);
	value_unref(vm, t);
	return fine;
}

static value slice_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	if (!value_is_exactly(a, &slice_type) || !value_is_exactly(b, &slice_type))
		return VALUE_NOT_IMPLEMENTED;
	value x = slice_as_tuple(vm, a), y = slice_as_tuple(vm, b);
	value result = object_compare(vm, x, y, op);
	value_unref(vm, x);
	value_unref(vm, y);
	return result;
}

static value slice_indices_method(struct vm *vm, value self, const struct args *a)
{
	int64_t len, start, stop, step;
	size_t count;
	if (!object_index_int64(vm, a->at[0], false, &len))
		return VALUE_NULL;
	if (len < 0)
		return vm_raise(vm, &exc_ValueError, "length should not be negative");
	if (!slice_indices(vm, self, (size_t)len, &start, &stop, &step, &count))
		return VALUE_NULL;
	value t = tuple_new(vm, 3);
	tuple_of(t)->items[0] = int_new(vm, start);
	tuple_of(t)->items[1] = int_new(vm, stop);
	tuple_of(t)->items[2] = int_new(vm, step);
	return t;
}

static value slice_get_start(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(slice_of(self)->start);
}

static value slice_get_stop(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(slice_of(self)->stop);
}

static value slice_get_step(struct vm *vm, value self)
{
	(void)vm;
	return value_ref(slice_of(self)->step);
}

static const struct method_def slice_methods[] = {
	{"indices", slice_indices_method, 1, 1, 0},
	{0},
};

static const struct getset_def slice_getset[] = {
	{"start", slice_get_start, NULL},
	{"stop", slice_get_stop, NULL},
	{"step", slice_get_step, NULL},
	{0},
};

const struct type slice_type = {
	TYPE_HEAD,
	.name = "slice",
	.base = &object_type,
	.size = sizeof(struct slice),
	.flags = TYPE_TRACKED | TYPE_FINAL,
	.methods = slice_methods,
	.getset = slice_getset,
	.make = slice_make,
	.drop = slice_drop,
	.traverse = slice_traverse,
	.clear = slice_drop,
	.repr = slice_repr,
	.hash = slice_hash,
	.compare = slice_compare,
};

/* ---- range ----------------------------------------------------------------------- */

static struct range *range_of(value v)
{
	return (struct range *)(void *)value_object(v);
}

/* How many numbers; clamped to what an int64 holds. */
static int64_t range_count(int64_t start, int64_t stop, int64_t step)
{
	if (step > 0 ? start >= stop : start <= stop)
		return 0;
	uint64_t gap = step > 0 ? (uint64_t)stop - (uint64_t)start : (uint64_t)start - (uint64_t)stop;
	uint64_t pace = step > 0 ? (uint64_t)step : 0 - (uint64_t)step;
	uint64_t n = (gap - 1) / pace + 1;
	return n > INT64_MAX ? INT64_MAX : (int64_t)n;
}

value range_new(struct vm *vm, int64_t start, int64_t stop, int64_t step)
{
	struct range *r = object_new(vm, &range_type, 0);
	r->start = start;
	r->stop = stop;
	r->step = step;
	r->len = range_count(start, stop, step);
	return object_value(r);
}

static value range_make(struct vm *vm, const struct type *type, const struct args *a)
{
	(void)type;
	int64_t at[3] = {0, 0, 1};
	if (!args_no_keywords(vm, a, "range"))
		return VALUE_NULL;
	if (a->count == 0)
		return vm_raise(vm, &exc_TypeError, "range expected at least 1 argument, got 0");
	if (a->count > 3)
		return vm_raise(vm, &exc_TypeError, "range expected at most 3 arguments, got %zu",
		                a->count);
	for (size_t i = 0; i < a->count; i++) {
		if (!object_index_int64(vm, a->at[i], false, &at[a->count == 1 ? 1 : i]))
			return VALUE_NULL;
	}
	if (at[2] == 0)
		return vm_raise(vm, &exc_ValueError, "range() arg 3 must not be zero");
	return range_new(vm, at[0], at[1], at[2]);
}

/* The index-th number; cannot overflow within the range. */
static int64_t number_at(const struct range *r, int64_t index)
{
	return (int64_t)((uint64_t)r->start + (uint64_t)r->step * (uint64_t)index);
}

static value range_repr(struct vm *vm, value self)
{
	const struct range *r = range_of(self);
	if (r->step == 1)
		return str_printf(vm, "range(%lld, %lld)", (long long)r->start, (long long)r->stop);
	return str_printf(vm, "range(%lld, %lld, %lld)", (long long)r->start, (long long)r->stop,
	                  (long long)r->step);
}

static int range_truth(struct vm *vm, value self)
{
	(void)vm;
	return range_of(self)->len > 0;
}

static int64_t range_len(struct vm *vm, value self)
{
	(void)vm;
	return range_of(self)->len;
}

static value range_getitem(struct vm *vm, value self, value key)
{
	const struct range *r = range_of(self);
	if (!value_is_exactly(key, &slice_type)) {
		size_t index;
		if (!sequence_index(vm, key, (size_t)r->len, "range object", &index))
			return VALUE_NULL;
		return int_new(vm, number_at(r, (int64_t)index));
	}
	int64_t start, stop, step;
	size_t count;
	if (!slice_indices(vm, key, (size_t)r->len, &start, &stop, &step, &count))
		return VALUE_NULL;
	int64_t pace;
	if (__builtin_mul_overflow(r->step, step, &pace))
		pace = step > 0 ? INT64_MAX : -INT64_MAX;
	return range_new(vm, number_at(r, start), number_at(r, stop), pace);
}

/* Where an int is in the range, or -1. */
static int64_t position_of(const struct range *r, value item)
{
	int64_t n;
	if (!int_get_i64(item, &n) || r->len == 0)
		return -1;
	int64_t low = r->step > 0 ? r->start : number_at(r, r->len - 1);
	int64_t high = r->step > 0 ? number_at(r, r->len - 1) : r->start;
	if (n < low || n > high)
		return -1;
	uint64_t gap = r->step > 0 ? (uint64_t)n - (uint64_t)r->start : (uint64_t)r->start - (uint64_t)n;
	uint64_t pace = r->step > 0 ? (uint64_t)r->step : 0 - (uint64_t)r->step;
	return gap % pace == 0 ? (int64_t)(gap / pace) : -1;
}

/*
 * Other values are looked for one by one: 1.0 is in range(3). How many there are or, with
 * `where`, the position of the first one or -1; -2 with an exception set.
 */
static int64_t search(struct vm *vm, value self, value item, bool where)
{
	const struct range *r = range_of(self);
	int64_t found = 0;
	for (int64_t i = 0; i < r->len; i++) {
		value n = int_new(vm, number_at(r, i));
		int same = object_equal(vm, n, item);
		value_unref(vm, n);
		if (same < 0)
			return -2;
		if (same && where)
			return i;
		found += same;
	}
	return where ? -1 : found;
}

static int range_contains(struct vm *vm, value self, value item)
{
	if (value_is_int(item))
		return position_of(range_of(self), item) >= 0;
	int64_t at = search(vm, self, item, true);
	return at == -2 ? -1 : at >= 0;
}

static value range_index(struct vm *vm, value self, const struct args *a)
{
	int64_t at = value_is_int(a->at[0]) ? position_of(range_of(self), a->at[0])
					    : search(vm, self, a->at[0], true);
	if (at == -2)
		return VALUE_NULL;
	if (at >= 0)
		return int_new(vm, at);
	if (!value_is_int(a->at[0]))
		return vm_raise(vm, &exc_ValueError, "sequence.index(x): x not in sequence");
	value repr = object_repr(vm, a->at[0]);
	if (!value_is_null(repr)) {
		vm_raise(vm, &exc_ValueError, "%s is not in range", str_text(repr));
		value_unref(vm, repr);
	}
	return VALUE_NULL;
}

static value range_count_method(struct vm *vm, value self, const struct args *a)
{
	if (value_is_int(a->at[0]))
		return value_small(position_of(range_of(self), a->at[0]) >= 0);
	int64_t n = search(vm, self, a->at[0], false);
	return n < 0 ? VALUE_NULL : int_new(vm, n);
}

static value range_compare(struct vm *vm, value a, value b, enum compare_op op)
{
	(void)vm;
	if ((op != COMPARE_EQ && op != COMPARE_NE) || !value_is_exactly(a, &range_type) ||
	    !value_is_exactly(b, &range_type))
		return VALUE_NOT_IMPLEMENTED;
	const struct range *r = range_of(a), *s = range_of(b);
	bool same = r->len == s->len && (r->len == 0 || r->start == s->start) &&
		(r->len <= 1 || r->step == s->step);
	return value_bool(same == (op == COMPARE_EQ));
}

static bool range_hash(struct vm *vm, value self, int64_t *out)
{
	const struct range *r = range_of(self);
	value t = tuple_new(vm, 3);
	tuple_of(t)->items[0] = int_new(vm, r->len);
	tuple_of(t)->items[1] = r->len > 0 ? int_new(vm, r->start) : VALUE_NONE;
	tuple_of(t)->items[2] = r->len > 1 ? int_new(vm, r->step) : VALUE_NONE;
	bool fine = object_hash(vm, t, out);
	value_unref(vm, t);
	return fine;
}

struct range_iterator {
	struct object head;
	int64_t next, step, left;
};

static value range_iterator_next(struct vm *vm, value self)
{
	struct range_iterator *it = (struct range_iterator *)(void *)value_object(self);
	if (it->left <= 0)
		return VALUE_NULL;
	int64_t n = it->next;
	if (--it->left > 0)
		it->next += it->step;
	return int_new(vm, n);
}

static value range_iterator_hint(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	return int_new(vm, ((struct range_iterator *)(void *)value_object(self))->left);
}

static const struct method_def range_iterator_methods[] = {
	{"__length_hint__", range_iterator_hint, 0, 0, 0},
	{0},
};

const struct type range_iterator_type = {
	TYPE_HEAD,
	.name = "range_iterator",
	.base = &object_type,
	.size = sizeof(struct range_iterator),
	.flags = TYPE_FINAL | TYPE_NO_NEW,
	.methods = range_iterator_methods,
	.iter = iterator_self,
	.next = range_iterator_next,
};

static value range_iter(struct vm *vm, value self)
{
	const struct range *r = range_of(self);
	struct range_iterator *it = object_new(vm, &range_iterator_type, 0);
	it->next = r->start;
	it->step = r->step;
	it->left = r->len;
	return object_value(it);
}

static value range_reversed(struct vm *vm, value self, const struct args *a)
{
	(void)a;
	const struct range *r = range_of(self);
	struct range_iterator *it = object_new(vm, &range_iterator_type, 0);
	it->next = r->len > 0 ? number_at(r, r->len - 1) : 0;
	it->step = r->step == INT64_MIN ? INT64_MAX : -r->step;
	it->left = r->len;
	return object_value(it);
}

static value range_get_start(struct vm *vm, value self)
{
	return int_new(vm, range_of(self)->start);
}

static value range_get_stop(struct vm *vm, value self)
{
	return int_new(vm, range_of(self)->stop);
}

static value range_get_step(struct vm *vm, value self)
{
	return int_new(vm, range_of(self)->step);
}

static const struct method_def range_methods[] = {
	{"count", range_count_method, 1, 1, 0},
	{"index", range_index, 1, 1, 0},
	{"__reversed__", range_reversed, 0, 0, 0},
	{0},
};

static const struct getset_def range_getset[] = {
	{"start", range_get_start, NULL},
	{"stop", range_get_stop, NULL},
	{"step", range_get_step, NULL},
	{0},
};

const struct type range_type = {
	TYPE_HEAD,
	.name = "range",
	.base = &object_type,
	.size = sizeof(struct range),
	.flags = TYPE_FINAL | TYPE_SEQUENCE,
	.methods = range_methods,
	.getset = range_getset,
	.make = range_make,
	.repr = range_repr,
	.hash = range_hash,
	.truth = range_truth,
	.compare = range_compare,
	.len = range_len,
	.getitem = range_getitem,
	.contains = range_contains,
	.iter = range_iter,
};
