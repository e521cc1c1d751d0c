/* Fills the view of parts/discussion.html from a listing: addresses, words, and the nesting. */
#include "discussion/discussion_view.h"
#include "base/check.h"
#include "discussion/comment_own.h"
#include "discussion/record_text.h"
#include "mail/mail.h"
#include "people/subscriber.h"
#include "render/format.h"
#include "render/identicon.h"
#include "render/theme.h"

#include <inttypes.h>

enum { URL_MAX = 4096 };
CONFIG_BOOL(
    discussion_identicons, "discussion", "identicons", 0,
    "Shows a small picture beside each comment's name, made from the name alone (never from "
    "an e-mail). Off, for it makes pages longer.");

static const struct field form_error_fields[] = {
    FIELD_STR(struct form_error_view, field),
    FIELD_STR(struct form_error_view, text),
};
static const struct view form_error_view = VIEW(struct form_error_view, form_error_fields);

static const struct field form_fields[] = {
    FIELD_STR(struct comment_form_view, action),
    FIELD_INT(struct comment_form_view, parent),
    FIELD_INT(struct comment_form_view, question),
    FIELD_STR(struct comment_form_view, title),
    FIELD_STR(struct comment_form_view, cancel_url),
    FIELD_STR(struct comment_form_view, name),
    FIELD_BOOL(struct comment_form_view, notify),
    FIELD_BOOL(struct comment_form_view, notify_report),
    FIELD_BOOL(struct comment_form_view, notify_replies),
    FIELD_STR(struct comment_form_view, email),
    FIELD_STR(struct comment_form_view, body),
    FIELD_STR(struct comment_form_view, name_error),
    FIELD_STR(struct comment_form_view, email_error),
    FIELD_STR(struct comment_form_view, body_error),
    FIELD_STR(struct comment_form_view, error),
    FIELD_HTML(struct comment_form_view, preview),
    FIELD_LIST(struct comment_form_view, errors, &form_error_view),
    FIELD_STR(struct comment_form_view, rules_url),
};
static const struct view form_view = VIEW(struct comment_form_view, form_fields);

static const struct view comment_view; /* its replies are of its own kind */
static const struct field comment_fields[] = {
    FIELD_INT(struct comment_view, id),
    FIELD_INT(struct comment_view, level),
    FIELD_STR(struct comment_view, name),
    FIELD_STR(struct comment_view, identicon),
    FIELD_BOOL(struct comment_view, staff),
    FIELD_BOOL(struct comment_view, held),
    FIELD_BOOL(struct comment_view, edited),
    FIELD_BOOL(struct comment_view, own),
    FIELD_BOOL(struct comment_view, pinned),
    FIELD_BOOL(struct comment_view, locked),
    FIELD_STR(struct comment_view, placeholder),
    FIELD_STR(struct comment_view, time),
    FIELD_STR(struct comment_view, time_text),
    FIELD_HTML(struct comment_view, html),
    FIELD_STR(struct comment_view, score),
    FIELD_BOOL(struct comment_view, votable),
    FIELD_STR(struct comment_view, reply_url),
    FIELD_BOOL(struct comment_view, voted_up),
    FIELD_BOOL(struct comment_view, voted_down),
    FIELD_INT(struct comment_view, up_value),
    FIELD_INT(struct comment_view, down_value),
    FIELD_STR(struct comment_view, parent_url),
    FIELD_STR(struct comment_view, parent_text),
    FIELD_STR(struct comment_view, question_url),
    FIELD_STR(struct comment_view, question_text),
    FIELD_BOOL(struct comment_view, used),
    FIELD_BOOL(struct comment_view, continued),
    FIELD_STR(struct comment_view, continued_text),
    FIELD_REF(struct comment_view, form, &form_view),
    FIELD_LIST(struct comment_view, replies, &comment_view),
    FIELD_STR(struct comment_view, more_url),
    FIELD_STR(struct comment_view, more_text),
};
static const struct view comment_view = VIEW(struct comment_view, comment_fields);

