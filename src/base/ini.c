#include "base/ini.h"
#include "base/scan.h"
#include "base/utf8.h"

struct ini ini_start(struct str text)
{
    scan_text(&text, S("\xEF\xBB\xBF"));
    return (struct ini){ .rest = text };
}

static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

static bool is_name(struct str s)
{
    if (s.n == 0 || s.n > INI_NAME_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!name_char(s.s[i]))
            return false;
    return true;
}

static enum ini_kind wrong(struct ini *i, const char *why)
{
    i->why = why;
    return INI_WRONG;
}

static const char *text_fault_of(struct str line)
{
    if (line.n > INI_LINE_MAX)
        return "the line is too long";
    switch (text_check(line, true)) {
    case TEXT_FINE: return NULL;
    case TEXT_NOT_UTF8: return "the line is not UTF-8";
    case TEXT_CONTROL: return "the line holds a control character";
    case TEXT_BIDI: return "the line holds a character that turns the direction of writing around";
    case TEXT_MARKS: return "the line holds too many combining marks in a row";
    }
    return "the line is not text";
}

static enum ini_kind read_section(struct ini *i, struct str line)
{
    struct str name = { line.s + 1, line.n - 1 };
    if (!str_ends(name, S("]")))
        return wrong(i, "a section's name ends with ]");
    name.n--;
    if (!is_name(name))
        return wrong(i, "a section's name has 1 to 64 of a-z A-Z 0-9 _ - .");
    i->section = name;
    return INI_SECTION;
}

static enum ini_kind read_pair(struct ini *i, struct str line)
{
    struct str name = { 0 };
    struct str value = { 0 };
    if (!str_cut(line, '=', &name, &value))
        return wrong(i, "neither a [section], nor name = value, nor a ; comment");
    name = str_trim(name);
    if (!is_name(name))
        return wrong(i, "a key's name has 1 to 64 of a-z A-Z 0-9 _ - .");
    i->name = name;
    i->value = str_trim(value);
    return INI_PAIR;
}

enum ini_kind ini_next(struct ini *i)
{
    while (i->rest.n) {
        struct str line = scan_line(&i->rest);
        i->line++;
        const char *why = text_fault_of(line);
        if (why)
            return wrong(i, why);
        line = str_trim(line);
        if (line.n == 0 || line.s[0] == ';' || line.s[0] == '#')
            continue;
        return line.s[0] == '[' ? read_section(i, line) : read_pair(i, line);
    }
    return INI_END;
}
