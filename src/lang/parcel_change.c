/*
 * What a job has changed of what it was given: every object is compared with the record that
 * it was made from. The references in a record say which objects those were, so nothing is packed
 * again, and nothing of the scene runs.
 */
#include "lang/parcel_internal.h"

#include <string.h>

#include "lang/bytes.h"
#include "lang/dict.h"
#include "lang/float.h"
#include "lang/int.h"
#include "lang/str.h"
#include "lang/tuple.h"

/* ---- comparing ------------------------------------------------------------------------ */

enum { ATOM_DEPTH = 8 };

/* Whether two values that cannot change look alike: nobody sees that one took the other's place. */
static bool same_atom(value a, value b, unsigned depth)
{
	if (value_is(a, b))
		return true;
	if (value_is_null(a) || value_is_null(b) || value_is_small(a) || value_is_small(b))
		return false;
	const struct type *type = value_object(a)->type;
	if (value_object(b)->type != type)
		return false;
	if (type == &str_type)
		return str_equal(a, b);
	if (type == &float_type) {
		double x = float_number(a), y = float_number(b);
		return x == y || (x != x && y != y);
	}
	if (type == &int_type) {
		struct int_view room_a, room_b;
		return bigint_compare(int_view(a, &room_a), int_view(b, &room_b)) == 0;
	}
	if (type == &bytes_type)
		return bytes_of(a)->len == bytes_of(b)->len &&
			memcmp(bytes_of(a)->data, bytes_of(b)->data, bytes_of(a)->len) == 0;
	if (type != &tuple_type || tuple_count(a) != tuple_count(b) || depth >= ATOM_DEPTH)
		return false;
	for (size_t i = 0; i < tuple_count(a); i++)
		if (!same_atom(tuple_at(a, i), tuple_at(b, i), depth + 1))
			return false;
	return true;
}

bool parcel_same_atom(value a, value b)
{
	return same_atom(a, b, 0);
}

bool check_value(struct parcel_checker *c, value v)
{
	return same_atom(parcel_referred(&c->r, get_word(&c->r)), v, 0);
}

bool check_lazy_dict(struct parcel_checker *c, value v)
{
	value came = parcel_referred(&c->r, get_word(&c->r));
	if (!value_is_null(came) || value_is_null(v) || dict_count(v) == 0)
		return value_is(came, v) || value_is_null(came);
	size_t at = 0;
	value item;
	dict_next(v, &at, &c->name, &item);
	return false;
}

bool parcel_check_none(struct parcel_checker *c, value v)
{
	(void)c;
	(void)v;
	return true;
}

static bool check_object(struct parcel_checker *c, size_t i)
{
	value v = c->r.objects[i];
	c->name = VALUE_NULL;
	parcel_open_record(&c->r, i);
	enum parcel_kind kind = record_kind(c->r.head);
	if (c->r.type != NULL && kind != PARCEL_CROSSING) {
		const value *slot = object_dict_slot(v);
		size_t after = c->r.at--;
		if (slot != NULL && !check_lazy_dict(c, *slot))
			return false;
		c->r.at = after;
	}
	return parcel_rows[kind].check(c, v);
}

/* ---- saying where --------------------------------------------------------------------- */

/* Who led to an object: a record, a global, an argument, or the call itself. */
enum owner_kind {
	OWNER_NONE,
	OWNER_RECORD,
	OWNER_GLOBAL,
	OWNER_ARGUMENT,
	OWNER_KEYWORD,
	OWNER_CALL,
};

struct owner {
	enum owner_kind kind;
	uint32_t number; /* index of the record; position; for names the index of the str */
};

struct teller {
	const struct parcel_reader *r;
	struct owner *owners;
	struct buf *out;
};

static void own(struct teller *t, uint64_t word, enum owner_kind kind, size_t number)
{
	if (word_is_index(word) && t->owners[word >> 3].kind == OWNER_NONE)
		t->owners[word >> 3] = (struct owner){kind, (uint32_t)number};
}

static uint64_t record_word(const struct parcel_reader *r, size_t i, size_t at)
{
	return r->words[r->records[i] + at];
}

/* The arguments of a call: the items of the second root, and the pairs of the third. */
static void own_arguments(struct teller *t)
{
	const struct parcel_reader *r = t->r;
	uint64_t args = r->words[HEAD_COUNT + 1], keywords = r->words[HEAD_COUNT + 2];
	for (size_t i = 0; word_is_index(args) && i < record_word(r, args >> 3, 1) >> 3; i++)
		own(t, record_word(r, args >> 3, 2 + i), OWNER_ARGUMENT, i);
	for (size_t i = 0; word_is_index(keywords) && i < record_word(r, keywords >> 3, 1) >> 3; i++)
		own(t, record_word(r, keywords >> 3, 3 + 2 * i), OWNER_KEYWORD,
		    record_word(r, keywords >> 3, 2 + 2 * i) >> 3);
}

