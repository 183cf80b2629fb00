/*
 * Reading the text form: see text.h and man/simmer-trace.5. A line is taken field by
 * field, each as the table says; where one is not as it should be, its place in the
 * line is known. Only the line at hand is kept, and what rules.c remembers.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "trace/internal.h"
#include "trace/rules.h"
#include "trace/text.h"
#include "trace/trace.h"

enum { BLOCK_BYTES = 1 << 16, NS_DIGITS = 9, SHOWN_COLS = 32 };

/* A line longer than this, or more heading than this, is no trace's. */
#define LINE_MAX_BYTES    ((size_t)1 << 30)
#define HEADING_MAX_BYTES ((size_t)64 << 20)

#define NS_PER_SECOND UINT64_C(1000000000)

struct reader {
	FILE *in;
	struct buf block;  /* what was read and is not taken yet: from `taken` on */
	size_t taken;
	bool at_end;

	const char *line, *end; /* the line at hand, without its end */
	const char *at;         /* what is left of it */
	unsigned long long line_number;

	struct trace *t;
	struct map words; /* an event's word -> its kind */
	struct buf text;  /* a string without its escapes */
	struct rules rules;
	struct buf about[4];
	size_t heading_bytes;
	bool real_clock, ids_given;
	struct buf *why;
};

/* ---- what is wrong ---- */

static int damaged(struct reader *r, const char *what)
{
	buf_reset(r->why);
	buf_printf(r->why, "line %llu: %s", r->line_number, what);
	return -ERR_FORMAT;
}

/* Text of the file in a message: short, on one line, and nothing that a terminal obeys. */
static void put_shown(struct buf *out, const char *text, size_t len)
{
	buf_putc(out, '`');
	for (size_t i = 0, cols = 0; i < len; cols++) {
		uint32_t c;
		if (cols == SHOWN_COLS) {
			buf_puts(out, "...");
			break;
		}
		i += utf8_decode(text + i, len - i, &c);
		bool plain = c >= 0x20 && c != 0x7F && (c < 0x80 || c >= 0xA0);
		buf_put_utf8(out, plain ? c : UTF8_REPLACEMENT);
	}
	buf_putc(out, '\'');
}

/* At `place` of the line stands something else than `what`. False, for whoever takes
 * fields. */
static bool expected(struct reader *r, const char *place, const char *what)
{
	size_t column = utf8_count(r->line, (size_t)(place - r->line)) + 1;
	buf_printf(r->why, "line %llu: column %zu: %s is expected, ", r->line_number,
	           column, what);
	if (place == r->end) {
		buf_puts(r->why, "but the line ends");
		return false;
	}
	const char *blank = memchr(place, ' ', (size_t)(r->end - place));
	buf_puts(r->why, "not ");
	put_shown(r->why, place, (size_t)((blank ? blank : r->end) - place));
	return false;
}

/* ---- lines ---- */

/* Read on. False at the end of the file, or where reading failed. */
static bool fill(struct reader *r)
{
	if (r->at_end)
		return false;
	if (r->taken) {
		r->block.len -= r->taken;
		memmove(r->block.data, r->block.data + r->taken, r->block.len);
		r->taken = 0;
	}
	char *room = buf_reserve(&r->block, BLOCK_BYTES);
	size_t got = fread(room, 1, BLOCK_BYTES, r->in);
	buf_advance(&r->block, got);
	r->at_end = got < BLOCK_BYTES;
	return got > 0;
}

/* The next line. 1, 0 at the end of the file, or an error. */
static int next_line(struct reader *r)
{
	size_t looked = r->taken;
	const char *newline;
	r->line_number++;
	buf_reset(r->why);
	errno = 0;
	while (!(newline = looked < r->block.len ? memchr(r->block.data + looked, '\n',
	                                                  r->block.len - looked)
	                                         : NULL)) {
		if (r->block.len - r->taken > LINE_MAX_BYTES)
			return damaged(r, "this line is longer than 1 GiB");
		looked = r->block.len - r->taken;
		if (fill(r)) {
			looked += r->taken;
			continue;
		}
		if (ferror(r->in)) {
			buf_printf(r->why, "line %llu: %s", r->line_number,
			           strerror(errno ? errno : EIO));
			return -ERR_READ;
		}
		return r->block.len > r->taken
		               ? damaged(r, "the file ends in the middle of this line")
		               : 0;
	}
	r->line = r->at = r->block.data + r->taken;
	r->end = newline;
	r->taken = (size_t)(newline - r->block.data) + 1;
	/* Whoever keeps lines apart in another way may have added to it. */
	if (r->end > r->line && r->end[-1] == '\r')
		r->end--;
	return 1;
}

