/*
 * Damaged programs: every Python file of a folder, again and again with a few bytes dropped,
 * doubled, swapped or replaced. The same damage in every run.
 */
#ifndef TESTS_LANG_DAMAGE_H
#define TESTS_LANG_DAMAGE_H

#include <check.h>
#include <dirent.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

static inline uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Drop, double, swap or replace a few bytes. */
static inline void damage(struct buf *text, uint32_t *state)
{
	static const char bytes[] = "()[]{}:,'\"\\\n\t #f@=*.0_ie";
	for (uint32_t n = next_random(state) % 4 + 1; n > 0 && text->len > 2; n--) {
		size_t at = next_random(state) % (text->len - 1);
		char byte = bytes[next_random(state) % (sizeof bytes - 1)];
		switch (next_random(state) % 4) {
		case 0:
			memmove(text->data + at, text->data + at + 1, text->len - at - 1);
			text->len--;
			break;
		case 1:
			text->data[at] = byte;
			break;
		case 2:
			text->data[at] = text->data[at + 1];
			break;
		default:
			text->len = at + 1;
		}
	}
}

/* Give `times` damaged copies of each file to `use`. */
static inline void for_damaged_files(const char *folder, int times,
                                     void (*use)(const char *text, size_t len))
{
	DIR *dir = opendir(folder);
	ck_assert_ptr_nonnull(dir);
	uint32_t state = 2463534242;
	size_t used = 0;
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
		size_t len = strlen(entry->d_name);
		if (len < 3 || strcmp(entry->d_name + len - 3, ".py") != 0)
			continue;
		struct buf path = {0}, text = {0}, copy = {0}, why = {0};
		buf_printf(&path, "%s/%s", folder, entry->d_name);
		ck_assert_int_eq(file_read(buf_text(&path), 1 << 20, &text, &why), 0);
		for (int i = 0; i < times; i++) {
			buf_reset(&copy);
			buf_put(&copy, text.data, text.len);
			if (i > 0)
				damage(&copy, &state);
			use(copy.data, copy.len);
		}
		used++;
		buf_free(&path);
		buf_free(&text);
		buf_free(&copy);
	}
	closedir(dir);
	ck_assert_uint_gt(used, 0);
}

#endif
