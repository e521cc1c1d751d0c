#include "render/markdown_cost.h"
#include "base/scan.h"

#include <stdint.h>

enum {
    NEST_STEPS_MAX = 4 * 1000 * 1000,    /* open containers looked at, over all lines */
    BRACKET_STEPS_MAX = 4 * 1000 * 1000, /* openers before each closer of a picture */
    LINK_STEPS_MAX = 16 * 1000 * 1000,   /* characters of a word read again for each mark in it */
    TABLE_STEPS_MAX = 32 * 1000 * 1000,
    TABLE_CELLS_MAX = 300 * 1000, /* nodes: rows are filled up to the header's columns */
};

/* Lines up to the next blank one: a paragraph at most. */
struct run {
    uint64_t bytes, lines, rulers, columns, brackets, pictures;
};
struct sum {
    uint64_t depth, nest, bracket, link, table, cells;
    struct run run;
};

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The length of a container's mark at the beginning of s, ">", "-", "1."; 0 when there is none. */
static size_t mark(struct str s)
{
    if (!s.n)
        return 0;
    if (s.s[0] == '>')
        return 1;
    size_t n = 0;
    while (n < s.n && n < 9 && digit(s.s[n]))
        n++;
    bool bullet = s.s[0] == '-' || s.s[0] == '*' || s.s[0] == '+';
    bool number = n && n < s.n && (s.s[n] == '.' || s.s[n] == ')');
    if (!bullet && !number)
        return 0;
    return n + 1 == s.n || blank(s.s[n + 1]) ? n + 1 : 0;
}

/* Takes the containers' marks off a line's front; returns how many there were. */
static uint64_t take_marks(struct str *line)
{
    for (uint64_t marks = 0;; marks++) {
        while (line->n && blank(line->s[0]))
            *line = str_sub(*line, 1, line->n);
        size_t n = mark(*line);
        if (n == 0)
            return marks;
        *line = str_sub(*line, n, line->n);
    }
}

/* Could the line stand under a table's header? "--- | :-: | --:" */
static bool is_ruler(struct str line)
{
    for (size_t i = 0; i < line.n; i++)
        if (!str_has(S("-|: \t\v\f"), line.s[i]))
            return false;
    return str_has(line, '-');
}

static uint64_t count(struct str s, char c)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.s[i] == c;
    return n;
}

static void end_run(struct sum *sum)
{
    struct run *r = &sum->run;
    sum->bracket += r->brackets * r->pictures;
    sum->table += r->bytes * r->rulers;
    sum->cells += r->rulers ? r->columns * r->lines : 0;
    *r = (struct run){ 0 };
}

/* Marks at which the search for bare addresses looks back and forth over the whole word. */
static void add_links(struct sum *sum, struct str line)
{
    uint64_t length = 0;
    uint64_t marks = 0;
    for (size_t i = 0; i <= line.n; i++) {
        bool end = i == line.n || blank(line.s[i]);
        length += !end;
        marks += !end && str_has(S(":w@);&"), line.s[i]);
        if (!end)
            continue;
        sum->link += length * marks;
        length = marks = 0;
    }
}

static void add_line(struct sum *sum, struct str line)
{
    uint64_t bytes = line.n + 1;
    uint64_t pipes = count(line, '|') + 1;
    add_links(sum, line);
    struct str rest = line;
    uint64_t depth = take_marks(&rest);
    sum->depth = depth > sum->depth ? depth : sum->depth;
    sum->nest += sum->depth;
    sum->table += pipes * bytes;
    if (str_trim(line).n == 0) {
        end_run(sum);
        return;
    }
    struct run *r = &sum->run;
    r->bytes += bytes;
    r->lines++;
    r->rulers += is_ruler(rest) || is_ruler(line);
    r->columns = pipes > r->columns ? pipes : r->columns;
    r->brackets += count(line, '[');
    r->pictures += count(line, '!');
}

/* Is every "[^" in the text the beginning of "[^name]"? */
static bool notes_fine(struct str text)
{
    struct str before = { 0 };
    while (str_cut(text, '[', &before, &text)) {
        if (!scan_char(&text, '^'))
            continue;
        size_t n = 0;
        while (n < text.n && !str_has(S("[]`\\<&\r\n\t "), text.s[n]))
            n++;
        if (n == text.n || text.s[n] != ']')
            return false;
        text = str_sub(text, n, text.n);
    }
    return true;
}

/* cmark ends a line at LF, CR and CRLF. */
static struct str take_line(struct str *text)
{
    size_t n = 0;
    while (n < text->n && text->s[n] != '\n' && text->s[n] != '\r')
        n++;
    struct str line = str_sub(*text, 0, n);
    *text = str_sub(*text, n, text->n);
    if (!scan_text(text, S("\r\n")))
        *text = str_sub(*text, 1, text->n);
    return line;
}

struct markdown_cost markdown_cost(struct str text)
{
    struct sum sum = { 0 };
    bool notes = notes_fine(text);
    while (text.n)
        add_line(&sum, take_line(&text));
    end_run(&sum);
    return (struct markdown_cost){
        .too_much = sum.nest > NEST_STEPS_MAX || sum.bracket > BRACKET_STEPS_MAX,
        .links_too_much = sum.link > LINK_STEPS_MAX,
        .tables_too_much = sum.table > TABLE_STEPS_MAX || sum.cells > TABLE_CELLS_MAX,
        .notes_wrong = !notes,
    };
}
