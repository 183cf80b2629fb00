/* The page's own files: see html_page.h. The Makefile turns each into the numbers that are
 * included here. */
#include "export/html_page.h"

static const unsigned char frame[] = {
#include "export/page.html.inc"
};

static const unsigned char style[] = {
#include "export/page.css.inc"
};

static const unsigned char script[] = {
#include "export/page.js.inc"
};

const struct html_page html_page_frame = {(const char *)frame, sizeof frame};
const struct html_page html_page_style = {(const char *)style, sizeof style};
const struct html_page html_page_script = {(const char *)script, sizeof script};

const char html_page_script_hash[] =
#include "export/page.js.sha256.inc"
	;
