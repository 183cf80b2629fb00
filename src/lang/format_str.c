/*
 * text.format(...): replacement fields `{name.attribute[index]!conversion:spec}`, where a spec
 * may hold fields itself, one level deep. f-strings are compiled, not read here.
 */
#include <string.h>

#include "lang/exception.h"
#include "lang/format_spec.h"
#include "lang/int.h"
#include "lang/pools.h"
#include "lang/str.h"
#include "lang/tuple.h"
#include "lang/types_internal.h"

enum numbering { NUMBERING_OPEN, NUMBERING_AUTOMATIC, NUMBERING_MANUAL };

struct formatter {
	struct vm *vm;
	const struct args *a;
	value mapping; /* of format_map, or null */
	enum numbering numbering;
	size_t next;   /* automatic field number */
};

/* A piece of the text. */
struct span {
	const char *at, *end;
};

static bool fail(struct formatter *f, const char *text)
{
	vm_raise(f->vm, &exc_ValueError, "%s", text);
	return false;
}

value str_format_slot(struct vm *vm, value self, value spec)
{
	if (str_len(spec) == 0)
		return object_str(vm, self);
	struct buf out = {0};
	struct format_error error = {0};
	if (!format_put_text(&out, str_text(self), str_len(self), str_text(spec), str_len(spec),
	                     value_type_name(self), &error)) {
		buf_free(&out);
		return format_failed(vm, &error);
	}
	return str_from_buf(vm, &out);
}

/* ---- finding the object ---------------------------------------------------------- */

/* A number of decimal digits, or -1; -2: too large. */
static int64_t number_of(struct span s)
{
	int64_t n = 0;
	if (s.at == s.end)
		return -1;
	for (; s.at < s.end; s.at++) {
		if (*s.at < '0' || *s.at > '9')
			return -1;
		if (n > INT64_MAX / 10 - 1)
			return -2;
		n = n * 10 + (*s.at - '0');
	}
	return n;
}

static bool set_numbering(struct formatter *f, enum numbering to)
{
	if (f->numbering == NUMBERING_OPEN)
		f->numbering = to;
	if (f->numbering == to)
		return true;
	return fail(f, to == NUMBERING_AUTOMATIC
	                       ? "cannot switch from manual field specification to automatic "
	                         "field numbering"
	                       : "cannot switch from automatic field numbering to manual field "
	                         "specification");
}

static value positional(struct formatter *f, int64_t index)
{
	if (!value_is_null(f->mapping)) {
		fail(f, "Format string contains positional fields");
		return VALUE_NULL;
	}
	if ((size_t)index < f->a->count)
		return value_ref(f->a->at[index]);
	return vm_raise(f->vm, &exc_IndexError,
	                "Replacement index %lld out of range for positional args tuple",
	                (long long)index);
}

/* The argument that the first part of a field names: a new reference. */
static value argument(struct formatter *f, struct span name)
{
	int64_t index = number_of(name);
	if (index == -2) {
		fail(f, "Too many decimal digits in format string");
		return VALUE_NULL;
	}
	if (index >= 0) {
		if (!set_numbering(f, NUMBERING_MANUAL))
			return VALUE_NULL;
		return positional(f, index);
	}
	if (name.at == name.end) {
		if (!set_numbering(f, NUMBERING_AUTOMATIC))
			return VALUE_NULL;
		return positional(f, (int64_t)f->next++);
	}
	value key = str_new(f->vm, name.at, (size_t)(name.end - name.at)), found = VALUE_NULL;
	if (!value_is_null(f->mapping)) {
		found = object_getitem(f->vm, f->mapping, key);
	} else {
		for (size_t i = 0; i < args_keywords(f->a) && value_is_null(found); i++) {
			if (str_equal(tuple_at(f->a->names, i), key))
				found = value_ref(f->a->at[f->a->count + i]);
		}
		if (value_is_null(found))
			vm_raise_with(f->vm, &exc_KeyError, key);
	}
	value_unref(f->vm, key);
	return found;
}

