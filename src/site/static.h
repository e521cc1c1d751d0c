#pragma once
#include "http/http.h"

/*
 * The theme's stylesheets, scripts and icons at /assets/{hash}/{folder}/{file}. The hash is that of
 * the bytes, so the address may be cached for ever; one that is out of date leads to the present
 * one.
 */
err static_show(struct request *r, struct response *ret);
/* GET /identicon/{code}: a picture beside a name (render/identicon.h); 404 for what is no code. */
err static_identicon(struct request *r, struct response *ret);
err static_icon(struct request *r,
                struct response *ret); /* GET /favicon.ico: where browsers look */
