/*
 * What the tests of pictures share: a picture as a string, whether it is well-formed XML,
 * and a trace that no loop would write.
 */
#ifndef TESTS_SVG_KIT_H
#define TESTS_SVG_KIT_H

#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/vec.h"
#include "export/export.h"
#include "export/svg.h"
#include "nonsense.h"
#include "view_kit.h"
#include "view_traces.h"

/* The whole document; freed by the caller. */
static inline char *svg_of(struct view *v, bool code, int theme)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct buf why = {0};
	int error = export_svg(v, &(struct export_options){.code = code, .theme = theme}, out, &why);
	ck_assert_int_eq(error, 0);
	fclose(out);
	buf_free(&why);
	ck_assert_uint_eq(strlen(text), len);
	return text;
}

static inline size_t occurrences(const char *text, const char *what)
{
	size_t count = 0;
	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		count++;
	return count;
}

#define assert_has(text, what) ck_assert_msg(strstr(text, what) != NULL, "no %s in %.800s", what, text)
#define assert_lacks(text, what) ck_assert_msg(strstr(text, what) == NULL, "%s in %.800s", what, text)

/* ---- a strict reader of XML, without DTDs and processing instructions ---- */

/* As ck_assert_msg, which takes note of every assertion that holds: too slow for every byte. */
#define need(what, ...)                                                                    \
	do {                                                                               \
		if (!(what))                                                               \
			ck_abort_msg(__VA_ARGS__);                                         \
	} while (0)

static inline const char *xml_entity(const char *s)
{
	static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strncmp(s, known[i], strlen(known[i])) == 0)
			return s + strlen(known[i]);
	ck_abort_msg("a bare & before %.40s", s);
	return NULL;
}

static inline const char *xml_name(const char *s)
{
	need(isalpha((unsigned char)*s), "no name at %.40s", s);
	while (isalnum((unsigned char)*s) || *s == '-' || *s == ':' || *s == '_')
		s++;
	return s;
}

static inline const char *xml_attributes(const char *s)
{
	while (*s == ' ') {
		s = xml_name(s + 1);
		need(s[0] == '=' && s[1] == '"', "no value at %.40s", s);
		for (s += 2; *s != '"';) {
			need(*s && *s != '<', "a value does not end: %.40s", s);
			s = *s == '&' ? xml_entity(s) : s + 1;
		}
		s++;
	}
	return s;
}

/* Every element closed in order, every & an entity, no character that XML does not allow. */
static inline void assert_xml(const char *text)
{
	VEC(const char *) open = {0};
	need(utf8_valid(text, strlen(text), NULL), "no UTF-8: %.40s", text);
	for (const char *s = text; *s;) {
		need((unsigned char)*s >= 0x20 || *s == '\n', "byte %d before %.40s", *s, s);
		need(strncmp(s, "]]>", 3) != 0, "]]> before %.40s", s);
		if (*s == '&') {
			s = xml_entity(s);
		} else if (s[0] == '<' && s[1] == '/') {
			const char *end = xml_name(s + 2);
			need(open.count, "closed, but not open: %.40s", s);
			const char *name = vec_pop(&open);
			size_t len = (size_t)(end - s - 2);
			need(xml_name(name) == name + len && memcmp(name, s + 2, len) == 0,
				      "%.10s closed as %.10s", name, s);
			need(*end == '>', "an end does not end: %.40s", s);
			s = end + 1;
		} else if (*s == '<') {
			const char *name = s + 1;
			s = xml_attributes(xml_name(name));
			if (*s == '/')
				s++;
			else
				vec_push(&open, name);
			need(*s == '>', "an element does not end: %.40s", name);
			s++;
		} else {
			need(open.count || *s == '\n', "text outside: %.40s", s);
			s++;
		}
	}
	need(open.count == 0, "%zu elements are open", open.count);
	vec_free(&open);
}

/* ---- traces ---- */

/* Nonsense whose strings mean something to whoever reads markup. */
static inline struct trace *svg_nonsense(uint32_t seed)
{
	static const char *const texts[] = {"", "main", "sleep(5)", "<b>&\"'", "]]>",
					    "\x01\x1b[31m\x7f\xff\xc3", "\xe2\x80\xae\xef\xbf\xbf"};
	struct trace *t = trace_new(0);
	trace_describe(t, &(struct trace_about){.title = texts[seed % COUNT_OF(texts)],
						.source = "#: <a> & \"b\"\n\tx = ']]>\x01\xff'\n"});
	write_nonsense(t, seed, texts, COUNT_OF(texts));
	return t;
}

#endif