/* obj[index] or obj["text"]. */
static value item_of(struct formatter *f, value v, struct span name)
{
	int64_t index = number_of(name);
	if (index == -2) {
		fail(f, "Too many decimal digits in format string");
		return VALUE_NULL;
	}
	value key = index >= 0 ? int_new(f->vm, index)
			       : str_new(f->vm, name.at, (size_t)(name.end - name.at));
	value found = object_getitem(f->vm, v, key);
	value_unref(f->vm, key);
	return found;
}

static value attribute_of(struct formatter *f, value v, struct span name)
{
	value key = str_intern(f->vm, name.at, (size_t)(name.end - name.at));
	value found = object_getattr(f->vm, v, key);
	value_unref(f->vm, key);
	return found;
}

/* What a field's name stands for: a new reference. */
static value field_object(struct formatter *f, struct span name)
{
	const char *at = name.at;
	while (at < name.end && *at != '.' && *at != '[')
		at++;
	value v = argument(f, (struct span){name.at, at});
	while (at < name.end && !value_is_null(v)) {
		bool item = *at == '[';
		if (!item && *at != '.') {
			fail(f, "Only '.' or '[' may follow ']' in format field specifier");
			value_replace(f->vm, &v, VALUE_NULL);
			break;
		}
		struct span part = {++at, NULL};
		while (at < name.end && (item ? *at != ']' : *at != '.' && *at != '['))
			at++;
		part.end = at;
		value next = VALUE_NULL;
		if (item && at == name.end)
			fail(f, "Missing ']' in format string");
		else if (part.at == part.end)
			fail(f, "Empty attribute in format string");
		else
			next = item ? item_of(f, v, part) : attribute_of(f, v, part);
		at += item && at < name.end;
		value_replace(f->vm, &v, next);
	}
	return v;
}

/* ---- fields ---------------------------------------------------------------------- */

value ascii_escaped(struct vm *vm, value text)
{
	struct buf out = {0};
	const char *at = str_text(text), *end = at + str_len(text);
	while (at < end) {
		uint32_t c;
		at += str_decode(at, &c);
		if (c < 0x80)
			buf_putc(&out, (char)c);
		else if (c <= 0xFF)
			buf_printf(&out, "\\x%02x", c);
		else if (c <= 0xFFFF)
			buf_printf(&out, "\\u%04x", c);
		else
			buf_printf(&out, "\\U%08x", c);
	}
	return str_from_buf(vm, &out);
}

value object_convert(struct vm *vm, value v, char conversion)
{
	if (conversion == 's')
		return object_str(vm, v);
	value repr = object_repr(vm, v);
	if (conversion != 'a' || value_is_null(repr) || str_is_ascii(repr))
		return repr;
	value text = ascii_escaped(vm, repr);
	value_unref(vm, repr);
	return text;
}

static bool put_text(struct formatter *f, struct buf *out, struct span text, int depth);

static bool put_object(struct formatter *f, struct buf *out, value v, uint32_t conversion,
                       struct span spec, int depth)
{
	value shown = value_ref(v);
	if (conversion) {
		if (conversion != 'r' && conversion != 's' && conversion != 'a') {
			struct buf c = {0};
			str_put_char(&c, conversion);
			vm_raise(f->vm, &exc_ValueError, "Unknown conversion specifier %s",
			         buf_text(&c));
			buf_free(&c);
			value_unref(f->vm, shown);
			return false;
		}
		value_replace(f->vm, &shown, object_convert(f->vm, v, (char)conversion));
	}
	if (value_is_null(shown))
		return false;
	struct buf inner = {0};
	value text = VALUE_NULL;
	if (!memchr(spec.at, '{', (size_t)(spec.end - spec.at)))
		buf_put(&inner, spec.at, (size_t)(spec.end - spec.at));
	else if (!put_text(f, &inner, spec, depth - 1))
		goto done;
	value spec_value = str_from_buf(f->vm, &inner);
	if (value_is_null(spec_value))
		goto done;
	text = object_format(f->vm, shown, spec_value);
	value_unref(f->vm, spec_value);
	if (!value_is_null(text))
		buf_put(out, str_text(text), str_len(text));
done:
	buf_free(&inner);
	value_unref(f->vm, shown);
	bool fine = !value_is_null(text);
	value_xunref(f->vm, text);
	return fine;
}

