#include "http/multipart.h"
#include "base/scan.h"
#include "base/utf8.h"

/* Takes one `name=value` from the front, with the ';' behind it. */
static bool take_parameter(struct str *s, struct str *ret_name, struct str *ret_value)
{
    struct str rest = *s;
    size_t n = 0;
    while (n < rest.n && rest.s[n] != '=' && rest.s[n] != ';')
        n++;
    *ret_name = str_trim(str_sub(rest, 0, n));
    rest = str_sub(rest, n, rest.n);
    *ret_value = S("");
    if (scan_char(&rest, '=')) {
        struct str after = rest;
        struct str quoted = { 0 };
        if (scan_char(&after, '"') && str_cut(after, '"', &quoted, &after)) {
            *ret_value = quoted;
            rest = after;
            (void)scan_until(&rest, ';'); // nothing may stand there but spaces
            *s = rest;
            return true;
        }
        *ret_value = str_trim(scan_until(&rest, ';'));
    } else {
        (void)scan_char(&rest, ';');
    }
    *s = rest;
    return true;
}

bool header_parameter(struct str value, struct str name, struct str *ret)
{
    (void)scan_until(&value, ';'); // what comes before the parameters
    while (value.n) {
        struct str one = { 0 };
        struct str its = { 0 };
        if (take_parameter(&value, &one, &its) && str_eq_nocase(one, name)) {
            *ret = its;
            return true;
        }
    }
    return false;
}

static bool is_boundary_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           str_has(S("'()+_,-./:=? "), c);
}

bool multipart_boundary(struct str content_type, struct str *ret)
{
    struct str b = { 0 };
    if (!header_parameter(content_type, S("boundary"), &b) || b.n < 1 || b.n > 70)
        return false;
    for (size_t i = 0; i < b.n; i++)
        if (!is_boundary_char(b.s[i]))
            return false;
    *ret = b;
    return b.s[b.n - 1] != ' ';
}

/* "%22", "%0D" and "%0A" are how browsers write a quote and line ends in names. */
static struct str unescape_name(struct arena *a, struct str s)
{
    const struct {
        struct str from;
        char to;
    } escapes[] = { { S("%22"), '"' }, { S("%0D"), '\r' }, { S("%0A"), '\n' } };
    char *out = arena_new(a, char, s.n);
    size_t n = 0;
    while (s.n) {
        size_t i = 0;
        while (i < COUNT(escapes) && !str_eq_nocase(str_sub(s, 0, 3), escapes[i].from))
            i++;
        bool escaped = i < COUNT(escapes);
        const char *byte = escaped ? &escapes[i].to : s.s;
        out[n++] = *byte;
        s = str_sub(s, escaped ? 3 : 1, s.n);
    }
    return (struct str){ out, n };
}

static bool text_fine(struct str s)
{
    return !str_has(s, '\0') && utf8_valid(s);
}

struct part {
    struct str name, file_name, type, bytes;
    bool file;
};

static struct str base_name(struct str path)
{
    for (size_t i = path.n; i > 0; i--)
        if (path.s[i - 1] == '/' || path.s[i - 1] == '\\')
            return str_sub(path, i, path.n);
    return path;
}

static bool read_disposition(struct str value, struct arena *a, struct part *p)
{
    struct str rest = value;
    if (!str_eq_nocase(str_trim(scan_until(&rest, ';')), S("form-data")))
        return false;
    if (p->name.s || !header_parameter(value, S("name"), &p->name))
        return false;
    p->name = unescape_name(a, p->name);
    p->file = header_parameter(value, S("filename"), &p->file_name);
    p->file_name = base_name(unescape_name(a, p->file_name));
    return p->name.n && text_fine(p->name) && text_fine(p->file_name);
}

static bool plain_transfer(struct str value)
{
    return str_eq_nocase(value, S("7bit")) || str_eq_nocase(value, S("8bit")) ||
           str_eq_nocase(value, S("binary"));
}

static bool read_part_line(struct str line, struct arena *a, struct part *p)
{
    struct str value = line;
    struct str name = scan_until(&value, ':');
    value = str_trim(value);
    if (!value.s || !name.n || str_has(line, '\0'))
        return false;
    if (str_eq_nocase(name, S("Content-Disposition")))
        return read_disposition(value, a, p);
    if (str_eq_nocase(name, S("Content-Transfer-Encoding")))
        return plain_transfer(value);
    if (str_eq_nocase(name, S("Content-Type")))
        p->type = value;
    return true;
}

