/*
 * The page's own files (page.html, page.css, page.js), which are a part of the program.
 * page.html is the frame: `{{name}}` stands where the piece of that name belongs.
 */
#ifndef EXPORT_HTML_PAGE_H
#define EXPORT_HTML_PAGE_H

#include <stddef.h>

/* One of them; not NUL-terminated. */
struct html_page {
	const char *text;
	size_t len;
};

extern const struct html_page html_page_frame, html_page_style, html_page_script;

/* SHA-256 of the script, in base64. */
extern const char html_page_script_hash[];

#endif
