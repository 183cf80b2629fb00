/*
 * The text form: see text.h and man/simmer-trace.5. One line an event, its
 * fields as event.def says, so that the table alone decides what a line looks
 * like. Nothing is kept but the line at hand: ten million events stream.
 */
#include "trace/text.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "trace/internal.h"
#include "trace/trace.h"

enum { FORMAT_VERSION = 1, FLUSH_BYTES = 1 << 16, NS_DIGITS = 9 };
#define NS_PER_SECOND INT64_C(1000000000)

/* The words of an event's `detail`, or NULL where it is a plain number. */
static const char *const *detail_words(unsigned kind, unsigned *count)
{
	switch (kind) {
	case EV_HANDLE:
	case EV_READY:
	case EV_STEP_BEGUN:
		*count = ROLE_COUNT;
		return handle_role_words;
	case EV_FUTURE_MADE:
	case EV_TASK_WAITS:
		*count = WAIT_COUNT;
		return wait_kind_words;
	case EV_FUTURE_DONE:
	case EV_GROUP_EXITED:
	case EV_JOB_ENDED:
		*count = ENDING_COUNT;
		return ending_words;
	case EV_WORKER_STARTED:
		*count = WORKER_KIND_COUNT;
		return worker_kind_words;
	default:
		*count = 0;
		return NULL;
	}
}

/* ---- writing ---- */

/* Seconds with as many decimals as it takes, exactly. */
static void put_ns(struct buf *b, int64_t ns)
{
	uint64_t magnitude = ns < 0 ? UINT64_C(0) - (uint64_t)ns : (uint64_t)ns;
	buf_printf(b, "%s%llu", ns < 0 ? "-" : "",
	           (unsigned long long)(magnitude / (uint64_t)NS_PER_SECOND));
	unsigned rest = (unsigned)(magnitude % (uint64_t)NS_PER_SECOND);
	if (rest == 0)
		return;
	char digits[NS_DIGITS];
	for (int i = NS_DIGITS; i-- > 0; rest /= 10)
		digits[i] = (char)('0' + rest % 10);
	size_t len = NS_DIGITS;
	while (digits[len - 1] == '0')
		len--;
	buf_putc(b, '.');
	buf_put(b, digits, len);
}

/* Printable UTF-8 stands for itself; everything else is escaped, so that a line stays a
 * line. */
static void put_quoted(struct buf *b, const char *text, size_t len)
{
	static const char *const hex = "0123456789abcdef";
	buf_putc(b, '"');
	for (size_t i = 0; i < len;) {
		uint32_t code;
		size_t n = utf8_decode(text + i, len - i, &code);
		bool bad = n == 1 && (unsigned char)text[i] >= 0x80;
		if (code == '"' || code == '\\') {
			buf_putc(b, '\\');
			buf_putc(b, (char)code);
		} else if (code == '\n') {
			buf_puts(b, "\\n");
		} else if (code == '\t') {
			buf_puts(b, "\\t");
		} else if (bad || code < 0x20 || (code >= 0x7F && code < 0xA0)) {
			for (size_t k = 0; k < n; k++) {
				unsigned byte = (unsigned char)text[i + k];
				char escape[4] = {'\\', 'x', hex[byte >> 4],
				                  hex[byte & 15]};
				buf_put(b, escape, sizeof escape);
			}
		} else {
			buf_put(b, text + i, n);
		}
		i += n;
	}
	buf_putc(b, '"');
}

static void put_u32(struct buf *b, uint32_t value)
{
	char digits[10];
	size_t at = sizeof digits;
	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	buf_put(b, digits + at, sizeof digits - at);
}

static void put_field(struct buf *b, const struct trace *t, enum field_kind kind,
                      uint32_t value)
{
	size_t len;
	const char *text;
	switch (kind) {
	case FIELD_NONE:
		return;
	case FIELD_TEXT:
		text = trace_text(t, value, &len);
		buf_putc(b, ' ');
		put_quoted(b, text, len);
		return;
	case FIELD_NS:
		buf_putc(b, ' ');
		put_ns(b, trace_number_at(t, value));
		return;
	case FIELD_ID:
	case FIELD_COUNT:
	case FIELD_LINE:
		buf_putc(b, ' ');
		put_u32(b, value);
		return;
	}
}