static const struct field sort_fields[] = {
    FIELD_STR(struct sort_view, name),
    FIELD_STR(struct sort_view, label),
    FIELD_STR(struct sort_view, url),
    FIELD_BOOL(struct sort_view, current),
};
static const struct view sort_view = VIEW(struct sort_view, sort_fields);

static const struct field discussion_fields[] = {
    FIELD_INT(struct discussion_view, report),
    FIELD_INT(struct discussion_view, live),
    FIELD_STR(struct discussion_view, live_new),
    FIELD_STR(struct discussion_view, heading),
    FIELD_STR(struct discussion_view, about_url),
    FIELD_STR(struct discussion_view, follow_answers),
    FIELD_STR(struct discussion_view, about),
    FIELD_LIST(struct discussion_view, filters, &sort_view),
    FIELD_LIST(struct discussion_view, sorts, &sort_view),
    FIELD_STR(struct discussion_view, all_url),
    FIELD_LIST(struct discussion_view, mine, &comment_view),
    FIELD_LIST(struct discussion_view, threads, &comment_view),
    FIELD_STR(struct discussion_view, reply_title),
    FIELD_STR(struct discussion_view, next_url),
    FIELD_STR(struct discussion_view, back_url),
    FIELD_STR(struct discussion_view, write_url),
    FIELD_STR(struct discussion_view, follow_url),
    FIELD_BOOL(struct discussion_view, closed),
    FIELD_STR(struct discussion_view, record),
    FIELD_REF(struct discussion_view, form, &form_view),
};
const struct view discussion_view = VIEW(struct discussion_view, discussion_fields);

struct filling {
    const struct discussion_place *p;
    struct arena *a;
    const struct theme *theme;
    const struct formats *formats;
    const struct comment_form_view *form; /* until it stands under its comment */
    struct str reply_url;                 /* up to the comment's number; empty: closed */
    bool locked;                          /* the thread takes no replies */
    bool identicons;
};

/* ---- addresses */

static void put_param(struct buf *b, const char *name, struct str value)
{
    buf_put_char(b, str_has(buf_str(b), '?') ? '&' : '?');
    buf_put(b, str_from_z(name));
    buf_put_char(b, '=');
    buf_put(b, value);
}

static void put_piece(struct filling *f, const struct listing_query *q, struct buf *b)
{
    buf_put(b, f->p->path);
    if (q->only == LISTING_ANSWERS && !q->thread)
        put_param(b, "only", S("answers"));
    if (q->only == LISTING_QUESTION && !q->thread)
        put_param(b, "question", str_print(f->a, "%" PRId64, q->question));
    if (q->sort != LISTING_NEWEST && !q->thread)
        put_param(b, "sort", listing_sort_str(q->sort));
    if (q->all)
        put_param(b, "all", S("1"));
    if (q->thread)
        put_param(b, "thread", str_print(f->a, "%" PRId64, q->thread));
    if (q->after.n)
        put_param(b, "after", q->after);
}

/* The report's page with the query that asks for this piece, at `fragment`. */
static struct str piece_url(struct filling *f, const struct listing_query *q, struct str fragment)
{
    struct buf b CLEANUP(buf_free) = buf_make(URL_MAX);
    put_piece(f, q, &b);
    buf_put(&b, fragment);
    return buf_copy(&b, f->a);
}

/* The same with a reply form; the comment's number and the fragment go behind it. It stands in
 * every comment: the path is left out but where a refused form answers at another address. */
static struct str reply_url(struct filling *f, const struct listing_query *q)
{
    struct buf b CLEANUP(buf_free) = buf_make(URL_MAX);
    put_piece(f, q, &b);
    put_param(&b, "reply", S(""));
    struct str url = buf_copy(&b, f->a);
    return f->p->form ? url : str_sub(url, f->p->path.n, url.n);
}

/* ---- one comment */

static struct str named(struct filling *f, const char *key, struct str name)
{
    /* between isolates, so that a name of the other direction does not turn the sentence around */
    struct str apart = str_print(f->a, "\xE2\x81\xA8" STR_FMT "\xE2\x81\xA9", STR_ARG(name));
    const struct word_arg args[] = { { .name = "name", .text = apart } };
    return theme_phrase(f->theme, f->a, key, args, COUNT(args));
}