static void find_owners(struct teller *t)
{
	const struct parcel_reader *r = t->r;
	t->owners = mem_zalloc(r->count, sizeof *t->owners);
	size_t at = (size_t)r->words[HEAD_GLOBALS];
	for (size_t n = (size_t)r->words[at++]; n > 0; n--, at += 2)
		own(t, r->words[at + 1], OWNER_GLOBAL, r->words[at] >> 3);
	own_arguments(t);
	own(t, r->words[HEAD_COUNT], OWNER_CALL, 0);
	for (size_t i = 0; i < r->count; i++) {
		uint64_t head = record_word(r, i, 0);
		for (size_t j = 1; j < record_references(head); j++)
			own(t, record_word(r, i, j), OWNER_RECORD, i);
	}
}

static void put_quoted(struct teller *t, value text)
{
	buf_putc(t->out, '`');
	buf_put(t->out, str_text(text), str_len(text));
	buf_putc(t->out, '`');
}

static void put_class(struct teller *t, size_t i)
{
	buf_puts(t->out, "the class ");
	put_quoted(t, ((struct class *)(void *)value_object(t->r->objects[i]))->qualname);
}

/* "the variable `n` of `f`": the cell is in the closure of a function. */
static bool put_cell(struct teller *t, size_t cell)
{
	const struct owner *closure = &t->owners[cell];
	if (closure->kind != OWNER_RECORD ||
	    record_kind(record_word(t->r, closure->number, 0)) != PARCEL_TUPLE)
		return false;
	const struct owner *owner = &t->owners[closure->number];
	if (owner->kind != OWNER_RECORD ||
	    record_kind(record_word(t->r, owner->number, 0)) != PARCEL_FUNCTION)
		return false;
	const struct function *fn = function_of(t->r->objects[owner->number]);
	const struct code *code = fn->code;
	size_t i = 0;
	while (i < code->free_count &&
	       record_word(t->r, closure->number, 2 + i) != word_of_index(cell))
		i++;
	if (i == code->free_count)
		return false;
	buf_puts(t->out, "the variable ");
	put_quoted(t, code->slot_names[code->slot_count - code->free_count + i]);
	buf_puts(t->out, " of ");
	put_quoted(t, fn->qualname);
	return true;
}

/* The object or function whose __dict__ record `dict` is, or -1. */
static int64_t dict_owner(const struct teller *t, size_t dict)
{
	const struct owner *o = &t->owners[dict];
	if (o->kind != OWNER_RECORD)
		return -1;
	uint64_t head = record_word(t->r, o->number, 0);
	if (record_kind(head) == PARCEL_FUNCTION)
		return o->number;
	if ((head & RECORD_TYPED) == 0 || record_word(t->r, o->number, 2) != word_of_index(dict))
		return -1;
	return o->number;
}

/* The name that stands before the object in the pairs of a record: its key or attribute. */
static value name_in(const struct teller *t, size_t record, size_t object)
{
	uint64_t head = record_word(t->r, record, 0);
	for (size_t j = record_words(head) - 1; j > 1; j--) {
		uint64_t before = record_word(t->r, record, j - 1);
		if (record_word(t->r, record, j) == word_of_index(object) && word_is_index(before) &&
		    value_is_str(t->r->objects[before >> 3]))
			return t->r->objects[before >> 3];
	}
	return VALUE_NULL;
}

static void put_place(struct teller *t, size_t i, unsigned depth);

/* A way to name the object itself: false if there is none. */
static bool put_direct(struct teller *t, size_t i, unsigned depth)
{
	const struct owner *o = &t->owners[i];
	enum parcel_kind kind = record_kind(record_word(t->r, i, 0));
	if (kind == PARCEL_CLASS) {
		put_class(t, i);
		return true;
	}
	if (kind == PARCEL_FUNCTION) {
		buf_puts(t->out, "the function ");
		put_quoted(t, function_of(t->r->objects[i])->qualname);
		return true;
	}
	if (kind == PARCEL_CELL)
		return put_cell(t, i);
	switch (o->kind) {
	case OWNER_GLOBAL:
		buf_puts(t->out, "the global ");
		put_quoted(t, t->r->objects[o->number]);
		return true;
	case OWNER_ARGUMENT:
		buf_printf(t->out, "argument %u", o->number + 1);
		return true;
	case OWNER_KEYWORD:
		buf_puts(t->out, "the argument ");
		put_quoted(t, t->r->objects[o->number]);
		return true;
	case OWNER_CALL:
		buf_puts(t->out, "what was called");
		return true;
	case OWNER_RECORD:
		break;
	case OWNER_NONE:
		return false;
	}
	enum parcel_kind within = record_kind(record_word(t->r, o->number, 0));
	if (within == PARCEL_CELL)
		return put_cell(t, o->number);
	if (within == PARCEL_METHOD || within == PARCEL_NATIVE) {
		buf_printf(t->out, "the `%s` object", value_type_name(t->r->objects[i]));
		return true;
	}
	int64_t instance = within == PARCEL_DICT ? dict_owner(t, o->number) : -1;
	value name = within == PARCEL_CLASS || instance >= 0 ? name_in(t, o->number, i) : VALUE_NULL;
	if (value_is_null(name))
		return false;
	buf_puts(t->out, "the attribute ");
	put_quoted(t, name);
	buf_puts(t->out, " of ");
	if (within == PARCEL_CLASS)
		put_class(t, o->number);
	else
		put_place(t, (size_t)instance, depth + 1);
	return true;
}

