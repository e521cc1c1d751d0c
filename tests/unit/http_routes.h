#pragma once
#include "unit/http_client.h"

/* The routes that most tests of the server use: they say what they were given. */
enum { STAFF = 1 };
#define FORM "Content-Type: application/x-www-form-urlencoded\r\n"
#define JSON "Content-Type: application/json\r\n"
#define HOST "Host: site.test\r\n"

/* Starts the server with these routes and a clock that stands still. */
void site_begin(struct site *s, const char *config);
