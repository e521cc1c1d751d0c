#pragma once
#include "http/http.h"

/* Every URL of the newsroom with its method, handler, guard and who may call it. */
extern const struct route routes[];
extern const size_t route_count;
