/* Asciicasts: see cast.h. */
#include "export/cast.h"

#include <stdlib.h>

#include "base/mem.h"
#include "export/paint.h"

struct cast {
	struct paint paint;
};

int cast_new(struct cast **c, const struct cast_options *options, const struct cast_out *out)
{
	(void)options, (void)out;
	*c = mem_zalloc(1, sizeof **c);
	return 0;
}

void cast_free(struct cast *c)
{
	if (c)
		paint_free(&c->paint);
	free(c);
}

int cast_frame(struct cast *c, int64_t at_ns, const struct grid *g, enum theme theme)
{
	(void)c, (void)at_ns, (void)g, (void)theme;
	return 0;
}

int cast_marker(struct cast *c, int64_t at_ns, const char *label)
{
	(void)c, (void)at_ns, (void)label;
	return 0;
}

int cast_input(struct cast *c, int64_t at_ns, const char *bytes, size_t len)
{
	(void)c, (void)at_ns, (void)bytes, (void)len;
	return 0;
}

int cast_end(struct cast *c, int64_t at_ns)
{
	(void)c, (void)at_ns;
	return 0;
}

uint64_t cast_frame_count(const struct cast *c)
{
	(void)c;
	return 0;
}

uint64_t cast_byte_count(const struct cast *c)
{
	(void)c;
	return 0;
}
