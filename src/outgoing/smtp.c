#include "outgoing/smtp.h"
#include "base/check.h"
#include "base/scan.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { URL_MAX = 300, HOST_MAX = 253, PORT_MAX = 65535, SECOND_MS = 1000, OPEN_MEMORY = 64 * 1024 };

/* How far a mail has come: the last command, as libcurl shows it when it sends one. */
enum stage { AT_START, AT_MAIL, AT_RCPT, AT_DATA, AT_TEXT };

struct smtp {
    CURL *curl;
    bool (*give_up)(void *arg);
    void *arg;
    /* Of the mail being sent. */
    struct str left; /* of its message */
    enum stage stage;
    bool over; /* we said QUIT: what is said now is no answer to it */
    int code;  /* the last whole answer since the last command */
    char said[SMTP_ANSWER_MAX];
    size_t said_n;
    char trouble[CURL_ERROR_SIZE];
};

/* ---- addresses of servers ---- */

static bool host_good(struct str host)
{
    if (!host.n || host.n > HOST_MAX)
        return false;
    bool literal = host.s[0] == '[';
    if (literal && host.s[host.n - 1] != ']')
        return false;
    for (size_t i = literal ? 1 : 0; i < host.n - (literal ? 1 : 0); i++) {
        char c = host.s[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && c != '.' && (literal ? c != ':' : c != '-'))
            return false;
    }
    return true;
}

/* Splits "smtp://host:port"; an IPv6 literal keeps its brackets. No colon: the port is ":". */
static bool split(struct str url, struct str *ret_host, struct str *ret_port)
{
    struct str host = url;
    if (url.n > URL_MAX || (!scan_text(&host, S("smtp://")) && !scan_text(&host, S("smtps://"))))
        return false;
    if (str_ends(host, S("/")))
        host.n--;
    size_t colon = host.n;
    for (size_t i = 0; i < host.n; i++)
        if (host.s[i] == ':' && (host.s[0] != '[' || host.s[i - 1] == ']'))
            colon = i;
    *ret_port = colon < host.n ? str_sub(host, colon + 1, host.n) : S(":");
    *ret_host = str_sub(host, 0, colon);
    return true;
}

bool smtp_url_good(struct str url)
{
    struct str host = { 0 };
    struct str port = { 0 };
    int64_t number = 0;
    return split(url, &host, &port) && host_good(host) &&
           (str_eq(port, S(":")) || int_parse(port, 1, PORT_MAX, &number));
}

bool smtp_url_loopback(struct str url)
{
    struct str host = { 0 };
    struct str port = { 0 };
    return split(url, &host, &port) && (str_starts(host, S("127.")) || str_eq(host, S("[::1]")) ||
                                        str_eq(host, S("localhost")));
}

/* ---- what libcurl tells and asks ---- */

static const struct {
    const char *verb;
    enum stage stage;
} commands[] = { { "MAIL", AT_MAIL }, { "RCPT", AT_RCPT }, { "DATA", AT_DATA } };

static void saw_command(struct smtp *s, struct str line)
{
    s->over = s->over || str_starts(line, S("QUIT"));
    if (s->over)
        return;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (str_starts(line, str_from_z(commands[i].verb)))
            s->stage = commands[i].stage;
    s->code = 0;
    s->said_n = 0;
}

/* "250-first" has more to come, "250 last" and "250" have not. */
static void saw_answer(struct smtp *s, struct str line)
{
    int64_t code = 0;
    struct str rest = line;
    if (s->over || !scan_digits(&rest, 3, &code))
        return;
    bool more = scan_char(&rest, '-');
    if (!s->said_n) {
        rest = str_trim(rest);
        s->said_n = rest.n < sizeof s->said ? rest.n : sizeof s->said;
        memcpy(s->said, rest.s, s->said_n);
    }
    if (!more)
        s->code = (int)code;
}

static int overheard(CURL *curl, curl_infotype type, char *bytes, size_t n, void *arg)
{
    (void)curl; // the one there is
    struct smtp *s = arg;
    if (type == CURLINFO_HEADER_OUT)
        saw_command(s, (struct str){ bytes, n });
    else if (type == CURLINFO_HEADER_IN)
        saw_answer(s, (struct str){ bytes, n });
    return 0;
}