static void put_event(struct buf *b, const struct trace *t, const struct event *e)
{
	const struct event_info *info = &event_infos[e->kind];
	put_ns(b, e->time_ns);
	buf_putc(b, ' ');
	put_u32(b, e->tick);
	buf_putc(b, ' ');
	put_u32(b, e->step);
	buf_putc(b, ' ');
	put_u32(b, e->task);
	if (e->thread) {
		buf_putc(b, '@');
		put_u32(b, e->thread);
	}
	buf_putc(b, ' ');
	buf_puts(b, info->word);
	put_field(b, t, info->a, e->a);
	put_field(b, t, info->b, e->b);
	unsigned count;
	const char *const *words = detail_words(e->kind, &count);
	if (words && e->detail < count) {
		buf_putc(b, ' ');
		buf_puts(b, words[e->detail]);
	} else if (e->detail) {
		buf_putc(b, ' ');
		put_u32(b, e->detail);
	}
	buf_putc(b, '\n');
}

/* `key "line"` for every line of `text`, with its newline. */
static void put_lines(struct buf *b, const char *key, const char *text)
{
	while (*text) {
		const char *end = strchr(text, '\n');
		size_t len = end ? (size_t)(end - text) + 1 : strlen(text);
		buf_puts(b, key);
		buf_putc(b, ' ');
		put_quoted(b, text, len);
		buf_putc(b, '\n');
		text += len;
	}
}

static void put_measure(struct buf *b, const struct measure *m)
{
	const int64_t times[] = {m->cpu_ns, m->wall_begin_ns, m->wall_end_ns};
	buf_printf(b, "measured %lu %u", (unsigned long)m->job, (unsigned)m->thread);
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		buf_putc(b, ' ');
		put_ns(b, times[i]);
	}
	buf_printf(b, " %u %u\n", (unsigned)m->core_first, (unsigned)m->core_last);
}

int trace_write(const struct trace *t, bool measured, FILE *out)
{
	const struct trace_about *about = trace_about(t);
	struct buf b = {0};
	buf_printf(&b, "simmer-trace %d\n", FORMAT_VERSION);
	put_lines(&b, "path", about->path);
	put_lines(&b, "title", about->title);
	put_lines(&b, "intro", about->intro);
	buf_printf(&b, "clock %s\n", about->real_clock ? "real" : "virtual");
	put_lines(&b, "source", about->source);
	buf_printf(&b, "ids %lu\nevents\n", (unsigned long)trace_id_count(t));
	uint64_t count = trace_count(t);
	bool ok = true;
	for (uint64_t i = 0; i < count && ok; i++) {
		put_event(&b, t, trace_at(t, i));
		if (b.len >= FLUSH_BYTES) {
			ok = fwrite(b.data, 1, b.len, out) == b.len;
			buf_reset(&b);
		}
	}
	size_t measures = measured || about->real_clock ? trace_measure_count(t) : 0;
	for (size_t i = 0; i < measures; i++)
		put_measure(&b, trace_measure_at(t, i));
	buf_printf(&b, "end %llu\n", (unsigned long long)count);
	ok = ok && fwrite(b.data, 1, b.len, out) == b.len && fflush(out) == 0;
	buf_free(&b);
	return ok ? 0 : -ERR_WRITE;
}

/* ---- reading ---- */

struct reader {
	FILE *in;
	char *line; /* getline's */
	size_t room;
	const char *at, *end; /* what is left of the line */
	unsigned long long line_number;
	struct trace *t;
	struct map words; /* an event's word -> its kind */
	struct buf text;  /* a string without its escapes */
	uint64_t events;
	uint32_t top_id;
	struct event last; /* of the main thread: time, tick and step never go back */
	struct buf about[4];
	bool real_clock;
	struct buf *why;
};

static int damaged(struct reader *r, const char *what)
{
	buf_printf(r->why, "line %llu: %s", r->line_number, what);
	return -ERR_FORMAT;
}

