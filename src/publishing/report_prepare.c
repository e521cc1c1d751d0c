#include "base/check.h"
#include "base/scan.h"
#include "base/utf8.h"
#include "publishing/layout.h"
#include "publishing/report_inside.h"
#include "render/slug.h"

/* From what was typed to a draft that can be stored: every field is looked at, so that a form can
 * say all that is wrong at once. */

static const struct refusal {
    const char *text, *word, *field;
} refusals[REPORT_REFUSALS] = {
    [REPORT_NONE] = { "there is no such report", "report_none", "" },
    [REPORT_CURSOR_WRONG] = { "no list goes on from there", "report_cursor_wrong", "" },
    [REPORT_SERIES_MISSING] = { "is missing", "report_series_missing", "series" },
    [REPORT_SERIES_WRONG] = { "is longer than 120 characters, or not one line with letters",
                              "report_series_wrong", "series" },
    [REPORT_SERIES_TOO_MANY] = { "there are 500 series already", "series_too_many", "series" },
    [REPORT_TITLE_MISSING] = { "is missing", "report_title_missing", "title" },
    [REPORT_TITLE_TOO_LONG] = { "is longer than 200 characters", "report_title_too_long", "title" },
    [REPORT_TITLE_NOT_TEXT] = { "is not one line of plain text", "report_title_not_text", "title" },
    [REPORT_DATE_MISSING] = { "is missing", "report_date_missing", "date" },
    [REPORT_DATE_WRONG] = { "is no day as YYYY-MM-DD, nor a time as YYYY-MM-DD HH:MM",
                            "report_date_wrong", "date" },
    [REPORT_SLUG_WRONG] = { "is not made of a-z, 0-9 and hyphens between them, at most 80",
                            "report_slug_wrong", "slug" },
    [REPORT_SLUG_MISSING] = { "is missing, and the title has no letters to make one from",
                              "report_slug_missing", "slug" },
    [REPORT_STANDFIRST_TOO_LONG] = { "is longer than 1000 characters", "report_standfirst_too_long",
                                     "standfirst" },
    [REPORT_STANDFIRST_NOT_TEXT] = { "is not one line of plain text", "report_standfirst_not_text",
                                     "standfirst" },
    [REPORT_BYLINE_TOO_LONG] = { "is longer than 200 characters", "report_byline_too_long",
                                 "byline" },
    [REPORT_BYLINE_NOT_TEXT] = { "is not one line of plain text", "report_byline_not_text",
                                 "byline" },
    [REPORT_DATELINE_TOO_LONG] = { "is longer than 120 characters", "report_dateline_too_long",
                                   "dateline" },
    [REPORT_DATELINE_NOT_TEXT] = { "is not one line of plain text", "report_dateline_not_text",
                                   "dateline" },
    [REPORT_BODY_MISSING] = { "is missing", "report_body_missing", "body" },
    [REPORT_BODY_TOO_LONG] = { "is longer than limits.report_bytes, or its page would be too long",
                               "report_body_too_long", "body" },
    [REPORT_BODY_NOT_TEXT] = { "is not plain text", "report_body_not_text", "body" },
    [REPORT_QUESTIONS_TOO_MANY] = { "asks more than 50 questions", "report_questions_too_many",
                                    "body" },
    [REPORT_PICTURE_MISSING] = { "names a picture that there is not", "report_picture_missing",
                                 "body" },
    [REPORT_REASON_MISSING] = { "is missing: say why the report is withdrawn",
                                "report_reason_missing", "reason" },
    [REPORT_REASON_TOO_LONG] = { "is longer than 1000 characters", "report_reason_too_long",
                                 "reason" },
    [REPORT_REASON_NOT_TEXT] = { "is not plain text", "report_reason_not_text", "reason" },
    [REPORT_KEY_WRONG] = { "is longer than 200 bytes", "report_key_wrong", "id" },
    [REPORT_ADDRESS_TAKEN] = { "another report of that date has this slug", "report_address_taken",
                               "slug" },
    [REPORT_CHANGED] = { "somebody saved a newer revision meanwhile", "report_changed", "" },
    [REPORT_IS_WITHDRAWN] = { "the report was withdrawn; \"state: published\" brings it back, "
                              "\"state: withdrawn\" leaves it so",
                              "report_is_withdrawn", "state" },
    [REPORT_STATE_WRONG] = { "that cannot be done with the report as it is now",
                             "report_state_wrong", "" },
};