/* The header lines of a part; *s moves behind the empty line that ends them. */
static bool read_part_head(struct str *s, struct arena *a, struct part *p)
{
    struct str most = str_sub(*s, 0, MULTIPART_PART_HEAD_MAX);
    struct str rest = most;
    while (rest.n) {
        size_t end = 0;
        if (!str_find(rest, S("\r\n"), &end))
            return false;
        struct str line = str_sub(rest, 0, end);
        rest = str_sub(rest, end + 2, rest.n);
        if (!line.n) {
            *s = str_sub(*s, most.n - rest.n, s->n);
            return p->name.s != NULL && (!p->type.s || text_fine(p->type));
        }
        if (!read_part_line(line, a, p))
            return false;
    }
    return false;
}

/* After a delimiter: "--" ends the body (*ret_last), else spaces and a line end begin a part. */
static bool after_delimiter(struct str *s, bool *ret_last)
{
    *ret_last = scan_text(s, S("--"));
    if (*ret_last)
        return true;
    while (scan_char(s, ' ') || scan_char(s, '\t'))
        continue;
    return scan_text(s, S("\r\n"));
}

static err keep_field(const struct part *p, struct multipart_limits most, struct multipart *m,
                      struct field *at)
{
    struct str before = { 0 };
    if (m->fields.n == most.fields)
        return FORM_TOO_MANY;
    if (fields_find(&m->fields, p->name, &before))
        return FORM_REPEATED;
    if (!text_fine(p->bytes))
        return FORM_BROKEN;
    at[m->fields.n++] = (struct field){ .name = p->name, .value = p->bytes };
    return OK;
}

static err keep_upload(const struct part *p, struct multipart_limits most, struct multipart *m,
                       struct upload *at)
{
    if (!p->file_name.n && !p->bytes.n)
        return OK; // no file was chosen
    if (m->upload_count == most.uploads)
        return FORM_TOO_MANY;
    at[m->upload_count++] =
        (struct upload){ .field = p->name,
                         .file_name = p->file_name,
                         .type = p->type.s ? p->type : S("application/octet-stream"),
                         .bytes = p->bytes };
    return OK;
}

/* One part, from behind its delimiter to behind the next one. */
static bool take_part(struct str *s, struct str delimiter, struct arena *a, struct part *ret)
{
    struct part p = { 0 };
    size_t end = 0;
    if (!read_part_head(s, a, &p))
        return false;
    if (str_starts(*s, str_sub(delimiter, 2, delimiter.n))) {
        p.bytes = S(""); // an empty body whose line end is the one of the header
        end = 0;
        *s = str_sub(*s, delimiter.n - 2, s->n);
    } else if (str_find(*s, delimiter, &end)) {
        p.bytes = str_sub(*s, 0, end);
        *s = str_sub(*s, end + delimiter.n, s->n);
    } else {
        return false;
    }
    *ret = p;
    return true;
}

err multipart_parse(struct str body, struct str boundary, struct multipart_limits most,
                    struct arena *a, struct multipart *ret)
{
    struct str delimiter = str_print(a, "\r\n--" STR_FMT, STR_ARG(boundary));
    struct field *fields = arena_new(a, struct field, most.fields);
    struct upload *uploads = arena_new(a, struct upload, most.uploads);
    struct multipart m = { .fields = { .at = fields }, .uploads = uploads };
    struct str rest = body;
    (void)scan_text(&rest, S("\r\n"));
    if (!scan_text(&rest, str_sub(delimiter, 2, delimiter.n)))
        return FORM_BROKEN;
    bool last = false;
    if (!after_delimiter(&rest, &last))
        return FORM_BROKEN;
    while (!last) {
        struct part p = { 0 };
        if (!take_part(&rest, delimiter, a, &p))
            return FORM_BROKEN;
        err e = p.file ? keep_upload(&p, most, &m, uploads) : keep_field(&p, most, &m, fields);
        if (e)
            return e;
        if (!after_delimiter(&rest, &last))
            return FORM_BROKEN;
    }
    *ret = m;
    return OK;
}