/* ---- fields ---- */

static bool at_gap(const struct reader *r)
{
	return r->at == r->end || *r->at == ' ';
}

/* After a field: the end of the line, or one blank and more to come. */
static bool take_gap(struct reader *r)
{
	if (r->at == r->end)
		return true;
	if (*r->at != ' ')
		return expected(r, r->at, "a blank or the end of the line");
	r->at++;
	if (r->at == r->end)
		return expected(r, r->at, "another field after this blank");
	return true;
}

/* Take `word` and the blank or end of line after it. */
static bool take_word(struct reader *r, const char *word)
{
	size_t len = strlen(word);
	if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len) != 0)
		return false;
	if (r->at + len < r->end && r->at[len] != ' ')
		return false;
	r->at += len;
	if (r->at < r->end)
		r->at++;
	return true;
}

/* A plain number of at most `limit`, without what is around it. */
static bool take_digits(struct reader *r, uint64_t limit, uint64_t *out)
{
	const char *s = r->at;
	uint64_t value = 0;
	for (; s < r->end && *s >= '0' && *s <= '9'; s++) {
		unsigned digit = (unsigned)(*s - '0');
		if (value > limit / 10 || value * 10 > limit - digit)
			return false;
		value = value * 10 + digit;
	}
	if (s == r->at)
		return false;
	r->at = s;
	*out = value;
	return true;
}

static bool take_u32(struct reader *r, uint32_t *out)
{
	const char *begin = r->at;
	uint64_t value;
	if (!take_digits(r, UINT32_MAX, &value) || !at_gap(r))
		return expected(r, begin, "a number from 0 to 4294967295");
	*out = (uint32_t)value;
	return take_gap(r);
}

static bool take_u16(struct reader *r, uint16_t *out)
{
	const char *begin = r->at;
	uint64_t value;
	if (!take_digits(r, UINT16_MAX, &value) || !at_gap(r))
		return expected(r, begin, "a number from 0 to 65535");
	*out = (uint16_t)value;
	return take_gap(r);
}

/* The decimals of a second, as nanoseconds. */
static bool take_decimals(struct reader *r, uint64_t *out)
{
	uint64_t place = NS_PER_SECOND, ns = 0;
	const char *begin = r->at;
	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
		place /= 10;
		ns += (uint64_t)(*r->at - '0') * place;
	}
	*out = ns;
	return r->at > begin && r->at - begin <= NS_DIGITS;
}

/* Seconds, exactly: from INT64_MIN to INT64_MAX nanoseconds. */
static bool read_ns(struct reader *r, int64_t *out)
{
	bool minus = r->at < r->end && *r->at == '-';
	r->at += minus;
	uint64_t seconds, rest = 0;
	if (!take_digits(r, (uint64_t)INT64_MAX / NS_PER_SECOND, &seconds))
		return false;
	if (r->at < r->end && *r->at == '.') {
		r->at++;
		if (!take_decimals(r, &rest))
			return false;
	}
	uint64_t ns = seconds * NS_PER_SECOND + rest;
	if (!at_gap(r) || ns > (uint64_t)INT64_MAX + minus)
		return false;
	*out = minus ? (int64_t)(UINT64_C(0) - ns) : (int64_t)ns;
	return true;
}

