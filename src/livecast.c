/*
 * A session as a cast: see livecast.h. The one idea is that a line is in the file whole or
 * not at all: one write a line, and what a full disk cut off is taken back. So nothing has
 * to be done in the end for the file to be valid.
 */
#include "livecast.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "export/cast.h"

struct livecast {
	struct livecast_options options;
	char *title;       /* owned; NULL: none */
	int fd;
	bool made;         /* the file was not there before */
	off_t len_bytes;   /* of the file: all whole lines */
	int failure;       /* the errno that ended the recording, or 0 */
	struct cast *cast; /* NULL before the first frame */
	int64_t begin_ns;  /* when that was, by the terminal's clock */
	int64_t end_ns;    /* of the last event, since then */
	size_t beat;       /* in force in the last frame, and its caption */
	char *caption;     /* owned; NULL: "" */
	struct sigaction too_large; /* what was done about SIGXFSZ before */
};

/* ---- the file ------------------------------------------------------------------------ */

static int refuse(struct buf *why, int error, const char *path, const char *what)
{
	buf_reset(why);
	buf_printf(why, "%s: %s", path, what);
	return -error;
}

/* What is at `path` and stands in the way. */
static int refuse_what_is_there(const char *path, struct buf *why)
{
	struct stat st;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return refuse(why, ERR_WRITE, path, strerror(EISDIR));
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return refuse(why, ERR_USAGE, path, "is no file; a session is recorded to a file");
	return refuse(why, ERR_EXISTS, path, "exists already (--force overwrites it)");
}

/*
 * Open the file, whose content stays what it is up to the first frame. Never waits: a pipe
 * would, for a reader.
 */
static int open_file(struct livecast *l, struct buf *why)
{
	const char *path = l->options.path;
	const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	l->fd = open(path, flags | O_CREAT | O_EXCL, 0666);
	l->made = l->fd >= 0;
	if (l->fd >= 0)
		return 0;
	if (errno != EEXIST)
		return refuse(why, ERR_WRITE, path, strerror(errno));
	if (!l->options.force)
		return refuse_what_is_there(path, why);
	l->fd = open(path, flags | O_CREAT, 0666);
	struct stat st;
	if (l->fd >= 0 && fstat(l->fd, &st) == 0 && S_ISREG(st.st_mode))
		return 0;
	/* A pipe that nobody reads says ENXIO, and is none that we wanted anyway. */
	if (l->fd < 0 && errno != ENXIO)
		return refuse(why, ERR_WRITE, path, strerror(errno));
	return refuse_what_is_there(path, why);
}

