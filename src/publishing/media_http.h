#pragma once
#include "http/http.h"

/* GET /media/{hash}/{name} */
err media_show(struct request *r, struct response *ret);