static struct str author(struct filling *f, struct str name, bool erased)
{
    if (erased)
        return theme_word(f->theme, "comment_erased_author");
    return name.n ? name : theme_word(f->theme, "comment_removed_author");
}

static struct str placeholder(struct filling *f, const struct comment *c)
{
    switch (c->state) {
    case COMMENT_STATE_HELD: // one with replies: edited, and held for its new words
        return c->html.s.n ? S("") : theme_word(f->theme, "comment_waits");
    case COMMENT_STATE_PUBLISHED: return S("");
    case COMMENT_STATE_HIDDEN:
    case COMMENT_STATE_SPAM: return theme_word(f->theme, "comment_removed");
    case COMMENT_STATE_DELETED: return theme_word(f->theme, "comment_deleted");
    }
    check(false);
    return S("");
}

/* To its passage, or to where questions about earlier versions stand. */
static struct str question_url(struct filling *f, int64_t id, bool shown)
{
    if (shown)
        return str_print(f->a, "#question-%" PRId64, id);
    return str_print(f->a, "/questions/%" PRId64, id);
}

static void fill_votes(struct filling *f, const struct comment *c, struct comment_view *ret)
{
    ret->score = format_int(f->formats, f->a, c->score);
    ret->votable = !c->mine;
    ret->voted_up = c->my_vote > 0;
    ret->voted_down = c->my_vote < 0;
    ret->up_value = ret->voted_up ? 0 : 1;
    ret->down_value = ret->voted_down ? 0 : -1;
}

/* An erased author has none: it would still tell who it was. */
static struct str identicon(struct filling *f, const struct comment *c)
{
    if (!f->identicons || c->erased || !c->name.n)
        return S("");
    return identicon_code(f->a, identicon_of(f->a, c->name, c->person));
}

static void fill_comment(struct filling *f, const struct comment *c, int64_t level,
                         struct comment_view *ret)
{
    bool published = c->state == COMMENT_STATE_PUBLISHED;
    *ret = (struct comment_view){
        .id = c->id,
        .level = level,
        .staff = c->person && !c->erased,
        .held = c->state == COMMENT_STATE_HELD,
        .pinned = published && c->pinned,
        .locked = published && c->locked,
        .placeholder = placeholder(f, c),
        .edited = c->edited_at != 0,
        .own = c->mine && !c->person && f->p->now - c->created_at < own_window(f->p->setup->config),
        .time = time_print(f->a, c->created_at),
        .html = c->html,
    };
    if (published && c->question) {
        ret->question_text = named(f, "comment_answer_to", c->question_text);
        ret->question_url = question_url(f, c->question, c->question_shown);
        ret->used = c->used;
    }
    bool answerable = published && f->reply_url.n && !f->locked && !c->locked;
    if (answerable)
        ret->reply_url = str_print(f->a, STR_FMT "%" PRId64 "#reply", STR_ARG(f->reply_url), c->id);
    if (!ret->placeholder.n) {
        ret->name = author(f, c->name, c->erased);
        ret->identicon = identicon(f, c);
        ret->time_text = format_time(f->formats, f->a, c->created_at);
    }
    if (published)
        fill_votes(f, c, ret);
    if (f->form && answerable && f->form->parent == c->id) {
        ret->form = f->form;
        f->form = NULL;
    }
}

/* ---- a thread: a flat row of comments, each after its parent, becomes a tree */

/* Where a reply is drawn: under `above` (an index, or -1 for the root) as level `level`. */
struct seat {
    int above;
    int64_t level;
    size_t below, seated; /* replies drawn under it: how many, and how many have their place */
    struct comment_view *replies;
};

static int find(const struct thread *t, int64_t id)
{
    size_t from = 0;
    size_t to = t->count;
    while (from < to) {
        size_t mid = (from + to) / 2;
        if (t->replies[mid].id == id)
            return (int)mid;
        if (t->replies[mid].id < id)
            from = mid + 1;
        else
            to = mid;
    }
    return -1;
}

