#include "http/page.h"
#include "base/check.h"
#include "base/crypto.h"
#include "http/compress.h"
#include "http/engine.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Copies a text behind the ones already in the block. */
static const char *put_text(char **at, struct str text)
{
    char *z = *at;
    if (text.n)
        memcpy(z, text.s, text.n);
    z[text.n] = '\0';
    *at += text.n + 1;
    return z;
}

static void make_digest(struct source *s)
{
    uint8_t hash[SHA256_BYTES];
    sha256((struct str){ s->body, s->n }, hash);
    for (size_t i = 0; i < 8; i++)
        (void)snprintf(s->digest + 2 * i, 3, "%02x", hash[i]); // two digits and a NUL always fit
}

static size_t texts_size(const struct response *response, struct str type)
{
    size_t n = response->body.n + 1 + type.n + 1;
    for (size_t i = 0; i < response->header_count; i++)
        n += response->headers[i].value.n + 1;
    return n;
}

struct source *source_make(const struct response *response, struct settings *settings)
{
    struct str type = response->type ? str_from_z(response->type) : S("text/html; charset=utf-8");
    struct source *s = calloc(1, sizeof *s);
    check(s);
    s->body = malloc(texts_size(response, type));
    check(s->body);
    char *at = s->body;
    (void)put_text(&at, response->body); // it is s->body
    s->n = response->body.n;
    s->type = put_text(&at, type);
    for (size_t i = 0; i < response->header_count; i++) {
        check(strcmp(response->headers[i].name, "Set-Cookie") != 0);
        s->headers[i].name = response->headers[i].name;
        s->headers[i].value = put_text(&at, response->headers[i].value);
    }
    bool for_ever = response->cache == CACHE_FOR_EVER;
    s->header_count = response->header_count;
    s->embeddable = response->embeddable;
    s->compressible = reply_compressible(type, s->n);
    s->cache_control = for_ever ? "public, max-age=31536000, immutable" : "no-cache";
    s->vary = for_ever ? "Accept-Encoding" : "Accept-Encoding, Cookie";
    settings_hold(settings);
    s->settings = settings;
    atomic_init(&s->holders, 1);
    make_digest(s);
    return s;
}

void source_hold(struct source *s)
{
    (void)atomic_fetch_add_explicit(&s->holders, 1, memory_order_relaxed);
}

void source_drop(struct source *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->holders, 1, memory_order_acq_rel) != 1)
        return;
    settings_drop(s->settings);
    free(s->body);
    free(s);
}

/* Called by the library when it has sent the identity response for the last time. */
static void drop_body(void *source)
{
    source_drop(source);
}

static void add_headers(struct MHD_Response *response, const struct source *s,
                        const struct coded *c, enum coding coding)
{
    reply_header(response, "ETag", c->tag);
    reply_header(response, "Cache-Control", s->cache_control);
    reply_header(response, "Vary", s->vary);
    if (coding != CODING_IDENTITY)
        reply_header(response, "Content-Encoding", coding_name(coding));
    reply_secure(response, s->settings, s->embeddable);
}

/* The tag says how the text was compressed: other bytes, another tag. */
static void make_tag(struct coded *c, const struct source *s, enum coding coding, int quality)
{
    if (coding == CODING_IDENTITY)
        (void)snprintf(c->tag, sizeof c->tag, "\"%s\"", s->digest); // 18 bytes always fit
    else
        (void)snprintf(c->tag, sizeof c->tag, "\"%s-%s%d\"", s->digest, coding_name(coding),
                       quality); // as above
}

static void make_whole(struct coded *c, struct source *s, enum coding coding)
{
    add_headers(c->whole, s, c, coding);
    if (s->n)
        reply_header(c->whole, "Content-Type", s->type);
    for (size_t i = 0; i < s->header_count; i++)
        reply_header(c->whole, s->headers[i].name, s->headers[i].value);
    c->unchanged = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    check(c->unchanged);
    add_headers(c->unchanged, s, c, CODING_IDENTITY);
    c->state = CODED_READY;
}

struct coded coded_make(struct source *s, enum coding coding, int quality)
{
    struct coded c = { .state = CODED_USELESS, .quality = quality };
    make_tag(&c, s, coding, quality);
    if (coding == CODING_IDENTITY) {
        source_hold(s);
        c.bytes = s->n;
        c.whole =
            MHD_create_response_from_buffer_with_free_callback_cls(s->n, s->body, drop_body, s);
    } else {
        char *bytes = NULL;
        if (!s->compressible ||
            !coding_apply(coding, quality, (struct str){ s->body, s->n }, &bytes, &c.bytes))
            return c;
        c.whole = MHD_create_response_from_buffer_with_free_callback(c.bytes, bytes, free);
    }
    check(c.whole);
    make_whole(&c, s, coding);
    return c;
}

static bool write_all(int fd, const struct source *s)
{
    size_t done = 0;
    while (done < s->n) {
        ssize_t n = write(fd, s->body + done, s->n - done);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

bool coded_file(struct source *s, const char *folder, struct coded *ret)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    if (!write_all(fd, s)) {
        (void)close(fd); // what is in it is nobody's
        return false;
    }
    *ret = (struct coded){ .bytes = s->n, .filed = true };
    make_tag(ret, s, CODING_IDENTITY, 0);
    ret->whole = MHD_create_response_from_fd64(s->n, fd); // which closes it
    check(ret->whole);
    make_whole(ret, s, CODING_IDENTITY);
    return true;
}

void coded_free(struct coded *c)
{
    if (c->whole)
        MHD_destroy_response(c->whole);
    if (c->unchanged)
        MHD_destroy_response(c->unchanged);
    *c = (struct coded){ 0 };
}
