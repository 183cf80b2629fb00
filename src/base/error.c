/* Errors: see error.h; the table is error.def. */
#include "base/error.h"

#include <assert.h>

#include "base/mem.h"

static const struct {
	const char *text;
	int status;
} errors[] = {
	{"no error", 0},
#define ERROR(name, exit_status, sentence) {sentence, exit_status},
#include "base/error.def"
#undef ERROR
};
static_assert(COUNT_OF(errors) == ERR_COUNT, "one row an error");

static size_t row(int error)
{
	size_t at = (size_t)(error < 0 ? -error : error);
	return at < ERR_COUNT ? at : ERR_SYSTEM;
}

const char *error_text(int error)
{
	return errors[row(error)].text;
}

int error_status(int error)
{
	return errors[row(error)].status;
}
