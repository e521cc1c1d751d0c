#include "desk/diff.h"
#include "base/scan.h"

/* Two texts as lines, and what of them is not the same at the beginning and the end. */
struct side {
    struct str *lines;
    size_t n;
};
struct work {
    struct arena *a;
    struct side was, is;
    size_t head, tail; /* equal lines at both ends */
    struct diff_line *out;
    size_t n;
};

static bool split(struct arena *a, struct str text, struct side *ret)
{
    size_t n = 0;
    for (struct str rest = text; rest.n; n++)
        (void)scan_line(&rest);
    if (n > DIFF_LINES_MAX)
        return false;
    ret->lines = arena_new(a, struct str, n ? n : 1);
    for (struct str rest = text; rest.n;)
        ret->lines[ret->n++] = scan_line(&rest);
    return true;
}

static void trim(struct work *w)
{
    size_t least = w->was.n < w->is.n ? w->was.n : w->is.n;
    while (w->head < least && str_eq(w->was.lines[w->head], w->is.lines[w->head]))
        w->head++;
    while (w->tail < least - w->head &&
           str_eq(w->was.lines[w->was.n - 1 - w->tail], w->is.lines[w->is.n - 1 - w->tail]))
        w->tail++;
}

static void put(struct work *w, enum diff_kind kind, struct str text)
{
    w->out[w->n++] = (struct diff_line){ kind, text };
}

/* Longest common subsequence of the middles: cell (i, j) is its length from line i and j on. */
static const uint16_t *measure(struct arena *a, const struct str *was, size_t n,
                               const struct str *is, size_t m)
{
    uint16_t *cells = arena_new(a, uint16_t, (n + 1) * (m + 1));
    for (size_t i = n; i-- > 0;)
        for (size_t j = m; j-- > 0;) {
            uint16_t down = cells[(i + 1) * (m + 1) + j];
            uint16_t right = cells[i * (m + 1) + j + 1];
            cells[i * (m + 1) + j] = str_eq(was[i], is[j])
                                         ? (uint16_t)(cells[(i + 1) * (m + 1) + j + 1] + 1)
                                     : down >= right ? down
                                                     : right;
        }
    return cells;
}

static void put_middle(struct work *w, const struct str *was, size_t n, const struct str *is,
                       size_t m)
{
    const uint16_t *cells =
        (n + 1) * (m + 1) <= DIFF_CELLS_MAX ? measure(w->a, was, n, is, m) : NULL;
    size_t i = 0;
    size_t j = 0;
    while (i < n || j < m) {
        if (cells && i < n && j < m && str_eq(was[i], is[j])) {
            put(w, DIFF_SAME, was[i++]);
            j++;
        } else if (i < n && (j == m || !cells ||
                             cells[(i + 1) * (m + 1) + j] >= cells[i * (m + 1) + j + 1])) {
            put(w, DIFF_GONE, was[i++]);
        } else {
            put(w, DIFF_NEW, is[j++]);
        }
    }
}

/* Whether an unchanged line stands near enough to a changed one. */
static bool near_change(const struct work *w, size_t at)
{
    size_t from = at < DIFF_CONTEXT ? 0 : at - DIFF_CONTEXT;
    for (size_t i = from; i < w->n && i <= at + DIFF_CONTEXT; i++)
        if (w->out[i].kind != DIFF_SAME)
            return true;
    return false;
}

static struct diff shorten(const struct work *w)
{
    struct diff_line *kept = arena_new(w->a, struct diff_line, w->n ? w->n : 1);
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (w->out[i].kind != DIFF_SAME || near_change(w, i))
            kept[n++] = w->out[i];
        else if (!n || kept[n - 1].kind != DIFF_GAP)
            kept[n++] = (struct diff_line){ DIFF_GAP, S("") };
    }
    return (struct diff){ kept, n };
}

bool diff_texts(struct arena *a, struct str was, struct str is, struct diff *ret)
{
    struct work w = { .a = a };
    if (!split(a, was, &w.was) || !split(a, is, &w.is))
        return false;
    trim(&w);
    w.out = arena_new(a, struct diff_line, w.was.n + w.is.n + 1);
    for (size_t i = 0; i < w.head; i++)
        put(&w, DIFF_SAME, w.was.lines[i]);
    put_middle(&w, w.was.lines + w.head, w.was.n - w.head - w.tail, w.is.lines + w.head,
               w.is.n - w.head - w.tail);
    for (size_t i = w.was.n - w.tail; i < w.was.n; i++)
        put(&w, DIFF_SAME, w.was.lines[i]);
    bool same = w.head == w.was.n && w.was.n == w.is.n;
    *ret = same ? (struct diff){ NULL, 0 } : shorten(&w);
    return true;
}
