/*
 * Just enough of a JSON reader for tests: a value is known by where it begins. What is not
 * JSON ends at NULL, and with it the test.
 */
#ifndef TESTS_JSON_READER_H
#define TESTS_JSON_READER_H

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline const char *json_blank(const char *at)
{
	while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')
		at++;
	return at;
}

static inline const char *json_string_end(const char *at)
{
	for (at++; *at != '"'; at++) {
		if ((unsigned char)*at < 0x20)
			return NULL;
		if (*at != '\\')
			continue;
		at++;
		if (*at == 'u' && strspn(at + 1, "0123456789abcdefABCDEF") < 4)
			return NULL;
		if (!*at || !strchr("\"\\/bfnrtu", *at))
			return NULL;
	}
	return at + 1;
}

static inline const char *json_end(const char *at);

static inline const char *json_items_end(const char *at, char close, bool named)
{
	at = json_blank(at + 1);
	if (*at == close)
		return at + 1;
	for (;; at = json_blank(at + 1)) {
		if (named) {
			at = *at == '"' ? json_string_end(at) : NULL;
			at = at ? json_blank(at) : NULL;
			if (!at || *at != ':')
				return NULL;
			at = json_blank(at + 1);
		}
		at = json_end(at);
		if (!at)
			return NULL;
		at = json_blank(at);
		if (*at == close)
			return at + 1;
		if (*at != ',')
			return NULL;
	}
}

/* Where the value that begins at `at` ends; NULL if that is no value. */
static inline const char *json_end(const char *at)
{
	static const char *const words[] = {"true", "false", "null"};
	if (*at == '"')
		return json_string_end(at);
	if (*at == '[')
		return json_items_end(at, ']', false);
	if (*at == '{')
		return json_items_end(at, '}', true);
	for (size_t i = 0; i < 3; i++)
		if (!strncmp(at, words[i], strlen(words[i])))
			return at + strlen(words[i]);
	char *end;
	if (*at != '-' && (*at < '0' || *at > '9'))
		return NULL;
	strtod(at, &end);
	return end;
}

/* The value of a member of the object at `at`, or NULL. */
static inline const char *json_member(const char *at, const char *name)
{
	ck_assert_int_eq(*at, '{');
	size_t len = strlen(name);
	for (at = json_blank(at + 1); *at != '}';) {
		const char *end = json_string_end(at);
		const char *value = json_blank(json_blank(end) + 1);
		if ((size_t)(end - at) == len + 2 && !memcmp(at + 1, name, len))
			return value;
		at = json_blank(json_end(value));
		if (*at == ',')
			at = json_blank(at + 1);
	}
	return NULL;
}

/* The first item of the array at `at`; the one after that at `at`; NULL if there is none. */
static inline const char *json_first(const char *at)
{
	ck_assert_int_eq(*at, '[');
	at = json_blank(at + 1);
	return *at == ']' ? NULL : at;
}

static inline const char *json_next(const char *at)
{
	at = json_blank(json_end(at));
	return *at == ',' ? json_blank(at + 1) : NULL;
}

static inline long json_number(const char *at)
{
	return strtol(at, NULL, 10);
}

/* Whether the string at `at`, which has no escapes, is that. */
static inline bool json_is(const char *at, const char *text)
{
	size_t len = strlen(text);
	return *at == '"' && !strncmp(at + 1, text, len) && at[len + 1] == '"';
}

#endif
