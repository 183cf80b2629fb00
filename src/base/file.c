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

bool path_has_ending(const char *path, const char *ending)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash ? slash : path, '.');
	if (!dot)
		return false;
	for (dot++; *dot && *ending; dot++, ending++)
		if ((*dot >= 'A' && *dot <= 'Z' ? *dot - 'A' + 'a' : *dot) != *ending)
			return false;
	return !*dot && !*ending;
}

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

int file_read_rest(int fd, const char *path, size_t limit_bytes, struct buf *out,
                   struct buf *why)
{
	struct stat st;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return refuse(why, ERR_IS_DIR, path, "is a directory, not a file");
	if (read_all(fd, limit_bytes, out) != 0)
		return refuse(why, ERR_READ, path, strerror(errno));
	buf_put(out, "", 0);
	return 0;
}

int file_read(const char *path, size_t limit_bytes, struct buf *out, struct buf *why)
{
	buf_reset(out);
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return refuse(why, ERR_OPEN, path, strerror(errno));
	int error = file_read_rest(fd, path, limit_bytes, out, why);
	if (!is_stdin)
		close(fd);
	return error;
}

const char *path_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash && slash[1] ? slash + 1 : path;
}

/* ---- writing ---- */

/*
 * A file without a name, in the folder of `path`: nothing is left of it, whatever ends the
 * program. Its name is given through /proc. -1 where file system or machine know no such
 * thing.
 */
