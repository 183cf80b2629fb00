/* The course: see course.h. */
#include "scene/course.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

enum { SCENE_LIMIT_BYTES = 1 << 20 };

/* The folder that the running program's file is in, without a slash at the end; false if unknown. */
static bool program_folder(char *out, size_t room)
{
	ssize_t len = readlink("/proc/self/exe", out, room - 1);
	if (len <= 0)
		return false;
	out[len] = '\0';
	char *slash = strrchr(out, '/');
	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

/* The first line of the docstring that `text` begins with; the caller frees it. */
static char *title_of(const char *text)
{
	while (isspace((unsigned char)*text) || *text == '#')
		text += *text == '#' ? strcspn(text, "\n") : 1;
	if (strncmp(text, "\"\"\"", 3) != 0 && strncmp(text, "'''", 3) != 0)
		return mem_strdup("");
	text += 3;
	size_t len = strcspn(text, "\n\"");
	return mem_strndup(text, len);
}

static void add_scene(struct course *g, const char *folder, const char *name, const char *group)
{
	struct buf path = {0}, text = {0}, why = {0};
	buf_printf(&path, "%s/%s.py", folder, name);
	if (file_read(buf_text(&path), SCENE_LIMIT_BYTES, &text, &why) == 0) {
		vec_push(&g->scenes, (struct course_scene){.name = mem_strdup(name),
						   .title = title_of(buf_text(&text)),
						   .group = mem_strdup(group),
						   .path = buf_take(&path)});
	}
	buf_free(&path);
	buf_free(&text);
	buf_free(&why);
}

/* Read the index in `folder`; false when there is none. */
static bool load_from(struct course *g, const char *folder)
{
	struct buf path = {0}, index = {0}, why = {0};
	buf_printf(&path, "%s/index", folder);
	bool found = file_read(buf_text(&path), SCENE_LIMIT_BYTES, &index, &why) == 0;
	char *group = mem_strdup("");
	char *rest = index.data;
	for (char *line; found && (line = strsep(&rest, "\n"));) {
		while (isspace((unsigned char)*line))
			line++;
		size_t len = strlen(line);
		while (len > 0 && isspace((unsigned char)line[len - 1]))
			line[--len] = '\0';
		if (*line == '#') {
			free(group);
			group = mem_strdup(line + 1 + strspn(line + 1, " "));
		} else if (*line) {
			add_scene(g, folder, line, group);
		}
	}
	free(group);
	buf_free(&path);
	buf_free(&index);
	buf_free(&why);
	return found;
}

void course_load(struct course *g, const char *installed)
{
	static const char *const beside[] = {"/../scenes", "/../../scenes",
					     "/../share/simmer/scenes"};
	*g = (struct course){0};
	char program[4096];
	if (program_folder(program, sizeof program)) {
		for (size_t i = 0; i < COUNT_OF(beside); i++) {
			struct buf folder = {0};
			buf_printf(&folder, "%s%s", program, beside[i]);
			bool found = load_from(g, buf_text(&folder));
			buf_free(&folder);
			if (found)
				return;
		}
	}
	load_from(g, installed);
}

void course_free(struct course *g)
{
	for (size_t i = 0; i < g->scenes.count; i++) {
		struct course_scene *s = &g->scenes.items[i];
		free(s->name);
		free(s->path);
		free(s->title);
		free(s->group);
	}
	vec_free(&g->scenes);
}

const struct course_scene *course_find(const struct course *g, const char *name)
{
	size_t len = strlen(name);
	if (len > 3 && strcmp(name + len - 3, ".py") == 0)
		len -= 3;
	for (size_t i = 0; i < g->scenes.count; i++) {
		const struct course_scene *s = &g->scenes.items[i];
		if (strlen(s->name) == len && memcmp(s->name, name, len) == 0)
			return s;
	}
	return NULL;
}
