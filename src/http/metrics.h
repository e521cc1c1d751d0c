#pragma once
#include "base/err.h"
#include "base/str.h"

/*
 * A small listener of its own for the operator: /metrics in Prometheus' text format (version
 * 0.0.4), and /healthz. One thread; bind it to a loopback address.
 */
struct server;
struct metrics;
MUST_USE err metrics_start(struct server *s, struct str listen, struct metrics **ret);
void metrics_stop(struct metrics *m); /* NULL is fine */
