#pragma once
#include "base/str.h"

/*
 * Addresses of pages where people give: https only, no user name, plain ASCII that needs no
 * escaping in an attribute. Hosts are compared by whole labels: "paypal.com" allows
 * "www.paypal.com" and not "notpaypal.com" or "paypal.com.example.org".
 */
enum web_link_fault {
    WEB_LINK_FINE,
    WEB_LINK_FORM,  /* too long, not https, characters that do not belong, a user name */
    WEB_LINK_HOST,  /* no host name of at least two labels */
    WEB_LINK_OTHER, /* none of the allowed hosts */
};
enum { WEB_LINK_MAX = 1000 };
/* `hosts` ends with NULL; NULL itself allows every host, and ports. */
enum web_link_fault web_link_check(struct str url, const char *const *hosts);
struct str web_link_host(struct str url); /* of one that was checked */