const char *report_refusal_text(err refusal)
{
    check(refusal > 0 && refusal < REPORT_REFUSALS);
    return refusals[refusal].text;
}

const char *report_refusal_word(err refusal)
{
    check(refusal > 0 && refusal < REPORT_REFUSALS);
    return refusals[refusal].word;
}

const char *report_refusal_field(err refusal)
{
    check(refusal > 0 && refusal < REPORT_REFUSALS);
    return refusals[refusal].field;
}

static void wrong(struct report_faults *f, err refusal)
{
    if (refusal)
        f->refusals[f->n++] = refusal;
}

static struct str trimmed(struct arena *a, struct str s)
{
    return str_copy(a, str_trim(s));
}

static void trim_all(struct arena *a, struct report_input *in)
{
    in->key = trimmed(a, in->key);
    in->series = trimmed(a, in->series);
    in->title = trimmed(a, in->title);
    in->date = trimmed(a, in->date);
    in->slug = trimmed(a, in->slug);
    in->byline = trimmed(a, in->byline);
    in->dateline = trimmed(a, in->dateline);
    in->standfirst = trimmed(a, in->standfirst);
    in->reason = trimmed(a, in->reason);
    in->body = str_copy(a, in->body);
    in->by.name = str_copy(a, in->by.name);
}

/* One line of at most `max` code points, or one of the two refusals. */
static err line_check(struct str s, size_t max, err too_long, err not_text)
{
    if (text_check(s, true) != TEXT_FINE)
        return not_text;
    return utf8_length(s) > max ? too_long : OK;
}

static err title_check(const struct report_input *in)
{
    if (!in->title.n)
        return REPORT_TITLE_MISSING;
    return line_check(in->title, REPORT_TITLE_MAX, REPORT_TITLE_TOO_LONG, REPORT_TITLE_NOT_TEXT);
}

static err series_check(struct report_draft *d, struct str language)
{
    if (!d->in.series.n)
        return REPORT_SERIES_MISSING;
    if (line_check(d->in.series, SERIES_TITLE_MAX, REPORT_SERIES_WRONG, REPORT_SERIES_WRONG))
        return REPORT_SERIES_WRONG;
    d->series_slug = slug_make(d->arena, d->in.series, language);
    return d->series_slug.n ? OK : REPORT_SERIES_WRONG;
}

/* "YYYY-MM-DD", with " HH:MM" or "THH:MM" behind it when the hour matters. */
static err date_check(struct report_draft *d, const struct formats *formats)
{
    struct str s = d->in.date;
    struct str clock = str_sub(s, 10, s.n);
    int64_t hour = 0;
    int64_t minute = 0;
    d->minute = -1;
    if (!s.n)
        return REPORT_DATE_MISSING;
    if (!date_parse(str_sub(s, 0, 10), &d->date))
        return REPORT_DATE_WRONG;
    if (clock.n) {
        bool parted = scan_char(&clock, ' ') || scan_char(&clock, 'T');
        if (!parted || !scan_digits(&clock, 2, &hour) || !scan_char(&clock, ':') ||
            !scan_digits(&clock, 2, &minute) || clock.n || hour > 23 || minute > 59)
            return REPORT_DATE_WRONG;
        d->minute = hour * 60 + minute;
    }
    d->day = date_to_days(d->date);
    d->moment = format_instant(formats, d->date, (int)(d->minute < 0 ? 0 : d->minute));
    return OK;
}