/* Two sessions in one file would be none. Where locks are unknown, it is up to the user. */
static int claim_file(struct livecast *l, struct buf *why)
{
	if (flock(l->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		return refuse(why, ERR_WRITE, l->options.path,
			      "another session is being recorded to it");
	return 0;
}

/* Take back what was written of a line, and write no more. */
static int fail(struct livecast *l, int number)
{
	l->failure = number;
	if (ftruncate(l->fd, l->len_bytes) != 0)
		l->failure = errno; /* the worse of the two */
	return -ERR_WRITE;
}

static int write_line(void *world, const char *line, size_t len)
{
	struct livecast *l = world;
	for (size_t done = 0; done < len;) {
		ssize_t n = write(l->fd, line + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(l, n < 0 ? errno : ENOSPC);
		done += (size_t)n;
	}
	l->len_bytes += (off_t)len;
	return 0;
}

/* ---- what the terminal tells ----------------------------------------------------------- */

/* A line for the footer. */
static int explain(const struct livecast *l, int error, struct buf *why)
{
	if (error)
		buf_printf(why, "the recording ends here: %s",
			   l->failure ? strerror(l->failure) : error_text(error));
	return error;
}

/* The first frame is there: now its size and colours are known, and the file is ours. */
static int begin(struct livecast *l, int64_t now_ns, const struct tui_frame *f)
{
	l->begin_ns = now_ns;
	if (ftruncate(l->fd, 0) != 0)
		return fail(l, errno);
	return cast_new(&l->cast,
			&(struct cast_options){
				.format = l->options.version == 3 ? CAST_V3 : CAST_V2,
				.cols = f->grid->cols,
				.rows = f->grid->rows,
				.theme = f->theme,
				.depth = f->depth,
				.title = l->title,
				.idle_ns = l->options.idle_ns,
				.timestamp_s = -1,
			},
			&(struct cast_out){l, write_line});
}

/* A marker where another beat comes into force: of another number, or of another scene. */
static int mark_beat(struct livecast *l, const struct tui_frame *f)
{
	bool same = f->beat == l->beat && strcmp(f->caption, l->caption ? l->caption : "") == 0;
	if (same)
		return 0;
	l->beat = f->beat;
	free(l->caption);
	l->caption = mem_strdup(f->caption);
	return f->beat ? cast_marker(l->cast, l->end_ns, f->caption) : 0;
}

static int on_frame(void *world, int64_t now_ns, const struct tui_frame *f, struct buf *why)
{
	struct livecast *l = world;
	int error = l->cast ? 0 : begin(l, now_ns, f);
	l->end_ns = now_ns - l->begin_ns;
	if (!error)
		error = cast_frame(l->cast, l->end_ns, f->grid, f->theme);
	if (!error)
		error = mark_beat(l, f);
	return explain(l, error, why);
}

static int on_key(void *world, int64_t now_ns, const char *bytes, size_t len, struct buf *why)
{
	struct livecast *l = world;
	if (!l->cast || !l->options.keys)
		return 0;
	l->end_ns = now_ns - l->begin_ns;
	return explain(l, cast_input(l->cast, l->end_ns, bytes, len), why);
}

static int on_end(void *world, int64_t now_ns, struct buf *why)
{
	struct livecast *l = world;
	if (!l->cast)
		return 0;
	l->end_ns = now_ns - l->begin_ns;
	return explain(l, cast_end(l->cast, l->end_ns), why);
}

struct tui_recorder livecast_recorder(struct livecast *l)
{
	return (struct tui_recorder){
		.world = l, .frame = on_frame, .key = on_key, .end = on_end};
}

/* ---- beginning and end ----------------------------------------------------------------- */

int livecast_open(struct livecast **out, const struct livecast_options *options,
		  struct buf *why)
{
	*out = NULL;
	struct livecast *l = mem_zalloc(1, sizeof *l);
	l->options = *options;
	int error = open_file(l, why);
	if (!error)
		error = claim_file(l, why);
	if (error) {
		if (l->fd >= 0)
			close(l->fd);
		free(l->title);
		free(l);
		return error;
	}
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGXFSZ, &ignore, &l->too_large);
	*out = l;
	return 0;
}

void livecast_entitle(struct livecast *l, const char *title)
{
	free(l->title);
	l->title = title ? mem_strdup(title) : NULL;
}

int livecast_close(struct livecast *l, struct buf *why)
{
	if (!l)
		return 0;
	struct stat st;
	bool lost = l->len_bytes && fstat(l->fd, &st) == 0 && st.st_nlink == 0;
	if (close(l->fd) != 0 && !l->failure && l->cast)
		l->failure = errno;
	if (l->len_bytes == 0 && (l->made || l->failure))
		unlink(l->options.path);
	int error = 0;
	if (lost)
		buf_printf(why, "%s: was removed while the session was recorded to it",
			   l->options.path);
	else if (l->failure && l->len_bytes)
		buf_printf(why, "%s: %s; the recording ends after %.1f s", l->options.path,
			   strerror(l->failure), (double)l->end_ns / 1e9);
	else if (l->failure)
		buf_printf(why, "%s: %s; nothing was recorded", l->options.path,
			   strerror(l->failure));
	if (lost || l->failure)
		error = -ERR_WRITE;
	sigaction(SIGXFSZ, &l->too_large, NULL);
	cast_free(l->cast);
	free(l->caption);
	free(l->title);
	free(l);
	return error;
}