static size_t give_text(char *to, size_t size, size_t count, void *arg)
{
    struct smtp *s = arg;
    size_t n = size * count < s->left.n ? size * count : s->left.n;
    if (n)
        memcpy(to, s->left.s, n);
    s->left = str_sub(s->left, n, s->left.n);
    if (!s->left.n) {
        s->stage = AT_TEXT;
        s->code = 0;
        s->said_n = 0;
    }
    return n;
}

static size_t drop_text(char *bytes, size_t size, size_t count, void *arg)
{
    (void)bytes; // a mail server has nothing to say but answers
    (void)arg;
    return size * count;
}

static int asked_to_go_on(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a; // how far it has come is no matter
    (void)b;
    (void)c;
    (void)d;
    const struct smtp *s = arg;
    return s->give_up && s->give_up(s->arg) ? 1 : 0;
}

/* ---- one connection ---- */

static void set_text(struct smtp *s, CURLoption option, struct str text, struct arena *a)
{
    if (text.n)
        check(curl_easy_setopt(s->curl, option, str_z(a, text)) == CURLE_OK);
}

static void set_long(struct smtp *s, CURLoption option, long value)
{
    check(curl_easy_setopt(s->curl, option, value) == CURLE_OK);
}

static void set_callbacks(struct smtp *s)
{
    check(curl_easy_setopt(s->curl, CURLOPT_DEBUGFUNCTION, overheard) == CURLE_OK);
    check(curl_easy_setopt(s->curl, CURLOPT_DEBUGDATA, s) == CURLE_OK);
    check(curl_easy_setopt(s->curl, CURLOPT_READFUNCTION, give_text) == CURLE_OK);
    check(curl_easy_setopt(s->curl, CURLOPT_READDATA, s) == CURLE_OK);
    check(curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, drop_text) == CURLE_OK);
    check(curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, s->trouble) == CURLE_OK);
    check(curl_easy_setopt(s->curl, CURLOPT_XFERINFOFUNCTION, asked_to_go_on) == CURLE_OK);
    check(curl_easy_setopt(s->curl, CURLOPT_XFERINFODATA, s) == CURLE_OK);
    set_long(s, CURLOPT_NOPROGRESS, 0);
    set_long(s, CURLOPT_VERBOSE, 1); // else libcurl shows us nothing; it prints nothing either
}

