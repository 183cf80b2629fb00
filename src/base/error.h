/*
 * Errors of the world outside: the numbers that functions return and the one
 * line that a person reads. Exceptions of a scene are values, not these.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/buf.h"

enum error {
	ERR_NONE,
#define ERROR(name, status, sentence) ERR_##name,
#include "base/error.def"
#undef ERROR
	ERR_COUNT
};

/* What `error` (an enum error, either sign) means, as a short clause; static. */
const char *error_text(int error);

/* The exit status that goes with it. */
int error_status(int error);

#endif
