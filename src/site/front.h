#pragma once
#include "http/http.h"

/* Lists of reports: the front page, a series, a month, and the archive of all months. */
err front_show(struct request *r, struct response *ret);       /* GET / */
err front_series(struct request *r, struct response *ret);     /* GET /series/{slug} */
err front_series_all(struct request *r, struct response *ret); /* GET /series */
err front_month(struct request *r, struct response *ret);      /* GET /{year}/{month} */
err front_archive(struct request *r, struct response *ret);    /* GET /archive */