/* What a person would call object `i`; of what has no name, in what it is. */
static void put_place(struct teller *t, size_t i, unsigned depth)
{
	enum { DEEP = 2 };
	const char *type = value_type_name(t->r->objects[i]);
	size_t at = i;
	if (depth >= DEEP) {
		buf_printf(t->out, "a `%s`", type);
		return;
	}
	if (put_direct(t, i, depth))
		return;
	int64_t instance = dict_owner(t, i);
	if (instance >= 0) {
		put_place(t, (size_t)instance, depth);
		return;
	}
	buf_printf(t->out, "a `%s`", type);
	while (t->owners[at].kind == OWNER_RECORD) {
		at = t->owners[at].number;
		size_t len = t->out->len;
		buf_puts(t->out, " in ");
		size_t before = t->out->len;
		if (put_direct(t, at, depth) && t->out->len > before)
			return;
		t->out->len = len;
		t->out->data[len] = '\0';
	}
}

/* Object `i` differs, at `name` if that is not null. */
static void tell(struct teller *t, size_t i, value name)
{
	enum parcel_kind kind = record_kind(record_word(t->r, i, 0));
	int64_t instance = dict_owner(t, i);
	bool attribute = !value_is_null(name) && value_is_str(name) &&
		(kind == PARCEL_CLASS || instance >= 0 || kind != PARCEL_DICT);
	if (attribute) {
		buf_puts(t->out, "the attribute ");
		put_quoted(t, name);
		buf_puts(t->out, " of ");
	}
	put_place(t, instance >= 0 ? (size_t)instance : i, 0);
}

/* ---- globals -------------------------------------------------------------------------- */

static void tell_global(struct buf *what, value name)
{
	buf_printf(what, "the global `%s`", str_text(name));
}

static bool globals_changed(struct parcel_checker *c, value globals, struct buf *what)
{
	c->r.at = (size_t)c->r.words[HEAD_GLOBALS];
	size_t count = (size_t)get_word(&c->r), came = 0;
	for (size_t i = 0; i < count; i++) {
		value name = parcel_referred(&c->r, get_word(&c->r));
		came += !value_is(name, vm_name(c->r.vm, NAME_builtins));
		if (!check_value(c, dict_get_name(globals, name))) {
			tell_global(what, name);
			return true;
		}
	}
	/* All of them and the built-ins are there; is anything else? */
	if (dict_count(globals) == came + 1)
		return false;
	size_t at = 0;
	value name, v;
	while (dict_next(globals, &at, &name, &v)) {
		bool known = value_is(name, vm_name(c->r.vm, NAME_builtins));
		c->r.at = (size_t)c->r.words[HEAD_GLOBALS] + 1;
		for (size_t i = 0; !known && i < count; i++, c->r.at++)
			known = value_is(name, parcel_referred(&c->r, get_word(&c->r)));
		if (!known) {
			tell_global(what, name);
			return true;
		}
	}
	return false;
}

bool parcel_changed(struct vm *vm, const struct parcel *p, const struct landing *l,
                    struct buf *what)
{
	if (l->items.count < p->items[HEAD_OBJECTS]) /* it could not be unpacked */
		return false;
	size_t *records = parcel_records(p);
	struct parcel_checker c = {.r = {
		.vm = vm,
		.words = p->items,
		.records = records,
		.count = (size_t)p->items[HEAD_OBJECTS],
		.objects = l->items.items,
	}};
	bool changed = globals_changed(&c, l->globals, what);
	for (size_t i = 0; !changed && i < c.r.count; i++) {
		changed = !check_object(&c, i);
		if (changed) {
			struct teller t = {.r = &c.r, .out = what};
			find_owners(&t);
			tell(&t, i, c.name);
			free(t.owners);
		}
	}
	free(records);
	return changed;
}
