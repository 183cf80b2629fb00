/* The formats that can be written: see export.h. */
#include "export/export.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "export/chrome.h"
#include "export/html.h"
#include "export/svg.h"
#include "export/text.h"
#include "trace/text.h"
#include "view/view.h"

static int write_trace(struct view *v, const struct export_options *o, FILE *out,
                       struct buf *why)
{
	int error = trace_write(view_trace(v), o->measured, out);
	if (error)
		buf_puts(why, error_text(error));
	return error;
}

static int write_text(struct view *v, const struct export_options *o, FILE *out,
                      struct buf *why)
{
	const struct text_options options = {.width_cols = o->width_cols,
	                                     .ascii = o->ascii,
	                                     .measured = o->measured};
	int error = export_picture(v, &options, out);
	if (error)
		buf_puts(why, error_text(error));
	return error;
}

const struct exporter exporters[] = {
	{"trace", "what happened, event by event, to be read back", TAKES_MEASURED, write_trace},
	{"txt", "the timeline as text, 80 columns wide", TAKES_WIDTH | TAKES_ASCII | TAKES_MEASURED,
	 write_text},
	{"svg", "the timeline as a picture for a slide or a page", TAKES_CODE | TAKES_THEME,
	 export_svg},
	{"html", "a page with picture, code and steps to go through", TAKES_THEME, export_html},
	{"json", "Chrome Trace Events, for Perfetto and speedscope", 0, export_chrome},
};
const size_t exporter_count = COUNT_OF(exporters);

const struct exporter *exporter_for(const char *path)
{
	for (size_t i = 0; i < exporter_count; i++)
		if (path_has_ending(path, exporters[i].ext))
			return &exporters[i];
	return NULL;
}
