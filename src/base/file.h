/*
 * Files, whole: read one into memory with a clear reason when it cannot be, and
 * write one so that it is there complete or not at all.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"

/* Whether the file's name ends in a dot and `ending` (small ASCII letters), in either case. */
bool path_has_ending(const char *path, const char *ending);

/* What of `path` comes after its last slash (all of it if nothing does); borrowed. */
const char *path_base_name(const char *path);

/*
 * Read the file at `path` ("-" is standard input) of at most `limit_bytes` into `*out`,
 * which is reset first. 0, or -ERR_OPEN, -ERR_IS_DIR or -ERR_READ with one line in `*why`:
 * the path, and what the system says.
 */
int file_read(const char *path, size_t limit_bytes, struct buf *out, struct buf *why);

/* How a file is written. */
enum file_kind {
	FILE_STDOUT,  /* directly, and not closed */
	FILE_DIRECT,  /* directly: a device, a pipe */
	FILE_UNNAMED, /* without a name up to its end */
	FILE_PART,    /* under a name of its own, where nameless files are not to be had */
};

/*
 * Append to `*out` what is left to read of `fd`, of which `path` is the name in messages: at
 * most `limit_bytes` all in all. Results as above.
 */
int file_read_rest(int fd, const char *path, size_t limit_bytes, struct buf *out,
                   struct buf *why);

/*
 * A file being written: its name is there only once it is whole (file_commit). What ended
 * halfway, by whatever, leaves nothing behind where the system has nameless files
 * (O_TMPFILE).
 */
struct file_writer {
	FILE *stream;     /* write here */
	char *path;       /* the final name, owned */
	char *part_path;  /* FILE_PART: the name while it is written, owned; else NULL */
	enum file_kind kind;
	bool force;
};

/*
 * Begin to write `path`; "-" is standard output, and what is neither file nor folder is
 * written directly. Refuses with -ERR_EXISTS when it is there and `force` is not set;
 * -ERR_WRITE when it cannot be made. On failure `*why` has the line and nothing is left behind.
 */
int file_begin(struct file_writer *w, const char *path, bool force, struct buf *why);

/*
 * Finish: flush, check every write, and give it its name. 0, or with one line in `*why`
 * -ERR_WRITE, or -ERR_EXISTS if somebody has made such a file meanwhile. Ends `w`.
 */
int file_commit(struct file_writer *w, struct buf *why);

/* Give up: nothing under the final name changes. Ends `w`. */
void file_abandon(struct file_writer *w);

#endif
