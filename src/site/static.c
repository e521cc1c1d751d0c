#include "site/static.h"
#include "http/error.h"
#include "render/identicon.h"
#include "render/theme.h"

err static_show(struct request *r, struct response *ret)
{
    struct str folder = { 0 };
    struct str file = { 0 };
    (void)request_segment(r, "folder", &folder); // the pattern has both
    (void)request_segment(r, "file", &file);
    struct str path = str_print(r->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(file));
    struct theme_file found = { 0 };
    if (!theme_asset(r->setup->theme, path, &found))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    struct str address = theme_asset_url(r->setup->theme, str_z(r->arena, path));
    if (!str_eq(r->path, address))
        return response_redirect(r, ret, 302, address);
    ret->type = str_z(r->arena, found.type);
    ret->body = str_copy(r->arena, found.bytes); // the setup may go before the cached page does
    ret->cache = CACHE_FOR_EVER;
    return OK;
}

err static_icon(struct request *r, struct response *ret)
{
    return response_redirect(r, ret, 302, theme_asset_url(r->setup->theme, "icons/site.svg"));
}

err static_identicon(struct request *r, struct response *ret)
{
    struct str code = { 0 };
    struct identicon identicon = { 0 };
    (void)request_segment(r, "code", &code); // the pattern has it
    if (!identicon_parse(code, &identicon))
        return http_refuse(r, ret, 404, ERROR_NOT_FOUND);
    ret->type = "image/svg+xml";
    ret->body = identicon_svg(r->arena, identicon);
    ret->cache = CACHE_FOR_EVER;
    return OK;
}
