/* A client that has nothing to do. */
#include "tui/client.h"

static void client_ref(void *context, struct datum d)
{
	(void)context;
	(void)d;
}

static struct datum client_cancelled(void *context, struct datum message)
{
	(void)context;
	return message;
}

static struct datum client_error(void *context, enum loop_error kind, const char *text,
                                 struct datum cause)
{
	(void)context;
	(void)kind;
	(void)text;
	return cause;
}

static enum error_class client_classify(void *context, struct datum error)
{
	(void)context;
	(void)error;
	return ERROR_ORDINARY;
}

static struct datum client_list(void *context, const struct datum *items, size_t count)
{
	(void)context;
	(void)items;
	(void)count;
	return DATUM_NONE;
}

static struct datum client_group(void *context, const char *message,
                                 const struct datum *errors, size_t count)
{
	(void)context;
	(void)message;
	(void)errors;
	(void)count;
	return DATUM_NONE;
}

static void client_report(void *context, struct loop *loop,
                          const struct loop_report *report)
{
	(void)context;
	(void)loop;
	(void)report;
}

const struct loop_client tui_client = {
	.ref = client_ref,
	.unref = client_ref,
	.cancelled_error = client_cancelled,
	.make_error = client_error,
	.classify = client_classify,
	.list = client_list,
	.error_group = client_group,
	.report = client_report,
};
