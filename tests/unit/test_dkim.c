/* Without this, receivers could not tell our mails from forged ones, or would throw them away as
 * broken. Whether others accept the signatures is tested by tests/mail. */
#include "base/encoding.h"
#include "mail/dkim.h"
#include "unit/mail_help.h"

static struct str header(struct arena *a, struct str field)
{
    struct buf out CLEANUP(buf_free) = buf_make(1 << 16);
    dkim_relaxed_header(field, &out);
    return buf_copy(&out, a);
}

static struct str body(struct arena *a, struct str text)
{
    struct buf out CLEANUP(buf_free) = buf_make(1 << 16);
    dkim_relaxed_body(text, &out);
    return buf_copy(&out, a);
}

TEST(the_relaxed_forms_are_those_of_rfc_6376)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    expect_str(header(&a, S("A: X")), S("a:X"));
    expect_str(header(&a, S("B : Y\t\r\n\tZ  ")), S("b:Y Z"));
    expect_str(body(&a, S(" C \r\nD \t E\r\n\r\n\r\n")), S(" C\r\nD E\r\n"));
    expect_str(body(&a, S("")), S(""));
    expect_str(body(&a, S("\r\n\r\n")), S(""));
    expect_str(body(&a, S("a\r\n\r\n\r\nb")), S("a\r\n\r\n\r\nb\r\n"));
    arena_free(&a);
}

TEST(the_public_half_is_that_of_rfc_8463)
{
    struct arena a;
    struct sign_key *key = NULL;
    arena_init(&a, 1 << 20);
    expect(sign_key_read(str_from_z(mail_test_key), &key) == OK);
    expect(sign_key_kind(key) == SIGN_ED25519);
    struct dkim d = { S("example.org"), S("s"), key };
    expect_str(dkim_record(&d, &a),
               S("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="));
    sign_key_free(key);
    arena_free(&a);
}

TEST(what_is_no_private_key_is_refused)
{
    struct sign_key *key = NULL;
    expect(sign_key_read(S(""), &key) == SIGN_NO_KEY);
    expect(sign_key_read(S("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
                         &key) == SIGN_NO_KEY);
    /* A key on P-256. */
    expect(sign_key_read(S("-----BEGIN PRIVATE KEY-----\n"
                           "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGf65pyGo9QZqwyHu\n"
                           "lozoY8AFkcGCy77/nBKh0SpqC7uhRANCAATL5fnGDkVN7Jne0KApP4SRI4WgepsZ\n"
                           "ULE1G9cNSeYEi+SCx0rZ0TO5xbfBOCxyv7qVbw2+ewxJETfPbEc5s7Ze\n"
                           "-----END PRIVATE KEY-----\n"),
                         &key) == SIGN_WRONG_KEY);
}

TEST(every_header_that_matters_is_signed_and_the_first_four_are_sealed)
{
    struct arena a;
    struct sign_key *key = NULL;
    struct buf out CLEANUP(buf_free) = buf_make(1 << 16);
    size_t at = 0;
    arena_init(&a, 1 << 20);
    expect(sign_key_read(str_from_z(mail_test_key), &key) == OK);
    struct dkim d = { S("example.org"), S("s"), key };
    dkim_sign(&d,
              S("From: a@example.org\r\nTo: b\r\nSubject: one\r\n two\r\nDate: now\r\n"
                "X-Other: x\r\nList-Unsubscribe: <y>\r\n"),
              S("text\r\n"), 0, &a, &out);
    expect(str_find(buf_str(&out),
                    S(" h=from:to:subject:date:list-unsubscribe:from:to:subject:date;"), &at));
    expect(str_ends(buf_str(&out), S("\r\n")));
    sign_key_free(key);
    arena_free(&a);
}