static bool take_ns(struct reader *r, int64_t *out)
{
	const char *begin = r->at;
	if (!read_ns(r, out))
		return expected(r, begin, "a time in seconds, such as 2.5");
	return take_gap(r);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What a backslash begins, into r->text. */
static bool take_escape(struct reader *r)
{
	const char *begin = r->at++;
	char c = r->at < r->end ? *r->at : '\0';
	if (c == 'x' && r->end - r->at >= 3) {
		int high = hex_value(r->at[1]), low = hex_value(r->at[2]);
		if (high >= 0 && low >= 0) {
			buf_putc(&r->text, (char)(high * 16 + low));
			r->at += 3;
			return true;
		}
	}
	if (c != '"' && c != '\\' && c != 'n' && c != 't')
		return expected(r, begin, "one of the escapes \\\" \\\\ \\n \\t \\xHH");
	buf_putc(&r->text, c == 'n' ? '\n' : c == 't' ? '\t' : c);
	r->at++;
	return true;
}

/* Up to the next quote or backslash: text as it stands. */
static bool take_plain(struct reader *r)
{
	const char *begin = r->at;
	while (r->at < r->end && *r->at != '"' && *r->at != '\\') {
		unsigned char byte = (unsigned char)*r->at;
		if (byte >= 0x20 && byte < 0x7F) {
			r->at++;
			continue;
		}
		uint32_t c;
		size_t n = utf8_decode(r->at, (size_t)(r->end - r->at), &c);
		if (n == 1 && byte >= 0x80)
			return expected(r, r->at, "UTF-8 (other bytes stand as \\xHH)");
		if (c < 0x20 || (c >= 0x7F && c < 0xA0))
			return expected(r, r->at, "an escape (control characters stand as \\xHH)");
		r->at += n;
	}
	buf_put(&r->text, begin, (size_t)(r->at - begin));
	return true;
}

/* A quoted string into r->text. */
static bool take_quoted(struct reader *r)
{
	const char *begin = r->at;
	buf_reset(&r->text);
	if (r->at == r->end || *r->at != '"')
		return expected(r, begin, "a string in double quotes");
	r->at++;
	while (r->at < r->end && *r->at != '"')
		if (!(*r->at == '\\' ? take_escape(r) : take_plain(r)))
			return false;
	if (r->at == r->end)
		return expected(r, r->end, "the closing quote of a string");
	r->at++;
	return take_gap(r);
}

static bool take_field(struct reader *r, enum field_kind kind, uint32_t *out)
{
	int64_t ns;
	switch (kind) {
	case FIELD_NONE:
		return true;
	case FIELD_TEXT:
		if (!take_quoted(r))
			return false;
		*out = trace_string(r->t, buf_text(&r->text), r->text.len);
		return true;
	case FIELD_NS:
		if (!take_ns(r, &ns))
			return false;
		*out = trace_number(r->t, ns);
		return true;
	case FIELD_ID:
	case FIELD_COUNT:
	case FIELD_LINE:
		return take_u32(r, out);
	}
	return false;
}

/* A word of the event's vocabulary, or a number where it has none. */
static bool take_detail(struct reader *r, struct event *e)
{
	const char *begin = r->at;
	unsigned count;
	const char *const *words = rules_detail_words(e->kind, &count);
	for (unsigned i = 0; i < count; i++)
		if (take_word(r, words[i])) {
			e->detail = (uint8_t)i;
			return true;
		}
	uint64_t value;
	if (words)
		return expected(r, begin, "a word of this event's vocabulary");
	if (!take_digits(r, UINT8_MAX, &value) || !at_gap(r))
		return expected(r, begin, "a number from 0 to 255");
	e->detail = (uint8_t)value;
	return take_gap(r);
}

static bool take_kind(struct reader *r, uint8_t *out)
{
	const char *begin = r->at;
	const char *blank = memchr(begin, ' ', (size_t)(r->end - begin));
	size_t len = (size_t)((blank ? blank : r->end) - begin);
	const uint32_t *kind = map_find(&r->words, begin, len);
	if (!kind) {
		buf_printf(r->why, "line %llu: there is no event ", r->line_number);
		put_shown(r->why, begin, len);
		return false;
	}
	*out = (uint8_t)*kind;
	r->at += len;
	return take_gap(r);
}

/* `task` or `task@thread`. */
static bool take_who(struct reader *r, struct event *e)
{
	const char *begin = r->at;
	uint64_t task, thread = 0;
	bool good = take_digits(r, UINT32_MAX, &task);
	if (good && r->at < r->end && *r->at == '@') {
		r->at++;
		good = take_digits(r, UINT16_MAX, &thread);
	}
	if (!good || !at_gap(r))
		return expected(r, begin, "the number of a task, or of a task@thread,");
	e->task = (uint32_t)task;
	e->thread = (uint16_t)thread;
	return take_gap(r);
}

/* ---- the parts of a file ---- */

static bool take_event(struct reader *r, struct event *e)
{
	if (!take_ns(r, &e->time_ns) || !take_u32(r, &e->tick) || !take_u32(r, &e->step) ||
	    !take_who(r, e) || !take_kind(r, &e->kind))
		return false;
	const struct event_info *info = &event_infos[e->kind];
	if (!take_field(r, info->a, &e->a) || !take_field(r, info->b, &e->b))
		return false;
	if (r->at < r->end && !take_detail(r, e))
		return false;
	return r->at == r->end || expected(r, r->at, "no further field of this event");
}

static int read_event(struct reader *r)
{
	struct event e = {0};
	if (!take_event(r, &e))
		return -ERR_FORMAT;
	struct buf wrong = {0};
	bool good = rules_take(&r->rules, &e, &wrong);
	if (good)
		trace_append(r->t, &e);
	else
		damaged(r, buf_text(&wrong));
	buf_free(&wrong);
	return good ? 0 : -ERR_FORMAT;
}

/* The line of one measurement, behind its first word. */
static int read_measure(struct reader *r)
{
	struct measure m;
	if (!take_u32(r, &m.job) || !take_u16(r, &m.thread) || !take_ns(r, &m.cpu_ns) ||
	    !take_ns(r, &m.wall_begin_ns) || !take_ns(r, &m.wall_end_ns) ||
	    !take_u16(r, &m.core_first) || !take_u16(r, &m.core_last))
		return -ERR_FORMAT;
	if (r->at != r->end)
		return damaged(r, "there is more on this line than a measurement has fields");
	if (m.cpu_ns < 0 || m.wall_begin_ns < 0 || m.wall_end_ns < m.wall_begin_ns)
		return damaged(r, "the times of this measurement cannot be");
	if (!rules_know_id(&r->rules, m.job))
		return damaged(r, "this measurement is of no job");
	trace_measure(r->t, &m);
	return 0;
}

/* What else a file may be, by its first bytes. */
static const struct {
	const char *bytes;
	size_t len;
	const char *what;
} foreign[] = {
	{"\x1f\x8b", 2, "this file is compressed; gunzip it first"},
	{"\xfd" "7zXZ", 5, "this file is compressed; unxz it first"},
	{"\x28\xb5\x2f\xfd", 4, "this file is compressed; unzstd it first"},
	{"BZh", 3, "this file is compressed; bunzip2 it first"},
	{"PK\x03\x04", 4, "this is an archive; unzip it first"},
	{"\xff\xfe", 2, "this text is in UTF-16; a trace is in UTF-8"},
	{"\xfe\xff", 2, "this text is in UTF-16; a trace is in UTF-8"},
	{"\xef\xbb\xbf", 3, "a byte order mark stands before the first word"},
	{"{\"version\"", 10, "this is an asciicast, a recording, not a trace"},
	{"{", 1, "this is JSON, not a trace of simmer"},
	{"[", 1, "this is JSON, not a trace of simmer"},
	{"<", 1, "this is a page or picture, not a trace of simmer"},
	{"\x7f" "ELF", 4, "this is a program, not a trace of simmer"},
};

/* The first line is looked at byte by byte: what is no trace may have no lines at all. */
static int read_version(struct reader *r)
{
	r->line_number = 1;
	errno = 0;
	while (r->block.len < TRACE_MAGIC_BYTES && fill(r))
		;
	const char *text = buf_text(&r->block);
	size_t len = r->block.len;
	if (ferror(r->in)) {
		buf_printf(r->why, "%s", strerror(errno ? errno : EIO));
		return -ERR_READ;
	}
	if (!trace_is_begun(text, len)) {
		for (size_t i = 0; i < COUNT_OF(foreign); i++)
			if (len >= foreign[i].len &&
			    memcmp(text, foreign[i].bytes, foreign[i].len) == 0)
				return damaged(r, foreign[i].what);
		if (len == 0)
			return damaged(r, "the file is empty");
		if (memchr(text, '\0', len))
			return damaged(r, "this is a binary file, not a trace of simmer");
		return damaged(r, "this is not a trace of simmer: those begin with "
		                  "`simmer-trace 1'");
	}
	r->line_number = 0;
	int got = next_line(r);
	uint32_t version;
	if (got <= 0)
		return got < 0 ? got : damaged(r, "the file is empty");
	take_word(r, "simmer-trace");
	if (!take_u32(r, &version) || r->at != r->end) {
		buf_reset(r->why);
		expected(r, r->line + TRACE_MAGIC_BYTES, "the version of the format");
		return -ERR_FORMAT;
	}
	if (version == TRACE_FORMAT_VERSION)
		return 0;
	buf_printf(r->why,
	           "line 1: this trace is of version %lu; this simmer reads version %d",
	           (unsigned long)version, TRACE_FORMAT_VERSION);
	return -ERR_VERSION;
}

/* A line of the heading that is text: more of item `i`. */
static int read_about(struct reader *r, size_t i)
{
	if (!take_quoted(r))
		return -ERR_FORMAT;
	if (r->at != r->end)
		return damaged(r, "there is more on this line than one string");
	if (r->text.len && memchr(r->text.data, '\0', r->text.len))
		return damaged(r, "there is a NUL in the heading");
	r->heading_bytes += r->text.len;
	if (r->heading_bytes > HEADING_MAX_BYTES)
		return damaged(r, "the heading is longer than 64 MiB");
	buf_put(&r->about[i], buf_text(&r->text), r->text.len);
	return 0;
}

static int read_item(struct reader *r)
{
	static const char *const keys[] = {"path", "source", "title", "intro"};
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		if (take_word(r, keys[i]))
			return read_about(r, i);
	if (take_word(r, "clock")) {
		r->real_clock = take_word(r, "real");
		if ((!r->real_clock && !take_word(r, "virtual")) || r->at != r->end)
			return damaged(r, "the clock is `virtual' or `real'");
		return 0;
	}
	if (take_word(r, "ids")) {
		if (!take_u32(r, &r->rules.id_limit))
			return -ERR_FORMAT;
		r->ids_given = true;
		return r->at == r->end ? 0 : damaged(r, "`ids' has one number");
	}
	buf_printf(r->why, "line %llu: the heading has no ", r->line_number);
	put_shown(r->why, r->line, strcspn(r->line, " \r\n"));
	return -ERR_FORMAT;
}

static int read_heading(struct reader *r)
{
	int got;
	while ((got = next_line(r)) > 0) {
		if (take_word(r, "events"))
			return r->at == r->end ? 0 : damaged(r, "`events' stands alone");
		int error = read_item(r);
		if (error)
			return error;
	}
	return got < 0 ? got : damaged(r, "the file ends before its events");
}

/* The line `end` is the last one. */
static int read_end(struct reader *r)
{
	uint64_t count;
	const char *begin = r->at;
	if (!take_digits(r, UINT64_MAX, &count) || r->at != r->end) {
		expected(r, begin, "the number of events");
		return -ERR_FORMAT;
	}
	if (count != r->rules.events) {
		buf_printf(r->why, "line %llu: these should be %llu events, but %llu are here",
		           r->line_number, (unsigned long long)count,
		           (unsigned long long)r->rules.events);
		return -ERR_FORMAT;
	}
	int got = next_line(r);
	return got ? damaged(r, "there is more after the `end' line") : 0;
}

static int read_events(struct reader *r)
{
	int got;
	while ((got = next_line(r)) > 0) {
		int error;
		char first = r->at < r->end ? *r->at : '\0';
		if (first == 'e' && take_word(r, "end"))
			return read_end(r);
		if (first == 'm' && take_word(r, "measured"))
			error = read_measure(r);
		else
			error = read_event(r);
		if (error)
			return error;
	}
	return got < 0 ? got
	               : damaged(r, "the file ends before its `end' line: it was cut off");
}

static int read_all(struct reader *r)
{
	int error = read_version(r);
	if (!error)
		error = read_heading(r);
	if (error)
		return error;
	trace_describe(r->t, &(struct trace_about){
				     .path = buf_text(&r->about[0]),
				     .source = buf_text(&r->about[1]),
				     .title = buf_text(&r->about[2]),
				     .intro = buf_text(&r->about[3]),
				     .real_clock = r->real_clock,
			     });
	error = read_events(r);
	if (error)
		return error;
	trace_reserve_ids(r->t, r->ids_given ? r->rules.id_limit : r->rules.top_id);
	trace_close(r->t);
	return 0;
}

bool trace_is_begun(const char *bytes, size_t len)
{
	static const char magic[TRACE_MAGIC_BYTES + 1] = "simmer-trace ";
	return len >= TRACE_MAGIC_BYTES && memcmp(bytes, magic, TRACE_MAGIC_BYTES) == 0;
}

int trace_read_on(const char *begun, size_t len, FILE *in, struct trace **out,
                  struct buf *why)
{
	struct reader r = {.in = in, .t = trace_new(0), .why = why};
	buf_put(&r.block, begun, len);
	rules_init(&r.rules);
	for (uint32_t kind = 0; kind < EV_COUNT; kind++)
		map_set(&r.words, event_infos[kind].word, strlen(event_infos[kind].word),
		        kind);
	buf_reset(why);
	int error = read_all(&r);
	buf_free(&r.block);
	map_free(&r.words);
	buf_free(&r.text);
	rules_fini(&r.rules);
	for (size_t i = 0; i < COUNT_OF(r.about); i++)
		buf_free(&r.about[i]);
	if (error) {
		trace_free(r.t);
		r.t = NULL;
	}
	*out = r.t;
	return error;
}

int trace_read(FILE *in, struct trace **out, struct buf *why)
{
	return trace_read_on("", 0, in, out, why);
}
