#pragma once
#include "http/http.h"

/* GET /desk/funding/channels: how each channel that counts by itself is doing; and
 * POST /desk/funding/channels/{channel}/looked, by which the treasurer says that they have seen it.
 */
MUST_USE err channel_desk_show(struct request *r, struct response *ret);
MUST_USE err channel_desk_looked(struct request *r, struct response *ret);