static int open_unnamed(const char *path)
{
	char *folder = mem_strdup(path);
	char *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = '\0';
	int fd = -1;
	if (access("/proc/self/fd", X_OK) == 0)
		fd = open(slash ? folder : ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
	free(folder);
	return fd;
}

/* Append a name beside `path` for what has not got its own yet. It has nothing of the final
 * one, which may be as long as names can be. */
static void put_part_path(struct buf *out, const char *path)
{
	const char *slash = strrchr(path, '/');
	buf_put(out, path, slash ? (size_t)(slash - path) + 1 : 0);
	buf_puts(out, "simmer.part-");
}

/* The same with a name of its own beside `path`: into `*part_path`. */
static int open_part(const char *path, char **part_path)
{
	struct buf part = {0};
	put_part_path(&part, path);
	buf_puts(&part, "XXXXXX");
	*part_path = buf_take(&part);
	int fd = mkostemp(*part_path, O_CLOEXEC);
	/* mkostemp makes files private; a result is as readable as any new file. */
	mode_t mask = umask(0);
	umask(mask);
	if (fd >= 0 && fchmod(fd, 0666 & ~mask) == 0)
		return fd;
	int said = errno;
	if (fd >= 0) {
		close(fd);
		unlink(*part_path);
	}
	free(*part_path);
	*part_path = NULL;
	errno = said;
	return -1;
}

static void forget(struct file_writer *w)
{
	free(w->part_path);
	free(w->path);
	*w = (struct file_writer){0};
}

/* What is no file that could be replaced: written as it comes. */
static int begin_directly(struct file_writer *w, const char *path, struct buf *why)
{
	w->kind = FILE_DIRECT;
	w->stream = fopen(path, "we");
	if (!w->stream)
		return refuse(why, ERR_WRITE, path, strerror(errno));
	w->path = mem_strdup(path);
	return 0;
}

int file_begin(struct file_writer *w, const char *path, bool force, struct buf *why)
{
	*w = (struct file_writer){0};
	if (strcmp(path, "-") == 0) {
		w->kind = FILE_STDOUT;
		w->stream = stdout;
		w->path = mem_strdup("standard output");
		return 0;
	}
	struct stat st;
	bool there = stat(path, &st) == 0;
	if (there && S_ISDIR(st.st_mode))
		return refuse(why, ERR_WRITE, path, strerror(EISDIR));
	if (there && !S_ISREG(st.st_mode))
		return begin_directly(w, path, why);
	if (!force && lstat(path, &st) == 0)
		return refuse(why, ERR_EXISTS, path, "exists already (--force overwrites it)");
	/* A link stays one: what it leads to is replaced. */
	char *target = there ? realpath(path, NULL) : NULL;
	w->path = mem_strdup(target ? target : path);
	free(target);
	w->force = force;
	w->kind = FILE_UNNAMED;
	int fd = open_unnamed(w->path);
	if (fd < 0) {
		w->kind = FILE_PART;
		fd = open_part(w->path, &w->part_path);
	}
	if (fd >= 0)
		w->stream = fdopen(fd, "w");
	if (w->stream)
		return 0;
	int said = errno;
	if (fd >= 0)
		close(fd);
	if (w->part_path)
		unlink(w->part_path);
	forget(w);
	return refuse(why, ERR_WRITE, path, strerror(said));
}

/* Give the unnamed file a name: the final one, or, where that is taken and may be
 * overwritten, first one of its own. 0 or -1 and errno. */
static int name_file(struct file_writer *w)
{
	struct buf self = {0};
	buf_printf(&self, "/proc/self/fd/%d", fileno(w->stream));
	int result = linkat(AT_FDCWD, buf_text(&self), AT_FDCWD, w->path, AT_SYMLINK_FOLLOW);
	for (unsigned i = 0; result != 0 && errno == EEXIST && w->force && i < 1000; i++) {
		struct buf part = {0};
		put_part_path(&part, w->path);
		buf_printf(&part, "%ld-%u", (long)getpid(), i);
		result = linkat(AT_FDCWD, buf_text(&self), AT_FDCWD, buf_text(&part),
				AT_SYMLINK_FOLLOW);
		if (result == 0 && (result = rename(buf_text(&part), w->path)) != 0) {
			int said = errno;
			unlink(buf_text(&part));
			errno = said;
			buf_free(&part);
			break;
		}
		buf_free(&part);
	}
	buf_free(&self);
	return result;
}

/* Give the file its final name instead of the one it has. 0 or -1 and errno. */
static int rename_part(const struct file_writer *w)
{
	/* Renaming would replace what somebody made meanwhile; a link never does. */
	if (!w->force && link(w->part_path, w->path) == 0)
		return unlink(w->part_path);
	if (!w->force && errno == EEXIST)
		return -1;
	return rename(w->part_path, w->path);
}

/* Why what was written is not all there: an errno, or 0 if it is. */
static int write_error(struct file_writer *w)
{
	errno = 0;
	bool failed = ferror(w->stream) != 0;
	if (!failed)
		return fflush(w->stream) == 0 ? 0 : errno;
	/* The reason is long gone; where it does no harm, fail once more to hear it. */
	if (w->kind == FILE_UNNAMED || w->kind == FILE_PART) {
		clearerr(w->stream);
		putc('\n', w->stream);
		fflush(w->stream);
	}
	return errno ? errno : EIO;
}

int file_commit(struct file_writer *w, struct buf *why)
{
	int said = write_error(w);
	if (!said && w->kind == FILE_UNNAMED && name_file(w) != 0)
		said = errno;
	if (w->kind != FILE_STDOUT && fclose(w->stream) != 0 && !said)
		said = errno;
	if (!said && w->kind == FILE_PART && rename_part(w) != 0)
		said = errno;
	if (said && w->kind == FILE_PART)
		unlink(w->part_path);
	int error = 0;
	if (said == EEXIST)
		error = refuse(why, ERR_EXISTS, w->path, "exists already (--force overwrites it)");
	else if (said)
		error = refuse(why, ERR_WRITE, w->path, strerror(said));
	forget(w);
	return error;
}

void file_abandon(struct file_writer *w)
{
	if (w->kind != FILE_STDOUT)
		fclose(w->stream);
	if (w->kind == FILE_PART)
		unlink(w->part_path);
	forget(w);
}