/* Without a title there is nothing to say of a slug that was not given. */
static err slug_check(struct report_draft *d, struct str language)
{
    d->slug_given = d->in.slug.n > 0;
    d->slug = d->slug_given ? d->in.slug : slug_make(d->arena, d->in.title, language);
    if (d->slug_given)
        return slug_valid(d->slug) ? OK : REPORT_SLUG_WRONG;
    return d->slug.n || !d->in.title.n || d->in.report ? OK : REPORT_SLUG_MISSING;
}

err report_reason_check(struct str reason)
{
    if (!str_trim(reason).n)
        return REPORT_REASON_MISSING;
    if (text_check(reason, false) != TEXT_FINE)
        return REPORT_REASON_NOT_TEXT;
    return utf8_length(reason) > REPORT_REASON_MAX ? REPORT_REASON_TOO_LONG : OK;
}

static void check_lines(const struct report_input *in, struct report_faults *f)
{
    wrong(f, line_check(in->standfirst, REPORT_STANDFIRST_MAX, REPORT_STANDFIRST_TOO_LONG,
                        REPORT_STANDFIRST_NOT_TEXT));
    wrong(f, line_check(in->byline, REPORT_BYLINE_MAX, REPORT_BYLINE_TOO_LONG,
                        REPORT_BYLINE_NOT_TEXT));
    wrong(f, line_check(in->dateline, REPORT_DATELINE_MAX, REPORT_DATELINE_TOO_LONG,
                        REPORT_DATELINE_NOT_TEXT));
}

static err render(struct report_draft *d, const struct setup *setup, struct report_faults *f)
{
    static const err of_body[BODY_REFUSALS] = {
        [BODY_TOO_LONG] = REPORT_BODY_TOO_LONG,
        [BODY_MISSING] = REPORT_BODY_MISSING,
        [BODY_NOT_TEXT] = REPORT_BODY_NOT_TEXT,
        [BODY_PICTURE_MISSING] = REPORT_PICTURE_MISSING,
    };
    struct body_words s = { .text = d->in.body,
                            .pictures = &d->in.pictures,
                            .may_be_empty = d->in.wish == REPORT_WISH_DRAFT };
    err e = body_prepare(setup, d->arena, &s, &d->body, &f->picture);
    if (e < 0)
        return fault(e);
    wrong(f, of_body[e]);
    if (d->body.question_count > QUESTIONS_OF_REPORT_MAX)
        wrong(f, REPORT_QUESTIONS_TOO_MANY);
    return OK;
}

/* Of what an author wrote and what its pictures show. */
static struct str hash_of(const struct report_draft *d)
{
    const struct str words[] = { d->in.title, d->in.standfirst, d->in.byline, d->in.dateline,
                                 d->in.body };
    return body_hash(d->arena, words, COUNT(words), &d->body);
}

err report_prepare(const struct setup *setup, struct arena *a, const struct report_input *in,
                   int64_t now, struct report_draft **ret_draft, struct report_faults *ret_faults)
{
    struct str language = config_text(setup->config, &site_language);
    struct report_faults f = { 0 };
    struct report_draft *d = arena_new(a, struct report_draft, 1);
    *d = (struct report_draft){ .in = *in, .arena = a, .now = now };
    trim_all(a, &d->in);
    wrong(&f, series_check(d, language));
    wrong(&f, title_check(&d->in));
    wrong(&f, date_check(d, setup->formats));
    wrong(&f, slug_check(d, language));
    check_lines(&d->in, &f);
    if (d->in.wish == REPORT_WISH_WITHDRAW)
        wrong(&f, report_reason_check(d->in.reason));
    bool key = d->in.key.n <= REPORT_KEY_MAX && text_check(d->in.key, true) == TEXT_FINE;
    wrong(&f, key ? OK : REPORT_KEY_WRONG);
    err e = render(d, setup, &f);
    if (e)
        return e;
    *ret_faults = f;
    if (f.n)
        return f.refusals[0];
    d->hash = hash_of(d);
    *ret_draft = d;
    return OK;
}

struct html report_draft_html(const struct report_draft *d)
{
    return d->body.html;
}
