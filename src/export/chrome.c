/* See chrome.h. */
#include "export/chrome.h"

#include "base/error.h"

int export_chrome(struct view *v, const struct export_options *o, FILE *out, struct buf *why)
{
	(void)v, (void)o, (void)out;
	buf_puts(why, "not yet");
	return -ERR_SYSTEM;
}
