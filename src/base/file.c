/* Files, whole: see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"

static int refuse(struct buf *why, int error, const char *path, const char *what)
{
	buf_reset(why);
	buf_printf(why, "%s: %s", path, what);
	return -error;
}

static int read_all(int fd, size_t limit_bytes, struct buf *out)
{
	for (;;) {
		char *room = buf_reserve(out, 64 * 1024);
		ssize_t got = read(fd, room, 64 * 1024);
		if (got == 0)
			return 0;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		buf_advance(out, (size_t)got);
		if (out->len > limit_bytes) {
			errno = EFBIG;
			return -1;
		}
	}
}

int file_read(const char *path, size_t limit_bytes, struct buf *out, struct buf *why)
{
	buf_reset(out);
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return refuse(why, ERR_OPEN, path, strerror(errno));
	struct stat st;
	int error = 0;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		error = refuse(why, ERR_IS_DIR, path, "is a directory, not a file");
	else if (read_all(fd, limit_bytes, out) != 0)
		error = refuse(why, ERR_READ, path, strerror(errno));
	else
		buf_put(out, "", 0);
	if (!is_stdin)
		close(fd);
	return error;
}

int file_begin(struct file_writer *w, const char *path, bool force, struct buf *why)
{
	*w = (struct file_writer){0};
	if (strcmp(path, "-") == 0) {
		w->stream = stdout;
		w->path = mem_strdup("standard output");
		return 0;
	}
	struct stat st;
	if (!force && lstat(path, &st) == 0)
		return refuse(why, ERR_EXISTS, path, "exists already (--force overwrites it)");
	struct buf part = {0};
	buf_printf(&part, "%s.part-XXXXXX", path);
	char *part_path = buf_take(&part);
	int fd = mkstemp(part_path);
	if (fd < 0) {
		int said = errno;
		free(part_path);
		return refuse(why, ERR_WRITE, path, strerror(said));
	}
	/* mkstemp makes files private; a result is as readable as any new file. */
	mode_t mask = umask(0);
	umask(mask);
	if (fchmod(fd, 0666 & ~mask) != 0 || !(w->stream = fdopen(fd, "w"))) {
		int said = errno;
		close(fd);
		unlink(part_path);
		free(part_path);
		return refuse(why, ERR_WRITE, path, strerror(said));
	}
	w->part_path = part_path;
	w->path = mem_strdup(path);
	return 0;
}

static void forget(struct file_writer *w)
{
	free(w->part_path);
	free(w->path);
	*w = (struct file_writer){0};
}

int file_commit(struct file_writer *w, struct buf *why)
{
	int error = 0;
	errno = 0;
	bool failed = ferror(w->stream) != 0;
	if (!w->part_path) {
		if (fflush(w->stream) != 0 || failed)
			error = refuse(why, ERR_WRITE, w->path, errno ? strerror(errno) : "write error");
		forget(w);
		return error;
	}
	if (fclose(w->stream) != 0 || failed)
		error = refuse(why, ERR_WRITE, w->path, errno ? strerror(errno) : "write error");
	else if (rename(w->part_path, w->path) != 0)
		error = refuse(why, ERR_WRITE, w->path, strerror(errno));
	if (error)
		unlink(w->part_path);
	forget(w);
	return error;
}

void file_abandon(struct file_writer *w)
{
	if (w->part_path) {
		fclose(w->stream);
		unlink(w->part_path);
	}
	forget(w);
}
