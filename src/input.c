/* What a command is given: see input.h. */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "scene/course.h"
#include "trace/text.h"
#include "trace/trace.h"

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

static int refuse(const struct input *in, int error, const char *what, struct buf *why)
{
	buf_reset(why);
	buf_printf(why, "%s: %s", in->shown, what);
	return -error;
}

/* A trace may be larger than memory likes: it is read as a stream, not as a whole. What was
 * read of it already is in in->text. */
static int read_trace(struct input *in, FILE *file, struct buf *why)
{
	struct buf reason = {0};
	int error = trace_read_on(buf_text(&in->text), in->text.len, file, &in->trace, &reason);
	buf_free(&in->text);
	if (error)
		refuse(in, -error, buf_text(&reason), why);
	buf_free(&reason);
	return error;
}

/* As many bytes as it takes to know a trace from a scene. */
static int read_beginning(struct input *in, int fd, struct buf *why)
{
	while (in->text.len < TRACE_MAGIC_BYTES) {
		size_t left = TRACE_MAGIC_BYTES - in->text.len;
		ssize_t got = read(fd, buf_reserve(&in->text, left), left);
		if (got == 0)
			break;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return refuse(in, errno == EISDIR ? ERR_IS_DIR : ERR_READ,
				      errno == EISDIR ? "is a directory, not a file" : strerror(errno),
				      why);
		buf_advance(&in->text, (size_t)got);
	}
	return 0;
}

/* What simmer writes and does not read, by name and first byte. Nobody means it as a scene,
 * though a recording is legal Python: line by line an expression that does nothing. */
static const struct {
	const char *ending;
	char first;
	const char *what;
} products[] = {
	{"cast", '{', "is a recording; what can be shown is a scene or a trace"},
	{"json", '{', "is JSON; what can be shown is a scene or a trace"},
	{"json", '[', "is JSON; what can be shown is a scene or a trace"},
	{"svg", '<', "is a picture; what can be shown is a scene or a trace"},
	{"html", '<', "is a page; what can be shown is a scene or a trace"},
};

static int refuse_product(const struct input *in, struct buf *why)
{
	for (size_t i = 0; in->path && i < COUNT_OF(products); i++)
		if (path_has_ending(in->path, products[i].ending) &&
		    buf_text(&in->text)[0] == products[i].first)
			return refuse(in, ERR_USAGE, products[i].what, why);
	return 0;
}

static int read_from(struct input *in, int fd, struct buf *why)
{
	int error = read_beginning(in, fd, why);
	if (!error)
		error = refuse_product(in, why);
	if (error)
		return error;
	bool named = in->path && path_has_ending(in->path, "trace");
	if (!named && !trace_is_begun(buf_text(&in->text), in->text.len))
		return file_read_rest(fd, in->shown, SCENE_MAX_BYTES, &in->text, why);
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *file = copy < 0 ? NULL : fdopen(copy, "r");
	if (!file) {
		int said = errno;
		if (copy >= 0)
			close(copy);
		return refuse(in, ERR_OPEN, strerror(said), why);
	}
	error = read_trace(in, file, why);
	fclose(file);
	return error;
}

int input_read(struct input *in, const char *operand, const struct course *course, struct buf *why)
{
	*in = (struct input){0};
	find(in, operand, course);
	int fd = in->path ? open(in->path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (fd < 0)
		return refuse(in, ERR_OPEN, strerror(errno), why);
	int error = read_from(in, fd, why);
	if (in->path)
		close(fd);
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