/* The next line without its newline. 1, 0 at the end of the file, or an error. */
static int next_line(struct reader *r)
{
	r->line_number++;
	errno = 0;
	ssize_t n = getline(&r->line, &r->room, r->in);
	if (n < 0) {
		if (!ferror(r->in))
			return 0;
		buf_printf(r->why, "line %llu: %s", r->line_number, strerror(errno));
		return -ERR_READ;
	}
	r->at = r->line;
	r->end = r->line + n;
	if (r->line[n - 1] != '\n')
		return damaged(r, "the file ends in the middle of a line");
	r->end--;
	return 1;
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

/* After a field: the end of the line, or one blank and more to come. */
static bool take_gap(struct reader *r)
{
	if (r->at == r->end)
		return true;
	if (*r->at != ' ')
		return false;
	r->at++;
	return r->at < r->end;
}

static bool take_digits(struct reader *r, uint64_t limit, uint64_t *out)
{
	const char *begin = r->at;
	uint64_t value = 0;
	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
		unsigned digit = (unsigned)(*r->at - '0');
		if (value > (limit - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return r->at > begin;
}

static bool take_u32(struct reader *r, uint32_t *out)
{
	uint64_t value;
	if (!take_digits(r, UINT32_MAX, &value) || !take_gap(r))
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool take_ns(struct reader *r, int64_t *out)
{
	bool minus = r->at < r->end && *r->at == '-';
	if (minus)
		r->at++;
	uint64_t seconds;
	if (!take_digits(r, INT64_MAX / NS_PER_SECOND, &seconds))
		return false;
	int64_t rest = 0;
	if (r->at < r->end && *r->at == '.') {
		r->at++;
		int64_t place = NS_PER_SECOND;
		const char *begin = r->at;
		for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
			place /= 10;
			rest += (*r->at - '0') * place;
		}
		if (r->at == begin || r->at - begin > NS_DIGITS)
			return false;
	}
	int64_t ns;
	if (__builtin_add_overflow((int64_t)seconds * NS_PER_SECOND, rest, &ns))
		return false;
	*out = minus ? -ns : ns;
	return take_gap(r);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A quoted string into r->text. */
static bool take_quoted(struct reader *r)
{
	buf_reset(&r->text);
	if (r->at == r->end || *r->at != '"')
		return false;
	for (r->at++; r->at < r->end && *r->at != '"'; r->at++) {
		if (*r->at != '\\') {
			buf_putc(&r->text, *r->at);
			continue;
		}
		if (++r->at == r->end)
			return false;
		switch (*r->at) {
		case '"':
		case '\\':
			buf_putc(&r->text, *r->at);
			break;
		case 'n':
			buf_putc(&r->text, '\n');
			break;
		case 't':
			buf_putc(&r->text, '\t');
			break;
		case 'x':
			if (r->end - r->at < 3)
				return false;
			int high = hex_value(r->at[1]), low = hex_value(r->at[2]);
			if (high < 0 || low < 0)
				return false;
			buf_putc(&r->text, (char)(high * 16 + low));
			r->at += 2;
			break;
		default:
			return false;
		}
	}
	if (r->at == r->end)
		return false;
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
		if (!take_u32(r, out))
			return false;
		if (*out > r->top_id)
			r->top_id = *out;
		return true;
	case FIELD_COUNT:
	case FIELD_LINE:
		return take_u32(r, out);
	}
	return false;
}

static bool take_detail(struct reader *r, struct event *e)
{
	unsigned count;
	const char *const *words = detail_words(e->kind, &count);
	for (unsigned i = 0; i < count; i++)
		if (take_word(r, words[i])) {
			e->detail = (uint8_t)i;
			return true;
		}
	uint32_t value;
	if (!take_u32(r, &value) || value > UINT8_MAX)
		return false;
	e->detail = (uint8_t)value;
	return true;
}

static bool take_kind(struct reader *r, uint8_t *out)
{
	const char *blank = memchr(r->at, ' ', (size_t)(r->end - r->at));
	size_t len = (size_t)((blank ? blank : r->end) - r->at);
	const uint32_t *kind = map_find(&r->words, r->at, len);
	if (!kind)
		return false;
	*out = (uint8_t)*kind;
	r->at += len;
	return take_gap(r);
}

/* `task` or `task@thread`. */
static bool take_who(struct reader *r, struct event *e)
{
	uint64_t task, thread = 0;
	if (!take_digits(r, UINT32_MAX, &task))
		return false;
	if (r->at < r->end && *r->at == '@') {
		r->at++;
		if (!take_digits(r, UINT16_MAX, &thread))
			return false;
	}
	e->task = (uint32_t)task;
	e->thread = (uint16_t)thread;
	return take_gap(r);
}

/* Ids are given out one by one, so a damaged id is one that is far beyond what was seen.
 */
static bool id_plausible(const struct reader *r, uint32_t id)
{
	return id <= 4096 + r->events * 16;
}

static int read_event(struct reader *r)
{
	struct event e = {0};
	if (!take_ns(r, &e.time_ns) || e.time_ns < 0)
		return damaged(r, "a time is expected, such as 2.5");
	if (!take_u32(r, &e.tick) || !take_u32(r, &e.step))
		return damaged(r, "the numbers of a tick and of a step are expected");
	if (!take_who(r, &e))
		return damaged(r, "the number of a task is expected");
	const char *word = r->at;
	if (!take_kind(r, &e.kind)) {
		int len = (int)strcspn(word, " \n");
		buf_printf(r->why, "line %llu: there is no event `%.*s'", r->line_number,
		           len < 40 ? len : 40, word);
		return -ERR_FORMAT;
	}
	const struct event_info *info = &event_infos[e.kind];
	if (!take_field(r, info->a, &e.a) || !take_field(r, info->b, &e.b))
		return damaged(r, "a field of this event is not right");
	if (r->at < r->end && !take_detail(r, &e))
		return damaged(r, "the last field of this event is not right");
	if (r->at != r->end)
		return damaged(r, "there is more on this line than the event has fields");
	r->events++;
	if (!id_plausible(r, r->top_id) || !id_plausible(r, e.task))
		return damaged(r, "this number of a task or future cannot be");
	if (e.thread == 0) {
		if (e.time_ns < r->last.time_ns || e.tick < r->last.tick ||
		    e.step < r->last.step)
			return damaged(r, "the time, tick or step is before that of the "
			                  "line above");
		r->last = e;
	}
	trace_append(r->t, &e);
	return 0;
}

static bool take_u16(struct reader *r, uint16_t *out)
{
	uint64_t value;
	if (!take_digits(r, UINT16_MAX, &value) || !take_gap(r))
		return false;
	*out = (uint16_t)value;
	return true;
}

/* The line of one measurement, behind its first word. */
static int read_measure(struct reader *r)
{
	struct measure m;
	if (!take_u32(r, &m.job) || m.job > r->top_id || !take_u16(r, &m.thread) ||
	    !take_ns(r, &m.cpu_ns) || !take_ns(r, &m.wall_begin_ns) ||
	    !take_ns(r, &m.wall_end_ns) || !take_u16(r, &m.core_first) ||
	    !take_u16(r, &m.core_last) || r->at != r->end)
		return damaged(r, "this measurement of a job is not right");
	trace_measure(r->t, &m);
	return 0;
}

static int read_head(struct reader *r)
{
	int got = next_line(r);
	if (got < 0 && got != -ERR_FORMAT)
		return got;
	uint32_t version;
	if (got <= 0 || !take_word(r, "simmer-trace") || !take_u32(r, &version)) {
		buf_reset(r->why);
		r->line_number = 1;
		return damaged(r, "this is not a trace of simmer");
	}
	if (version != FORMAT_VERSION) {
		buf_printf(r->why,
		           "line 1: this trace is of version %lu; this simmer reads "
		           "version %d",
		           (unsigned long)version, FORMAT_VERSION);
		return -ERR_VERSION;
	}
	static const char *const keys[] = {"path", "source", "title", "intro"};
	while ((got = next_line(r)) > 0) {
		if (take_word(r, "events"))
			return r->at == r->end ? 0 : damaged(r, "`events' stands alone");
		uint32_t ids;
		size_t i = 0;
		while (i < COUNT_OF(keys) && !take_word(r, keys[i]))
			i++;
		if (i < COUNT_OF(keys)) {
			if (!take_quoted(r) || r->at != r->end)
				return damaged(r, "a quoted string is expected");
			buf_put(&r->about[i], buf_text(&r->text), r->text.len);
		} else if (take_word(r, "clock")) {
			r->real_clock = take_word(r, "real");
			if (!r->real_clock && !take_word(r, "virtual"))
				return damaged(r, "the clock is `virtual' or `real'");
		} else if (!take_word(r, "ids") || !take_u32(r, &ids)) {
			return damaged(r, "this line of the heading is not known");
		}
	}
	return got < 0 ? got : damaged(r, "the file ends before its events");
}

static int read_events(struct reader *r)
{
	int got;
	while ((got = next_line(r)) > 0) {
		if (r->at < r->end && *r->at == 'e' && take_word(r, "end")) {
			uint64_t count;
			if (!take_digits(r, UINT64_MAX, &count) || r->at != r->end ||
			    count != r->events)
				return damaged(r, "the number of events is not right: "
				                  "some are lost");
			return 0;
		}
		bool measure = r->at < r->end && *r->at == 'm' && take_word(r, "measured");
		int error = measure ? read_measure(r) : read_event(r);
		if (error)
			return error;
	}
	return got < 0 ? got
	               : damaged(r,
	                         "the file ends before its `end' line: it was cut off");
}

static int read_all(struct reader *r)
{
	int error = read_head(r);
	if (error)
		return error;
	for (size_t i = 0; i < COUNT_OF(r->about); i++)
		if (r->about[i].len != strlen(buf_text(&r->about[i])))
			return damaged(r, "there is a NUL in the heading");
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
	trace_reserve_ids(r->t, r->top_id);
	trace_close(r->t);
	return 0;
}

int trace_read(FILE *in, struct trace **out, struct buf *why)
{
	struct reader r = {.in = in, .t = trace_new(0), .why = why};
	for (uint32_t kind = 0; kind < EV_COUNT; kind++)
		map_set(&r.words, event_infos[kind].word, strlen(event_infos[kind].word),
		        kind);
	int error = read_all(&r);
	free(r.line);
	map_free(&r.words);
	buf_free(&r.text);
	for (size_t i = 0; i < COUNT_OF(r.about); i++)
		buf_free(&r.about[i]);
	if (error) {
		trace_free(r.t);
		r.t = NULL;
	}
	*out = r.t;
	return error;
}
