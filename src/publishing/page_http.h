#pragma once
#include "http/http.h"

/* GET /{slug}: a standing page. */
err page_show(struct request *r, struct response *ret);