/* The field between braces: name, conversion, spec. */
static bool put_replacement(struct formatter *f, struct buf *out, struct span field, int depth)
{
	const char *at = field.at;
	for (bool inside = false; at < field.end; at++) {
		if (*at == '[')
			inside = true;
		else if (*at == ']')
			inside = false;
		else if (!inside && (*at == ':' || *at == '!'))
			break;
	}
	struct span name = {field.at, at}, spec = {field.end, field.end};
	uint32_t conversion = 0;
	if (at < field.end && *at == '!') {
		if (++at == field.end)
			return fail(f, "unmatched '{' in format spec");
		at += str_decode(at, &conversion);
		if (at < field.end && *at != ':')
			return fail(f, "expected ':' after conversion specifier");
	}
	if (at < field.end)
		spec.at = at + 1;
	value v = field_object(f, name);
	if (value_is_null(v))
		return false;
	bool fine = put_object(f, out, v, conversion, spec, depth);
	value_unref(f->vm, v);
	return fine;
}

/* Behind `{`: the end of the field, where its brace closes; NULL when it does not. */
static const char *field_end(const char *at, const char *end)
{
	bool inside = false, spec = false;
	for (int depth = 1; at < end; at++) {
		if (*at == '[' && !spec)
			inside = true;
		else if (*at == ']')
			inside = false;
		else if (inside)
			continue;
		else if (*at == ':')
			spec = true;
		else if (*at == '{')
			depth++;
		else if (*at == '}' && --depth == 0)
			return at;
	}
	return NULL;
}

/* Whether a field that never closes has got to its conversion or spec. */
static bool has_spec(const char *at, const char *end)
{
	bool inside = false;
	for (; at < end; at++) {
		inside = *at == '[' || (inside && *at != ']');
		if (!inside && (*at == ':' || *at == '!'))
			return true;
	}
	return false;
}

static bool put_text(struct formatter *f, struct buf *out, struct span text, int depth)
{
	if (depth < 0)
		return fail(f, "Max string recursion exceeded");
	while (text.at < text.end) {
		const char *at = text.at;
		while (at < text.end && *at != '{' && *at != '}')
			at++;
		buf_put(out, text.at, (size_t)(at - text.at));
		text.at = at;
		if (at == text.end)
			break;
		bool doubled = at + 1 < text.end && at[1] == *at;
		if (doubled) {
			buf_putc(out, *at);
			text.at += 2;
			continue;
		}
		if (*at == '}')
			return fail(f, "Single '}' encountered in format string");
		if (at + 1 == text.end)
			return fail(f, "Single '{' encountered in format string");
		const char *end = field_end(at + 1, text.end);
		if (!end)
			return fail(f, has_spec(at + 1, text.end)
			                       ? "unmatched '{' in format spec"
			                       : "expected '}' before end of string");
		if (!put_replacement(f, out, (struct span){at + 1, end}, depth))
			return false;
		text.at = end + 1;
	}
	return true;
}

value str_format_method(struct vm *vm, value text, const struct args *a, value mapping)
{
	struct formatter f = {.vm = vm, .a = a, .mapping = mapping};
	struct buf out = {0};
	struct span all = {str_text(text), str_text(text) + str_len(text)};
	if (put_text(&f, &out, all, 2 - 1))
		return str_from_buf(vm, &out);
	buf_free(&out);
	return VALUE_NULL;
}