/* seats[0] is the root's, seats[i + 1] that of t->replies[i]. */
static struct seat *take_seats(struct filling *f, const struct thread *t)
{
    struct seat *seats = arena_new(f->a, struct seat, t->count + 1);
    seats[0].level = 1;
    for (size_t i = 0; i < t->count; i++) {
        int above = find(t, t->replies[i].parent);
        if (seats[above + 1].level == LISTING_NESTED)
            above = seats[above + 1].above;
        seats[i + 1].above = above;
        seats[i + 1].level = seats[above + 1].level + 1;
        seats[above + 1].below++;
    }
    for (size_t i = 0; i <= t->count; i++)
        seats[i].replies = arena_new(f->a, struct comment_view, seats[i].below);
    return seats;
}

static void fill_parent(struct filling *f, const struct thread *t, const struct comment *c,
                        struct comment_view *ret)
{
    int at = find(t, c->parent);
    const struct comment *parent = at >= 0 ? &t->replies[at] : NULL;
    struct str name = parent ? author(f, parent->name, parent->erased)
                             : author(f, c->parent_name, c->parent_erased);
    ret->parent_text = named(f, "comment_in_reply_to", name);
    ret->parent_url = parent ? str_print(f->a, "#comment-%" PRId64, c->parent)
                             : str_print(f->a, "/comments/%" PRId64, c->parent);
}

static void fill_more(struct filling *f, const struct thread *t, struct comment_view *root)
{
    if (!t->more)
        return;
    struct listing_query q = { .thread = t->root.id, .after = t->after };
    const struct word_arg args[] = { { .name = "n", .count = t->more } };
    root->more_url = piece_url(f, &q, S("#discussion"));
    root->more_text = t->more < 0 ? theme_word(f->theme, "comment_more_replies_some")
                                  : theme_phrase(f->theme, f->a, "comment_more_replies", args, 1);
}

static void fill_thread(struct filling *f, const struct thread *t, struct comment_view *root)
{
    struct seat *seats = take_seats(f, t);
    f->locked = t->root.locked;
    if (t->continued) {
        struct str name = author(f, t->root.name, t->root.erased);
        *root = (struct comment_view){ .id = t->root.id,
                                       .level = 1,
                                       .continued = true,
                                       .continued_text = named(f, "comment_continued", name) };
    } else {
        fill_comment(f, &t->root, 1, root);
    }
    for (size_t i = 0; i < t->count; i++) {
        const struct comment *c = &t->replies[i];
        struct seat *above = &seats[seats[i + 1].above + 1];
        struct comment_view *v = &above->replies[above->seated++];
        fill_comment(f, c, seats[i + 1].level, v);
        v->replies = (struct list){ seats[i + 1].replies, seats[i + 1].below };
        int parent = find(t, c->parent);
        if (parent != seats[i + 1].above || (parent < 0 && c->parent != t->root.id))
            fill_parent(f, t, c, v);
    }
    root->replies = (struct list){ seats[0].replies, seats[0].below };
    f->locked = false;
    fill_more(f, t, root);
}

static struct list fill_threads(struct filling *f)
{
    const struct listing *l = f->p->listing;
    struct comment_view *roots = arena_new(f->a, struct comment_view, l->count);
    for (size_t i = 0; i < l->count; i++)
        fill_thread(f, &l->threads[i], &roots[i]);
    return (struct list){ roots, l->count };
}

static struct list fill_mine(struct filling *f)
{
    const struct listing *l = f->p->listing;
    struct comment_view *mine = arena_new(f->a, struct comment_view, l->mine_count);
    for (size_t i = 0; i < l->mine_count; i++) {
        fill_comment(f, &l->mine[i], 1, &mine[i]);
        if (l->mine[i].parent)
            fill_parent(f, &(struct thread){ 0 }, &l->mine[i], &mine[i]);
    }
    return (struct list){ mine, l->mine_count };
}

/* ---- the form */

static struct str error_text(struct filling *f, err refusal)
{
    return refusal ? theme_word(f->theme, comment_refusal_word(refusal)) : S("");
}

