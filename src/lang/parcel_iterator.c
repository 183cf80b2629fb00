/*
 * Records of iterators and views. All of them are laid out alike: behind the head values, then
 * words, then for some as many values as their last word says. What they have given already
 * counts: the copy goes on where the original is.
 */
#include "lang/parcel_internal.h"

#include <string.h>

#include "lang/builtins.h"
#include "lang/types_internal.h"

enum word_meaning {
	AS_THEY_ARE,
	COUNTS_SOURCES, /* the last word is how many values follow */
	PLACE_IN_DICT,  /* place, count, left: a copied dict has no holes, so the place follows */
};

static const struct layout {
	const struct type *type;
	unsigned char values, words;
	enum word_meaning meaning;
} layouts[] = {
	{&list_iterator_type, 1, 2, AS_THEY_ARE},
	{&list_reverse_iterator_type, 1, 2, AS_THEY_ARE},
	{&tuple_iterator_type, 1, 1, AS_THEY_ARE},
	{&str_iterator_type, 1, 1, AS_THEY_ARE},
	{&bytes_iterator_type, 1, 1, AS_THEY_ARE},
	{&range_iterator_type, 0, 3, AS_THEY_ARE},
	{&reversed_type, 1, 1, AS_THEY_ARE},
	{&dict_keys_type, 1, 0, AS_THEY_ARE},
	{&dict_values_type, 1, 0, AS_THEY_ARE},
	{&dict_items_type, 1, 0, AS_THEY_ARE},
	{&dict_key_iterator_type, 1, 3, PLACE_IN_DICT},
	{&dict_value_iterator_type, 1, 3, PLACE_IN_DICT},
	{&dict_item_iterator_type, 1, 3, PLACE_IN_DICT},
	{&enumerate_type, 2, 2, COUNTS_SOURCES},
	{&zip_type, 2, 2, COUNTS_SOURCES},
	{&map_type, 2, 2, COUNTS_SOURCES},
	{&filter_type, 2, 2, COUNTS_SOURCES},
};

enum { WORDS_MAX = 3 };

static const struct layout *layout_of(const struct type *type)
{
	for (size_t i = 0; i < COUNT_OF(layouts); i++)
		if (layouts[i].type == type)
			return &layouts[i];
	return NULL;
}

bool parcel_is_iterator(const struct type *type)
{
	return layout_of(type) != NULL;
}

static value *values_of(value v)
{
	return (value *)(void *)(value_object(v) + 1);
}

/* The words as they are in the copy. */
static void read_words(const struct layout *l, value v, uint64_t words[WORDS_MAX])
{
	memcpy(words, values_of(v) + l->values, l->words * sizeof *words);
	if (l->meaning == PLACE_IN_DICT)
		words[0] = words[1] - words[2];
}

static size_t sources(const struct layout *l, const uint64_t words[WORDS_MAX])
{
	return l->meaning == COUNTS_SOURCES ? (size_t)words[l->words - 1] : 0;
}

void parcel_carry(struct parcel_writer *w, value v)
{
	bool is_new;
	if (!value_is_null(v) && parcel_is_iterator(value_type(v)))
		address_map_at(&w->carried, value_object(v), &is_new);
}

void parcel_end_iterator(struct vm *vm, value v)
{
	const struct layout *l = layout_of(value_type(v));
	uint64_t *words = (uint64_t *)(void *)(values_of(v) + l->values);
	if (l->type == &range_iterator_type)
		words[2] = 0; /* left */
	else if (l->type == &bytes_iterator_type)
		words[0] = SIZE_MAX; /* place */
	else if (l->words > 0 && l->meaning != COUNTS_SOURCES)
		value_forget(vm, values_of(v));
}

static void carry_on(struct parcel_writer *w, const value *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		parcel_carry(w, values[i]);
}

bool parcel_pack_iterator(struct parcel_writer *w, value v)
{
	const struct layout *l = layout_of(value_type(v));
	uint64_t words[WORDS_MAX];
	read_words(l, v, words);
	put_word(w, (uint64_t)(l - layouts));
	for (size_t i = 0; i < l->words; i++)
		put_word(w, words[i]);
	const value *values = values_of(v);
	if (address_map_find(&w->carried, value_object(v)) != NULL) {
		put_flags(w, RECORD_SPECIAL);
		vec_push(&w->moved, v);
		carry_on(w, values, l->values);
		carry_on(w, values + l->values + l->words, sources(l, words));
	}
	for (size_t i = 0; i < l->values; i++)
		put_value(w, values[i]);
	for (size_t i = 0; i < sources(l, words); i++)
		put_value(w, values[l->values + l->words + i]);
	return true;
}

static const struct layout *get_words(struct parcel_reader *r, uint64_t words[WORDS_MAX])
{
	const struct layout *l = &layouts[get_word(r)];
	for (size_t i = 0; i < l->words; i++)
		words[i] = get_word(r);
	return l;
}

value parcel_make_iterator(struct parcel_reader *r)
{
	uint64_t words[WORDS_MAX];
	const struct layout *l = get_words(r, words);
	struct object *o = object_new(r->vm, l->type, sources(l, words) * sizeof(value));
	value v = object_value(o);
	memcpy(values_of(v) + l->values, words, l->words * sizeof *words);
	return v;
}

bool parcel_fill_iterator(struct parcel_reader *r, value v)
{
	uint64_t words[WORDS_MAX];
	const struct layout *l = get_words(r, words);
	value *values = values_of(v);
	for (size_t i = 0; i < l->values; i++)
		values[i] = get_value(r);
	for (size_t i = 0; i < sources(l, words); i++)
		values[l->values + l->words + i] = get_value(r);
	return true;
}

bool parcel_check_iterator(struct parcel_checker *c, value v)
{
	if ((c->r.head & RECORD_SPECIAL) != 0)
		return true;
	uint64_t came[WORDS_MAX], words[WORDS_MAX];
	const struct layout *l = get_words(&c->r, came);
	read_words(l, v, words);
	if (memcmp(came, words, l->words * sizeof *words) != 0)
		return false;
	const value *values = values_of(v);
	for (size_t i = 0; i < l->values; i++)
		if (!check_value(c, values[i]))
			return false;
	for (size_t i = 0; i < sources(l, words); i++)
		if (!check_value(c, values[l->values + l->words + i]))
			return false;
	return true;
}