static void set_server(struct smtp *s, const struct smtp_server *o, struct arena *a)
{
    struct str url = o->url;
    if (str_ends(url, S("/")))
        url.n--;
    // The path is what libcurl greets with.
    url = o->name.n ? str_print(a, STR_FMT "/" STR_FMT, STR_ARG(url), STR_ARG(o->name)) : url;
    set_text(s, CURLOPT_URL, url, a);
    set_text(s, CURLOPT_PROTOCOLS_STR, S("smtp,smtps"), a);
    set_text(s, CURLOPT_USERNAME, o->user, a);
    set_text(s, CURLOPT_PASSWORD, o->password, a);
    set_text(s, CURLOPT_CAINFO, o->ca_file, a);
    check(curl_easy_setopt(s->curl, CURLOPT_PROXY, "") == CURLE_OK); // none from the environment
    set_long(s, CURLOPT_USE_SSL, o->tls ? CURLUSESSL_ALL : CURLUSESSL_NONE);
    set_long(s, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
    set_long(s, CURLOPT_CONNECTTIMEOUT_MS, o->connect_ms);
    set_long(s, CURLOPT_TIMEOUT_MS, o->mail_ms);
    set_long(s, CURLOPT_SERVER_RESPONSE_TIMEOUT, (o->mail_ms + SECOND_MS - 1) / SECOND_MS);
    set_long(s, CURLOPT_NOSIGNAL, 1);
    set_long(s, CURLOPT_MAXCONNECTS, 1);
    set_long(s, CURLOPT_UPLOAD, 1);
}

struct smtp *smtp_open(const struct smtp_server *o)
{
    struct arena a CLEANUP(arena_free);
    arena_init(&a, OPEN_MEMORY);
    struct smtp *s = calloc(1, sizeof *s);
    check(s);
    s->give_up = o->give_up;
    s->arg = o->arg;
    s->curl = curl_easy_init();
    check(s->curl);
    set_callbacks(s);
    set_server(s, o, &a);
    return s;
}

void smtp_close(struct smtp *s)
{
    if (!s)
        return;
    curl_easy_cleanup(s->curl);
    free(s);
}

/* ---- one mail ---- */

static CURLcode try_once(struct smtp *s, struct str message, bool fresh)
{
    s->left = message;
    s->stage = AT_START;
    s->over = false;
    s->code = 0;
    s->said_n = 0;
    s->trouble[0] = 0;
    set_long(s, CURLOPT_FRESH_CONNECT, fresh);
    return curl_easy_perform(s->curl);
}

/* The server had left the connection that we kept: nothing of this mail has reached it. */
static bool was_stale(const struct smtp *s)
{
    long made = 0;
    check(curl_easy_getinfo(s->curl, CURLINFO_NUM_CONNECTS, &made) == CURLE_OK);
    return !made && s->stage <= AT_MAIL && (!s->code || s->code == 421);
}

static bool is_status(struct str word)
{
    int64_t class = 0;
    int64_t subject = 0;
    int64_t detail = 0;
    return scan_digits(&word, 1, &class) && (class == 2 || class == 4 || class == 5) &&
           scan_char(&word, '.') && scan_int(&word, 999, &subject) && scan_char(&word, '.') &&
           scan_int(&word, 999, &detail) && !word.n;
}

/* What a server says is ASCII (RFC 5321, 4.2) and shown to people: all else is made harmless. */
static struct str harmless(struct arena *a, struct str s)
{
    char *copy = arena_new(a, char, s.n + 1);
    memcpy(copy, s.s, s.n);
    for (size_t i = 0; i < s.n; i++)
        if (copy[i] < ' ' || copy[i] > '~')
            copy[i] = '?';
    return (struct str){ copy, s.n };
}

static void fill_answer(const struct smtp *s, struct arena *a, struct smtp_answer *ret)
{
    struct str said = { s->said, s->said_n };
    if (!s->code)
        said = str_from_z(s->trouble);
    *ret = (struct smtp_answer){ .code = s->code,
                                 .text = harmless(a, said),
                                 .recipient = s->stage == AT_RCPT && s->code };
    struct str rest = ret->text;
    struct str word = scan_until(&rest, ' ');
    if (s->code && is_status(word))
        ret->status = word;
}

/* `c` is libcurl's own opinion; what the server said, and to what, counts for more. */
static err outcome(const struct smtp *s, CURLcode c)
{
    if (c == CURLE_OK && s->stage == AT_TEXT && s->code / 100 == 2)
        return OK;
    if (s->stage == AT_START || s->code == 421)
        return SMTP_DOWN;
    if (s->stage == AT_MAIL && s->code / 100 == 5)
        return s->code == 552 ? SMTP_REFUSED : SMTP_DOWN; // 552: it is too long
    if (s->code / 100 == 5)
        return SMTP_REFUSED;
    if (s->stage == AT_TEXT && !s->code && c != CURLE_SEND_ERROR)
        return SMTP_UNCERTAIN;
    return SMTP_LATER;
}

static void set_envelope(struct smtp *s, const struct smtp_mail *m, struct curl_slist *to,
                         struct arena *a)
{
    set_text(s, CURLOPT_MAIL_FROM, str_print(a, "<" STR_FMT ">", STR_ARG(m->from)), a);
    check(curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, to) == CURLE_OK);
    check(curl_easy_setopt(s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)m->message.n) ==
          CURLE_OK);
}

err smtp_send(struct smtp *s, const struct smtp_mail *m, struct arena *a, struct smtp_answer *ret)
{
    struct str to = str_print(a, "<" STR_FMT ">", STR_ARG(m->to));
    struct curl_slist *recipients = curl_slist_append(NULL, str_z(a, to));
    check(recipients && m->message.n);
    set_envelope(s, m, recipients, a);
    CURLcode c = try_once(s, m->message, false);
    if (c && was_stale(s))
        c = try_once(s, m->message, true);
    check(curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, NULL) == CURLE_OK);
    curl_slist_free_all(recipients);
    fill_answer(s, a, ret);
    return outcome(s, c);
}