static void fill_errors(struct filling *f, const struct comment_form *typed,
                        struct comment_form_view *v)
{
    v->name_error = error_text(f, typed->problems.name);
    v->email_error = error_text(f, typed->problems.email);
    v->body_error = error_text(f, typed->problems.body);
    v->error = typed->message ? theme_word(f->theme, typed->message) : typed->message_text;
    const struct form_error_view all[] = {
        { S("comment-name"), v->name_error },
        { S("comment-email"), v->email_error },
        { S("comment-body"), v->body_error },
    };
    struct form_error_view *some = arena_new(f->a, struct form_error_view, COUNT(all));
    size_t n = 0;
    for (size_t i = 0; i < COUNT(all); i++)
        if (all[i].text.n)
            some[n++] = all[i];
    v->errors = (struct list){ some, n };
}

static const struct comment_form_view *make_form(struct filling *f)
{
    const struct discussion_place *p = f->p;
    struct comment_form_view *v = arena_new(f->a, struct comment_form_view, 1);
    bool closed = !p->listing->counts.open;
    if (closed && !p->form) // what was typed is shown even then
        return NULL;
    *v = (struct comment_form_view){
        .action = str_print(f->a, STR_FMT "/comments", STR_ARG(p->path)),
        .title = theme_word(f->theme, "comment_write"),
        .rules_url = p->rules_url,
        .notify = mail_enabled(p->setup),
    };
    if (p->reply_to) {
        struct listing_query q = p->listing->query;
        v->parent = p->reply_to->id;
        v->title = named(f, "comment_reply_to", author(f, p->reply_to->name, p->reply_to->erased));
        v->cancel_url = piece_url(f, &q, S("#reply"));
    } else if (p->answer_to) {
        v->question = p->answer_to->id;
        v->title = named(f, "comment_answer_to", p->answer_to->text);
    }
    if (p->form) {
        v->name = p->form->name;
        v->email = p->form->email;
        v->body = p->form->body;
        v->preview = p->form->html;
        v->notify_report = p->form->notify == FOLLOW_REPORT;
        v->notify_replies = p->form->notify == FOLLOW_REPLIES;
        fill_errors(f, p->form, v);
    }
    return v;
}

/* ---- the whole */

static struct str follow_url(const struct filling *f, const char *what, int64_t id)
{
    if (!mail_enabled(f->p->setup))
        return S("");
    return str_print(f->a, "/subscriptions?%s=%" PRId64, what, id);
}

/* A query for the same threads, and no more of it. */
static struct listing_query narrowed(const struct listing *l)
{
    return (struct listing_query){ .only = l->query.only, .question = l->query.question };
}

/* How many threads there are to sort; a placeholder may be one more. */
static int64_t choices(const struct listing *l)
{
    switch (l->query.only) {
    case LISTING_EVERY: return l->counts.threads;
    case LISTING_ANSWERS: return l->counts.answers;
    case LISTING_QUESTION: return l->question.answers;
    }
    check(false);
    return 0;
}

static struct sort_view filter(struct filling *f, enum listing_only only, const char *word,
                               int64_t count)
{
    const struct listing *l = f->p->listing;
    struct listing_query q = { .only = only, .sort = l->query.sort };
    const struct word_arg args[] = { { .name = "n", .count = count } };
    return (struct sort_view){ .label = theme_phrase(f->theme, f->a, word, args, COUNT(args)),
                               .url = piece_url(f, &q, S("#discussion")),
                               .current = l->query.only == only && !l->query.thread };
}

static void fill_filters(struct filling *f, struct discussion_view *v)
{
    const struct listing *l = f->p->listing;
    if (!l->counts.answers)
        return;
    struct sort_view *filters = arena_new(f->a, struct sort_view, 2);
    filters[0] = filter(f, LISTING_EVERY, "comment_only_all", l->counts.published);
    filters[1] = filter(f, LISTING_ANSWERS, "comment_only_answers", l->counts.answers);
    v->filters = (struct list){ filters, 2 };
}

