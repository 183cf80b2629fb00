/* What a command is given: see input.h. */
#include "input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "scene/course.h"
#include "trace/text.h"
#include "trace/trace.h"

static const char trace_magic[] = "simmer-trace ";

static bool ends_with(const char *text, const char *ending)
{
	size_t len = strlen(text), tail = strlen(ending);
	return len >= tail && strcmp(text + len - tail, ending) == 0;
}

/* Where the operand's file is: a file that exists comes before a name of the gallery. */
static void find(struct input *in, const char *operand, const struct course *course)
{
	struct stat st;
	const struct course_scene *scene = course_find(course, operand);
	if (scene && (stat(operand, &st) != 0 || S_ISDIR(st.st_mode))) {
		struct buf shown = {0};
		buf_printf(&shown, "%s.py", scene->name);
		in->shown = buf_take(&shown);
		in->path = mem_strdup(scene->path);
		return;
	}
	bool is_stdin = strcmp(operand, "-") == 0;
	in->shown = mem_strdup(is_stdin ? "<stdin>" : operand);
	in->path = is_stdin ? NULL : mem_strdup(operand);
}

static int read_trace(struct input *in, FILE *file, struct buf *why)
{
	struct buf reason = {0};
	int error = trace_read(file, &in->trace, &reason);
	if (error) {
		buf_reset(why);
		buf_printf(why, "%s: %s", in->shown, buf_text(&reason));
	}
	buf_free(&reason);
	return error;
}

/* A trace may be larger than memory likes: it is read as a stream, not as a whole. */
static int open_trace(struct input *in, struct buf *why)
{
	FILE *file = fopen(in->path, "re");
	if (!file) {
		buf_reset(why);
		buf_printf(why, "%s: %s", in->shown, strerror(errno));
		return -ERR_OPEN;
	}
	int error = read_trace(in, file, why);
	fclose(file);
	return error;
}

int input_read(struct input *in, const char *operand, const struct course *course, struct buf *why)
{
	*in = (struct input){0};
	find(in, operand, course);
	if (in->path && ends_with(in->path, ".trace"))
		return open_trace(in, why);
	int error = file_read(in->path ? in->path : "-", SCENE_MAX_BYTES, &in->text, why);
	if (error || strncmp(buf_text(&in->text), trace_magic, sizeof trace_magic - 1) != 0)
		return error;
	FILE *file = fmemopen(in->text.data, in->text.len, "r");
	if (!file)
		die("cannot read a trace from memory");
	error = read_trace(in, file, why);
	fclose(file);
	buf_free(&in->text);
	return error;
}

void input_free(struct input *in)
{
	free(in->shown);
	free(in->path);
	buf_free(&in->text);
	trace_free(in->trace);
	*in = (struct input){0};
}
