/*
 * Writing the text form: see text.h and man/simmer-trace.5. One line an event, its
 * fields as event.def says, so that the table alone decides what a line looks
 * like. Nothing is kept but the lines at hand: ten million events stream. What is
 * written here is read in read.c.
 */
#include "trace/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "trace/internal.h"
#include "trace/rules.h"
#include "trace/trace.h"

enum { FLUSH_BYTES = 1 << 16, NS_DIGITS = 9 };

/* Seconds with as many decimals as it takes, exactly. */
static void put_ns(struct buf *b, int64_t ns)
{
	buf_put_decimal(b, ns, NS_DIGITS, 0);
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
		buf_put_u64(b, value);
		return;
	}
}

static void put_event(struct buf *b, const struct trace *t, const struct event *e)
{
	const struct event_info *info = &event_infos[e->kind];
	put_ns(b, e->time_ns);
	buf_putc(b, ' ');
	buf_put_u64(b, e->tick);
	buf_putc(b, ' ');
	buf_put_u64(b, e->step);
	buf_putc(b, ' ');
	buf_put_u64(b, e->task);
	if (e->thread) {
		buf_putc(b, '@');
		buf_put_u64(b, e->thread);
	}
	buf_putc(b, ' ');
	buf_puts(b, info->word);
	put_field(b, t, info->a, e->a);
	put_field(b, t, info->b, e->b);
	unsigned count;
	const char *const *words = rules_detail_words(e->kind, &count);
	if (words && e->detail < count) {
		buf_putc(b, ' ');
		buf_puts(b, words[e->detail]);
	} else if (e->detail) {
		buf_putc(b, ' ');
		buf_put_u64(b, e->detail);
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
	buf_printf(&b, "simmer-trace %d\n", TRACE_FORMAT_VERSION);
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