static struct list fill_sorts(struct filling *f)
{
    static const char *const words[] = { "comment_sort_newest", "comment_sort_oldest",
                                         "comment_sort_votes" };
    const struct listing *l = f->p->listing;
    if (choices(l) < 2 || l->query.thread)
        return (struct list){ 0 };
    struct sort_view *sorts = arena_new(f->a, struct sort_view, COUNT(words));
    for (size_t i = 0; i < COUNT(words); i++) {
        enum listing_sort sort = (enum listing_sort)i;
        struct listing_query q = narrowed(l);
        q.sort = sort;
        q.all = l->query.all;
        sorts[i] = (struct sort_view){ .name = listing_sort_str(sort),
                                       .label = theme_word(f->theme, words[i]),
                                       .url = piece_url(f, &q, S("#discussion")),
                                       .current = l->query.sort == sort };
    }
    return (struct list){ sorts, COUNT(words) };
}

static bool shows_everything(const struct listing *l)
{
    bool more = l->next.n > 0 || !l->first || l->query.thread;
    for (size_t i = 0; i < l->count; i++)
        more = more || l->threads[i].more;
    return !more;
}

static void fill_links(struct filling *f, struct discussion_view *v)
{
    const struct listing *l = f->p->listing;
    struct listing_query q = narrowed(l);
    q.sort = l->query.sort;
    if (l->query.only == LISTING_QUESTION) {
        v->about = named(f, "comment_answers_to", l->question.text);
        v->follow_answers = follow_url(f, "question", l->question.id);
        v->about_url = question_url(f, l->question.id, l->question.shown);
    }
    if (!l->first || l->query.thread || l->query.all)
        v->back_url = piece_url(f, &q, S("#discussion"));
    if (!l->query.all && !shows_everything(l)) {
        q.all = true;
        v->all_url = piece_url(f, &q, S("#discussion"));
    }
    if (l->next.n && !l->query.thread) {
        q.all = l->query.all;
        q.after = l->next;
        v->next_url = piece_url(f, &q, S("#discussion"));
    }
    if (l->counts.open)
        v->reply_title = named(f, "comment_reply_to", S("{name}"));
}

static struct str live_lines(struct filling *f)
{
    enum { COUNTED = 20 };
    struct buf b CLEANUP(buf_free) = buf_make(URL_MAX);
    for (int n = 1; n <= COUNTED; n++) {
        const struct word_arg args[] = { { .name = "n", .count = n } };
        buf_put(&b, theme_phrase(f->theme, f->a, "live_new", args, COUNT(args)));
        buf_put_char(&b, '|');
    }
    const struct word_arg most[] = { { .name = "n", .count = COUNTED } };
    buf_put(&b, theme_phrase(f->theme, f->a, "live_new_more", most, COUNT(most)));
    return buf_copy(&b, f->a);
}

err discussion_view_fill(const struct discussion_place *p, struct arena *a,
                         struct discussion_view *ret)
{
    const struct listing *l = p->listing;
    const struct word_arg count[] = { { .name = "n", .count = l->counts.published } };
    struct filling f = { .p = p,
                         .a = a,
                         .theme = p->setup->theme,
                         .formats = p->setup->formats,
                         .identicons = config_bool(p->setup->config, &discussion_identicons) };
    struct discussion_view v = {
        .report = l->query.report,
        .live = l->event,
        .live_new = live_lines(&f),
        .heading = theme_phrase(f.theme, a, "comment_count", count, COUNT(count)),
        .sorts = fill_sorts(&f),
        .follow_url = follow_url(&f, "report", l->query.report),
        .closed = !l->counts.open,
    };
    f.form = make_form(&f);
    if (l->counts.open)
        f.reply_url = reply_url(&f, &l->query);
    bool inside = f.form && f.form->parent;
    if (l->first && !l->query.thread)
        v.record = record_text(p->setup, a, &l->record);
    fill_filters(&f, &v);
    v.threads = fill_threads(&f);
    v.mine = fill_mine(&f);
    fill_links(&f, &v);
    v.form = f.form; // NULL when it went under its comment
    if (inside && !f.form)
        v.write_url = piece_url(&f, &l->query, S("#reply"));
    if (arena_full(a))
        return fault(ERR_LIMIT);
    *ret = v;
    return OK;
}
